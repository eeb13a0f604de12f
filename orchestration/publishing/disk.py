"""What folders take on disk, where many files have several names."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def disk_bytes(folder: Path) -> int:
    """What a folder takes on disk: links are not followed, and a file with several names counts once."""
    return sum(size for size, _ in _files(folder).values())


def shared_bytes(folder: Path) -> int:
    """So much of it as has a name in another folder too, and costs nothing a second time."""
    return sum(size for size, names in _files(folder).values() if names > 1)


def _files(folder: Path) -> dict[tuple[int, int], tuple[int, int]]:
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                about = (Path(root) / name).lstat()
            except FileNotFoundError:  # A run that goes on removes files meanwhile.
                continue
            if not stat.S_ISLNK(about.st_mode):
                found[about.st_dev, about.st_ino] = (about.st_size, about.st_nlink)
    return found
