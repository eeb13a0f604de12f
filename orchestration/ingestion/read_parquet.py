"""Parquet, read in place with the types it brings."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.ingestion import sql, values
from orchestration.ingestion.delimited import check_required
from orchestration.ingestion.landed import (
    Landed,
    LandedColumn,
    Reading,
    distinct_names,
    unreadable,
)


def read_parquet(reading: Reading, path: Path, first_line: int = 1) -> Landed:
    """Read one Parquet file; its rows count as lines, from `first_line`."""
    source = f"read_parquet({sql.path(path)}, hive_partitioning = false)"
    try:
        described = reading.fetch(f"describe select * from {source}")
        # Touches every column, so that damage shows here and not half-way.
        touched = ", ".join(f"count({sql.name(str(row[0]))})" for row in described)
        counts = reading.fetch(f"select count(*), {touched} from {source}")[0]
    except duckdb.Error:
        raise unreadable("Parquet") from None
    names = distinct_names(tuple(str(row[0]).strip() for row in described))
    check_required(reading.table, names)
    columns = []
    for name, row in zip(names, described, strict=True):
        value, native = sql.name(str(row[0])), str(row[1])
        columns.append(
            LandedColumn(
                name=name,
                text=values.text_of_native(value, native),
                native=None if native == "VARCHAR" else value,
                native_type=None if native == "VARCHAR" else native,
                is_json=values.is_nested(native),
            )
        )
    relation = (
        f"(select * from read_parquet({sql.path(path)}, hive_partitioning = false, "
        "file_row_number = true))"
    )
    return Landed(
        relation=relation,
        row="(file_row_number + 1)",
        line=f"(file_row_number + {first_line})",
        columns=tuple(columns),
        rows=int(str(counts[0])),
        may_be_damaged=True,
    )
