"""The books of the runs in the working database: `state.runs`, `state.gate_results`, `state.identity_benchmark`.

`state.files` and `state.quarantine` are the loader's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from orchestration.gates.results import CheckResult

_TABLES = """
create schema if not exists state;
create table if not exists state.runs (
    run_id varchar, started_at timestamp, ended_at timestamp, outcome varchar, stopped_by varchar,
    message varchar, version varchar, as_of date, is_full_refresh boolean, files_loaded bigint, rows_in bigint,
    rows_loaded bigint, rows_quarantined bigint, profiles bigint, customers bigint, checks bigint,
    checks_failed bigint, checks_warned bigint, seconds double, stage_seconds json, code_version varchar
);
create table if not exists state.gate_results (
    run_id varchar, layer varchar, relation varchar, check_name varchar, source_id varchar, severity varchar,
    is_success boolean, expected varchar, observed varchar, sample_keys json, evaluated_at timestamp
);
create table if not exists state.identity_benchmark (
    run_id varchar, measured_at timestamp, measure varchar, value double
);
-- Warehouses of older releases have the table without these.
alter table state.identity_benchmark add column if not exists truth varchar;
alter table state.identity_benchmark add column if not exists threshold double;
"""

_RUN_COLUMNS = (
    "ended_at",
    "outcome",
    "stopped_by",
    "message",
    "version",
    "files_loaded",
    "rows_in",
    "rows_loaded",
    "rows_quarantined",
    "profiles",
    "customers",
    "checks",
    "checks_failed",
    "checks_warned",
    "seconds",
    "stage_seconds",
)


def now() -> datetime:
    """This instant as the warehouse stores it: UTC, without zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables where they are missing."""
    con.execute(_TABLES)


def begin(
    con: duckdb.DuckDBPyConnection, run_id: str, facts: Mapping[str, Any], published: str | None
) -> None:
    """Open the row of one run; rows of runs that never ended are closed as died.

    A run writes down that it published just before readers get its version, so that the version can say so too;
    `published` is the version that they really have.
    """
    prepare(con)
    con.execute(
        "update state.runs set outcome = 'died', version = null "
        "where outcome = 'running' or (outcome = 'published' and version > ?)",
        [published or ""],
    )
    names = ["run_id", "started_at", "outcome", *facts]
    marks = ", ".join("?" for _ in names)
    con.execute(
        f"insert into state.runs ({', '.join(names)}) values ({marks})",
        [run_id, now(), "running", *facts.values()],
    )


def add_looks(con: duckdb.DuckDBPyConnection, looks: Iterable[Mapping[str, Any]]) -> None:
    """Runs that found nothing to do; one that is in the books already stays as it is."""
    for look in looks:
        con.execute(
            "insert into state.runs (run_id, started_at, ended_at, as_of, seconds, outcome) "
            "select ?, ?, ?, ?, ?, 'unchanged' where ? not in (select run_id from state.runs)",
            [
                *(look["run_id"], look["started_at"], look["ended_at"]),
                *(look["as_of"], look["seconds"], look["run_id"]),
            ],
        )


def update(con: duckdb.DuckDBPyConnection, run_id: str, facts: Mapping[str, Any]) -> None:
    """Write what is known of one run by now."""
    known = {name: facts[name] for name in _RUN_COLUMNS if name in facts}
    settings = ", ".join(f"{name} = ?" for name in known)
    values = [json.dumps(value) if isinstance(value, dict) else value for value in known.values()]
    con.execute(f"update state.runs set {settings} where run_id = ?", [*values, run_id])


def write_results(
    con: duckdb.DuckDBPyConnection, run_id: str, results: Iterable[CheckResult]
) -> None:
    """Keep what the gates of one run found."""
    rows = [
        (
            run_id,
            result.layer,
            result.relation,
            result.check_name,
            result.source_id,
            result.severity,
            result.is_success,
            result.expected,
            result.observed,
            json.dumps(list(result.sample_keys)),
            result.evaluated_at,
        )
        for result in results
    ]
    if rows:
        con.execute("begin")
        con.executemany(
            "insert into state.gate_results values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
        con.execute("commit")
