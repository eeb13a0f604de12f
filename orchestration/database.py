"""How the files of a warehouse are laid out on disk."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql

# What every DuckDB from 1.4 on opens. The default serves far older ones, and writing takes three times as long.
STORAGE_VERSION = "v1.4.0"


def create(path: Path) -> None:
    """Make an empty database where there is none; whoever opens it afterwards keeps its layout."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"attach {sql.text(str(path))} as made (storage_version '{STORAGE_VERSION}')")
