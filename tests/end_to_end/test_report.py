"""The overview and a customer's page: figures of the file, nobody's data on the overview, no network, and they print."""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest

from orchestration.customer.page import customer_page
from orchestration.pages.customer_page import render
from orchestration.pages.words import CHINESE, LANGUAGES, speaking
from orchestration.settings import Settings
from tests.support import DemoCompany, Scv
from tests.support_browser import needs_browser, opened


@pytest.fixture(scope="module")
def overview(warehouse: Path) -> Path:
    """As the run wrote it."""
    return warehouse / "reports" / "overview.html"


@pytest.fixture(scope="module")
def settings(company: DemoCompany) -> Settings:
    return Settings(landing=company.landing, warehouse=company.warehouse)


def _fullest(warehouse: Path) -> str:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        [(customer,)] = con.execute(
            "select customer_id from marts.customer_360 order by domain_count desc, interaction_count desc, customer_id limit 1"
        ).fetchall()
    return str(customer)


def test_a_run_writes_the_overview_with_the_figures_of_the_file(
    overview: Path, warehouse: Path
) -> None:
    page = overview.read_text()
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        [(customers, profiles, tickets)] = con.execute(
            "select count(*), sum(profile_count)::bigint, sum(open_ticket_count)::bigint from marts.customer_360"
        ).fetchall()
        [(landed,)] = con.execute(
            "select sum(rows_landed)::bigint from quality.reconciliation"
        ).fetchall()
    for figure in (customers, profiles, tickets, landed):
        assert re.search(rf"[>\s]{figure:,}[<\s]", page), figure
    assert "every row is accounted for" in page


def test_the_same_figures_stand_beside_it_in_chinese(overview: Path) -> None:
    pages = {code: language.beside(overview).read_text() for code, language in LANGUAGES.items()}
    for code, page in pages.items():
        assert f"<html lang='{LANGUAGES[code].code}'>" in page
        others = [language.beside(overview).name for language in LANGUAGES.values()]
        assert [name for name in others if f"href='{name}'" in page] == [
            name for name in others if name != LANGUAGES[code].beside(overview).name
        ]
    bars = [re.findall(r'height="([0-9.]+)" rx', page) for page in pages.values()]
    assert bars[0] == bars[1]
    text = re.sub(r"<(style|code)>.*?</\1>", "", pages["zh"], flags=re.DOTALL)
    said = [html.unescape(part) for part in re.findall(r">([^<]+)<", text)]
    # Rules of identity are called what their seed calls them.
    with duckdb.connect(str(overview.parents[1] / "scv.duckdb"), read_only=True) as con:
        rules = con.execute(
            "select distinct replace(rule_id, '_', ' ') from identity.links"
        ).fetchall()
    english = [part for part in said if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", part)]
    assert [part for part in english if (part,) not in rules] == []


def test_nobody_is_on_the_overview(overview: Path, warehouse: Path) -> None:
    page = "".join(
        html.unescape(language.beside(overview).read_text()) for language in LANGUAGES.values()
    )
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        values = con.execute(
            "select distinct attribute_value from identity.golden_values "
            "where attribute in ('email', 'phone', 'full_name', 'address_line', 'birth_date') and length(attribute_value) > 4"
        ).fetchall()
    assert len(values) > 50
    assert [value for (value,) in values if value in page] == []


@needs_browser
def test_the_overview_asks_no_network_fits_a_phone_and_prints(
    overview: Path, tmp_path: Path
) -> None:
    with opened(overview, 390, 844) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert seen.page.locator("svg").count() >= 10
        printed = seen.page.pdf(path=tmp_path / "overview.pdf", format="A4")
        assert len(printed) > 20_000
        assert [url for url in seen.requests if not url.startswith("file:")] == []
        assert seen.errors == []


def test_a_customer_has_a_page(scv: Scv, warehouse: Path, tmp_path: Path) -> None:
    customer = _fullest(warehouse)
    path = tmp_path / "page.html"
    made = scv("show", customer, "--html", path, "--warehouse", warehouse)
    assert made.returncode == 0, made.stderr
    page = path.read_text()
    assert customer in page
    assert {"Operational", "Financial", "Interaction", "Voice of customer"} <= set(
        re.findall(r"<h2>([^<]+)</h2>", page)
    )
    assert page.count("<circle") > 5
    assert not re.search(r"<[^>]*\b(src|href)=", page)


def test_a_customer_has_a_page_in_chinese(settings: Settings) -> None:
    found = customer_page(settings, _fullest(settings.warehouse), 20)
    with speaking(CHINESE):
        page = render(found)
    assert {"运营", "财务", "互动", "客户之声"} <= set(re.findall(r"<h2>([^<]+)</h2>", page))
    # Outside, pages are English as before.
    assert "<h2>Operational</h2>" in render(found)


@needs_browser
def test_what_a_customer_wrote_is_text_on_the_page(settings: Settings, tmp_path: Path) -> None:
    page = customer_page(settings, _fullest(settings.warehouse), 20)
    attack = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    page["customer_360"]["display_name"] = attack
    page["events"][0]["summary"] = attack
    page["golden_values"][0] |= {"attribute_value": attack, "is_winner": True}
    path = tmp_path / "attack.html"
    path.write_text(render(page))
    with opened(path) as seen:
        assert seen.page.title() == attack
        assert seen.page.locator("img").count() == 0
        assert seen.requests == [path.as_uri()]
