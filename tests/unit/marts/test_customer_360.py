"""Measures of the 360 at their edges, on the SQL that the warehouse runs: days, windows, scales, money, states, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.sql import Models

NOW = datetime(2026, 1, 1)
MONEY = "decimal(18, 4)"
FACTS = {
    "fct_orders": "order_id varchar, ordered_at timestamp, status varchar, channel varchar, currency varchar, "
    f"total_amount {MONEY}, total_amount_reporting {MONEY}, discount_amount_reporting {MONEY}, promised_at timestamp, "
    "delivered_at timestamp, campaign_id varchar, is_cancelled boolean default false, is_delivered boolean default false",
    "fct_order_lines": f"order_id varchar, line_number integer, ordered_at timestamp, quantity {MONEY}, "
    f"unit_cost {MONEY}, unit_cost_reporting {MONEY}, line_amount_reporting {MONEY}",
    "fct_subscriptions": "subscription_id varchar, started_at timestamp, ended_at timestamp, is_active boolean, "
    f"monthly_amount {MONEY}, monthly_amount_reporting {MONEY}",
    "fct_tickets": "ticket_id varchar, opened_at timestamp, first_response_at timestamp, solved_at timestamp, "
    "reopen_count integer, is_open boolean default true, is_answered boolean default true",
    "fct_process_steps": "process_id varchar, entered_at timestamp, left_at timestamp",
    "fct_invoices": "invoice_id varchar, issued_at timestamp, due_at timestamp, paid_at timestamp, "
    f"total_amount_reporting {MONEY}, open_amount {MONEY}, open_amount_reporting {MONEY}",
    "fct_payments": "payment_id varchar, occurred_at timestamp, kind varchar, is_settled boolean, "
    f"amount_reporting {MONEY}, signed_amount_reporting {MONEY}",
    "fct_interactions": "interaction_id varchar, started_at timestamp, channel varchar, direction varchar, "
    f"outcome varchar, campaign_id varchar, wait_seconds {MONEY}, handle_seconds {MONEY}, transfer_count integer, "
    "reauthentication_count integer, is_abandoned boolean, is_dropped_by_provider boolean",
    "fct_web_sessions": "session_id varchar, started_at timestamp, ended_at timestamp, event_count bigint",
    "fct_feedback": "feedback_id varchar, kind varchar, metric varchar, score decimal(18, 4), scale_min decimal(18, 4), "
    "scale_max decimal(18, 4), is_higher_better boolean, submitted_at timestamp",
    "fct_feedback_actions": "feedback_id varchar, action varchar, occurred_at timestamp",
    "fct_survey_invitations": "invitation_id varchar, sent_at timestamp, is_answered boolean default false",
    "fct_consents": "source_record_id varchar, purpose varchar, is_granted boolean, recorded_at timestamp",
}
GOLDEN = (
    "party_type, display_name, full_name, given_name, family_name, email, phone, gender, address_line, city, region, "
    "postal_code, country, company, job_title, language, birth_date, has_name_conflict, has_birth_date_conflict, "
    "has_gender_conflict, completeness, profile_count, source_count, sources, created_at"
)
Row = dict[str, Any]


class Company:
    """Facts of customers, and the 360 of them as of a day."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        for name, columns in FACTS.items():
            self.con.execute(
                f"create table {name} (source_id varchar, customer_id varchar, {columns})"
            )
        self.con.execute(
            f"create table dim_customer (customer_id varchar, {GOLDEN.replace(',', ' varchar,')} varchar)"
        )
        for sql in (
            "household_members (customer_id varchar, household_id varchar)",
            "dim_household (household_id varchar, member_count bigint)",
            "reporting_currency as select 'EUR' as currency",
            f"channel_costs (channel varchar, cost_per_contact {MONEY}, cost_per_minute {MONEY})",
        ):
            self.con.execute(f"create table {sql}")

    def add(self, fact: str, *rows: Row) -> Company:
        """Rows of one fact; source `s` and customer `c` unless they say otherwise."""
        for row in rows:
            whole = {"source_id": "s", "customer_id": "c", **row}
            self.con.execute(
                f"insert into {fact} ({', '.join(whole)}) values ({', '.join('?' * len(whole))})",
                list(whole.values()),
            )
        return self

    def view(self, columns: str, as_of: str = "2026-06-30", customer: str = "c") -> Any:
        """Columns of the 360 of one customer."""
        facts = " union ".join(
            f"select customer_id from {name}" for name in FACTS if name != "fct_feedback_actions"
        )
        self.con.execute(
            f"insert into dim_customer (customer_id) select customer_id from ({facts}) "
            "where customer_id not in (select customer_id from dim_customer)"
        )
        models = Models(self.con)
        models.variables = {
            "as_of": as_of,
            **{"active_days": 90, "lapsed_days": 365, "score_carried_days": 90},
        }
        for domain in ("operational", "financial", "interactions", "voc"):
            models.build(f"int_customer_{domain}", NOW, "r")
        models.build("int_customer_rfm", NOW, "r")
        models.build("customer_360", NOW, "r")
        found = self.con.execute(
            f"select {columns} from customer_360 where customer_id = ?", [customer]
        ).fetchall()
        assert len(found) == 1
        return found[0] if len(found[0]) > 1 else found[0][0]


