"""The kept versions of the published warehouse: which there are, which is current, and which may go."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.settings import Settings

DEFAULT_KEPT = 5
FILE_NAME = "scv.duckdb"


@dataclass(frozen=True)
class Version:
    """One published file."""

    name: str
    path: Path
    size_bytes: int
    published_at: datetime
    is_current: bool


def current(settings: Settings) -> Path | None:
    """The file that readers get now."""
    if not settings.published.is_symlink() or not settings.published.exists():
        return None
    return settings.published.resolve()


def versions(settings: Settings) -> list[Version]:
    """Every kept version, newest first."""
    now = current(settings)
    found = []
    for path in sorted(settings.versions.glob(f"[!.]*/{FILE_NAME}"), reverse=True):
        about = path.stat()
        found.append(
            Version(
                name=path.parent.name,
                path=path,
                size_bytes=about.st_size,
                published_at=datetime.fromtimestamp(about.st_mtime, UTC),
                is_current=path.resolve() == now,
            )
        )
    return found


def prune(settings: Settings, keep: int = DEFAULT_KEPT) -> list[str]:
    """Remove all but the newest versions, never the current one; returns what went."""
    gone = []
    for position, version in enumerate(versions(settings)):
        if position >= max(keep, 1) and not version.is_current:
            shutil.rmtree(version.path.parent)
            gone.append(version.name)
    return gone


def remove_unfinished(settings: Settings) -> None:
    """Clear what runs that died left behind: versions are built under a name that starts with a dot."""
    for path in settings.versions.glob(".*"):
        shutil.rmtree(path, ignore_errors=True)
