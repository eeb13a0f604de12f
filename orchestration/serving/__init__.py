"""The published warehouse over a network, without a database server."""
