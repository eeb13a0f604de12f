"""Our identity step beside other tools, on the same profiles: `make bench-peers`."""
