"""Back to a kept version and forward again; what differs between two; what dead runs leave is cleared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ScvError, UsageError
from orchestration.publishing.catalogue import catalogue
from orchestration.publishing.diff import ColumnChange, diff
from orchestration.publishing.give import give
from orchestration.publishing.rollback import roll_back
from orchestration.publishing.versions import (
    newest_given,
    remove_unfinished,
    rolled_back,
    versions,
)
from orchestration.running import record
from orchestration.settings import Settings

FIRST, SECOND, THIRD = (f"2026010{n}T000000.000Z-aaaaaa" for n in (1, 2, 3))

_BEFORE = """
create schema core;
create table core.dim_customer as select * from (values ('c1', 'Ada', 1.5), ('c2', null, 2), ('c3', 'Eve', null))
    as t (customer_id, display_name, paid_amount);
create table core.links as select * from (values (1, 2), (1, 2), (3, 4)) as t (a, b);
create table core.same as select 1 as n;
create table core.gone as select 1 as n;
create schema quality;
create table quality.runs as select 'x' as version, date '2026-01-01' as as_of;
"""
_AFTER = """
create schema core;
create table core.dim_customer as select * from (values ('c1', 'Ada', 1.5, 1), ('c2', null, 3, 1), ('c4', 'Bob', 7, 1))
    as t (customer_id, display_name, paid_amount, is_new);
create table core.links as select * from (values (1, 2), (3, 5)) as t (a, b);
create table core.same as select 1 as n;
create schema quality;
create table quality.runs as select 'y' as version, date '2026-01-02' as as_of;
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    made.temporary.mkdir(parents=True)
    return made


def _publish(
    settings: Settings, name: str, content: str = "create table t as select 1 as n"
) -> Path:
    beside = settings.versions / f".{name}"
    beside.mkdir(parents=True)
    with duckdb.connect(str(beside / "scv.duckdb")) as con:
        con.execute(content)
    return give(settings, beside, name, keep=5)


def test_back_forward_and_on(settings: Settings) -> None:
    for name in (FIRST, SECOND):
        _publish(settings, name)
    done = roll_back(settings, None)
    assert (done.left, done.now, done.is_newest) == (SECOND, FIRST, False)
    assert settings.published.resolve().parent.name == FIRST
    assert rolled_back(settings)["from"] == SECOND == newest_given(settings)
    # The version that was left is no dead run's: it stays, and readers can have it again.
    remove_unfinished(settings)
    assert roll_back(settings, SECOND).is_newest
    assert not rolled_back(settings)
    roll_back(settings, FIRST)
    _publish(settings, THIRD)
    assert not rolled_back(settings)
    assert [version.is_current for version in versions(settings)] == [True, False, False]


def test_a_run_that_was_rolled_back_from_did_publish(settings: Settings) -> None:
    for name in (FIRST, SECOND):
        _publish(settings, name)
    roll_back(settings, None)
    with duckdb.connect() as con:
        record.prepare(con)
        for name in (SECOND, THIRD):
            con.execute(
                "insert into state.runs (run_id, outcome, version) values (?, 'published', ?)",
                [name, name],
            )
        record.begin(con, "next", {}, newest_given(settings))
        # The third wrote down that it published and died before readers had it.
        assert con.execute("select outcome from state.runs order by run_id").fetchall() == [
            ("published",), ("died",), ("running",),
        ]  # fmt: skip


def test_what_readers_never_had_is_cleared(settings: Settings) -> None:
    _publish(settings, FIRST)
    for name in (f".{SECOND}", THIRD):
        (settings.versions / name).mkdir()
        (settings.versions / name / "scv.duckdb").touch()
    remove_unfinished(settings)
    assert [path.name for path in settings.versions.iterdir()] == [FIRST]


def test_where_there_is_nothing_to_go_back_to(settings: Settings) -> None:
    with pytest.raises(UsageError, match="nothing published"):
        roll_back(settings, None)
    _publish(settings, FIRST)
    with pytest.raises(UsageError, match="oldest"):
        roll_back(settings, None)
    with pytest.raises(UsageError, match=f"Kept are: {FIRST}"):
        roll_back(settings, "2027")
    with pytest.raises(UsageError, match="already"):
        roll_back(settings, FIRST)


def test_a_damaged_version_is_given_to_nobody(settings: Settings) -> None:
    _publish(settings, FIRST).write_bytes(b"no database")
    _publish(settings, SECOND)
    with pytest.raises(ScvError, match="damaged"):
        roll_back(settings, None)
    assert settings.published.resolve().parent.name == SECOND
    assert not rolled_back(settings)


def test_what_differs_between_two_versions(settings: Settings) -> None:
    before, after = _publish(settings, FIRST, _BEFORE), _publish(settings, SECOND, _AFTER)
    found = diff(before, after, {"core.dim_customer": ["customer_id"]}, settings.temporary)
    assert found.relations_same == 1
    changes = {change.relation: change for change in found.relations}
    gone, links, customers = (changes[f"core.{name}"] for name in ("gone", "links", "dim_customer"))
    assert (gone.relation, gone.rows_removed, gone.rows_after) == ("core.gone", 1, 0)
    assert (links.rows_added, links.rows_removed, links.rows_changed) == (1, 2, None)
    assert customers.columns_added == ("is_new",)
    counts = (customers.rows_added, customers.rows_removed, customers.rows_changed)
    assert counts == (1, 1, 1)
    assert customers.columns == (ColumnChange("paid_amount", 1, 3.5, 11.5),)
    assert diff(before, before, {}, settings.temporary).relations == ()


def test_versions_say_what_they_hold(settings: Settings) -> None:
    _publish(settings, "x", _BEFORE)
    (listed,) = catalogue(settings)
    assert (listed.as_of, listed.customers, listed.rows) == (date(2026, 1, 1), 3, 9)
    (settings.versions / "x" / "scv.duckdb").write_bytes(b"no database")
    assert catalogue(settings)[0].rows is None
