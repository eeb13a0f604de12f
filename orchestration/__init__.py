"""The Python side of the warehouse: one folder per concern, plain functions beside their Dagster files."""
