"""What identity keeps from run to run: files that are whole or not there, whenever a run dies, and texts it has read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration import sql


def keep(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write what a query gives into a Parquet file, in one step for whoever reads it."""
    beside = path.with_suffix(".new")
    con.execute(f"copy ({query}) to {sql.path(beside)} (format parquet, compression zstd)")
    beside.replace(path)


def extended(
    con: duckdb.DuckDBPyConnection,
    this: Any,
    texts: duckdb.DuckDBPyRelation,
    work: Callable[[pa.Table], pa.Table],
) -> pa.Table:
    """What `work` makes of distinct texts; of those that the run before met, what it made then, where the run keeps that."""
    asked = texts.fetch_arrow_table()
    found = con.execute(
        "select count(*) filter (where schema_name = 'changes' and table_name = 'profiles_versions'), "
        "count(*) filter (where schema_name = ? and table_name = ?) from duckdb_tables()",
        [this.schema, this.identifier],
    ).fetchall()[0]
    if not all(found):
        return work(asked)
    held = f"{sql.name(this.schema)}.{sql.name(this.identifier)}"
    key = ", ".join(sql.name(name) for name in asked.column_names)
    con.register("asked", asked)
    try:
        made = work(con.execute(f"from asked anti join {held} using ({key})").fetch_arrow_table())
        known = con.execute(f"from {held} semi join asked using ({key})").fetch_arrow_table()
    finally:
        con.unregister("asked")
    return pa.concat_tables([known, made.select(known.column_names).cast(known.schema)])
