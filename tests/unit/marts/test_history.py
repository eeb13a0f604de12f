"""What sources overwrite is kept: versions of tickets with the time they held, in whatever order they arrived."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.sql import Models

COLUMNS = ("ticket_id", "customer_ref", "status", "opened_at", "updated_at", "is_deleted")
Version = tuple[str, str | None, str, str]


def history(*versions: Version, shuffled: int | None = None) -> list[Any]:
    """(status, updated_at, loaded_at, outcome) of one ticket opened on the first → status, from, to; days of January."""
    con = duckdb.connect()
    con.execute(
        "create table tickets_versions (source_id varchar, ticket_id varchar, customer_ref varchar, status varchar, "
        "opened_at timestamp, updated_at timestamp, is_deleted boolean, _outcome varchar, _file_id bigint, "
        "_file_row bigint, _loaded_at timestamp); "
        "create table fct_tickets (source_id varchar, ticket_id varchar, customer_id varchar); "
        "create table crosswalk as select 's' as source_id, 'P' as source_record_id, 'c' as customer_id"
    )
    rows = [
        [
            *("s", "T", "P", status, "2026-01-01"),
            updated and f"2026-01-{updated}",
            *(status == "gone", outcome, file, 1, f"2026-01-{loaded}"),
        ]
        for file, (status, updated, loaded, outcome) in enumerate(versions)
    ]
    if shuffled is not None:
        random.Random(shuffled).shuffle(rows)
    con.executemany(f"insert into tickets_versions values ({', '.join('?' * 11)})", rows)
    models = Models(
        con,
        macros={
            "entity_columns": lambda entity: dict.fromkeys(COLUMNS, "varchar"),
            "entity_key": lambda entity: ["ticket_id"],
        },
    )
    models.build("ticket_history", datetime(2026, 2, 1), "r")
    found = con.execute(
        "select status, day(valid_from), day(valid_to), is_current, customer_id from ticket_history order by valid_from"
    ).fetchall()
    assert all(customer == "c" for *_, customer in found)
    assert all(is_current == (ended is None) for _, _, ended, is_current, _ in found)
    return [(status, began, ended) for status, began, ended, _, _ in found]


OPEN: Version = ("open", None, "05", "superseded")
PENDING: Version = ("pending", "07", "20", "superseded")
SOLVED: Version = ("solved", "10", "11", "live")


def test_a_version_holds_from_its_time_to_that_of_the_next() -> None:
    assert history(OPEN, SOLVED) == [("open", 1, 10), ("solved", 10, None)]


@pytest.mark.parametrize("seed", range(4))
def test_a_version_that_came_late_stands_where_it_belongs(seed: int) -> None:
    assert history(OPEN, SOLVED, PENDING, shuffled=seed) == [
        *(("open", 1, 7), ("pending", 7, 10), ("solved", 10, None)),
    ]


def test_a_deletion_ends_what_was_there() -> None:
    gone: Version = ("gone", "15", "16", "deleted")
    told = history(OPEN, ("solved", "10", "11", "superseded"), gone)
    assert told == [("open", 1, 10), ("solved", 10, 15)]


def test_what_a_full_delivery_left_out_ends_with_the_newest_arrival() -> None:
    assert history(OPEN, ("solved", "10", "11", "deleted")) == [("open", 1, 10), ("solved", 10, 11)]


def test_a_time_after_the_arrival_is_not_believed_and_the_refused_never_held() -> None:
    assert history(("open", "25", "05", "live"), ("absurd", "26", "06", "quarantined")) == [
        ("open", 5, None)
    ]
