"""One file as its reader hands it on: a relation of text, not yet typed.

Readers make one of these per file; `typing_pass.py` turns it into raw rows. Relations hold every
record of the file exactly once, less those that the reader already had to reject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.ingestion.contracts import Table
from orchestration.ingestion.refusal import Refusal

# Records that a reader could not take apart: file_row, line_number, reason, record.
REJECTS = "temp.main.landing_rejects"
# The text of the file's records, where a reader keeps one.
TEXT = "temp.main.landing_text"


@dataclass(frozen=True)
class LandedColumn:
    """One column of the file under the name it has there."""

    name: str
    text: str  # SQL for the value as text, as sent.
    native: str | None = None  # SQL for the value in the type the file gives it.
    native_type: str | None = None
    is_json: bool = False  # The text is JSON already.


@dataclass(frozen=True)
class Landed:
    """One file, readable as a relation."""

    relation: str  # SQL for the relation.
    row: str  # SQL for the number of the record in the file, from 1.
    line: str  # SQL for the line (text) or row (other formats) it starts at.
    columns: tuple[LandedColumn, ...]
    rows: int  # Records in the relation.
    rejected: int = 0  # Records in REJECTS.
    record: str | None = None  # SQL for the record as JSON; None: made from the columns.
    rest: str | None = None  # SQL for a JSON object of everything that no column holds.
    lines: str | None = None  # SQL for a relation (r, line) where `line` is not enough.
    may_be_damaged: bool = False
    note: str | None = None  # What a person should know of the file although it is loaded.


@dataclass(frozen=True)
class Reading:
    """What a reader works with."""

    con: duckdb.DuckDBPyConnection
    path: Path
    table: Table
    scratch: Path
    progress: Callable[[int], None] = field(default=lambda done: None)

    def fetch(self, statement: str) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = self.con.execute(statement).fetchall()
        return rows

    def number(self, statement: str) -> int:
        value = self.fetch(statement)[0][0]
        return int(str(value)) if value is not None else 0


def prepare_rejects(con: duckdb.DuckDBPyConnection) -> None:
    """Make the scratch table of rejects, empty; called before a file's first reject."""
    con.execute(
        f"create or replace temp table {REJECTS.rpartition('.')[2]} "
        "(file_row bigint, line_number bigint, reason varchar, record json)"
    ).fetchall()


def map_columns(table: Table, columns: tuple[LandedColumn, ...]) -> dict[str, LandedColumn]:
    """Contract column → column of the file; of columns that stand twice the first."""
    mapped: dict[str, LandedColumn] = {}
    for column in columns:
        wanted = table.column(column.name)
        if wanted is not None and wanted.name not in mapped:
            mapped[wanted.name] = column
    return mapped


def distinct_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a header made different: empty ones numbered, repeated ones counted."""
    seen: set[str] = set()
    result = []
    taken = {name.casefold() for name in names}
    for position, name in enumerate(names, 1):
        unique, count = name or f"column_{position}", 1
        while unique.casefold() in seen or (count > 1 and unique.casefold() in taken):
            count += 1
            unique = f"{name or f'column_{position}'}_{count}"
        seen.add(unique.casefold())
        result.append(unique)
    return tuple(result)


def unreadable(what: str) -> Refusal:
    """The refusal for a file whose bytes are not what its name says."""
    return Refusal(f"the file cannot be read as {what}: it is damaged or of another type.")