@pytest.fixture
def company() -> Company:
    return Company()


def orders(*days: str, amount: float = 10, **more: Any) -> Sequence[Row]:
    return [
        {
            **{"order_id": f"O{n}{day}", "ordered_at": day, "total_amount": amount},
            **{"total_amount_reporting": amount, **more},
        }
        for n, day in enumerate(days)
    ]


def test_a_window_holds_its_first_and_its_last_moment(company: Company) -> None:
    company.add(
        "fct_orders",
        *orders("2024-02-29 23:59:59.999999", "2024-03-01 00:00:00"),
        *orders("2024-01-31 00:00:00", "2024-01-30 23:59:59.999999", amount=5),
    )
    windows = "order_count, order_count_30d, order_count_90d, order_amount_30d, last_order_at"
    assert company.view(windows, "2024-02-29") == (
        *(3, 2, 3, 15, datetime(2024, 2, 29, 23, 59, 59, 999999)),
    )
    # A year over a leap day has 365 days as well.
    company.add("fct_orders", *orders("2023-03-02", "2023-03-01"))
    assert company.view("order_count_365d", "2024-02-29") == 4


def test_change_is_these_days_less_those_before(company: Company) -> None:
    company.add("fct_orders", *orders("2026-06-30", "2026-04-02 00:00:00"))
    company.add("fct_orders", *orders("2026-04-01 23:59:59", "2026-01-02", "2026-01-01", amount=7))
    change = "order_count_90d, order_count_change_90d, order_amount_change_90d"
    assert company.view(change) == (2, 0, 6)


def test_cancelled_returned_late_and_undelivered(company: Company) -> None:
    company.add(
        "fct_orders",
        *orders("2026-05-01", amount=100, is_cancelled=True, promised_at="2026-05-05"),
        *orders(
            "2026-05-02",
            amount=40,
            promised_at="2026-05-05",
            delivered_at="2026-05-06",
            is_delivered=True,
        ),
        *orders("2026-05-03", amount=60, promised_at="2026-06-29 09:00"),
        *orders("2026-05-06", amount=0, promised_at="2026-06-30 09:00"),
        *orders("2026-05-04", amount=20, promised_at="2026-07-01", status="Delivery_Failed"),
        *orders("2026-05-05", amount=-15, is_cancelled=True),
    )
    company.add(
        "fct_order_lines",
        {
            **{"order_id": "O02026-05-03", "ordered_at": "2026-05-03", "quantity": -2},
            **{"line_amount_reporting": -8, "unit_cost": 3, "unit_cost_reporting": 3},
        },
        {
            **{"order_id": "O02026-05-01", "ordered_at": "2026-05-01", "quantity": 9},
            **{"line_amount_reporting": 100, "unit_cost": 3, "unit_cost_reporting": 3},
        },
        {
            **{"order_id": "O02026-05-02", "ordered_at": "2026-05-02", "quantity": 4},
            **{"line_amount_reporting": 40, "unit_cost": 5, "unit_cost_reporting": 5},
        },
    )
    assert company.view(
        "order_amount, average_order_amount, late_delivery_count, failed_delivery_count, cancelled_order_count, "
        "returned_order_count, returned_amount, cost_of_goods_amount"
    ) == (105, 30, 1, 2, 2, 1, 8, 14)


