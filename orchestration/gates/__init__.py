"""Gates: expectations run on one layer, and what their results mean for a run."""
