"""Copies of the published warehouse in the formats of other tools."""
