"""A run keeps what the run before it built only where nothing stands against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import database
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.kept import Kept, close_book, open_book

AS_OF = date(2026, 6, 30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config").mkdir()
    (tmp_path / "project" / "models").mkdir(parents=True)
    (tmp_path / "project" / "models" / "one.sql").write_text("select 1")
    return Settings(
        tmp_path / "landing", tmp_path / "warehouse", as_of=AS_OF, config=tmp_path / "config"
    )


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    for file in (settings.build_database, settings.served_database):
        database.create(file)
    with database.connect(settings) as made:
        made.execute("create schema raw; create schema state")
        made.execute("create table raw.orders as select range // 2 as _file_id from range(10)")
        made.execute(
            "create table state.files as select distinct _file_id as file_id from raw.orders"
        )
        assert opened(made, settings) is None
        close_book(made, settings, "first", None, project(settings))
        yield made


def project(settings: Settings) -> Path:
    return settings.landing.parent / "project"


def opened(con: duckdb.DuckDBPyConnection, settings: Settings) -> Kept | None:
    return open_book(con, settings, project(settings))


def test_what_a_whole_run_left_is_kept_once(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    kept = opened(con, settings)
    assert kept is not None
    assert (kept.run_id, kept.known_files, kept.as_of) == ("first", 4, AS_OF)
    # The run that opened it died before it had built every layer.
    assert opened(con, settings) is None


def test_new_rows_and_a_stewards_decisions_are_no_reason_to_begin_anew(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    con.execute("insert into raw.orders values (5); insert into state.files values (5)")
    assert settings.config is not None
    (settings.config / "identity_decisions.csv").write_text("a,b\n")
    assert opened(con, replace(settings, as_of=date(2026, 7, 1))) is not None


@pytest.mark.parametrize(
    "reason",
    [
        "a row was let in under a file that is known",
        "a row was taken out",
        "the code is another",
        "a seed is another",
        "somebody asks for it",
        "a week has passed",
        "the clock was set back",
        "what is served is of another run",
        "what is served was lost",
    ],
)
def test_whatever_stands_against_it_makes_everything_anew(
    con: duckdb.DuckDBPyConnection, settings: Settings, reason: str
) -> None:
    assert settings.config is not None
    match reason:
        case "a row was let in under a file that is known":
            con.execute("insert into raw.orders values (2)")
        case "a row was taken out":
            con.execute("delete from raw.orders where _file_id = 0")
        case "the code is another":
            (project(settings) / "models" / "one.sql").write_text("select 1 + 1")
        case "a seed is another":
            (settings.config / "exchange_rates.csv").write_text("rate_date,currency,rate\n")
        case "somebody asks for it":
            settings = replace(settings, full_refresh=True)
        case "a week has passed":
            con.execute("update scv.changes.built set anew_at = anew_at - interval 7 day")
        case "the clock was set back":
            con.execute("update scv.changes.built set anew_at = anew_at + interval 1 day")
        case "what is served is of another run":
            con.execute("update served.changes.built set run_id = 'another'")
        case "what is served was lost":
            con.execute("drop schema served.changes cascade")
    assert opened(con, settings) is None


def test_a_week_is_counted_from_when_everything_was_made_anew(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    con.execute("update scv.changes.built set anew_at = anew_at - interval 6 day")
    kept = opened(con, settings)
    assert kept is not None
    close_book(con, settings, "second", kept, project(settings))
    con.execute("update scv.changes.built set anew_at = anew_at - interval 1 day")
    assert opened(con, settings) is None


def test_a_mapping_is_read_by_new_files_only_where_it_makes_rows_of_rows() -> None:
    """The words by which `is_row_by_row` knows: a mapping that joins, groups or ranks is read whole."""
    macro = (REPOSITORY / "macros" / "staging" / "entities.sql").read_text()
    found = re.search(r"set words = '([^']+)'", macro)
    assert found is not None
    mappings = {
        path.stem: path.read_text().lower()
        for path in (REPOSITORY / "models" / "staging").rglob("stg_*.sql")
    }
    row_by_row = {
        name
        for name, text in mappings.items()
        if not re.search(rf"\b({found[1]})\b", text.replace("union all", ""))
    }
    assert "stg_ga4_export__web_events" in row_by_row
    assert not row_by_row & {
        "stg_zendesk__tickets",
        "stg_stripe__payments",
        "stg_hubspot__profiles",
        "stg_shopify__orders",
    }
    for name in row_by_row:  # One table each, or one after the other.
        assert mappings[name].count("source(") == 1 + mappings[name].count("union all"), name
