"""Metrics are defined once: each can be computed on what is published, and is the figure that the 360 and the facts give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.hand_metrics import Metrics


@pytest.fixture(scope="module")
def metrics(warehouse: Path) -> Any:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield Metrics(con)


def test_every_metric_is_described_and_can_be_computed(metrics: Metrics) -> None:
    assert len(metrics.defined) >= 40
    for name, metric in metrics.defined.items():
        assert metric["description"]
        assert metric["label"]
        metrics.value(name)
    for relation, expression in metrics.dimensions:
        metrics.con.execute(f"select {expression} from {relation} limit 1").fetchall()


# What is asked of the 360, with the rows of nobody beside it, is what the metric says.
@pytest.mark.parametrize(
    ("metric", "column", "unknown"),
    [
        ("orders", "order_count", "count(*) from core.fct_orders"),
        ("order_amount", "order_amount", "sum(total_amount_reporting) filter (where cancelled_at is null or total_amount < 0) from core.fct_orders"),
        ("late_deliveries", "late_delivery_count", "count(*) filter (where delivered_at > promised_at) from core.fct_orders"),
        ("returned_amount", "returned_amount", "-sum(line_amount_reporting) filter (where quantity < 0) from core.fct_order_lines"),
        ("net_paid_amount", "net_paid_amount", "sum(signed_amount_reporting) from core.fct_payments"),
        ("fee_amount", "fee_amount", "sum(amount_reporting) filter (where is_settled and kind in ('fee', 'penalty')) from core.fct_payments"),
        ("refunded_amount", "refunded_amount", "sum(amount_reporting) filter (where is_settled and kind = 'refund') from core.fct_payments"),
        ("invoiced_amount", "invoiced_amount", "sum(total_amount_reporting) from core.fct_invoices"),
        ("tickets", "ticket_count", "count(*) from core.fct_tickets"),
        ("open_tickets", "open_ticket_count", "count(*) filter (where solved_at is null and closed_at is null) from core.fct_tickets"),
        ("contacts", "interaction_count", "count(*) from core.fct_interactions"),
        ("campaign_touches", "campaign_touch_count", "count(*) filter (where direction = 'outbound' and campaign_id is not null) from core.fct_interactions"),
        ("campaign_responses", "campaign_response_count", "count(*) filter (where direction = 'inbound' and campaign_id is not null and outcome != 'opened') from core.fct_interactions"),
        ("web_sessions", "web_session_count", "count(*) from core.fct_web_sessions"),
        ("complaints", "complaint_count", "count(*) filter (where kind = 'complaint') from core.fct_feedback"),
        ("survey_invitations", "survey_invitation_count", "count(*) from core.fct_survey_invitations"),
    ],
)  # fmt: skip
def test_a_metric_is_the_360_and_the_rows_of_nobody(
    metrics: Metrics, metric: str, column: str, unknown: str
) -> None:
    ask = metrics.con.execute
    [known] = ask(f"select coalesce(sum({column}), 0) from marts.customer_360").fetchone() or [None]
    [others] = ask(
        f"select coalesce({unknown.replace(' from ', ', 0) from ')} where customer_id is null and has_happened"
    ).fetchone() or [None]
    assert metrics.value(metric) == known + others
    assert metrics.value(metric) > 0


def test_nps_by_hand(metrics: Metrics) -> None:
    scores = [
        score
        for (score,) in metrics.con.execute(
            "select score from core.fct_feedback where metric = 'nps' and has_happened"
        ).fetchall()
    ]
    parts = [metrics.value(f"nps_{name}") for name in ("promoters", "passives", "detractors")]
    assert sum(parts) == len(scores) == metrics.value("nps_responses")
    by_hand = 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)
    assert metrics.value("nps") == pytest.approx(by_hand)
    found = metrics.value("revenue")
    assert found == metrics.value("charged_amount") + metrics.value("fee_amount")
