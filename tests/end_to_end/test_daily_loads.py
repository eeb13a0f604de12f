"""A month of daily loads and one load of everything give the same tables, row for row, whatever the order of arrival.

Each build in between counts from a day of its own and keeps what the build before it made, but for what is touched: a
row that it forgot to touch is a row of an earlier day, and differs.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import database
from orchestration.commands import load_only
from orchestration.running import record
from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject
from orchestration.transformation.kept import close_book, open_book
from orchestration.transformation.layers import LAYERS
from orchestration.transformation.manifest import published_relations
from tests.end_to_end.month import DAYS, FULL_DELIVERIES, RATES, SOURCES, Month, decisions

SEED = int(os.environ.get("SCV_TEST_SEED", "11"))
# Days of the month that are built, and the day that each counts from, back and forth: in small steps, since a step over all
# that was done would touch all of it. The last two count from one day, or what is told as of a day were all made whole.
BUILDS = {
    6: date(2026, 5, 10),
    10: date(2026, 5, 4),
    15: date(2026, 5, 10),
    20: date(2026, 5, 25),
    DAYS[-1]: date(2026, 5, 25),
}
DELTA = ("crm", "shop", "desk")
# What the warehouse remembers from run to run, and a rebuild is given.
REMEMBERED = ("identity_registry", "decision_registry")
# When and in which file a row came; what a run writes about itself.
OF_THE_LOAD = {
    *("_file_id", "_file_row", "loaded_at", "quarantined_at", "file_name", "line_number"),
    *("known_at", "content_hash"),
}
THEN = "timestamp '2026-07-01'"
OF_THE_RUN = {
    "quality.files",
    "quality.runs",
    "quality.gate_results",
    "quality.identity_benchmark",
}


@dataclass(frozen=True)
class Built:
    """A warehouse and its project."""

    settings: Settings
    dbt: DbtProject
    config: Path

    def build(self, as_of: date, is_kept: bool) -> None:
        """Every layer as a run builds it, without the tests of dbt: these judge the data of every run."""
        settings = replace(self.settings, as_of=as_of)
        dbt = DbtProject(settings)
        with database.connect(settings) as con:
            kept = open_book(con, settings)
        assert (kept is not None) == is_kept
        variables = kept.variables if kept else {}
        nodes = dbt.build(["resource_type:seed"])
        for layer in LAYERS:
            nodes += dbt.build(layer.selection, variables=variables, is_tested=False)
        assert not [(node.name, node.message) for node in nodes if node.is_failed]
        with database.connect(settings) as con:
            close_book(con, settings, f"run of {as_of}", kept)


def warehouse(home: Path) -> Built:
    config = home / "config"
    config.mkdir(parents=True)
    (config / "sources.csv").write_text(SOURCES)
    (config / "exchange_rates.csv").write_text(RATES)
    (config / "identity_decisions.csv").write_text(decisions(0))
    (home / "landing").mkdir()
    settings = Settings(
        home / "landing", home / "warehouse", as_of=date(2026, 6, 30), config=config
    )
    for folder in (settings.build, settings.dbt_target, settings.dbt_logs, settings.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    for file in (settings.build_database, settings.served_database):
        database.create(file)
    with database.connect(settings) as con:
        record.begin(con, "month", {"as_of": settings.as_of}, None)
    return Built(settings, DbtProject(settings), config)


def remember(settings: Settings, other: Settings) -> None:
    """Give the other warehouse the registries and the trained model, as a restore would."""
    shutil.copytree(settings.state, other.state, dirs_exist_ok=True)
    with duckdb.connect(str(other.build_database)) as con:
        con.execute(f"attach '{settings.build_database}' as month (read_only)")
        for table in REMEMBERED:
            con.execute(f"create table state.{table} as from month.state.{table}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Built]:
    """The warehouse of the month, and the one that was given everything at once."""
    month = Month(SEED)
    daily = warehouse(tmp_path_factory.mktemp("daily"))
    for day in DAYS:
        month.land(daily.settings.landing, [day], (*DELTA, "club"))
        (daily.config / "identity_decisions.csv").write_text(decisions(day))
        load_only(daily.settings, [])
        if day in BUILDS:
            daily.build(BUILDS[day], is_kept=day != min(BUILDS))
    whole = warehouse(tmp_path_factory.mktemp("whole"))
    (whole.config / "identity_decisions.csv").write_text(decisions(DAYS[-1]))
    # What a full delivery lacks is told by the one before it, so these keep their order.
    for day in FULL_DELIVERIES:
        month.land(whole.settings.landing, [day], ("club",))
        load_only(whole.settings, [])
    month.land(whole.settings.landing, DAYS, DELTA)
    load_only(whole.settings, [])
    remember(daily.settings, whole.settings)
    whole.build(BUILDS[DAYS[-1]], is_kept=False)
    return daily, whole


def compared(built: tuple[Built, Built]) -> list[tuple[str, str]]:
    """Published relations, and what of them a load of everything must give again, as a select list."""
    lists = []
    for relation in published_relations(built[0].dbt.manifest()):
        if relation.qualified in OF_THE_RUN:
            continue
        columns = [f'"{c.name}"' for c in relation.columns if c.name not in OF_THE_LOAD]
        if relation.qualified == "core.ticket_history":
            # What a full delivery holds no more ends when that delivery is loaded.
            columns = [f"least({name}, {THEN})" if "valid" in name else name for name in columns]
        lists.append((relation.qualified, ", ".join(columns)))
    return lists


def test_a_month_of_daily_loads_gives_the_tables_of_one_load(built: tuple[Built, Built]) -> None:
    daily, whole = built
    different = {}
    with duckdb.connect() as con:
        for name, one in (("daily", daily), ("whole", whole)):
            con.execute(f"attach '{one.settings.build_database}' as {name}_working (read_only)")
            con.execute(f"attach '{one.settings.served_database}' as {name} (read_only)")
        served = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'whole'"
        ).fetchall()
        for relation, columns in compared(built):
            file = "" if (relation,) in served else "_working"
            for one, other in (("daily", "whole"), ("whole", "daily")):
                rows = con.execute(
                    f"select {columns} from {one}{file}.{relation} "
                    f"except all select {columns} from {other}{file}.{relation}"
                ).fetchall()
                if rows:
                    different[f"{relation} of {one} alone"] = (
                        len(rows),
                        sorted(map(str, rows))[:2],
                    )
    assert different == {}


def test_the_month_holds_what_makes_it_hard(built: tuple[Built, Built]) -> None:
    """Without merges, splits, deletions, corrections and unattributed rows the comparison would prove little."""
    with database.connect(built[0].settings, read_only=True) as con:

        def total(query: str) -> int:
            row = con.execute(f"select {query}").fetchone()
            assert row is not None
            return int(row[0] or 0)

        for event in ("created", "absorbed", "merged", "split"):
            assert total(f"count(*) from identity.events where event_type = '{event}'"), event
        for rows in ("quarantined", "superseded", "deleted", "attributed", "unattributed"):
            assert total(f"sum(rows_{rows}) from quality.reconciliation"), rows
        assert not total("sum(abs(rows_difference)) from quality.reconciliation")
        assert not total("sum(abs(amount_difference)) from quality.reconciliation_amounts")
        assert total("count(*) from core.dim_customer_history where not is_current")
        assert total("count(*) from core.ticket_history where not is_current")
        assert total("count(*) from quality.missing_rates")


def test_nothing_is_left_on_an_id_that_ended(built: tuple[Built, Built]) -> None:
    daily, _ = built
    relations = [
        relation.qualified
        for relation in published_relations(daily.dbt.manifest())
        if relation.schema in ("core", "marts")
        and relation.name != "dim_customer_history"
        and any(column.name == "customer_id" for column in relation.columns)
    ]
    assert {"core.fct_orders", "core.customer_timeline", "marts.customer_360"} <= set(relations)
    with database.connect(daily.settings, read_only=True) as con:
        assert con.execute(
            "select count(*) > 0 from identity.customers where merged_into is not null"
        ).fetchone() == (True,)
        for relation in relations:
            assert con.execute(
                f"select count(*) from {relation} semi join identity.customers "
                "using (customer_id) where customer_id not in "
                "(select customer_id from identity.customers where is_live)"
            ).fetchone() == (0,), relation
