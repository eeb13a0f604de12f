"""The connector files run unmodified, and the facts counted in them by hand come out."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal

import pytest
from conftest import ENGINE, FIXTURES, SYSTEMS, Staged, table_of

from orchestration.ingestion.contracts import load_contracts
from orchestration.settings import REPOSITORY


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_fixture_table_has_a_contract_and_every_column_is_described(system: str) -> None:
    contracts = load_contracts(REPOSITORY)
    for file in (FIXTURES / system).glob("*.csv"):
        table = contracts.table(system, table_of(system, file))
        assert table is not None, file.name
        assert table.description and all(column.description for column in table.columns)
        assert table.key and all(table.column(name) for name in table.key)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_file_is_loaded_with_all_its_rows(staged: Staged, system: str) -> None:
    files = sorted((FIXTURES / system).glob("*.csv"))
    expected = {}
    for file in files:
        source = f"{system}_variants" if ENGINE.search(file.stem) else system
        with file.open(encoding="utf-8-sig", newline="") as lines:
            expected[source, table_of(system, file), file.name] = (
                sum(1 for _ in csv.reader(lines)) - 1
            )
    found = {
        (source, table, name): (status, loaded)
        for source, table, name, status, loaded in staged.rows(
            "select source_id, table_name, file_name, status, rows_loaded from state.files "
            f"where source_id in ('{system}', '{system}_variants')"
        )
    }
    # Engine variants with the same bytes are duplicates of one table.
    variants = {key: rows for key, rows in expected.items() if found[key][0] != "duplicate"}
    assert {key: found[key] for key in variants} == {k: ("loaded", n) for k, n in variants.items()}
    assert set(found) == set(expected)


def test_no_value_of_the_fixtures_is_bad(staged: Staged) -> None:
    names = ", ".join(f"'{system}'" for system in SYSTEMS)
    assert (
        staged.value(
            "select sum(rows_with_bad_values) + sum(rows_quarantined) from state.files "
            f"where source_id in ({names})"
        )
        == 0
    )


def test_headers_in_quotes_and_capitals_are_the_same_columns(staged: Staged) -> None:
    assert (
        staged.value(
            "select count(active) from raw.zendesk__user where _source_id = 'zendesk_variants'"
        )
        == 10
    )
    assert (
        staged.value(
            "select count(\"from\") from raw.hubspot__email_event_sent where _source_id = 'hubspot_variants'"
        )
        == 100 * 2
    )


# Rows live and deleted per entity, counted in the files.
COUNTS = [
    # 9 end users and 10 organisations; one agent; 2 of 10 tickets have the status deleted.
    ("profiles", "zendesk", {"live": 19}),
    ("employees", "zendesk", {"live": 1}),
    ("tickets", "zendesk", {"live": 8, "deleted": 2}),
    # 20 public comments, 10 chats.
    ("interactions", "zendesk", {"live": 30}),
    # 4 customers in the REST layout and 10 in the GraphQL one.
    ("profiles", "shopify", {"live": 14}),
    # 8 REST orders; of 9 GraphQL ones 5 are deleted or tests.
    ("orders", "shopify", {"live": 12, "deleted": 5}),
    # 3 + 10 lines, 5 + 10 refunded lines.
    ("order_lines", "shopify", {"live": 28}),
    # 5 REST sales; GraphQL: 3 sales, 2 captures, 2 refunds, of which 1 sale and 1 refund are tests.
    ("payments", "shopify", {"live": 10, "deleted": 2}),
    ("consents", "shopify", {"live": 14}),
    # 3 + 10 checkouts, 5 of them deleted.
    ("interactions", "shopify", {"live": 8, "deleted": 5}),
    ("profiles", "stripe", {"live": 11, "deleted": 1}),
    # 2 invoices, one of the test mode.
    ("invoices", "stripe", {"live": 1, "deleted": 1}),
    # 16 charges, 4 refunds, 12 disputes; 2 credit notes that are those refunds again.
    ("payments", "stripe", {"live": 32, "deleted": 2}),
    # 2 subscriptions, each in both tables.
    ("subscriptions", "stripe", {"live": 2, "superseded": 2}),
    # 22 contacts of which 3 were merged into a fourth, 24 companies.
    ("profiles", "hubspot", {"live": 43, "deleted": 3}),
    # 4 sent and 90 opened e-mails (deliveries and robots stay in raw), 104 engagements, 5 forms.
    ("interactions", "hubspot", {"live": 203}),
    ("campaigns", "hubspot", {"live": 100}),
    # The events that name the recipients are not among the files.
    ("consents", "hubspot", {"quarantined": 100}),
    ("tickets", "hubspot", {"live": 25}),
    ("employees", "hubspot", {"live": 100}),
    ("profiles", "qualtrics", {"live": 6}),
    ("survey_invitations", "qualtrics", {"live": 5}),
    ("feedback", "qualtrics", {"live": 5}),
    ("web_events", "ga4_export", {"live": 6}),
]


@pytest.mark.parametrize(("entity", "source", "expected"), COUNTS)
def test_rows_of_each_entity(
    staged: Staged, entity: str, source: str, expected: dict[str, int]
) -> None:
    assert staged.outcomes(entity, source) == expected


def test_money_by_kind_status_and_currency(staged: Staged) -> None:
    found = {
        (source, kind, status, currency): amount
        for source, kind, status, currency, amount in staged.rows(
            "select source_id, kind, status, currency, sum(amount) from staging.payments "
            "where source_id in ('shopify', 'stripe') group by all"
        )
    }
    assert found == {
        ("shopify", "charge", "succeeded", "USD"): Decimal("1473.07") + Decimal("190.48"),
        ("shopify", "refund", "succeeded", "USD"): Decimal(120),
        ("stripe", "charge", "failed", "USD"): Decimal("66776.96"),
        ("stripe", "refund", "succeeded", "USD"): Decimal("23914.21"),
        ("stripe", "chargeback", "succeeded", "USD"): Decimal("6595.99"),
        ("stripe", "chargeback", "pending", "USD"): Decimal("7.01"),
        ("stripe", "chargeback", "failed", "USD"): Decimal("85.98"),
    }


def test_orders_by_currency(staged: Staged) -> None:
    found = dict(
        staged.rows(
            "select currency, sum(total_amount) from staging.orders where source_id = 'shopify' "
            "group by 1"
        )
    )
    # REST: 2.80 + 3.79 + 5.39 in pounds, 615.03 in dollars; GraphQL: 55 + 2000 + 0 + 0.
    assert found == {"GBP": Decimal("11.98"), "USD": Decimal("615.03") + Decimal(2055)}


def test_merged_contacts_do_not_stand_as_persons(staged: Staged) -> None:
    merged = ("76340251", "46897301", "76226001")
    assert (
        staged.value(f"select count(*) from staging.profiles where source_record_id in {merged}")
        == 0
    )
    assert {
        row[0]
        for row in staged.rows(
            "select identifier_value from staging.identifiers where source_id = 'hubspot' "
            "and source_record_id = '78971951' and identifier_type = 'external:hubspot'"
        )
    } == set(merged)


def test_the_ticket_with_a_history(staged: Staged) -> None:
    # Solved on 14 November, closed the day after; never opened again after it was solved.
    assert staged.rows(
        "select solved_at, closed_at, reopen_count, priority, employee_id from staging.tickets "
        "where source_id = 'zendesk' and ticket_id = '11071'"
    ) == [
        (datetime(2020, 11, 14, 11, 1, 27), datetime(2020, 11, 15, 11, 1, 27), 0, "urgent", "1111")
    ]
