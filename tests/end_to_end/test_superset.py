"""The Superset example as a user starts it: dashboards in a browser, one figure for every metric, and what it refuses."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support_browser import needs_browser, opened, outside
from tests.support_superset import Superset, needs_superset, running_superset

pytestmark = needs_superset

# Dashboard → how many charts it has, and how many of them are drawn.
CHARTS = {
    "voice-of-customer": (9, 4),
    "operational": (10, 6),
    "financial": (9, 4),
    "interaction": (10, 6),
    "customer": (10, 2),
}


@pytest.fixture(scope="module")
def superset(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    folder = tmp_path_factory.mktemp("superset")
    with running_superset(warehouse / "scv.duckdb", folder) as running:
        yield running


@pytest.fixture(scope="module")
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield con


def _figures(superset: Superset) -> dict[str, Any]:
    """Every saved metric, asked over all rows of its dataset."""
    found: dict[str, Any] = {}
    for relation, number in superset.datasets().items():
        described = superset.call(f"dataset/{number}")["result"]
        names = [metric["metric_name"] for metric in described["metrics"]]
        if names and relation not in ("core.customer_timeline", "metrics.totals"):
            [row] = superset.ask(number, names)
            assert not set(row) & set(found)
            found |= row
    return found


def test_every_metric_is_the_figure_of_the_file(
    superset: Superset, con: duckdb.DuckDBPyConnection
) -> None:
    in_file = dict(con.execute("select metric, value from metrics.totals").fetchall())
    asked = _figures(superset)
    assert set(asked) == set(in_file)
    for name, value in in_file.items():
        assert asked[name] == (None if value is None else pytest.approx(value, rel=1e-9)), name
    totals = superset.ask(superset.datasets()["metrics.totals"], ["figure"], ["metric"])
    assert {row["metric"]: row["figure"] for row in totals} == pytest.approx(in_file, rel=1e-9)


@pytest.mark.parametrize(
    ("relation", "time", "name"),
    [
        ("core.fct_orders", "ordered_at", "orders"),
        ("core.fct_payments", "occurred_at", "revenue"),
        ("core.fct_feedback", "submitted_at", "nps"),
        ("core.fct_interactions", "started_at", "abandon_rate"),
    ],
)
def test_every_month_is_the_figure_of_the_file(
    superset: Superset, con: duckdb.DuckDBPyConnection, relation: str, time: str, name: str
) -> None:
    month = {
        "columnType": "BASE_AXIS",
        "expressionType": "SQL",
        "label": "month",
        "sqlExpression": time,
        "timeGrain": "P1M",
    }
    rows = superset.ask(superset.datasets()[relation], [name], [month])
    asked = {row["month"]: row[name] for row in rows}
    held = con.execute(
        f"select epoch_ms(month::timestamp), {name} from metrics.by_month where {name} is not null"
    ).fetchall()
    assert len(held) > 10
    for when, value in held:
        assert asked.get(when, 0) == pytest.approx(float(value), rel=1e-9), when


def test_sql_lab_reads_and_does_nothing_else(superset: Superset, tmp_path: Path) -> None:
    answer = superset.sql("select count(*) as n from core.fct_orders")
    assert answer["data"][0]["n"] > 0, answer
    for attack in (
        "delete from core.fct_orders",
        "create table core.mine as select 1",
        "select * from read_text('/etc/hostname')",
        f"select * from read_text('{superset.link.parent}/build/superset/password')",
        f"copy core.fct_orders to '{tmp_path}/orders.csv'",
        f"attach '{tmp_path}/other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
    ):
        refused = superset.sql(attack)
        assert refused.get("refused") or refused.get("errors"), attack
        assert not refused.get("data"), attack


def test_a_new_version_shows_without_a_restart(superset: Superset, tmp_path: Path) -> None:
    orders = superset.datasets()["core.fct_orders"]
    [before] = superset.ask(orders, ["orders"])
    first = superset.link.resolve()
    newer = tmp_path / "scv.duckdb"
    shutil.copyfile(first, newer)
    with duckdb.connect(str(newer)) as con:
        con.execute("delete from core.fct_orders where rowid % 2 = 0")
        expected = con.execute(
            "select value from metrics.totals where metric = 'orders'"
        ).fetchone()
    for published in (newer, first):
        beside = superset.link.with_name("next")
        beside.symlink_to(published)
        os.replace(beside, superset.link)
        [shown] = superset.ask(orders, ["orders"])
        assert shown["orders"] == (expected[0] if published == newer else before["orders"])
    assert 0 < expected[0] < before["orders"]


@needs_browser
def test_the_dashboards_show_figures(
    superset: Superset, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """SUPERSET_PICTURES names a folder for pictures of what the browser saw."""
    from playwright.sync_api import expect

    pictures = Path(os.environ.get("SUPERSET_PICTURES", tmp_path))
    with opened(f"{superset.address}/login/", 1440, 1500) as seen:
        page = seen.page
        page.locator("input#username").fill("admin")
        page.locator("input[type=password]").fill(superset.password)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("welcome"), timeout=60_000)
        for slug, (charts, drawn) in CHARTS.items():
            page.goto(f"{superset.address}/superset/dashboard/{slug}/")
            expect(page.locator(".chart-slice")).to_have_count(charts, timeout=60_000)
            page.wait_for_load_state("networkidle")
            # Charts below the fold are drawn when they come into sight.
            for chart in page.locator(".chart-slice").all():
                chart.scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
            expect(page.locator(".chart-slice .loading")).to_have_count(0, timeout=60_000)
            expect(page.get_by_text(re.compile("unexpected error|Error:", re.I))).to_have_count(0)
            expect(page.locator(".chart-slice canvas")).to_have_count(drawn, timeout=60_000)
            expect(page.get_by_text("No data")).to_have_count(0)
            if slug == "operational":
                expect(page.get_by_text(_shown(con, "orders"), exact=True).first).to_be_visible()
            page.locator("body").press("Control+Home")
            page.wait_for_timeout(1500)
            page.screenshot(path=pictures / f"superset-{slug}.png")
        best = con.execute(
            "select display_name, customer_id from marts.customer_360 order by revenue_amount desc nulls last limit 1"
        ).fetchone()
        for value in best or ():
            expect(page.get_by_text(value, exact=True).first).to_be_visible()
    assert outside(seen.answered, superset.address) == []


def _shown(con: duckdb.DuckDBPyConnection, metric: str) -> str:
    [value] = con.execute("select value from metrics.totals where metric = ?", [metric]).fetchone() or [0]  # fmt: skip
    return f"{value:,.0f}"
