"""A lost working database, made anew from what was saved beside the newest published version."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration import database, sql
from orchestration.publishing.memory import FIRST_LOAD, FOLDER, Kept, read_manifest
from orchestration.publishing.versions import versions
from orchestration.settings import Settings


def restore_if_lost(settings: Settings, say: Callable[[str], None]) -> bool:
    """Make the working database where it is missing and something was published. The caller holds the lock."""
    if settings.build_database.is_file():
        return False
    memory = newest_memory(settings)
    if memory is None:
        return False
    say(f"restore: the working database is lost; making it anew from version {memory.parent.name}")
    settings.build.mkdir(parents=True, exist_ok=True)
    beside = settings.build / f".{settings.build_database.name}.restoring"
    # What a lost database was about to write belongs to no other.
    for stale in (beside, _log_of(beside), _log_of(settings.build_database)):
        stale.unlink(missing_ok=True)
    rows = _fill(beside, memory)
    os.replace(beside, settings.build_database)
    say(f"restore: {rows:,} rows of raw, registries and books are back")
    return True


def newest_memory(settings: Settings) -> Path | None:
    """The newest version's that has one: also where readers were taken back to an older one, nothing may be lost."""
    for version in versions(settings):
        if read_manifest(version.path.parent / FOLDER):
            return version.path.parent / FOLDER
    return None


def _fill(target: Path, memory: Path) -> int:
    total, kept_tables = 0, read_manifest(memory)
    database.create(target)
    con = duckdb.connect(str(target))
    try:
        con.execute("set TimeZone = 'UTC'").fetchall()
        con.execute("set preserve_insertion_order = true").fetchall()
        if (memory / FIRST_LOAD).is_file():
            con.execute(f"attach {sql.text(str(memory / FIRST_LOAD))} as first_load (read_only)")
        con.execute("begin").fetchall()
        for table, kept in kept_tables.items():
            total += _table(con, memory, table, kept)
        con.execute(
            "create table state.saved as select ? as version", [memory.parent.name]
        ).fetchall()
        con.execute("commit").fetchall()
        con.execute("checkpoint").fetchall()
    finally:
        con.close()
    return total


def _table(con: duckdb.DuckDBPyConnection, memory: Path, table: str, kept: Kept) -> int:
    """One table from its parts, oldest first; of rows with the same key the newest part has the last word."""
    name = sql.relation(table)
    con.execute(f"create schema if not exists {sql.name(table.partition('.')[0])}").fetchall()
    columns = ", ".join(f"{sql.name(column)} {kind}" for column, kind in kept.columns.items())
    con.execute(f"create table {name} ({columns})").fetchall()
    for part in kept.parts:
        is_first = part == FIRST_LOAD
        rows = f"first_load.{name}" if is_first else f"read_parquet({sql.path(memory / part)})"
        if kept.key:
            key = ", ".join(sql.name(column) for column in kept.key)
            con.execute(
                f"delete from {name} where ({key}) in (select ({key}) from {rows})"
            ).fetchall()
        con.execute(f"insert into {name} by name select * from {rows}").fetchall()
    return kept.rows


def _log_of(target: Path) -> Path:
    return target.with_name(target.name + ".wal")
