"""Great Expectations suites, one module per layer. Import a layer's module inside its check only: it costs seconds.

What dbt tests hold (keys, relationships, contracts) is not checked here again; here stand the data as they arrive,
what must tie out between layers, and drift.
"""
