"""Ingestion: the door. From landed files to typed, append-only raw tables."""
