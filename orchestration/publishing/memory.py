"""What cannot be computed again, saved beside every published version: raw, quarantine, the registries, the books.

Each table is kept as parts: Parquet files that are written once and shared between versions by hard links. A version
adds what changed since the one before; where that cannot be told, or the parts became many, it keeps the table whole.
The first load of a warehouse, far larger than what later ones bring, is one part of all tables: a copy of the working
database as that load leaves it, which costs next to nothing. How a lost working database is made of them lies in `restore.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration import sql
from orchestration.publishing.build import settle
from orchestration.settings import Settings

FOLDER = "memory"
MANIFEST = "manifest.json"
FORMAT = 1
FIRST_LOAD = "first_load.duckdb"
# Above this many parts a table is written anew: thousands of small files would make a restore slow.
MANY_PARTS = 40

_NOTE = (
    "create schema if not exists state; create table if not exists state.saved (version varchar)"
)
_OTHERS = (
    "select 1 from duckdb_tables() where schema_name not in ('raw', 'state') and not temporary "
    "and database_name = current_database() limit 1"
)


@dataclass(frozen=True)
class Growth:
    """How a table grows: when a row came, when it last changed, and what it is known by (nothing: rows never change)."""

    created: str
    changed: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """One table of one version."""

    rows: int
    columns: dict[str, str]
    key: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    # Everything that changed until then is in the parts; None where that cannot be told from the rows.
    mark: str | None = None
    # What the whole table came to, where rows do not say when they changed.
    digest: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether a part of it lies in one file with those of other tables."""
        return FIRST_LOAD in self.parts


_RAW = Growth("_loaded_at", "_loaded_at")
_GROWTH: Mapping[str, Growth] = {
    "state.identity_registry": Growth(
        "valid_from",
        "greatest(valid_from, coalesce(valid_to, valid_from))",
        ("source_id", "source_record_id", "valid_from"),
    ),
    "state.quarantine": Growth(
        "quarantined_at",
        "greatest(quarantined_at, coalesce(resolved_at, quarantined_at))",
        ("quarantine_id",),
    ),
    "state.gate_results": Growth("evaluated_at", "evaluated_at"),
}
_NOT_KEPT = frozenset({"state.saved"})


def growth_of(table: str) -> Growth | None:
    """How a table grows; None for small ones, which are kept whole whenever they changed."""
    return _RAW if table.startswith("raw.") else _GROWTH.get(table)


def save(con: duckdb.DuckDBPyConnection, folder: Path, settings: Settings, version: str) -> None:
    """Write the memory of one version into `folder`, on top of the newest that this working database was saved in."""
    before = _newest_of(con, settings)
    known = read_manifest(before)
    if not all(_still_adds_up(con, table, kept) for table, kept in known.items() if kept.is_shared):
        # What was taken out of one table since would live on in the file that all share.
        known = {table: kept for table, kept in known.items() if not kept.is_shared}
    folder.mkdir(parents=True)
    tables = {
        table: _keep(con, table, columns, folder, before, known.get(table), version)
        for table, columns in _filled_tables(con).items()
    }
    _write_manifest(folder, tables)
    _note(con, version)


