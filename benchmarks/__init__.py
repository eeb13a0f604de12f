"""The measured ratios: `make bench`. What a run costs, against the least that reading and writing the same data costs."""
