"""The demo company against its own truth: who is whom, what was sent, and the golden cases by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.support import DemoCompany


@pytest.fixture(scope="module")
def published(company: DemoCompany) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(company.warehouse / "scv.duckdb"), read_only=True)
    connection.execute(
        "create temp view truth as select * from read_csv("
        f"'{company.home / 'truth' / 'profiles.csv'}', all_varchar = true)"
    )
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def golden(company: DemoCompany) -> dict[str, Any]:
    cases: dict[str, Any] = json.loads((company.home / "truth" / "golden.json").read_text())
    return cases


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1, rows
    return rows[0] if len(rows[0]) > 1 else rows[0][0]


def customer_of(connection: duckdb.DuckDBPyConnection, profiles: list[str]) -> str:
    """The one customer of all these profiles."""
    listed = ", ".join(f"'{profile}'" for profile in profiles)
    found = connection.execute(
        "select customer_id, count(*) from identity.crosswalk "
        f"where source_id || ':' || source_record_id in ({listed}) group by 1"
    ).fetchall()
    assert [count for _, count in found] == [len(profiles)], "the profiles are not one customer"
    return str(found[0][0])


def test_rows_of_a_customer_lie_together_and_documents_are_packed(
    published: duckdb.DuckDBPyConnection,
) -> None:
    for relation in ("core.fct_orders", "core.fct_web_events", "identity.golden_values"):
        assert one(
            published,
            "select bool_and(customer_id >= before or before is null) from "
            f"(select customer_id, lag(customer_id) over (order by rowid) as before from {relation} "
            "where customer_id is not null)",
        ), relation
    packed = "from pragma_storage_info('core.fct_web_events') where compression = 'ZSTD'"
    assert one(published, f"select distinct column_name {packed}") == "properties"


def test_all_nine_sources_and_all_four_domains_arrive(published: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            published, "select count(distinct source_id) from quality.files where status = 'loaded'"
        )
        == 9
    )
    assert one(published, "select max(domain_count) from marts.customer_360") == 4
    for flag in ("has_voc", "has_operational", "has_financial", "has_interaction"):
        assert one(published, f"select count(*) filter (where {flag}) from marts.customer_360") > 0


def test_no_file_of_the_demo_is_refused(published: duckdb.DuckDBPyConnection) -> None:
    assert (
        published.execute(
            "select file_name, reason from quality.files where status = 'refused'"
        ).fetchall()
        == []
    )


def test_every_profile_of_the_truth_that_lives_is_in_the_crosswalk_once(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        one(
            published,
            "select count(*) - count(distinct (source_id, source_record_id)) from identity.crosswalk",
        )
        == 0
    )
    strangers = published.execute(
        "select source_id, source_record_id from identity.crosswalk anti join truth using (source_id, source_record_id) "
        "where source_record_id not like 'derived:%'"
    ).fetchall()
    assert strangers == []


def test_precision_comes_first(published: duckdb.DuckDBPyConnection) -> None:
    """Deterministic rules alone: few false merges, and most of what is one person found."""
    together, right, true = one(
        published,
        "with pairs as (select customer_id, person_id, count(*) as n from identity.crosswalk "
        "join truth using (source_id, source_record_id) group by all) "
        "select (select sum(n * (n - 1) / 2) from (select sum(n) as n from pairs group by customer_id)), "
        "sum(n * (n - 1) / 2), "
        "(select sum(n * (n - 1) / 2) from (select sum(n) as n from pairs group by person_id)) from pairs",
    )
    assert right / together >= 0.95
    assert right / true >= 0.70


def test_rows_and_amounts_balance(published: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(published, "select count(*), sum(abs(rows_difference)) from quality.reconciliation")[1]
        == 0
    )
    assert (
        one(
            published,
            "select count(*), sum(abs(amount_difference)) from quality.reconciliation_amounts",
        )[1]
        == 0
    )


def test_the_cheque(published: duckdb.DuckDBPyConnection, golden: dict[str, Any]) -> None:
    case = golden["golden-cheque"]
    customer = customer_of(published, case["profiles"])
    amount, reference, captive = one(
        published,
        "select amount, reference_price, is_captive from core.fct_payments "
        f"where customer_id = '{customer}' and kind = 'fee'",
    )
    assert (float(amount), float(reference), captive) == (120.0, 12.0, True)
    assert (
        one(
            published,
            f"select complaint_count from marts.customer_360 where customer_id = '{customer}'",
        )
        >= 1
    )
    assert (
        one(
            published,
            "select count(*) from core.customer_timeline "
            f"where customer_id = '{customer}' and event_type = 'subscription_end'",
        )
        == 1
    )


def test_the_five_contacts_stand_on_one_line(
    published: duckdb.DuckDBPyConnection, golden: dict[str, Any]
) -> None:
    case = golden["golden-contacts"]
    customer = customer_of(published, case["profiles"])
    channels = published.execute(
        "select channel from core.customer_timeline "
        f"where customer_id = '{customer}' and domain = 'interaction' order by occurred_at"
    ).fetchall()
    in_order = [
        channel
        for position, (channel,) in enumerate(channels)
        if channels[position - 1 : position] != [(channel,)]
    ]
    assert in_order == ["email", "web", "chat", "voice", "branch"]


def test_the_mortgage(published: duckdb.DuckDBPyConnection, golden: dict[str, Any]) -> None:
    case = golden["golden-mortgage"]
    customer = customer_of(published, case["profiles"])
    waited = one(
        published,
        f"select longest_process_step_days from marts.customer_360 where customer_id = '{customer}'",
    )
    assert waited == pytest.approx(case["back_office_wait_days"], abs=0.01)
    assert (
        one(
            published,
            f"select count(*) from core.fct_interactions where customer_id = '{customer}' and channel = 'voice'",
        )
        == 1
    )


def test_every_published_column_says_what_it_means(published: duckdb.DuckDBPyConnection) -> None:
    silent = published.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = 'scv' and coalesce(comment, '') = '' "
        "union all select schema_name, table_name, null from duckdb_tables() "
        "where database_name = 'scv' and coalesce(comment, '') = ''"
    ).fetchall()
    assert silent == []
