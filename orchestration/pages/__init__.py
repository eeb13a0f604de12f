"""Pages that people look at: each one file of HTML that asks nothing of any network."""
