"""The catalogue: everything published is in it, it can be searched, read on a phone, and asks no network."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.pages.catalogue import Catalogue, gather
from orchestration.pages.words import CHINESE, is_translated, speaking
from orchestration.settings import Settings
from tests.support import DemoCompany, Scv
from tests.support_browser import needs_browser, opened


@pytest.fixture(scope="module")
def catalogue(company: DemoCompany) -> Catalogue:
    return gather(Settings(landing=company.landing, warehouse=company.warehouse))


@pytest.fixture(scope="module")
def page(scv: Scv, company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.html"
    made = scv("docs", "--warehouse", company.warehouse, "--to", path)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == str(path)
    return path


def test_every_published_column_is_in_it_with_its_meaning(
    catalogue: Catalogue, warehouse: Path
) -> None:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        held = con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
    shown = {(r.qualified, c.name) for r in catalogue.relations for c in r.columns}
    assert shown == set(held)
    assert all(c.description for r in catalogue.relations for c in r.columns)
    assert all(r.example and r.description for r in catalogue.relations)


def test_it_lies_beside_in_chinese_and_says_what_is_not_translated(
    catalogue: Catalogue, page: Path
) -> None:
    chinese = CHINESE.beside(page).read_text()
    assert f"href='{page.name}'" in chinese
    assert f"href='{CHINESE.beside(page).name}'" in page.read_text()
    columns = [column for relation in catalogue.relations for column in relation.columns]
    with speaking(CHINESE):
        open_relations = [
            r.qualified for r in catalogue.relations if not is_translated(r.description)
        ]
        missing = sum(not is_translated(column.description) for column in columns)
    assert open_relations == [], "make translate PUBLISHED=…/scv.duckdb, then translate them"
    all_of_them = len(columns) + len(catalogue.relations)
    says = f"{all_of_them:,} 条说明中有 {missing:,} 条尚未翻译"
    assert (says in chinese) == (missing > 0)
    assert "尚未翻译" not in page.read_text()


def test_it_says_what_is_personal_where_it_comes_from_and_what_guards_it(
    catalogue: Catalogue,
) -> None:
    tickets = next(r for r in catalogue.relations if r.qualified == "core.fct_tickets")
    columns = {column.name: column for column in tickets.columns}
    assert tickets.key == ("source_id", "ticket_id")
    assert columns["email"].pii == "email"
    assert ("zendesk", "ticket", "created_at") in columns["opened_at"].landed
    assert columns["opened_at"].unit == "time, UTC"
    assert "null" in columns["solved_at"].null_when or "null" in columns["solved_at"].description
    assert "landing/zendesk/ticket" in tickets.landed_tables
    assert {check.state for check in tickets.checks} == {"passed"}
    assert any(check.relation == "identity.crosswalk" for check in tickets.checks_before)
    facts = [r for r in catalogue.relations if r.name.startswith("fct_")]
    assert all(r.landed_tables and r.newest_event for r in facts if r.rows and "has_happened" in {c.name for c in r.columns})  # fmt: skip
    assert {name for name, *_ in catalogue.sources} >= {"zendesk", "shopify"}


def test_every_example_runs(catalogue: Catalogue, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        for relation in catalogue.relations:
            con.execute(relation.example).fetchall()


@needs_browser
def test_it_is_searched_and_asks_no_network(page: Path) -> None:
    with opened(page) as seen:
        articles = seen.page.locator("article:visible")
        whole = articles.count()
        assert whole > 50
        seen.page.fill("#search", "detractors nps")
        assert 0 < articles.count() < whole
        seen.page.fill("#search", "birth_date")
        assert seen.page.locator("tr:visible code", has_text="birth_date").count() >= 2
        seen.page.fill("#search", "zyxw")
        assert articles.count() == 0
        assert seen.page.locator("#found").inner_text() == "0 relations, 0 columns"
        seen.page.fill("#search", "")
        assert articles.count() == whole
        assert [url for url in seen.requests if not url.startswith("file:")] == []
        assert seen.errors == []


@needs_browser
def test_it_is_read_on_a_phone(page: Path) -> None:
    with opened(page, 390, 844) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        for summary in seen.page.locator("article").first.locator("summary").all()[:4]:
            summary.click()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
