"""What lies in the landing folder, from directory entries alone.

No file is opened and nothing heavy is imported: the runner decides from this, in milliseconds,
whether anything changed at all.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import UsageError

# What a file name may end in, and how such a file is read.
FORMATS = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".json": "json",
    ".json.gz": "json",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
# Left by tools and systems beside the data; no one means them as a delivery.
_PASSED_NAMES = {"thumbs.db", "desktop.ini", "icon\r"}
_PASSED_ENDINGS = (".crc", ".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")
_PASSED_FOLDERS = {"_delta_log", "_temporary", "_spark_metadata", "__macosx"}


@dataclass(frozen=True, order=True)
class LandedFile:
    """One file as it lay there at one look."""

    source_id: str
    table_name: str
    file_name: str
    path: Path
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @property
    def format(self) -> str | None:
        """How the file is read; None when its ending is not known."""
        name = self.file_name.rpartition("/")[2].lower()
        for ending in sorted(FORMATS, key=len, reverse=True):
            if name.endswith(ending) and len(name) > len(ending):
                return FORMATS[ending]
        return None

    @property
    def is_compressed(self) -> bool:
        return self.file_name.lower().endswith(".gz")

    @property
    def label(self) -> str:
        """The name that messages use: the path below the landing folder."""
        return "/".join(part for part in (self.source_id, self.table_name, self.file_name) if part)

    def look(self) -> tuple[int, int] | None:
        """Size and modification time now; None when the file is gone."""
        try:
            entry = os.stat(self.path)
        except OSError:
            return None
        return entry.st_size, entry.st_mtime_ns


def scan(landing: Path) -> list[LandedFile]:
    """Every file below the landing folder, ordered by source, table and path."""
    if not landing.is_dir():
        raise UsageError(
            f"There is no landing folder {landing}. Create it and put files at "
            f"{landing}/<source_id>/<table>/, or name another one with --landing."
        )
    found: list[LandedFile] = []
    for parts, path, entry in _walk(landing, (), frozenset()):
        source_id, table_name = (*parts[:-1], "", "")[:2]
        found.append(
            LandedFile(
                source_id=source_id,
                table_name=table_name,
                file_name="/".join(parts[2:] if len(parts) > 2 else parts[-1:]),
                path=path,
                size_bytes=entry.st_size,
                mtime_ns=entry.st_mtime_ns,
                ctime_ns=entry.st_ctime_ns,
            )
        )
    return sorted(found)


def _walk(
    folder: Path, parts: tuple[str, ...], above: frozenset[tuple[int, int]]
) -> Iterator[tuple[tuple[str, ...], Path, os.stat_result]]:
    try:
        here = os.stat(folder)
        entries = list(os.scandir(folder))
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from None
    identity = (here.st_dev, here.st_ino)
    if identity in above:  # A link that leads back up: everything in it was already seen.
        return
    for entry in entries:
        name = _printable(entry.name)
        try:
            status = entry.stat()
        except OSError:  # A link to nothing, or a file that went away since.
            continue
        if stat.S_ISDIR(status.st_mode):
            if not (name.startswith(".") or name.lower() in _PASSED_FOLDERS):
                yield from _walk(Path(entry.path), (*parts, name), above | {identity})
        elif stat.S_ISREG(status.st_mode) and not _is_passed_over(name):
            yield (*parts, name), Path(entry.path), status


def _is_passed_over(name: str) -> bool:
    lowered = name.lower()
    if lowered.startswith((".", "~$")) or lowered in _PASSED_NAMES:
        return True
    if lowered.endswith(_PASSED_ENDINGS):
        return True
    return lowered.startswith("_") and not lowered.endswith(tuple(FORMATS))


def _printable(name: str) -> str:
    """The name as text that can be stored; bytes that are no UTF-8 appear as `\\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