def test_a_refund_over_its_charge_and_money_that_never_moved(company: Company) -> None:
    def paid(kind: str, amount: float, sign: int, is_settled: bool = True) -> Row:
        return {
            **{"payment_id": f"{kind}{amount}", "occurred_at": "2026-06-01", "kind": kind},
            **{"is_settled": is_settled, "amount_reporting": amount},
            "signed_amount_reporting": sign * amount,
        }

    company.add(
        "fct_payments", paid("charge", 30, 1), paid("refund", 50, -1), paid("charge", 99, 0, False)
    )
    company.add("fct_payments", paid("penalty", 4, 1), paid("credit", 1, -1))
    company.add("fct_payments", paid("refund", 7, 0, False))
    company.con.execute("insert into channel_costs values ('voice', 1, 0.5)")
    company.add(
        "fct_interactions",
        {
            "interaction_id": "1",
            "started_at": "2026-06-01",
            "channel": "voice",
            "handle_seconds": 90,
        },
        {"interaction_id": "2", "started_at": "2026-06-01", "channel": "fax", "handle_seconds": 90},
    )
    assert company.view(
        "net_paid_amount, charged_amount, refunded_amount, failed_payment_count, revenue_amount, fee_amount, "
        "cost_to_serve_amount, interaction_count_without_cost, margin_amount"
    ) == (-17, 30, 50, 2, 34, 4, 1.75, 1, -18.75)


def test_an_open_invoice_is_overdue_when_its_day_is_over(company: Company) -> None:
    company.add(
        "fct_invoices",
        *(
            {
                **{"invoice_id": due, "issued_at": "2026-06-01", "due_at": due},
                **{"open_amount": 70, "open_amount_reporting": 70},
            }
            for due in ("2026-06-30", "2026-07-01")
        ),
        {"invoice_id": "void", "issued_at": "2026-06-01", "due_at": "2026-06-01"},
    )
    columns = "open_balance_amount, overdue_amount, overdue_invoice_count"
    assert company.view(columns) == (140, None, 0)
    assert company.view(columns, "2026-07-01") == (140, 70, 1)


def score(
    key: str, at: str, value: float, metric: str = "nps", top: float = 10, **more: Any
) -> Row:
    return {
        **{"feedback_id": key, "submitted_at": at, "score": value, "metric": metric},
        **{"kind": "survey", "scale_min": 0, "scale_max": top, "is_higher_better": True, **more},
    }


def test_a_score_speaks_for_ninety_days(company: Company) -> None:
    company.add("fct_feedback", score("F1", "2026-04-01 00:00:00", 9))
    assert company.view("last_nps_score, current_nps_score, nps_trend") == (9, 9, None)
    assert company.view("last_nps_score, current_nps_score", "2026-07-01") == (9, None)


def test_of_one_second_the_same_score_is_the_newest_in_every_order(company: Company) -> None:
    at = "2026-06-01 10:00:00"
    company.add("fct_feedback", score("F2", at, 3), score("F1", at, 8))
    assert company.view("last_nps_score, nps_trend") == (3, -0.5)
    other = Company()
    other.add("fct_feedback", score("F1", at, 8), score("F2", at, 3))
    assert other.view("last_nps_score, nps_trend") == (3, -0.5)


def test_scores_of_two_scales_are_compared_by_their_place(company: Company) -> None:
    effort = {"metric": "ces", "scale_min": 1}
    company.add(
        "fct_feedback",
        score("F1", "2026-05-01", 2, top=5, is_higher_better=False, **effort),
        score("F2", "2026-06-01", 4, top=7, **effort),
    )
    assert company.view("last_ces_score, ces_trend") == (4, -0.25)


