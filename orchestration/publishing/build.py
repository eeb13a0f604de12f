"""Builds the file that readers will get: published relations copied out of the working database, with their words.

Copied whole and in order, or, where the run kept what the run before built, as a copy of that run's file in which what
changed takes the place of what was there. Rows that came so lie behind the ordered ones until all is copied again.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.database import STORAGE_VERSION
from orchestration.machine import memory
from orchestration.transformation.manifest import PublishedRelation

SOURCE = "scv"
TARGET = "target"
# Where more of a relation than this changed, all of it is put in order again.
_WORTH_CHANGING = 0.1
# Documents repeat their own words: so written they take a sixth of the room and half the time.
_PACKED = {"JSON": " using compression zstd"}


def build_file(
    source: Path,
    target: Path,
    relations: Sequence[PublishedRelation],
    scratch: Path,
    before: Path | None = None,
) -> dict[str, int]:
    """Write `target` anew; returns the rows of each relation. Nothing reads it before it is audited.

    `before` is the file that the run before published, where this run tells in `changes` what it changed since.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if before:
        # Where the file system can, both share what does not change.
        subprocess.run(["cp", "--reflink=auto", str(before), str(target)], check=True)
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"set temp_directory = {sql.text(str(scratch))}")
        con.execute(f"set memory_limit = {sql.text(memory())}")
        con.execute("set TimeZone = 'UTC'")
        # The working database keeps its own name, by which its views find what they read.
        con.execute(f"attach {sql.text(str(source))} as {SOURCE} (read_only)")
        con.execute(
            f"attach {sql.text(str(target))} as {TARGET} (storage_version '{STORAGE_VERSION}')"
        )
        changed = _make_room(con) if before else {}
        # One transaction: a thousand comments written down one by one would take longer than the data.
        con.execute("begin")
        rows = {
            r.qualified: _change(con, r, *changed[r.qualified])
            if r.qualified in changed
            else _copy(con, r)
            for r in relations
        }
        con.execute("commit")
        con.execute(f"checkpoint {TARGET}")
        con.execute(f"detach {TARGET}")
    finally:
        con.close()
    return rows


def _make_room(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, Sequence[str]]]:
    """Take out what is to be copied whole, so that its blocks are written again.

    Returns what is changed in place: relation → the table of keys that changed, and which of its columns are the key.
    """
    changed = {}
    for schema, name, key in con.execute(
        "select held.schema_name, held.table_name, changes.comment from duckdb_tables() as held "
        f"left join duckdb_tables() as changes on changes.database_name = '{SOURCE}' and changes.schema_name = 'changes' "
        f"and changes.table_name = held.table_name and changes.estimated_size <= held.estimated_size * {_WORTH_CHANGING} "
        f"where held.database_name = '{TARGET}'"
    ).fetchall():
        if key:
            changed[f"{schema}.{name}"] = (f"{SOURCE}.changes.{sql.name(name)}", key.split(", "))
        else:
            con.execute(f"drop table {TARGET}.{sql.name(schema)}.{sql.name(name)}")
    con.execute(f"checkpoint {TARGET}")
    return changed


def _change(
    con: duckdb.DuckDBPyConnection,
    relation: PublishedRelation,
    changes: str,
    key: Sequence[str],
) -> int:
    """Put what a run changed in one relation in the place of what was there."""
    held = f"{SOURCE}.{sql.name(relation.schema)}.{sql.name(relation.name)}"
    name = f"{TARGET}.{sql.name(relation.schema)}.{sql.name(relation.name)}"
    same = " and ".join(
        f"changed.{sql.name(column)} is not distinct from held.{sql.name(column)}" for column in key
    )
    con.execute(f"delete from {name} as held using {changes} as changed where {same}")
    con.execute(
        f"insert into {name} by name "
        f"select held.* from {held} as held semi join {changes} as changed on {same}"
    )
    row = con.execute(f"select count(*) from {name}").fetchone()
    return int(row[0]) if row else 0


def _copy(con: duckdb.DuckDBPyConnection, relation: PublishedRelation) -> int:
    con.execute(f"create schema if not exists {TARGET}.{sql.name(relation.schema)}")
    held = f"{SOURCE}.{sql.name(relation.schema)}.{sql.name(relation.name)}"
    name = f"{TARGET}.{sql.name(relation.schema)}.{sql.name(relation.name)}"
    present = {
        str(column): str(kind) for column, kind, *_ in con.execute(f"describe {held}").fetchall()
    }
    order = [column for column in relation.order_by if column in present]
    if not order and "customer_id" in present:
        # Questions are about customers: rows of one customer lie together, so few blocks are read.
        order = ["customer_id"]
    sorting = f" order by {', '.join(sql.name(column) for column in order)}" if order else ""
    declared = ", ".join(
        f"{sql.name(column)} {kind}{_PACKED.get(kind, '')}" for column, kind in present.items()
    )
    con.execute(f"create table {name} ({declared})")
    con.execute(f"insert into {name} select * from {held}{sorting}")
    if relation.primary_key:
        listed = ", ".join(sql.name(column) for column in relation.primary_key)
        con.execute(f"alter table {name} add primary key ({listed})")
    if relation.description:
        con.execute(f"comment on table {name} is {sql.text(relation.description)}")
    for column in relation.columns:
        if column.description and column.name in present:
            con.execute(
                f"comment on column {name}.{sql.name(column.name)} is {sql.text(column.description)}"
            )
    row = con.execute(f"select count(*) from {name}").fetchone()
    return int(row[0]) if row else 0


def settle(path: Path) -> None:
    """Make a file or folder, and its name in the folder it lies in, survive a power cut."""
    for each, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        handle = os.open(each, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def swap(link: Path, target: Path) -> None:
    """Point a symlink at another file in one step: a reader finds the old one or the new one, always one."""
    beside = link.with_name(f".{link.name}.next")
    beside.unlink(missing_ok=True)
    os.symlink(os.path.relpath(target, link.parent), beside)
    os.replace(beside, link)
    handle = os.open(link.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
