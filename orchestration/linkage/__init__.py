"""Linkage: what identity resolution needs Python for."""
