"""Publishing: a new immutable version of the warehouse, swapped in atomically."""