def keep_first_load(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """What the first load of a warehouse brought, kept for its first version. Nothing else may be built by then."""
    if _saved(con) or con.execute(_OTHERS).fetchone():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables = {
        table: Kept(
            _one(con, f"select count(*) from {sql.relation(table)}"),
            columns,
            list(growth.key),
            [FIRST_LOAD],
            _mark(con, table, growth),
        )
        for table, columns in _filled_tables(con).items()
        if (growth := growth_of(table)) is not None
    }
    _note(con, folder.parent.name)
    con.execute("checkpoint").fetchall()
    # Not in this process: closing a file gives up every lock that the process holds on it, the engine's too.
    database = _one(
        con, "select path from duckdb_databases() where database_name = current_database()"
    )
    done = subprocess.run(
        ["cp", database, str(folder / FIRST_LOAD)], check=False, stderr=subprocess.DEVNULL
    )
    if done.returncode:
        # No room for a copy: the first version writes its tables out instead, which takes less.
        shutil.rmtree(folder, ignore_errors=True)
        return
    settle(folder / FIRST_LOAD)
    _write_manifest(folder, tables)


def read_manifest(folder: Path) -> dict[str, Kept]:
    """The tables of one memory; empty where there is none that this release can read."""
    try:
        text = json.loads((folder / MANIFEST).read_text())
        if text["format"] != FORMAT:
            return {}
        return {name: Kept(**kept) for name, kept in text["tables"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write_manifest(folder: Path, tables: Mapping[str, Kept]) -> None:
    text = {"format": FORMAT, "tables": {name: asdict(kept) for name, kept in tables.items()}}
    (folder / MANIFEST).write_text(json.dumps(text, indent=1))
    settle(folder / MANIFEST)


def _saved(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Where this working database was saved, newest first: one that the parts did not come from must not add to them."""
    con.execute(_NOTE).fetchall()
    rows = con.execute("select version from state.saved order by version desc").fetchall()
    return [str(row[0]) for row in rows]


def _newest_of(con: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """The newest memory of this very database that still lies there; what a dead run began is passed over.

    Not that of the version readers have: they may have been taken back to an older one.
    """
    saved = _saved(con)
    for version in saved:
        if read_manifest(settings.versions / version / FOLDER):
            return settings.versions / version / FOLDER
    # Without it a first load that another database left there would be taken for this one's.
    is_own = settings.first_load.parent.name in saved
    return settings.first_load if is_own else settings.versions / ".none" / FOLDER


def _note(con: duckdb.DuckDBPyConnection, version: str) -> None:
    con.execute(_NOTE).fetchall()
    con.execute("insert into state.saved values (?)", [version]).fetchall()


def _filled_tables(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Tables with rows, and their columns. Most raw tables are of systems that never delivered."""
    rows = con.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where schema_name in ('raw', 'state') and database_name = current_database() "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, name, data_type in rows:
        columns.setdefault(table, {})[name] = data_type
    looks = " union all ".join(
        f"(select {sql.text(table)} from {sql.relation(table)} limit 1)" for table in columns
    )
    filled = {row[0] for row in con.execute(looks).fetchall()} if looks else set()
    return {
        table: columns[table] for table in columns if table in filled and table not in _NOT_KEPT
    }


def _keep(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: dict[str, str],
    folder: Path,
    before: Path,
    known: Kept | None,
    version: str,
) -> Kept:
    source, growth = sql.relation(table), growth_of(table)
    rows = _one(con, f"select count(*) from {source}")
    mark = digest = None
    if growth is not None:
        mark = _mark(con, table, growth)
    else:
        digest = str(_one(con, f"select sum(cast(hash(t) as hugeint)) from {source} as t"))
    parts, missing = list[str](), "true"
    if known is not None and all((before / part).is_file() for part in known.parts):
        if growth is None:
            is_same = (known.rows, known.digest, known.columns) == (rows, digest, columns)
            parts, missing = (known.parts, "false") if is_same else ([], "true")
        elif len(known.parts) < MANY_PARTS and _still_adds_up(con, table, known):
            parts, missing = known.parts, _since(growth.changed, known.mark)
        for part in parts:
            _share(before / part, folder / part)
    if _one(con, f"select count(*) from {source} where {missing}"):
        name = f"{table}.{version}.parquet"
        con.execute(
            f"copy (select * from {source} where {missing}) to {sql.text(str(folder / name))} "
            "(format parquet, compression zstd, compression_level 1)"
        ).fetchall()
        settle(folder / name)
        parts = [*parts, name]
    return Kept(rows, columns, list(growth.key) if growth else [], parts, mark, digest)


def _mark(con: duckdb.DuckDBPyConnection, table: str, growth: Growth) -> str | None:
    mark: str | None = _one(
        con, f"select cast(max({growth.changed}) as varchar) from {sql.relation(table)}"
    )
    return mark


def _still_adds_up(con: duckdb.DuckDBPyConnection, table: str, known: Kept) -> bool:
    """Whether what is kept and what came since is all there is: a clock set back or a row taken out would show."""
    growth = growth_of(table)
    if growth is None:
        return True
    source = sql.relation(table)
    rows = _one(con, f"select count(*) from {source}")
    added = _one(con, f"select count(*) from {source} where {_since(growth.created, known.mark)}")
    return bool(known.rows + added == rows)


def _since(instant: str, mark: str | None) -> str:
    return "true" if mark is None else f"{instant} > timestamp {sql.text(mark)}"


def _share(part: Path, target: Path) -> None:
    """The same file under another name; a copy where the disk knows no hard links."""
    if target.exists():
        return
    try:
        os.link(part, target)
    except OSError:
        shutil.copyfile(part, target)


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None
