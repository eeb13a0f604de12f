"""A day of the demo company, all known systems with it: what the run keeps and changes is what a rebuild of everything makes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration import database
from orchestration.settings import Settings
from tests.support import DemoCompany, rows_apart, run_scv

# What a run writes about itself, and when it learned of things.
OF_THE_RUN = {"runs", "gate_results", "files", "identity_benchmark"}
OF_THE_LOAD = {"known_at"}


# What is told on the day of rows that came before: which table, of which old rows, and what is different.
NEWS = {
    # An order whose customer has another address now: its payments carry that too.
    "shopify/order": (
        "order/*/*.csv",
        "'new-' || email as email, '2026-06-29 10:00:00' as updated_at",
    ),
    "shopify/order_shipping_line": (
        "order_shipping_line/*.csv",
        "'99.00' as price, '2026-06-29' as _fivetran_synced",
    ),
    "shopify/transaction": (
        "transaction/*2024*.csv",
        "'9' || id as id, '2026-06-29' as _fivetran_synced",
    ),
    "shopify/fulfillment_event": (
        "fulfillment_event/*.parquet",
        "'9' || id as id, '2026-06-28 10:00:00' as happened_at, 'delivered' as status",
    ),
    "shopify/order_line_refund": (
        "order_line_refund/*.csv.gz",
        "'9' || id as id, '2026-06-29' as _fivetran_synced",
    ),
    "stripe/charge": (
        "charge/*2024*.csv",
        "'pending' as status, '2026-06-29 10:00:00' as _fivetran_synced",
    ),
    "stripe/refund": ("refund/*.csv", "'9' || id as id, '1' as amount"),
    "qualtrics/question_response": (
        "question_response/question_response.csv",
        "'later words' as text, '2026-06-29 10:00:00' as _fivetran_synced",
    ),
    "qualtrics/survey_embedded_data": (
        "survey_embedded_data/*.csv",
        "'later' as value, '2026-06-29' as _fivetran_synced",
    ),
}


def _tell_news(landing: Path) -> None:
    """Three rows of each of these tables come again, changed, or are told of by others."""
    for table, (files, changes) in NEWS.items():
        source = landing / table.split("/")[0] / files
        reader = "read_parquet" if files.endswith(".parquet") else "read_csv"
        options = "" if files.endswith(".parquet") else ", all_varchar = true"
        target = landing / table / "day_news.csv"
        with duckdb.connect() as con:
            rows = con.execute(
                f"copy (select * replace ({changes}) from {reader}('{source}'{options}) order by all limit 3) to '{target}'"
            ).fetchall()
        assert rows == [(3,)], table


@pytest.fixture(scope="module")
def day(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    """The demo company after a day on which a few new customers brought all they did, and old ones had news."""
    home = tmp_path_factory.mktemp("day") / "company"
    own = company.copy(home)
    brought = home / "brought" / "landing"
    made = run_scv("demo", "--customers", 3, "--seed", 5, "--landing", brought)
    assert made.returncode == 0, made.stderr
    for path in [each for each in brought.rglob("*") if each.is_file()]:
        # Totals count files by the names that these had.
        if path.parent.name != "control_totals":
            target = own.landing / path.relative_to(brought)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target.with_name(f"day_{path.name}"))
    _tell_news(own.landing)
    done = run_scv("run", "--json", *own.options())
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout)["rows_loaded"] > 0
    assert "core: building what is touched" in done.stderr
    return own


def test_a_day_gives_what_a_rebuild_of_everything_gives(day: DemoCompany, tmp_path: Path) -> None:
    again = tmp_path / "warehouse"
    shutil.copytree(day.warehouse, again, symlinks=True)
    options = ["--landing", day.landing, "--warehouse", again, *day.options()[4:]]
    done = run_scv("run", "--full-refresh", *options)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "what is touched" not in done.stderr
    different: dict[str, int] = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{day.warehouse / 'scv.duckdb'}' as day (read_only)")
        con.execute(f"attach '{again / 'scv.duckdb'}' as anew (read_only)")
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'anew' order by all"
        ).fetchall()
        assert len(tables) > 40
        for schema, table in tables:
            if table in OF_THE_RUN:
                continue
            columns = ", ".join(
                f'"{name}"'
                for (name, *_) in con.execute(f"describe anew.{schema}.{table}").fetchall()
                if name not in OF_THE_LOAD
            )
            different |= rows_apart(con, "day", "anew", f"{schema}.{table}", columns)
    assert different == {}


def test_a_days_file_keeps_its_words_and_its_index(day: DemoCompany) -> None:
    with duckdb.connect(str(day.warehouse / "scv.duckdb"), read_only=True) as con:
        assert (
            con.execute(
                "select table_name, column_name from duckdb_columns() where comment is null and not internal"
            ).fetchall()
            == []
        )
        assert con.execute(
            "select constraint_type from duckdb_constraints() where table_name = 'customer_360' and constraint_type = 'PRIMARY KEY'"
        ).fetchall() == [("PRIMARY KEY",)]


def test_a_day_looks_at_little_more_than_it_brings(day: DemoCompany) -> None:
    # The budget of docs/performance.md, that cost follows the change: what is looked at is told whatever the machine does.
    with database.connect(Settings(day.landing, day.warehouse), read_only=True) as con:
        looked_at = con.execute(
            "select model, keys, estimated_size from (from scv.changes.touched union all from served.changes.touched) "
            "inner join duckdb_tables() as held on held.table_name = model and held.schema_name not in ('changes', 'state')"
        ).fetchall()
        [(new, rows)] = con.execute(
            "select sum(rows_loaded) filter (where file_name like '%day_%'), sum(rows_loaded) from state.files"
        ).fetchall()
    assert len(looked_at) > 30
    # Both companies have the same employees, who come whole again.
    far = [
        (model, keys, held)
        for model, keys, held in looked_at
        if not model.startswith("employee") and keys > 2 * held * new / rows + 20
    ]
    assert far == []
