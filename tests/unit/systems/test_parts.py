"""A mapping that is asked for the parts that a day touches says of them what it says when it is asked for everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration import sql
from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject
from tests.support import rows_apart

# Whose mappings tell parts.
ENTITIES = ("orders", "order_lines", "payments", "feedback", "survey_invitations")
# Files of the day, in which every other row came, bear numbers beyond all others.
LATER = 100_000


def _split(con: duckdb.DuckDBPyConnection) -> None:
    """Every other row of every file comes in a file of its own, on the day."""
    con.execute(
        f"insert into state.files select * replace (file_id + {LATER} as file_id) from state.files"
    )
    for (table,) in _raw(con):
        con.execute(
            f"update raw.{sql.name(table)} set _file_id = _file_id + {LATER} where hash(_file_row, _file_id) % 2 = 1"
        )


def _raw(con: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return con.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' and estimated_size > 0 "
        "and database_name = current_database()"
    ).fetchall()


def _build(settings: Settings, **variables: object) -> None:
    nodes = DbtProject(settings).build(
        [f"+{entity}_versions" for entity in ENTITIES], is_tested=False, variables=variables
    )
    assert not [(node.name, node.message) for node in nodes if node.is_failed]


@pytest.fixture
def warehouses(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> tuple[Settings, Settings]:
    """The known systems twice: built in one go, and every other row on a day after the others."""
    [(built,)] = connection.execute(
        "select path from duckdb_databases() where path is not null"
    ).fetchall()
    home = Path(built).parent.parent.parent
    made = []
    for name in ("whole", "daily"):
        settings = Settings(home / "landing", tmp_path / name, config=home / "config")
        for folder in (settings.build, settings.temporary):
            folder.mkdir(parents=True)
        shutil.copytree(
            home / "warehouse" / "build" / "seeds", settings.build / "seeds", dirs_exist_ok=True
        )
        shutil.copyfile(built, settings.build_database)
        with duckdb.connect(str(settings.build_database)) as con:
            _split(con)
        made.append(settings)
    whole, daily = made
    _build(whole)
    with duckdb.connect(str(daily.build_database)) as con:
        for (table,) in _raw(con):
            con.execute(f"delete from raw.{sql.name(table)} where _file_id > {LATER}")
    _build(daily)
    with duckdb.connect(str(daily.build_database)) as con:
        con.execute(f"attach '{whole.build_database}' as whole (read_only)")
        for (table,) in _raw(con):
            name = sql.name(table)
            con.execute(
                f"insert into raw.{name} select * from whole.raw.{name} where _file_id > {LATER}"
            )
        con.execute("create schema if not exists changes")
        con.execute("create or replace table changes.touched (model varchar, keys bigint)")
    _build(daily, is_kept=True, known_files=LATER, previous_as_of=daily.as_of.isoformat())
    return whole, daily


def test_parts_of_a_day_are_what_a_whole_reading_gives(
    warehouses: tuple[Settings, Settings],
) -> None:
    whole, daily = warehouses
    different: dict[str, int] = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{whole.build_database}' as whole (read_only)")
        con.execute(f"attach '{daily.build_database}' as daily (read_only)")
        for entity in ENTITIES:
            different |= rows_apart(con, "whole", "daily", f"staging.{entity}_versions")
        [(told,)] = con.execute("select count(*) from daily.changes.orders_versions").fetchall()
    assert different == {}
    assert told > 0
