"""The demo's folder on disk: whole or not at all, and never over anybody else's files.

`demo.json` beside the landing says what lies there and which files the demo wrote.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from orchestration.errors import UsageError


def known(marker: Path) -> dict[str, object] | None:
    """What an earlier call left behind, or None."""
    if not marker.is_file():
        return None
    try:
        content = json.loads(marker.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content if isinstance(content, dict) and isinstance(content.get("files"), list) else None


def is_made(home: Path, wanted: dict[str, object], before: dict[str, object] | None) -> bool:
    """Whether the very same demo lies there whole."""
    if before is None or not before.get("is_complete"):
        return False
    same = all(before.get(name) == value for name, value in wanted.items())
    return same and (home / "truth" / "facts.json").is_file()


def refuse_strange_folders(landing: Path, before: dict[str, object] | None) -> None:
    """Nothing that the demo did not write itself may be replaced."""
    if landing.exists() and not landing.is_dir():
        raise UsageError(f"{landing} is a file; name a folder for the demo's landing.")
    own = set(_texts(before["files"])) if before is not None else set()
    places = [landing, landing.parent / "truth", landing.parent / "config"]
    for folder in places if before is None else places[1:]:
        strange = [path for path in _files_in(folder) if path not in own]
        if strange:
            raise UsageError(
                f"{folder} holds files that the demo did not make; choose another folder for the"
                " demo, or empty this one."
            )


def _files_in(folder: Path) -> list[str]:
    """Paths below the folder, relative to its parent; hidden files do not count."""
    if not folder.is_dir():
        return []
    return sorted(
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def exchange(
    home: Path, work: Path, wanted: dict[str, object], before: dict[str, object] | None
) -> None:
    """Puts the new files in place of the old ones; the marker says so until all are there."""
    new = [path.relative_to(work).as_posix() for path in sorted(work.rglob("*")) if path.is_file()]
    old = _texts(before["files"]) if before is not None else []
    marker = home / "demo.json"
    write_json(marker, {**wanted, "is_complete": False, "files": sorted({*new, *old})})
    for name in old:
        (home / name).unlink(missing_ok=True)
    for folder in sorted({(home / name).parent for name in old}, reverse=True):
        _remove_empty(folder, home)
    for name in new:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(work / name, home / name)
    write_json(marker, {**wanted, "is_complete": True, "files": new})


def _remove_empty(folder: Path, stop: Path) -> None:
    while folder != stop and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def write_json(path: Path, content: object) -> None:
    """Written whole: a reader sees the old file or the new one."""
    partial = path.with_name(path.name + ".partial")
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    partial.write_text(text + "\n", encoding="utf-8")
    os.replace(partial, path)
