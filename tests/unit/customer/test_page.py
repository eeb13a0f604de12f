"""`scv show` on a small published warehouse: whoever is asked for is found, and the screen says what is known."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.customer.page import customer_page
from orchestration.customer.screen import lines
from orchestration.errors import UsageError
from orchestration.settings import Settings

WAREHOUSE = """
create schema identity; create schema marts; create schema core;
create table identity.customers as from (values
    ('c_ann', true, null), ('c_old', false, 'c_mid'), ('c_mid', false, 'c_ann'), ('c_bob', true, null), ('c_gone', false, null)
) as t(customer_id, is_live, merged_into);
create table identity.crosswalk as from (values
    ('crm', 'A1', 'c_ann', 'matched', now()), ('shop', 'S:1', 'c_ann', 'matched', now()), ('crm', 'B1', 'c_bob', 'single', now())
) as t(source_id, source_record_id, customer_id, match_status, valid_from);
create table identity.golden_values as from (values
    ('c_ann', 'email', 'Ann.Lee@Mail.com', 'annlee@mail.com', 'crm', 'A1', now(), 1, true, 'won: no profile says otherwise'),
    ('c_ann', 'phone', '020 7946-0001', '+442079460001', 'shop', 'S:1', now(), 1, true, 'won: no profile says otherwise'),
    ('c_ann', 'email', 'office@mail.com', 'office@mail.com', 'shop', 'S:1', now(), 2, false, 'lost by most recent'),
    ('c_bob', 'email', 'office@mail.com', 'office@mail.com', 'crm', 'B1', now(), 1, true, 'won: no profile says otherwise')
) as t(customer_id, attribute, attribute_value, compared_as, source_id, source_record_id, observed_at, value_rank, is_winner, reason);
create table identity.links as from (values
    ('model', 'crm', 'A1', 'shop', 'S:1', 0.98, 'Alike in what both tell'), ('email', 'crm', 'A1', 'shop', 'S:1', 1.0, 'Same e-mail address')
) as t(rule_id, source_id_1, source_record_id_1, source_id_2, source_record_id_2, probability, explanation);
create table marts.customer_360 as select
    unnest(['c_ann', 'c_bob']) as customer_id, unnest(['Ann Lee', null]) as display_name, 'person' as party_type, 'won_back' as lifecycle_state,
    0.5 as completeness, 'EUR' as reporting_currency, unnest([2, 0]) as order_count, 1234.5::decimal(18, 4) as order_amount, true as has_name_conflict;
create table core.customer_timeline as select
    'c_ann' as customer_id, timestamp '2026-01-01 10:00' + to_days(day::int) as occurred_at, 'operational' as domain, 'order' as event_type,
    'shop' as source_id, 'O' || day as source_key, 'web' as channel, 'paid' as summary, 10::decimal(18, 4) as amount, 'EUR' as currency,
    null::decimal(18, 4) as score
from range(5) as days(day);
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(Path("nowhere"), tmp_path_factory.mktemp("shown"))
    with duckdb.connect(str(made.published)) as con:
        con.execute(WAREHOUSE)
    return made


@pytest.mark.parametrize(
    "asked",
    [
        *("c_ann", " c_ann ", "c_old", "crm:A1", "shop:S:1", "ANN.lee@mail.com", "annlee@mail.com"),
        *("+44 20 7946 0001", "020 7946 0001"),
    ],
)
def test_a_customer_is_found_by_whatever_names_it(settings: Settings, asked: str) -> None:
    assert customer_page(settings, asked, 1)["customer_id"] == "c_ann"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("office@mail.com", "2 customers have it; name one of c_ann, c_bob"),
        ("nobody@mail.com", "No customer of that name"),
        ("' or true --", "No customer of that name"),
        ("", "No customer of that name"),
        ("c_gone", "every record of it was deleted"),
    ],
)
def test_who_is_not_one_customer_is_told_without_values(
    settings: Settings, asked: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told) as problem:
        customer_page(settings, asked, 1)
    assert "@" not in str(problem.value)


def test_the_page_holds_losers_pasts_and_the_newest_events(settings: Settings) -> None:
    page = customer_page(settings, "c_ann", 2)
    assert [event["source_key"] for event in page["events"]] == ["O4", "O3"]
    assert [row["customer_id"] for row in page["was_also"]] == ["c_mid", "c_old"]
    assert [row["is_winner"] for row in page["golden_values"]] == [True, False, True]
    assert [link["rule_id"] for link in page["links"]] == ["email"], "a pair once, by its rule"


def test_the_screen(settings: Settings) -> None:
    screen = "\n".join(lines(customer_page(settings, "c_ann", 1)))
    for told in (
        *("Ann Lee  (c_ann)", "person, won back, 50% complete, sources disagree on names"),
        *("merged into it: c_mid, c_old", "Ann.Lee@Mail.com", "shop: S:1"),
        *("orders 2 · ordered 1,234.50 EUR", "2026-01-05 10:00  order", "paid, web, 10 EUR"),
    ):
        assert told in screen
    assert "office@mail.com" not in screen, "what lost is in --json"
    bob = "\n".join(lines(customer_page(settings, "c_bob", 1)))
    assert "nobody gave a name" in bob
    assert "No event yet" in bob
    assert "nothing known" in bob


def test_before_the_first_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="published nothing yet"):
        customer_page(Settings(Path("nowhere"), tmp_path), "c_ann", 1)
