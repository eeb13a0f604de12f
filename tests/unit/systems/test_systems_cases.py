"""What the mapping views promise: versions, merges, deletions, money, zones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]
Value = Callable[[str], Any]
Outcomes = Callable[[str, str], dict[str, int]]


def test_two_accounts_of_one_system_have_their_own_clocks(rows: Rows) -> None:
    opened: dict[Any, Any] = dict(
        rows("select source_id, opened_at from staging.tickets where ticket_id = 'T1'")
    )
    assert opened == {
        "helpdesk_us": datetime(2026, 1, 5, 17),
        "helpdesk_eu": datetime(2026, 1, 5, 8),
    }


def test_what_one_account_knows_stays_in_that_account(rows: Rows) -> None:
    found = {
        source: rest
        for source, *rest in rows(
            "select source_id, reopen_count, solved_at, first_response_at from staging.tickets "
            "where ticket_id = 'T1'"
        )
    }
    # Ada's answer was made an internal note in the American account only.
    assert found["helpdesk_us"] == [1, datetime(2026, 1, 8, 17), None]
    assert found["helpdesk_eu"] == [None, None, datetime(2026, 1, 5, 9)]


def test_deleted_tickets_and_users_are_deletions(rows: Rows, outcomes: Outcomes) -> None:
    assert outcomes("tickets", "helpdesk_us") == {"live": 2, "deleted": 1}
    live = {
        row[0]
        for row in rows(
            "select source_record_id from staging.profiles where source_id = 'helpdesk_us'"
        )
    }
    assert live == {"U1", "organization:O1"}


def test_the_newest_role_decides_who_is_an_employee(rows: Rows) -> None:
    found: dict[Any, Any] = dict(
        rows(
            "select source_id, list(employee_id order by employee_id) from staging.employees "
            "where source_id in ('helpdesk_us', 'helpdesk_eu') group by 1"
        )
    )
    assert found == {"helpdesk_us": ["A1", "U2"], "helpdesk_eu": ["A1"]}


def test_a_customer_who_changed_the_organisation_belongs_to_one(rows: Rows) -> None:
    assert rows(
        "select source_record_id, related_record_id from staging.relationships "
        "where source_id = 'helpdesk_us'"
    ) == [("U1", "organization:O2")]


def test_internal_notes_and_transcripts_are_no_contacts(
    rows: Rows, value: Value, outcomes: Outcomes
) -> None:
    found = rows(
        "select interaction_id, channel, direction, customer_ref, employee_id, text, wait_seconds, "
        "handle_seconds from staging.interactions where source_id = 'helpdesk_us' order by 1"
    )
    transcript = "Welcome\nMy lamp is broken\nI am sorry\nThank you"
    assert found == [
        ("chat:H1:T2", "chat", "inbound", "U1", "A1", transcript, 60, 300),
        ("comment:C1", "web", "inbound", "U1", None, "where is it?", None, None),
    ]
    # The answer that became an internal note is deleted, the note that always was one never appears.
    assert outcomes("interactions", "helpdesk_us") == {
        "live": 2,
        "superseded": 2,
        "deleted": 1,
    }
    assert (
        value(
            "select channel from staging.interactions "
            "where source_id = 'helpdesk_eu' and interaction_id = 'comment:C3'"
        )
        == "email"
    )


def test_a_ticket_has_one_rating_however_it_is_delivered(rows: Rows, value: Value) -> None:
    assert rows(
        "select feedback_id, customer_ref, metric, score, text, invitation_id from staging.feedback "
        "where source_id = 'helpdesk_us' order by 1"
    ) == [
        ("ticket:T1", "U1", "csat", 1, "no answer to my question", "ticket:T1"),
        ("ticket:T2", "U1", "csat", 5, "thanks", "ticket:T2"),
    ]
    assert (
        value("select count(*) from staging.survey_invitations where source_id = 'helpdesk_us'")
        == 3
    )


def test_supporting_rows_sent_twice_count_once(rows: Rows) -> None:
    assert rows(
        "select source_id, customer_ref, shipping_amount, shipped_at, promised_at, delivered_at "
        "from staging.orders where order_id = 'O1' order by 1"
    ) == [
        (
            "shop_a",
            "K1",
            5,
            datetime(2026, 1, 3, 8),
            datetime(2026, 1, 5),
            datetime(2026, 1, 6, 9),
        ),
        ("shop_b", "K9", None, None, None, None),
    ]


def test_lines_sum_to_what_the_customer_kept(rows: Rows) -> None:
    assert rows(
        "select source_id, sum(quantity * unit_price), count(*) from staging.order_lines "
        "where order_id = 'O1' group by 1 order by 1"
    ) == [("shop_a", 60, 4), ("shop_b", 100, 2)]
    costs: dict[Any, Any] = dict(
        rows(
            "select line_number, unit_cost from staging.order_lines "
            "where source_id = 'shop_a' and quantity < 0"
        )
    )
    # Goods that did not come back still cost what they cost; what came back is unknown here.
    assert costs == {"L1:refund:RL1": None, "L2:refund:RL2": 0}


def test_only_money_that_moves_is_a_payment(rows: Rows, outcomes: Outcomes) -> None:
    assert rows(
        "select payment_id, kind, amount, status, customer_ref from staging.payments "
        "where source_id = 'shop_a' order by 1"
    ) == [
        ("X2", "charge", 95, "succeeded", "K1"),
        ("X3", "refund", 36, "succeeded", "K1"),
        ("X4", "charge", 95, "failed", "K1"),
    ]
    assert outcomes("orders", "shop_a") == {"live": 1, "deleted": 1}


def test_a_consent_is_recorded_when_it_changes(rows: Rows) -> None:
    assert rows(
        "select recorded_at, is_granted from staging.consents where source_id = 'shop_a' order by 1"
    ) == [(datetime(2026, 1, 1), True), (datetime(2026, 3, 1), False)]


def test_minor_units_follow_the_currency(rows: Rows) -> None:
    assert rows(
        "select payment_id, kind, amount, currency, status, customer_ref, order_id "
        "from staging.payments where source_id = 'billing' order by 1"
    ) == [
        ("ch_1", "charge", Decimal("10.5"), "USD", "succeeded", "cus_1", "O1"),
        ("ch_2", "charge", Decimal(500), "JPY", "succeeded", "cus_1", None),
        ("ch_3", "charge", Decimal("1.5"), "KWD", "succeeded", "cus_1", None),
        ("ch_4", "charge", Decimal(9), "USD", "pending", "cus_1", None),
        ("cn_2", "credit", Decimal(1), "USD", "succeeded", "cus_1", None),
        ("re_1", "refund", Decimal("2.5"), "USD", "succeeded", "cus_1", "O1"),
    ]
    assert rows(
        "select total_amount, paid_amount, status from staging.invoices where source_id = 'billing'"
    ) == [(Decimal("10.5"), Decimal("10.5"), "paid")]


def test_a_subscription_is_its_running_period_per_month(rows: Rows) -> None:
    # Two at 120 a year and one at 3 a quarter.
    assert rows(
        "select status, plan, monthly_amount, currency from staging.subscriptions "
        "where source_id = 'billing'"
    ) == [("past_due", "Support, Storage", 21, "USD")]
    assert rows(
        "select source_record_id, identifier_value from staging.identifiers "
        "where source_id = 'billing'"
    ) == [("cus_1", "fp_1")]


def test_merges_are_followed_to_the_end_of_the_chain(rows: Rows) -> None:
    assert rows("select source_record_id from staging.profiles where source_id = 'marketing'") == [
        ("3",)
    ]
    found = rows(
        "select source_record_id, identifier_type, identifier_value from staging.identifiers "
        "where source_id = 'marketing' order by 2, 3"
    )
    assert found == [
        ("3", "email", "one@mail.com"),
        ("3", "email", "two@mail.com"),
        ("3", "external:marketing", "1"),
        ("3", "external:marketing", "2"),
    ]
    # The call and the unsubscription of the first contact are the survivor's.
    assert rows(
        "select customer_ref, channel, direction, handle_seconds from staging.interactions "
        "where source_id = 'marketing' and interaction_id = 'engagement:g1'"
    ) == [("3", "voice", "inbound", 90)]
    assert rows(
        "select source_record_id, recorded_at, is_granted from staging.consents "
        "where source_id = 'marketing' order by 2"
    ) == [("3", datetime(2026, 1, 2, 10), False), ("3", datetime(2026, 2, 1), False)]


def test_events_of_robots_and_machines_are_no_contacts(rows: Rows) -> None:
    assert rows(
        "select interaction_id, email, subject, campaign_id, parent_interaction_id, outcome "
        "from staging.interactions where source_id = 'marketing' and channel = 'email' order by 1"
    ) == [
        ("email_event:e1", "one@mail.com", "Spring sale", "c1", None, "sent"),
        ("email_event:e2", "one@mail.com", "Spring sale", "c1", "email_event:e1", "opened"),
    ]


def test_scores_carry_the_scale_of_their_question(rows: Rows, outcomes: Outcomes) -> None:
    found = rows(
        "select feedback_id, metric, score, scale_min, scale_max, is_higher_better, text, "
        "customer_ref, invitation_id, order_id from staging.feedback "
        "where source_id = 'surveys' order by 1"
    )
    context = ("CID_1", "D1:CID_1", "O1")
    assert found == [
        ("R1:QID1", "nps", 6, 0, 10, True, "Be faster", *context),
        ("R1:QID2", "csat", 7, 1, 7, True, None, *context),
        ("R1:QID4", "ces", 1, 1, 5, False, None, *context),
        ("R3", None, None, None, None, True, "很好", None, None, None),
    ]
    # The first score was corrected, the preview is no answer, eleven is no point of the scale.
    assert outcomes("feedback", "surveys") == {
        "live": 4,
        "superseded": 1,
        "deleted": 1,
        "quarantined": 1,
    }


def test_a_reminder_is_no_second_invitation(rows: Rows) -> None:
    assert rows(
        "select invitation_id, customer_ref, metric, survey_id from staging.survey_invitations "
        "where source_id = 'surveys'"
    ) == [("D1:CID_1", "CID_1", "nps", "SV1")]


def test_the_final_event_replaces_the_intraday_one(rows: Rows, outcomes: Outcomes) -> None:
    assert outcomes("web_events", "site") == {"live": 2, "superseded": 1}
    url, campaign, properties = rows(
        "select url, campaign_id, properties from staging.web_events "
        "where source_id = 'site' and name = 'page_view'"
    )[0]
    assert (url, campaign, json.loads(properties)) == ("https://a.example/", "spring", {})
    # A login is no profile: what leads from a device to a customer is read from the events themselves.
    assert outcomes("identifiers", "site") == {}
