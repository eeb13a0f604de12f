"""The published warehouse in a PostgreSQL database, for every tool that speaks its language."""
