"""Shared by unit tests. Time limits per example say more about the machine than about the code: there are none."""

from hypothesis import settings

settings.register_profile("project", deadline=None)
settings.load_profile("project")
