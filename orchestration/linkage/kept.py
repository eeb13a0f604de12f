"""Files that identity keeps from run to run: whole or not there, whenever a run dies."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql


def keep(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write what a query gives into a Parquet file, in one step for whoever reads it."""
    beside = path.with_suffix(".new")
    con.execute(f"copy ({query}) to {sql.path(beside)} (format parquet, compression zstd)")
    beside.replace(path)
