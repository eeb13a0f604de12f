"""Setting a source aside: what it brought since the last published run waits outside raw until somebody lets it in.

So one bad system does not hold the rest: its old data stay, its staleness shows. Nothing is lost: the rows lie in
`state.aside__<table>`, which is saved with every version as raw is, and come back under their old file and row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import duckdb

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.gates.arrivals import TABLES, is_new
from orchestration.gates.results import CheckResult
from orchestration.ingestion.sources import Sources

SET_ASIDE = "set_aside"
SKIPPED = "the source was set aside (on_failure: skip_source)"
_PREFIX = "aside__"


# Layers whose relations can show that one source is bad. What the loader and the reconciliation got wrong is no source's fault.
_OF_SOURCES = ("raw", "staging", "identity", "core", "marts")


def to_be_skipped(failed: Collection[CheckResult], sources: Sources) -> set[str]:
    """The sources to go on without; empty where something failed that no source answers for alone."""
    skipped = set()
    for result in failed:
        source = result.source_id
        is_of_source = result.relation.partition(".")[0] in _OF_SOURCES and source is not None
        if not is_of_source or sources.get(source or "").on_failure != "skip_source":
            return set()
        skipped.add(source or "")
    return skipped


def is_about_aside(result: CheckResult) -> bool:
    """Whether a result tells of a source that waits outside."""
    return not result.is_success and (
        result.check_name == "source_set_aside" or result.observed.endswith(SKIPPED)
    )


def set_aside(con: duckdb.DuckDBPyConnection, source_id: str, why: str) -> int:
    """Take what no published run has seen of a source out of raw; returns how many files."""
    con.execute(TABLES).fetchall()
    files = con.execute(
        "select files.file_id, files.system, files.table_name from state.files as files "
        "left join gates.arrival_files as members on files.file_id = members.file_id "
        "left join gates.arrivals as arrivals on members.arrival_id = arrivals.arrival_id "
        f"where files.status = 'loaded' and files.source_id = ? and (arrivals.arrival_id is null or {is_new()})",
        [source_id],
    ).fetchall()
    _move(con, files, "raw", "state", SET_ASIDE, why)
    return len(files)


def release(con: duckdb.DuckDBPyConnection, source_id: str) -> int:
    """Bring back what was set aside of a source; the next run judges it again."""
    files = con.execute(
        "select file_id, system, table_name from state.files where status = ? and source_id = ?",
        [SET_ASIDE, source_id],
    ).fetchall()
    if not files:
        raise UsageError(f"Nothing of the source '{source_id}' is set aside.")
    _move(con, files, "state", "raw", "loaded", None)
    return len(files)


def _move(
    con: duckdb.DuckDBPyConnection,
    files: list[tuple[int, str, str]],
    here: str,
    there: str,
    status: str,
    why: str | None,
) -> None:
    tables: dict[str, list[int]] = {}
    for file_id, system, table in files:
        tables.setdefault(f"{system}__{table}", []).append(file_id)
    con.execute("begin").fetchall()
    try:
        for table, ids in tables.items():
            _move_rows(con, _named(here)(table), _named(there)(table), ids)
        con.execute(
            "update state.files set status = ?, reason = ? where list_contains(?::bigint[], file_id)",
            [status, why, [file_id for file_id, _, _ in files]],
        ).fetchall()
        con.execute("commit").fetchall()
    except BaseException:
        con.execute("rollback").fetchall()
        raise


def _named(schema: str) -> Callable[[str], str]:
    prefix = _PREFIX if schema == "state" else ""
    return lambda table: f"{schema}.{sql.name(prefix + table)}"


def _move_rows(con: duckdb.DuckDBPyConnection, here: str, there: str, ids: list[int]) -> None:
    con.execute(f"create table if not exists {there} as select * from {here} limit 0").fetchall()
    # The contract may have grown since the other table was made.
    for name, data_type, *_ in con.execute(f"describe {here}").fetchall():
        con.execute(
            f"alter table {there} add column if not exists {sql.name(name)} {data_type}"
        ).fetchall()
    these = f"where _file_id in ({', '.join(map(str, ids))})"
    con.execute(f"insert into {there} by name select * from {here} {these}").fetchall()
    con.execute(f"delete from {here} {these}").fetchall()
