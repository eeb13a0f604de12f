"""What `scv versions` lists: every kept version with its as-of day, rows, and what it takes on disk.

All of it is read from the versions themselves, so nothing has to be kept in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from orchestration.publishing.disk import disk_bytes, shared_bytes
from orchestration.publishing.versions import Version, versions
from orchestration.settings import Settings


@dataclass(frozen=True)
class Listed:
    """One version as a person wants to know it. A version has the name of the run that made it."""

    version: str
    is_current: bool
    run_id: str
    published_at: datetime
    # Null of a file that cannot be read, or that no run made.
    as_of: date | None
    customers: int | None
    rows: int | None
    # Of the whole folder: the file that readers open, and the memory beside it.
    size_bytes: int
    # So much of it is the same files as in other versions.
    shared_bytes: int


def catalogue(settings: Settings) -> list[Listed]:
    """Every kept version, newest first."""
    return [_listed(version) for version in versions(settings)]


def _listed(version: Version) -> Listed:
    as_of = customers = rows = None
    try:
        with duckdb.connect(str(version.path), read_only=True) as con:
            rows = _one(con, "select coalesce(sum(estimated_size), 0) from duckdb_tables()")
            customers = _one(
                con,
                "select max(estimated_size) from duckdb_tables() "
                "where schema_name = 'core' and table_name = 'dim_customer'",
            )
            if _one(con, "select count(*) from duckdb_tables() where table_name = 'runs'"):
                as_of = _one(con, "select max(as_of) from quality.runs where version = ?", version)
    except duckdb.Error:
        pass
    folder = version.path.parent
    return Listed(
        version=version.name,
        is_current=version.is_current,
        run_id=version.name,
        published_at=version.published_at,
        as_of=as_of,
        customers=customers,
        rows=rows,
        size_bytes=disk_bytes(folder),
        shared_bytes=shared_bytes(folder),
    )


def _one(con: duckdb.DuckDBPyConnection, query: str, version: Version | None = None) -> Any:
    row = con.execute(query, [version.name] if version else None).fetchone()
    return row[0] if row else None
