"""The connector files run unmodified, and the facts counted in them by hand come out."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestration.ingestion.contracts import load_contracts
from orchestration.settings import REPOSITORY

Rows = Callable[[str], list[tuple[Any, ...]]]
Value = Callable[[str], Any]
Outcomes = Callable[[str, str], dict[str, int]]

SYSTEMS = ("zendesk", "shopify", "stripe", "hubspot", "qualtrics", "ga4_export")
CONNECTORS = "('zendesk', 'shopify', 'stripe', 'hubspot', 'qualtrics', 'ga4_export')"


def test_every_file_has_a_table_and_every_column_is_described(connector_files: list[Any]) -> None:
    contracts = load_contracts(REPOSITORY)
    assert len(connector_files) == 235
    for file in connector_files:
        table = contracts.table(file.system, file.table)
        assert table is not None, file.path.name
        assert table.description and all(column.description for column in table.columns)
        assert table.key and all(table.column(name) for name in table.key)


def test_every_file_is_loaded_with_all_its_rows(rows: Rows, connector_files: list[Any]) -> None:
    expected = {}
    for file in connector_files:
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            count = sum(1 for _ in csv.reader(lines)) - 1
        expected[file.source_id, file.table, file.path.name] = ("loaded", count)
    found = {
        (source, table, name): (status, loaded)
        for source, table, name, status, loaded in rows(
            "select source_id, table_name, file_name, status, rows_loaded from state.files "
            f"where source_id in {CONNECTORS} or source_id like '%\\_variants' escape '\\'"
        )
    }
    # Alternatives of one table may be the same to the byte.
    same = {key for key in found if found[key][0] == "duplicate" and key[0].endswith("_variants")}
    assert {key: found[key] for key in found if key not in same} == {
        key: expected[key] for key in expected if key not in same
    }


def test_no_value_of_the_fixtures_is_bad(value: Value) -> None:
    bad = value(
        "select sum(rows_with_bad_values) + sum(rows_quarantined) from state.files "
        f"where source_id in {CONNECTORS}"
    )
    assert bad == 0


def test_headers_in_quotes_and_capitals_are_the_same_columns(value: Value) -> None:
    active = value("select count(active) from raw.zendesk__user where _source_id like '%variants'")
    assert active == 10
    senders = value(
        """select count("from") from raw.hubspot__email_event_sent where _source_id like '%variants'"""
    )
    assert senders == 200


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
    outcomes: Outcomes, entity: str, source: str, expected: dict[str, int]
) -> None:
    assert outcomes(entity, source) == expected


def test_money_by_kind_status_and_currency(rows: Rows) -> None:
    found = {
        (source, kind, status, currency): amount
        for source, kind, status, currency, amount in rows(
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


def test_orders_by_currency(rows: Rows) -> None:
    found: dict[Any, Any] = dict(
        rows(
            "select currency, sum(total_amount) from staging.orders where source_id = 'shopify' "
            "group by 1"
        )
    )
    # REST: 2.80 + 3.79 + 5.39 in pounds, 615.03 in dollars; GraphQL: 55 + 2000 + 0 + 0.
    assert found == {"GBP": Decimal("11.98"), "USD": Decimal("615.03") + Decimal(2055)}


def test_merged_contacts_do_not_stand_as_persons(rows: Rows, value: Value) -> None:
    merged = ("76340251", "46897301", "76226001")
    assert value(f"select count(*) from staging.profiles where source_record_id in {merged}") == 0
    assert {
        row[0]
        for row in rows(
            "select identifier_value from staging.identifiers where source_id = 'hubspot' "
            "and source_record_id = '78971951' and identifier_type = 'external:hubspot'"
        )
    } == set(merged)


def test_the_ticket_with_a_history(rows: Rows) -> None:
    # Solved on 14 November, closed the day after; never opened again after it was solved.
    assert rows(
        "select solved_at, closed_at, reopen_count, priority, employee_id from staging.tickets "
        "where source_id = 'zendesk' and ticket_id = '11071'"
    ) == [
        (datetime(2020, 11, 14, 11, 1, 27), datetime(2020, 11, 15, 11, 1, 27), 0, "urgent", "1111")
    ]
