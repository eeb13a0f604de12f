"""One module per source of the demo: its tables, its columns, its habits of writing."""
