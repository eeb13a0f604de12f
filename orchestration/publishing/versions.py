"""The kept versions of the published warehouse: which there are, which is current, and which may go."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

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


@contextmanager
def giving(settings: Settings) -> Iterator[None]:
    """Held for the moment in which readers get another version: a rollback need not wait for a whole run."""
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    with FileLock(str(settings.warehouse / ".giving.lock"), thread_local=False):
        yield


def newest_given(settings: Settings) -> str | None:
    """The newest version that readers ever had: a rollback makes it another than the current one."""
    now = current(settings)
    if now is None:
        return None
    left = rolled_back(settings).get("from", "")
    return max(now.parent.name, left)


def rolled_back(settings: Settings) -> dict[str, str]:
    """From which version readers were taken back, and when; empty while they have the newest."""
    try:
        note = json.loads(_note(settings).read_text())
        is_over = str(note["from"]) <= (now.parent.name if (now := current(settings)) else "")
        return {} if is_over else {"from": str(note["from"]), "at": str(note["at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def note_rollback(settings: Settings, left: str) -> None:
    """Remember that `left` was given once, before readers are taken back from it."""
    path = _note(settings)
    beside = path.with_name(f".{path.name}")
    with beside.open("w") as file:
        json.dump({"from": left, "at": datetime.now(UTC).isoformat(timespec="seconds")}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def forget_rollback(settings: Settings) -> None:
    """Readers have the newest version again."""
    _note(settings).unlink(missing_ok=True)


def _note(settings: Settings) -> Path:
    return settings.versions / "rolled_back.json"


def prune(settings: Settings, keep: int = DEFAULT_KEPT) -> list[str]:
    """Remove all but the newest versions, never the current one; returns what went.

    The one that was just replaced stays whatever `keep` says: a reader may be about to open it.
    """
    gone = []
    for position, version in enumerate(versions(settings)):
        if position >= max(keep, 2) and not version.is_current:
            shutil.rmtree(version.path.parent)
            gone.append(version.name)
    return gone


def remove_unfinished(settings: Settings) -> None:
    """Clear what runs that died left behind: versions under a name that starts with a dot, or never given to readers."""
    for path in settings.versions.glob(".*"):
        shutil.rmtree(path, ignore_errors=True)
    given = newest_given(settings)
    for version in versions(settings) if given else []:
        if version.name > str(given):
            shutil.rmtree(version.path.parent, ignore_errors=True)
