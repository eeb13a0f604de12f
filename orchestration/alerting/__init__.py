"""Telling people that something is wrong: where to, and what."""
