"""Demo: a made-up company with the dirt of real systems, and the truth about it."""
