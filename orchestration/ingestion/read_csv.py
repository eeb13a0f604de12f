"""Delimited files: DuckDB's reader under a stated dialect, checked against the bytes.

The fast way is taken for every file, and believed only when its count of rows ties with the lines
that were counted in the bytes. Where it does not, `salvage.py` separates what holds from what does
not, and the same reader reads what holds.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.ingestion.delimited import Header, check_required, read_header
from orchestration.ingestion.landed import (
    REJECTS,
    TEXT,
    Landed,
    LandedColumn,
    Reading,
    distinct_names,
    prepare_rejects,
)
from orchestration.ingestion.prescan import TextShape
from orchestration.ingestion.refusal import Refusal, raise_if_of_machine
from orchestration.ingestion.salvage import salvage

_LINE_SIZE = 2_000_000  # DuckDB's own default.


def read_csv(reading: Reading, text: Path, shape: TextShape) -> Landed:
    """Read one delimited file, whose clean UTF-8 is `text`."""
    header = read_header(text, reading.table)
    names = distinct_names(header.names)
    check_required(reading.table, header.names)
    return _fast(reading, text, shape, header, names) or _salvaged(
        reading, text, shape, header, names
    )


def _fast(
    reading: Reading, text: Path, shape: TextShape, header: Header, names: tuple[str, ...]
) -> Landed | None:
    columns = tuple(f"c{position}" for position in range(len(names)))
    lines = max(0, shape.lines - header.lines)
    try:
        rows = _read(reading, text, header, columns, header.lines, shape)
    except duckdb.Error as error:
        raise_if_of_machine(error)
        return None
    if len(names) == 1 and reading.number(f"select count(*) from {TEXT} where c0 is null"):
        return None  # In a single column a blank line looks like a row.
    numbered = None
    if rows != lines:  # Also when blank lines stand between, which shift line numbers.
        if not shape.has_quotes or rows > lines:
            return None
        breaks = [f"length({c}) - length(replace({c}, chr(10), ''))" for c in columns]
        total = " + ".join(f"coalesce({one}, 0)" for one in breaks)
        if rows + reading.number(f"select sum({total}) from {TEXT}") != lines:
            return None
        if len(names) >= 4 and _may_have_swallowed(reading, header, columns):
            return None
        numbered = (
            f"select rowid + 1 as r, rowid + {header.lines + 1} + coalesce(sum({total}) over "
            "(order by rowid rows between unbounded preceding and 1 preceding), 0) as line "
            f"from {TEXT}"
        )
    return Landed(
        relation=TEXT,
        row="(rowid + 1)",
        line=f"(rowid + {header.lines + 1})",
        columns=_landed_columns(names, columns),
        rows=rows,
        lines=numbered,
        may_be_damaged=shape.damage,
    )


def _salvaged(
    reading: Reading, text: Path, shape: TextShape, header: Header, names: tuple[str, ...]
) -> Landed:
    clean, rejects = reading.scratch / "clean", reading.scratch / "rejects"
    contract = tuple(reading.table.column(name) for name in names)
    salvaged = salvage(text, header, contract, clean, rejects, reading.progress)
    columns = tuple(f"c{position}" for position in range(len(names)))
    longest = TextShape(
        has_quotes=True, longest_line=max(shape.longest_line, salvaged.longest) + 64
    )
    try:
        rows = _read(reading, clean, header, ("r", "l", *columns), 0, longest)
    except duckdb.Error as error:
        raise_if_of_machine(error)
        rows = -1
    if rows != salvaged.rows:
        raise Refusal(
            f"{salvaged.rows} records were found and could not all be read again. "
            "Deliver the file in another form, as Parquet or JSON lines."
        )
    if salvaged.rejected:
        load_rejects(reading, rejects)
    clean.unlink()
    return Landed(
        relation=TEXT,
        row="cast(r as bigint)",
        line="cast(l as bigint)",
        columns=_landed_columns(names, columns),
        rows=rows,
        rejected=salvaged.rejected,
        may_be_damaged=shape.damage,
    )


def load_rejects(reading: Reading, rejects: Path) -> None:
    """Take the rejects that a pass in Python wrote as JSON lines."""
    prepare_rejects(reading.con)
    reading.fetch(
        f"insert into {REJECTS} select file_row, line_number, reason, "
        "json_object('_raw', raw) from read_json("
        f"{sql.path(rejects)}, format = 'newline_delimited', maximum_object_size = 1000000000, "
        "columns = {'file_row': 'BIGINT', 'line_number': 'BIGINT', 'reason': 'VARCHAR', "
        "'raw': 'VARCHAR'})"
    )


def _read(
    reading: Reading,
    text: Path,
    header: Header,
    columns: tuple[str, ...],
    skip: int,
    shape: TextShape,
) -> int:
    """Text into a temporary table in file order: rowid is then the number of the record."""
    types = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in columns)
    # With line feeds alone it must be said: a carriage return inside quotes would mislead.
    ends = "" if shape.crlf else ", new_line = '\\n'"
    quotes = "quote = '\"', escape = '\"'" if shape.has_quotes else "quote = '', escape = ''"
    return reading.number(
        f"create or replace temp table {TEXT.rpartition('.')[2]} as select * from read_csv("
        f"{sql.path(text)}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {sql.text(header.delimiter.decode())}, {quotes}, strict_mode = true, "
        f"max_line_size = {max(_LINE_SIZE, shape.longest_line + 2)}, columns = {{{types}}}{ends})"
    )


def _landed_columns(names: tuple[str, ...], columns: tuple[str, ...]) -> tuple[LandedColumn, ...]:
    return tuple(LandedColumn(name, column) for name, column in zip(names, columns, strict=True))


def _may_have_swallowed(reading: Reading, header: Header, columns: tuple[str, ...]) -> bool:
    """Whether some value of several lines holds as many delimiters as whole rows would."""
    delimiter = sql.text(header.delimiter.decode())
    holds = " or ".join(
        f"(contains({c}, chr(10)) and length({c}) - length(replace({c}, {delimiter}, '')) >= "
        f"{len(columns) - 1} * (length({c}) - length(replace({c}, chr(10), ''))))"
        for c in columns
    )
    return bool(reading.number(f"select count(*) from {TEXT} where {holds}"))
