"""A customer's page as a screen of text: what is unknown is left out, what matters stands first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orchestration.customer.page import Page

# Measures in the order people ask for them: label, column, what stands behind the number.
DOMAINS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "operational": (
        *(("orders", "order_count", ""), ("in 365 days", "order_count_365d", "")),
        *(("ordered", "order_amount", "money"), ("last order", "last_order_at", "")),
        *(("delivered late", "late_delivery_count", ""), ("returned", "returned_amount", "money")),
        *(("subscriptions", "active_subscription_count", ""), ("monthly", "monthly_recurring_amount", "money")),
        *(("tickets", "ticket_count", ""), ("open", "open_ticket_count", ""), ("hours to solve", "average_hours_to_solve", "")),
        ("longest back-office step, days", "longest_process_step_days", ""),
    ),
    "financial": (
        *(("paid, net", "net_paid_amount", "money"), ("in 365 days", "net_paid_amount_365d", "money")),
        *(("refunded", "refunded_amount", "money"), ("fees and penalties", "fee_amount", "money")),
        *(("open", "open_balance_amount", "money"), ("overdue", "overdue_amount", "money")),
        *(("revenue", "revenue_amount", "money"), ("cost to serve", "cost_to_serve_amount", "money"), ("margin", "margin_amount", "money")),
        ("failed payments", "failed_payment_count", ""),
    ),
    "interaction": (
        *(("contacts", "interaction_count", ""), ("in 365 days", "interaction_count_365d", "")),
        *(("prefers", "preferred_channel", ""), ("last contact", "last_interaction_at", "")),
        *(("by", "last_interaction_channel", ""), ("outcome", "last_interaction_outcome", "")),
        *(("transfers", "transfer_count", ""), ("abandoned", "abandoned_count", ""), ("mean wait, s", "average_wait_seconds", "")),
        *(("web sessions", "web_session_count", ""), ("campaigns", "campaign_touch_count", ""), ("answered", "campaign_response_count", "")),
    ),
    "voice of customer": (
        *(("feedback", "feedback_count", ""), ("complaints", "complaint_count", ""), ("open", "open_feedback_count", "")),
        *(("NPS", "last_nps_score", ""), ("on", "last_nps_at", ""), ("CSAT", "last_csat_score", ""), ("CES", "last_ces_score", "")),
        ("answers surveys", "survey_response_rate", ""),
    ),
}  # fmt: skip
FLAGS = {
    "has_name_conflict": "names",
    "has_birth_date_conflict": "birth dates",
    "has_gender_conflict": "genders",
}
_LINKS = 8


def lines(page: Page) -> Iterator[str]:
    """The screen, line by line."""
    view = page["customer_360"]
    currency = view.get("reporting_currency") or ""
    name = view["display_name"] or "nobody gave a name"
    yield f"{name}  ({page['customer_id']})"
    state = [
        view["party_type"],
        (view.get("lifecycle_state") or "nothing done yet").replace("_", " "),
    ]
    state.append(f"{view['completeness']:.0%} complete")
    if view.get("household_member_count"):
        state.append(f"household of {view['household_member_count']}")
    if conflicts := [words for flag, words in FLAGS.items() if view.get(flag)]:
        state.append(f"sources disagree on {' and '.join(conflicts)}")
    yield "  " + ", ".join(state)
    if page["was_also"]:
        yield f"  merged into it: {', '.join(row['customer_id'] for row in page['was_also'])}"
    if view.get("consents_granted") or view.get("consents_withdrawn"):
        yield f"  consents: {view.get('consents_granted') or 'none'}; withdrawn: {view.get('consents_withdrawn') or 'none'}"
    yield ""
    yield "Who"
    winners = [row for row in page["golden_values"] if row["is_winner"]]
    wide = max((len(row["attribute"]) for row in winners), default=0)
    long = min(40, max((len(row["attribute_value"]) for row in winners), default=0))
    for row in winners:
        attribute = row["attribute"].replace("_", " ")
        yield f"  {attribute:<{wide}}  {row['attribute_value']:<{long}}  {row['source_id']}: {row['reason']}"
    yield ""
    yield f"Profiles: {len(page['profiles'])}"
    for source in sorted({row["source_id"] for row in page["profiles"]}):
        records = [
            row["source_record_id"] for row in page["profiles"] if row["source_id"] == source
        ]
        yield f"  {source}: {', '.join(records)}"
    for link in page["links"][:_LINKS]:
        ends = [f"{link[f'source_id_{n}']}:{link[f'source_record_id_{n}']}" for n in (1, 2)]
        yield f"  {ends[0]} = {ends[1]}: {link['explanation']}"
    if len(page["links"]) > _LINKS:
        yield f"  and {len(page['links']) - _LINKS} more in identity.links"
    for domain, measures in DOMAINS.items():
        told = [
            f"{label} {shown(view[column])}{' ' + currency if unit else ''}"
            for label, column, unit in measures
            if view.get(column)
        ]
        yield ""
        yield domain.capitalize()
        yield "  " + (" · ".join(told) if told else "nothing known")
    yield ""
    yield f"Last {len(page['events'])} events" if page["events"] else "No event yet"
    for event in page["events"]:
        said = [event["summary"], event["channel"]]
        if event["amount"] is not None:
            said.append(f"{shown(event['amount'])} {event['currency'] or ''}".strip())
        if event["score"] is not None:
            said.append(f"score {shown(event['score'])}")
        what = event["event_type"].replace("_", " ")
        yield (
            f"  {event['occurred_at']:%Y-%m-%d %H:%M}  {what:<18}  {event['source_id']} {event['source_key']}"
            f"  {', '.join(text for text in said if text)}"
        ).rstrip()


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}".removesuffix(".00")
    return f"{value:,}" if isinstance(value, int) else str(value)
