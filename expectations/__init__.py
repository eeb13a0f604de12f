"""Great Expectations suites, one module per layer."""