def test_feedback_is_open_until_somebody_replies(company: Company) -> None:
    company.add(
        "fct_feedback",
        *(score(f"F{value}", "2026-06-01", value) for value in (6, 7)),
        score("F1", "2026-06-01", 1, metric="csat", top=5),
        {"feedback_id": "C1", "submitted_at": "2026-06-01", "kind": "complaint"},
    )
    company.add("fct_survey_invitations", *({"invitation_id": f"I{n}", "sent_at": "2026-05-30", "is_answered": n in (6, 7)} for n in range(8)))  # fmt: skip
    assert company.view("open_feedback_count, survey_response_rate") == (3, 0.25)
    company.add("fct_feedback_actions", {"feedback_id": "C1", "action": "replied", "occurred_at": "2026-06-02"})  # fmt: skip
    company.add("fct_feedback_actions", {"feedback_id": "F1", "action": "read", "occurred_at": "2026-06-02"})  # fmt: skip
    assert company.view("open_feedback_count") == 2
    # The reply of another source is to another's feedback.
    company.add("fct_feedback_actions", {"source_id": "t", "feedback_id": "F6", "action": "closed", "occurred_at": "2026-06-02"})  # fmt: skip
    assert company.view("open_feedback_count") == 2


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (["2026-04-02", "2026-06-01"], "new"),
        (["2026-04-01", "2026-06-01"], "active"),
        (["2020-01-01", "2026-06-01"], "won_back"),
        (["2020-01-01", "2025-04-02", "2026-06-01"], "active"),
        (["2020-01-01", "2025-04-01", "2026-06-01"], "won_back"),
        (["2026-04-01"], "lapsing"),
        (["2025-07-01"], "lapsing"),
        (["2025-06-30"], "lapsed"),
        (["2026-07-01"], None),
    ],
)
def test_life_cycle(company: Company, days: list[str], state: str | None) -> None:
    company.add("fct_orders", *orders(*days))
    assert company.view("lifecycle_state") == state


def test_a_running_subscription_keeps_a_customer_and_an_advert_does_not(company: Company) -> None:
    company.add("fct_subscriptions", {"subscription_id": "S", "started_at": "2020-01-01", "is_active": True, "monthly_amount": 9, "monthly_amount_reporting": 9})  # fmt: skip
    advert = {"interaction_id": "1", "channel": "email", "campaign_id": "A"}
    company.add("fct_interactions", {"customer_id": "d", "direction": "outbound", "started_at": "2026-06-01", **advert})  # fmt: skip
    columns = "lifecycle_state, active_subscription_count, monthly_recurring_amount"
    assert company.view(columns) == ("active", 1, 9)
    columns = "lifecycle_state, campaign_touch_count, preferred_channel"
    assert company.view(columns, customer="d") == (None, 1, None)
    company.con.execute("update fct_subscriptions set is_active = false")
    assert company.view("lifecycle_state, active_subscription_count") == ("lapsed", 0)


def test_quintiles_share_a_score_among_equals(company: Company) -> None:
    for n in range(10):
        company.add("fct_orders", *orders(f"2026-06-{10 + n}", amount=n % 2, customer_id=f"c{n}"))
    company.add("fct_tickets", {"ticket_id": "T", "opened_at": "2026-06-01", "customer_id": "x"})
    scores = "recency_score, frequency_score, monetary_score"
    assert company.view(scores, customer="x") == (None, None, None)
    found = [company.view(scores, customer=f"c{n}") for n in (0, 1, 2, 9)]
    assert found == [(1, 1, 1), (1, 1, 3), (2, 1, 1), (5, 1, 3)]


def test_domains_that_know_the_customer(company: Company) -> None:
    company.add("fct_survey_invitations", {"invitation_id": "I", "sent_at": "2026-06-01"})
    company.add(
        "fct_web_sessions", {"session_id": "W", "started_at": "2026-06-01", "event_count": 2}
    )
    columns = "has_voc, has_operational, has_financial, has_interaction, domain_count"
    assert company.view(columns) == (False, False, False, True, 1), "an invitation is no voice"


def test_the_newest_consent_counts(company: Company) -> None:
    company.add(
        "fct_consents",
        {
            "purpose": "mail",
            "is_granted": True,
            "recorded_at": "2026-06-01",
            "source_record_id": "1",
        },
        {
            "purpose": "mail",
            "is_granted": False,
            "recorded_at": "2026-06-02",
            "source_record_id": "1",
        },
        {
            "purpose": "call",
            "is_granted": True,
            "recorded_at": "2026-06-01",
            "source_record_id": "1",
        },
        {
            "purpose": "call",
            "is_granted": False,
            "recorded_at": "2026-07-01",
            "source_record_id": "1",
        },
    )
    assert company.view("consents_granted, consents_withdrawn") == ("call", "mail")
