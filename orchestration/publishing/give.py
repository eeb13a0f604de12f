"""The moment in which readers get a new version: in few steps, of which any may be the last before the machine dies."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.publishing.build import settle, swap
from orchestration.publishing.versions import FILE_NAME, forget_rollback, giving, prune
from orchestration.settings import Settings


def give(settings: Settings, beside: Path, name: str, keep: int) -> Path:
    """Make the version that lies `beside`, whole and audited, the one that readers get; returns its file."""
    settle(beside / FILE_NAME)
    final = settings.versions / name
    with giving(settings):
        os.rename(beside, final)
        settle(final)
        swap(settings.published, final / FILE_NAME)
        forget_rollback(settings)
        prune(settings, keep)
    return final / FILE_NAME
