"""What stewards decide about pairs of profiles: their file, read and written. What follows from it is SQL.

The file is a log: a decision is undone by deciding the opposite, and of one pair the newest holds.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.errors import UsageError

LINK, UNLINK = "link", "unlink"
FILE_NAME = "identity_decisions.csv"

Record = tuple[str, str]


@dataclass(frozen=True)
class Decision:
    """One row of the file, as text; the columns are the fields."""

    decided_at: str
    decided_by: str
    decision: str
    source_id_1: str
    source_record_id_1: str
    source_id_2: str
    source_record_id_2: str
    reason: str

    @property
    def pair(self) -> frozenset[Record]:
        """The two profiles, in no order."""
        return frozenset(
            {
                (self.source_id_1, self.source_record_id_1),
                (self.source_id_2, self.source_record_id_2),
            }
        )


COLUMNS = tuple(field.name for field in fields(Decision))


def record(text: str) -> Record:
    """SOURCE:ID as its two parts; keys may hold colons, names of sources do not."""
    source, colon, key = text.partition(":")
    if not (source.strip() and colon and key.strip()):
        raise UsageError(f"{text!r} names no profile; write it as SOURCE:ID, for example crm:4711.")
    return source.strip(), key.strip()


def instant(text: str) -> datetime | None:
    """When a decision was taken, in UTC; None when the text is no date."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def newest(decisions: Sequence[Decision], pair: frozenset[Record]) -> Decision | None:
    """The decision that holds for a pair: the latest, and of one instant the one further down."""
    dated = [
        (moment, position, decision)
        for position, decision in enumerate(decisions)
        if decision.pair == pair and (moment := instant(decision.decided_at)) is not None
    ]
    return max(dated)[2] if dated else None


def read(path: Path) -> list[Decision]:
    """Every row of the file, in order; none where there is no file."""
    return _parsed(path)[1] if path.exists() else []


def _parsed(path: Path) -> tuple[list[str], list[Decision]]:
    """The header as it stands and the rows."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not written in UTF-8; save it so, then decide again."
        ) from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    header = list(rows.fieldnames or ())
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise UsageError(
            f"{path} lacks the columns {', '.join(missing)}; its first line must be {','.join(COLUMNS)}."
        )
    return header, [Decision(*((row[name] or "").strip() for name in COLUMNS)) for row in rows]


def add(
    path: Path,
    decision: str,
    pair: tuple[Record, Record],
    by: str,
    why: str,
    remembered: Sequence[Decision] = (),
    now: datetime | None = None,
) -> Decision | None:
    """Write one decision; None when the newest on that pair says the same already.

    `remembered` is what a file that is not there yet begins with: decisions that hold although no file names them.
    """
    if pair[0] == pair[1]:
        raise UsageError("Both names are of the same profile; name two.")
    if not by.strip() or not why.strip():
        raise UsageError("A decision needs a person (--by) and a reason (--why).")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held(path.parent):
        if not path.exists():
            _swap(
                path, _lines([dict(zip(COLUMNS, COLUMNS, strict=True)), *map(asdict, remembered)])
            )
        header, known = _parsed(path)
        last = newest(known, frozenset(pair))
        if last is not None and last.decision.lower() == decision:
            return None
        moment = (now or datetime.now(UTC)).astimezone(UTC)
        # Also after a date in the future the last word is the last word.
        latest = instant(last.decided_at) if last else None
        if latest is not None and latest >= moment.replace(microsecond=0):
            moment = latest + timedelta(seconds=1)
        taken = Decision(
            moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            " ".join(by.split()),
            decision,
            *pair[0],
            *pair[1],
            " ".join(why.split()),
        )
        # What stands there stays byte for byte: stewards keep columns and notes of their own.
        text = path.read_bytes()
        end = b"" if text.endswith(b"\n") else b"\n"
        _swap(path, text + end + _lines([asdict(taken)], header))
    return taken


def _lines(rows: Sequence[Mapping[str, str]], header: Sequence[str] = COLUMNS) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return written.getvalue().encode()


def _swap(path: Path, text: bytes) -> None:
    """The whole file at once: a run reads the old one or the new one."""
    beside = path.with_name(f".{path.name}.next")
    with beside.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One writer at a time, without a lock file among the seeds."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
