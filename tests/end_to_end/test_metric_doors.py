"""One figure, wherever it is asked: the views in the file, the metric layer, and SQL by hand.

PostgreSQL is asked in test_postgres.py, Superset in test_superset.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.metrics.definitions import published_definitions, read
from orchestration.metrics.query import MetricLayer, Question, ask
from orchestration.settings import Settings
from tests.hand_metrics import Metrics
from tests.support import AS_OF, DemoCompany, Scv


@pytest.fixture(scope="module")
def settings(company: DemoCompany) -> Settings:
    return Settings(landing=company.landing, warehouse=company.warehouse)


@pytest.fixture(scope="module")
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def layer(settings: Settings) -> MetricLayer:
    return MetricLayer(published_definitions(settings))


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return float(one) == pytest.approx(float(other), rel=1e-9)


def test_every_metric_is_one_figure_at_every_door(
    con: duckdb.DuckDBPyConnection, layer: MetricLayer
) -> None:
    by_hand = Metrics(con)
    in_file = dict(con.execute("select metric, value from metrics.totals").fetchall())
    assert set(in_file) == set(layer.metrics) == set(by_hand.defined)
    for name in layer.metrics:
        [[by_name]] = ask(con, layer, Question((name,))).rows
        assert _same(by_name, in_file[name]), name
        assert _same(by_hand.value(name), in_file[name]), name
    assert sum(value is not None and value != 0 for value in in_file.values()) > 70


@pytest.mark.parametrize("name", ["orders", "revenue", "nps", "response_rate", "voices", "returned_amount"])  # fmt: skip
def test_months_agree(con: duckdb.DuckDBPyConnection, layer: MetricLayer, name: str) -> None:
    asked = ask(con, layer, Question((name,), by=("month",), until=date.fromisoformat(AS_OF))).rows
    held = dict(con.execute(f"select month, {name} from metrics.by_month").fetchall())
    assert len(held) > 12
    assert max(held) <= date.fromisoformat(AS_OF)
    for month, value in asked:
        assert _same(value, held[month]), month
    missing = [month for month in held if month not in dict(asked)]
    assert all(not held[month] for month in missing)


@pytest.mark.parametrize(
    ("name", "dimension"),
    [("orders", "channel"), ("contacts", "channel"), ("csat", "touchpoint"), ("fee_amount", "kind")],
)  # fmt: skip
def test_groups_agree(
    con: duckdb.DuckDBPyConnection, layer: MetricLayer, name: str, dimension: str
) -> None:
    asked = ask(con, layer, Question((name,), by=("month", dimension))).rows
    held = {
        (month, member): value
        for month, member, value in con.execute(
            f"select month, member, {name} from metrics.by_group where dimension = '{dimension}'"
        ).fetchall()
    }
    assert sum(value is not None for _, _, value in asked) > 5
    for month, member, value in asked:
        if month <= date.fromisoformat(AS_OF):
            assert _same(value, held[month, member]), (month, member)


def test_definitions_stand_in_the_file(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    definitions = read(published_definitions(settings))
    held = con.execute(
        "select metric, description, dimensions, formula from metrics.definitions"
    ).fetchall()
    assert {name for name, *_ in held} == set(definitions.metrics)
    assert all(description and formula for _, description, _, formula in held)
    [(dimensions,)] = [(row[2],) for row in held if row[0] == "late_delivery_rate"]
    assert "channel" in dimensions.split(", ")
    undescribed = con.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'metrics' and comment is null"
    ).fetchall()
    assert undescribed == []


def test_conditions_orders_and_limits(con: duckdb.DuckDBPyConnection, layer: MetricLayer) -> None:
    found = ask(con, layer, Question(("orders",), by=("country",), order=("-orders",), limit=2))
    assert len(found.rows) == 2
    assert found.rows[0][1] >= found.rows[1][1]
    [[web]] = ask(con, layer, Question(("orders",), where=("channel=web",))).rows
    [by_hand] = con.execute(
        "select count(*) from core.fct_orders where channel = 'web' and has_happened"
    ).fetchone() or [None]
    assert web == by_hand > 0
    # A value is a value, whatever is in it.
    assert ask(con, layer, Question(("orders",), where=("channel=x' or 'a'='a",))).rows == [(None,)]
    days = Question(("orders",), by=("day",), since=date(2026, 1, 5), until=date(2026, 1, 20))
    assert all(
        date(2026, 1, 5) <= day <= date(2026, 1, 20) for day, _ in ask(con, layer, days).rows
    )


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question(("ordrs",)), "Did you mean orders"),
        (Question(("orders",), by=("shoe_size",)), "cannot be told apart by shoe_size"),
        (Question(("orders", "nps"), by=("channel",)), "cannot be told apart by channel"),
        (Question(("orders",), where=("channel",)), "DIMENSION=VALUE"),
        (Question(("orders",), where=("channel={{ 1 }}",)), "curly bracket"),
    ],
)
def test_what_cannot_be_asked_is_said(layer: MetricLayer, question: Question, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        layer.statement(question)


def test_the_command_line(scv: Scv, warehouse: Path) -> None:
    where = ("--warehouse", warehouse)
    asked = scv("metrics", "query", "nps", "nps_responses", "--by", "year", "--json", *where)
    assert asked.returncode == 0, asked.stderr
    rows = json.loads(asked.stdout)
    assert list(rows[0]) == ["metric_time__year", "nps", "nps_responses"]
    listed = json.loads(scv("metrics", "list", "--json", *where).stdout)
    assert len(listed) >= 90
    wrong = scv("metrics", "query", "nbs", *where)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr
