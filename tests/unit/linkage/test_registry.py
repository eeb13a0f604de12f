"""What readers never saw did not happen to anybody's id."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.linkage.registry import take_back

_BOOKS = """
create schema state;
create table state.runs (run_id varchar, started_at timestamp, outcome varchar);
create table state.identity_registry (
    source_record_id varchar, customer_id varchar, valid_from timestamp, valid_to timestamp, run_id varchar,
    end_run_id varchar
);
insert into state.runs values
    ('first', '2026-01-01', 'stopped'), ('second', '2026-01-02', 'published'),
    ('third', '2026-01-03', 'unchanged'), ('fourth', '2026-01-04', 'stopped'), ('fifth', '2026-01-05', 'running');
insert into state.identity_registry values
    -- An older release published what a stopped run had given.
    ('a', 'A', '2026-01-01', null, 'first', null),
    ('b', 'B', '2026-01-02', '2026-01-04', 'second', 'fourth'),
    ('b', 'A', '2026-01-04', '2026-01-05', 'fourth', 'fifth'),
    ('c', 'C', '2026-01-01', '2026-01-02', 'first', 'second'),
    ('d', 'D', '2026-01-05', null, 'fifth', null);
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(_BOOKS)
    return con


def _registry(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute(
        "select source_record_id, customer_id, valid_to is null, end_run_id from state.identity_registry order by all"
    ).fetchall()


def test_the_registry_goes_back_to_what_was_published_last(con: duckdb.DuckDBPyConnection) -> None:
    take_back(con)
    published = [("a", "A", True, None), ("b", "B", True, None), ("c", "C", False, "second")]
    assert _registry(con) == published
    take_back(con)
    assert _registry(con) == published


def test_before_the_first_published_run_nobody_has_an_id(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update state.runs set outcome = 'stopped' where outcome = 'published'")
    take_back(con)
    assert _registry(con) == []


def test_what_cannot_be_taken_back_stays(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("alter table state.identity_registry drop column end_run_id")
    take_back(con)
    assert con.execute("select count(*) from state.identity_registry").fetchone() == (5,)
    con.execute("drop table state.identity_registry")
    take_back(con)
