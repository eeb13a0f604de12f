"""Whether anything changed since the last good run: decided from file listings alone, in milliseconds.

Nothing heavy may be imported here: the whole point is to answer before dbt, Dagster or DuckDB are.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from orchestration.ingestion.landing import scan
from orchestration.settings import REPOSITORY, Settings

_CODE = ("models", "macros", "orchestration", "expectations", "tests/dbt", "seeds")
_CODE_FILES = ("dbt_project.yml", "profiles.yml", "requirements.lock")
_SKIPPED = frozenset({"__pycache__"})


def _listing(root: Path, top: str) -> Iterator[str]:
    """Every file below one folder with its size and time of change, in a fixed order."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_dir():
            yield from _listing(Path(entry.path), f"{top}/{entry.name}")
        else:
            about = entry.stat()
            yield f"{top}/{entry.name}|{about.st_size}|{about.st_mtime_ns}"


def _digest(lines: Iterator[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape"))
        digest.update(b"\n")
    return digest.hexdigest()


def _code(project: Path) -> Iterator[str]:
    for folder in _CODE:
        yield from _listing(project / folder, folder)
    for name in _CODE_FILES:
        path = project / name
        if path.is_file():
            about = path.stat()
            yield f"{name}|{about.st_size}|{about.st_mtime_ns}"


def code_fingerprint(project: Path = REPOSITORY) -> str:
    """The version of the code that a run would execute."""
    return _digest(_code(project))


def _landed(landing: Path) -> Iterator[str]:
    yield str(landing)
    for file in scan(landing):
        yield f"{file.label}|{file.size_bytes}|{file.mtime_ns}|{file.ctime_ns}"


def _truth(truth: Path) -> Iterator[str]:
    if truth.is_file():
        about = truth.stat()
        yield f"{truth}|{about.st_size}|{about.st_mtime_ns}"
    else:
        yield from _listing(truth, str(truth))


def fingerprint(settings: Settings, project: Path = REPOSITORY) -> dict[str, str]:
    """All that a run depends on, part by part, so that a difference can be named."""
    return {
        "landing": _digest(_landed(settings.landing)),
        "config": _digest(_listing(settings.config, str(settings.config)))
        if settings.config is not None
        else "",
        "code": code_fingerprint(project),
        "truth": _digest(_truth(settings.truth)) if settings.truth is not None else "",
        "as_of": settings.as_of.isoformat(),
        "python": sys.version,
    }


def remembered(settings: Settings) -> dict[str, str] | None:
    """What the last good run was made of; None when there was none or something was written since."""
    try:
        stored = json.loads(_path(settings).read_text())
    except (OSError, ValueError):
        return None
    return stored if isinstance(stored, dict) else None


def remember(settings: Settings, parts: dict[str, str]) -> None:
    """Note what a good run was made of, after it is published."""
    path = _path(settings)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(parts, indent=2))
    os.replace(beside, path)


def forget(settings: Settings) -> None:
    """The next run does its whole work: something other than a run wrote to the working database."""
    _path(settings).unlink(missing_ok=True)


def _path(settings: Settings) -> Path:
    return settings.build / "fingerprint.json"
