"""Money that no rate tells in the reporting currency is counted by currency and month, and never silent."""

from __future__ import annotations

from datetime import datetime

import duckdb

from tests.sql import Models


def test_gaps_by_entity_currency_and_month() -> None:
    con = duckdb.connect()
    for fact, at, amount in (
        ("fct_orders", "ordered_at", "total_amount"),
        ("fct_invoices", "issued_at", "total_amount"),
        ("fct_payments", "occurred_at", "amount"),
        ("fct_subscriptions", "started_at", "monthly_amount"),
    ):
        con.execute(
            f"create table {fact} (source_id varchar, currency varchar, {at} timestamp, "
            f"{amount} decimal(18, 4), {amount}_reporting decimal(18, 4))"
        )
    con.execute(
        "insert into fct_orders values ('shop', 'SEK', '2026-01-31 23:59', 10, null), "
        "('shop', 'SEK', '2026-01-01', 5.5, null), ('shop', 'SEK', '2026-02-01', 1, null), "
        "('shop', 'EUR', '2026-01-01', 7, 7)"
    )
    con.execute(
        "insert into fct_subscriptions values ('shop', null, '2026-01-01', 9, null), "
        "('shop', null, '2026-01-01', null, null)"
    )
    Models(con).build("missing_rates", datetime(2026, 3, 1), "r")
    assert con.execute(
        "select entity, currency, cast(month_start_date as varchar), row_count, cast(amount as varchar) from missing_rates"
    ).fetchall() == [
        ("orders", "SEK", "2026-01-01", 2, "15.5000"),
        ("orders", "SEK", "2026-02-01", 1, "1.0000"),
        ("subscriptions", None, "2026-01-01", 1, "9.0000"),
    ]
