"""Builds the file that readers will get: what is served as it lies there, the rest copied beside it, and the words of all."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.database import ROW_GROUP, STORAGE_VERSION, WORKING
from orchestration.machine import memory
from orchestration.transformation.manifest import PublishedRelation

_TARGET = "target"


def build_file(
    source: Path,
    target: Path,
    relations: Sequence[PublishedRelation],
    scratch: Path,
    served: Path | None = None,
) -> dict[str, int]:
    """Write `target` anew; returns the rows of each relation. Nothing reads it before it is audited.

    It begins as a copy of `served`; relations that are not in there are taken out of the working database `source`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if served:
        _copy_file(served, target)
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"set temp_directory = {sql.text(str(scratch))}")
        con.execute(f"set memory_limit = {sql.text(memory())}")
        con.execute("set TimeZone = 'UTC'")
        # The working database keeps its own name, by which its views find what they read.
        con.execute(f"attach {sql.text(str(source))} as {WORKING} (read_only)")
        looked_up = [relation for relation in relations if relation.primary_key]
        others = [relation for relation in relations if not relation.primary_key]
        rows = {}
        with _opened(con, target):
            _leave(con, others)
            held = _tables(con)
            for relation in others:
                if relation.qualified not in held:
                    _copy(con, relation)
                rows[relation.qualified] = _finish(con, relation)
        # Whoever asks for one row reads the blocks that its row group lies in: of many columns of many rows these are as many
        # as there are columns, of few rows a handful.
        if looked_up:
            with _few_blocks(con), _opened(con, target, ROW_GROUP):
                for relation in looked_up:
                    _copy(con, relation)
                    rows[relation.qualified] = _finish(con, relation)
        return rows
    finally:
        con.close()


@contextmanager
def _opened(
    con: duckdb.DuckDBPyConnection, target: Path, row_group: int | None = None
) -> Iterator[None]:
    """The target, changed in one transaction: a thousand comments written one by one would take longer than the data."""
    rows = f", row_group_size {row_group}" if row_group else ""
    con.execute(
        f"attach {sql.text(str(target))} as {_TARGET} (storage_version '{STORAGE_VERSION}'{rows})"
    )
    con.execute("begin")
    yield
    con.execute("commit")
    con.execute(f"checkpoint {_TARGET}")
    con.execute(f"detach {_TARGET}")


@contextmanager
def _few_blocks(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Columns of one row group written next to each other share blocks; several writers give each column its own."""
    con.execute("set threads = 1; set write_buffer_row_group_count = 1")
    yield
    con.execute("reset threads; reset write_buffer_row_group_count")


def _copy_file(source: Path, target: Path) -> None:
    # Where the file system can, both share what does not change.
    done = subprocess.run(
        ["cp", "--reflink=auto", str(source), str(target)], check=False, stderr=subprocess.DEVNULL
    )
    if done.returncode:
        # As slow as can be, and with an error that says what is wrong: mostly that the disk is full.
        shutil.copyfile(source, target)


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    found = con.execute(
        f"select schema_name || '.' || table_name from duckdb_tables() where database_name = '{_TARGET}'"
    ).fetchall()
    return {str(name) for (name,) in found}


def _leave(con: duckdb.DuckDBPyConnection, relations: Sequence[PublishedRelation]) -> None:
    """Take out what readers do not get: what the run changed, and relations of an older release."""
    con.execute(f"drop schema if exists {_TARGET}.changes cascade")
    for name in _tables(con) - {relation.qualified for relation in relations}:
        con.execute(f"drop table {_TARGET}.{sql.relation(name)}")


def _copy(con: duckdb.DuckDBPyConnection, relation: PublishedRelation) -> None:
    name = sql.relation(relation.qualified)
    order = ", ".join(sql.name(column) for column in relation.order_by)
    con.execute(f"create schema if not exists {_TARGET}.{sql.name(relation.schema)}")
    con.execute(
        f"create table {_TARGET}.{name} as from {WORKING}.{name}"
        + (f" order by {order}" if order else "")
    )
    if relation.primary_key:
        listed = ", ".join(sql.name(column) for column in relation.primary_key)
        con.execute(f"alter table {_TARGET}.{name} add primary key ({listed})")


def _finish(con: duckdb.DuckDBPyConnection, relation: PublishedRelation) -> int:
    """Give one relation its words; returns its rows."""
    name = f"{_TARGET}.{sql.relation(relation.qualified)}"
    if relation.description:
        con.execute(f"comment on table {name} is {sql.text(relation.description)}")
    present = {row[0] for row in con.execute(f"describe {name}").fetchall()}
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
