"""Transformation: dbt run in process, one layer at a time."""
