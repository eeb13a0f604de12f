"""Parquet, read in place with the types it brings."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.ingestion import values
from orchestration.ingestion.delimited import check_required
from orchestration.ingestion.landed import (
    TEXT,
    Landed,
    LandedColumn,
    Reading,
    distinct_names,
    unreadable,
)
from orchestration.ingestion.refusal import raise_if_of_machine

_NUMBER = "file_row_number"


def read_parquet(reading: Reading, path: Path) -> Landed:
    """Read one Parquet file; its rows count as lines, from 1.

    Damage inside a page shows when the rows are typed; the file is then refused as a whole.
    """
    source = f"read_parquet({sql.path(path)}, hive_partitioning = false"
    try:
        described = [
            (str(row[0]), str(row[1])) for row in reading.fetch(f"describe select * from {source})")
        ]
        rows = reading.number(f"select count(*) from {source})")
    except duckdb.Error as error:
        raise_if_of_machine(error)
        raise unreadable("Parquet") from None
    names = distinct_names(tuple(name.strip() for name, _ in described))
    check_required(reading.table, names)
    held = [sql.name(name) for name, _ in described]
    relation, number = f"(select * from {source}, {_NUMBER} = true))", _NUMBER
    if any(name.casefold() == _NUMBER for name, _ in described):
        # The reader numbers no rows of a file that has a column of that name.
        relation, number = _copied(reading, f"{source})", held), "rowid"
        held = [f"c{position}" for position in range(len(held))]
    columns = []
    for name, value, (_, native) in zip(names, held, described, strict=True):
        is_text = native == "VARCHAR"
        columns.append(
            LandedColumn(
                name=name,
                text=values.text_of_native(value, native),
                native=None if is_text else value,
                native_type=None if is_text else native,
                is_json=values.is_nested(native),
            )
        )
    return Landed(
        relation=relation,
        row=f"({number} + 1)",
        line=f"({number} + 1)",
        columns=tuple(columns),
        rows=rows,
        may_be_damaged=True,
    )


def _copied(reading: Reading, source: str, held: list[str]) -> str:
    columns = ", ".join(f"{name} as c{position}" for position, name in enumerate(held))
    reading.fetch(
        f"create or replace temp table {TEXT.rpartition('.')[2]} as select {columns} from {source}"
    )
    return TEXT
