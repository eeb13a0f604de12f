"""The two files that a run works in: how they are laid out, opened together, and what is told when one cannot be opened.

The working database holds what only runs read. What readers get is built in the other, `served`, and copied for them: so
it is written once. Who opens both finds a relation by its schema and name, whichever file it lies in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.errors import ScvError
from orchestration.machine import advice, memory, trouble
from orchestration.settings import Settings

# What every DuckDB from 1.4 on opens. The default serves far older ones, and writing takes three times as long.
STORAGE_VERSION = "v1.4.0"
# The smallest there is: rows of what readers look up one by one are published in such groups (`publishing/build.py`).
ROW_GROUP = 2048
# What the files are called where both are open. dbt takes the names from their paths.
WORKING, SERVED = "scv", "served"


def connect(settings: Settings, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Both files, with the memory that a run may take; times are UTC."""
    con = duckdb.connect(str(settings.build_database), read_only=read_only)
    try:
        con.execute(f"set memory_limit = {sql.text(memory())}; set TimeZone = 'UTC'").fetchall()
        if settings.served_database.is_file():
            how = " (read_only)" if read_only else ""
            con.execute(f"attach {sql.text(str(settings.served_database))} as {SERVED}{how}")
            # DuckDB looks for `schema.name` in other files than its own only along this path.
            places = con.execute(
                "select database_name, schema_name from duckdb_schemas() where not internal "
                f"and database_name in ('{WORKING}', '{SERVED}') order by database_name <> '{WORKING}', schema_name"
            ).fetchall()
            path = ",".join(
                f"{sql.name(database)}.{sql.name(schema)}" for database, schema in places
            )
            con.execute(f"set search_path = {sql.text(f'main,{path}')}")
    except BaseException:
        con.close()
        raise
    return con


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """A file for readers, to be written to under its own name. Opened in the usual way, its next checkpoint would merge what
    lies in small row groups."""
    con = duckdb.connect()
    con.execute(
        f"attach {sql.text(str(path))} as {sql.name(path.stem)} (row_group_size {ROW_GROUP})"
    )
    con.execute(f"use {sql.name(path.stem)}")
    return con


def create(path: Path) -> None:
    """Make an empty database where there is none; whoever opens it afterwards keeps its layout."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"attach {sql.text(str(path))} as made (storage_version '{STORAGE_VERSION}')")


def must_open(path: Path, say: Callable[[str], None], first_wait_seconds: float = 1.0) -> None:
    """End with a message where the file cannot be opened for writing; somebody who only looks into it may be quick."""
    waits = [first_wait_seconds * 2**number for number in range(3)]
    while True:
        try:
            duckdb.connect(str(path)).close()
            return
        except duckdb.Error as problem:
            if not waits or not _is_held(problem):
                raise ScvError(why_not(problem, path)) from problem
            say(f"{path} is held by another program; trying again in {waits[0]:g} s")
            time.sleep(waits.pop(0))


def why_not(problem: duckdb.Error, path: Path) -> str:
    """Why the working database cannot be opened, and what to do."""
    told = trouble(problem)
    if told:
        return advice(told)
    if _is_held(problem):
        process = re.search(r"PID \d+", str(problem))
        who = f" ({process[0]})" if process else ""
        return (
            f"The working database {path} is held by another program{who}. Close it there and run again; "
            "readers open the published file, which nobody has to wait for."
        )
    return (
        f"The working database {path} is damaged. Move it away (mv {path} {path}.damaged) and run again: the run "
        "makes it anew from what is kept beside the newest version, and loads what landed since. What is published is whole."
    )


def _is_held(problem: duckdb.Error) -> bool:
    return "Could not set lock" in str(problem)
