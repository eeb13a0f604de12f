"""Decisions are remembered, overruled, withdrawn and refused as they should be, on the SQL that the warehouse runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.sql import Models

A, B, C = ("crm", "A"), ("crm", "B"), ("shop", "C")
Row = tuple[str, ...]


def row(day: str, decision: str, one: Row, other: Row, reason: str = "asked") -> Row:
    return (day, "Ada", decision, *one, *other, reason)


class Steward:
    """The models of decisions, over three profiles of two customers."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.models = Models(con, {"decision_registry": "state"})
        self.now = datetime(2026, 1, 1)
        con.execute(
            """
            create schema state;
            create table identity_decisions (
                decided_at varchar, decided_by varchar, decision varchar, source_id_1 varchar,
                source_record_id_1 varchar, source_id_2 varchar, source_record_id_2 varchar, reason varchar
            );
            create table int_profiles as select * from
                (values (0, 'crm', 'A'), (1, 'crm', 'B'), (2, 'shop', 'C')) as p (node, source_id, source_record_id);
            create table crosswalk as select * from
                (values ('crm', 'A', 'c1'), ('crm', 'B', 'c1'), ('shop', 'C', 'c2'))
                as p (source_id, source_record_id, customer_id);
            """
        )

    def run(self, *rows: Row, is_file_given: bool = True) -> list[tuple[object, ...]]:
        """One run; returns the decided pairs."""
        self.now += timedelta(days=1)
        self.models.variables["is_decisions_file_given"] = is_file_given
        self.con.execute("delete from identity_decisions")
        if rows:
            self.con.executemany(
                "insert into identity_decisions values (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
        about = (self.now, f"run {self.now:%d}")
        self.models.upsert("decision_registry", "decision_id", *about)
        self.models.build("int_decisions", *about)
        self.models.build("decisions", *about)
        return self.con.execute(
            "select node_1, node_2, decision from int_decisions order by all"
        ).fetchall()

    def statuses(self) -> list[tuple[object, ...]]:
        return self.con.execute(
            "select decision, source_record_id_1 || source_record_id_2, status from decisions "
            "order by decided_at, decision"
        ).fetchall()


@pytest.fixture
def steward() -> Iterator[Steward]:
    with duckdb.connect(":memory:") as con:
        con.execute("set TimeZone = 'UTC'")
        yield Steward(con)


def test_the_newest_decision_about_a_pair_holds_whoever_is_named_first(steward: Steward) -> None:
    rows = [row("2026-01-02", "unlink", B, A), row("2026-01-01", "link", A, B)]
    assert steward.run(*rows) == [(0, 1, "unlink")]
    # Of one day the row further down, and an hour in another zone is the hour it is here.
    assert steward.run(*rows, row("2026-01-02", "link", A, B)) == [(0, 1, "link")]
    late = row("2026-01-02T23:00:00-05:00", "unlink", A, B)
    early = row("2026-01-03T01:00:00Z", "Link ", A, B)
    assert steward.run(late, early) == [(0, 1, "unlink")]


def test_what_became_of_each_is_told(steward: Steward) -> None:
    steward.con.execute("update crosswalk set customer_id = 'c3' where source_record_id = 'C'")
    found = steward.run(
        row("2026-01-01", "link", A, B),
        row("2026-01-02", "unlink", A, B),
        row("2026-01-03", "link", B, C),
        row("2026-01-04", "link", A, ("crm", "gone")),
        row("2026-01-05", "join", A, C),
        row("2026-01-06", "link", A, A),
        row("2026-01-07", "link", A, ("", "C")),
        row("yesterday", "link", A, C),
    )
    assert found == [(0, 1, "unlink"), (1, 2, "link")]
    assert steward.statuses() == [
        ("link", "AB", "overruled"),
        ("unlink", "AB", "in force"),
        ("link", "BC", "contradicted"),
        ("link", "Agone", "waiting"),
        ("join", "AC", "refused"),
        ("link", "AA", "refused"),
        ("link", "CA", "refused"),
        ("link", "AC", "refused"),
    ]


def test_a_row_taken_out_is_withdrawn_and_a_lost_file_withdraws_nothing(steward: Steward) -> None:
    rows = [row("2026-01-01", "link", A, B), row("2026-01-02", "unlink", A, C)]
    decided = steward.run(*rows)
    assert steward.run(is_file_given=False) == decided
    assert steward.run(rows[0]) == [(0, 1, "link")]
    assert steward.statuses() == [("link", "AB", "in force"), ("unlink", "AC", "withdrawn")]
    # Once withdrawn it stays so, until it is written down again.
    assert steward.run(is_file_given=False) == [(0, 1, "link")]
    assert steward.run(*rows) == decided
    assert [status for *_, status in steward.statuses()] == ["in force", "in force"]


def test_a_decision_waits_for_its_profile_and_returns_with_it(steward: Steward) -> None:
    rows = [row("2026-01-01", "unlink", A, B)]
    assert steward.run(*rows) == [(0, 1, "unlink")]
    steward.con.execute("delete from int_profiles where source_record_id = 'B'")
    assert steward.run(*rows) == []
    steward.con.execute("insert into int_profiles values (7, 'crm', 'B')")
    assert steward.run(*rows) == [(0, 7, "unlink")]
