"""The golden cases of the definitions, under ids that are the same at every size and seed.

golden-cheque    a cheque book at 120 that costs 12 elsewhere, no alternative; the customer
                 complains and closes the account within 90 days: bad profit
golden-contacts  five contacts of one bank customer: promotion e-mail, site, chat on the site, call
                 about a statement item, branch; the first three are one conversation about the
                 offer, and the branch did not offer the product
golden-mortgage  a mortgage call answered at once with priority 1 at the front, while the papers
                 lie 21 days in the back office
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl

from orchestration.demo.dirt import MOMENT, Sheet
from orchestration.demo.golden_cases import (
    CHEQUE,
    CONTACTS,
    DEVICE,
    HUBSPOT_CONTACT,
    LOGIN,
    MAIL,
    MORTGAGE,
    OFFER,
    PHONE,
)
from orchestration.demo.landing import Landing
from orchestration.demo.sources import bank, branch, contact_centre, ga4_export, hubspot


def _at(text: str) -> datetime:
    """A moment in UTC, as the frames hold it."""
    return datetime.fromisoformat(text)


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _put(landing: Landing, sheet: Sheet, *rows: Mapping[str, object]) -> None:
    """Rows with the moment that decides their file; times stay as they are given."""
    frame = pl.DataFrame([dict(row) for row in rows])
    landing.put(sheet, frame, clean=True)


def write(landing: Landing) -> pl.DataFrame:
    """Writes the three cases and returns the truth about their profiles."""
    _cheque(landing)
    _five_contacts(landing)
    _mortgage(landing)
    rows = [
        ("branch", CHEQUE, CHEQUE),
        ("contact_centre", CHEQUE, CHEQUE),
        ("branch", CONTACTS, CONTACTS),
        ("contact_centre", CONTACTS, CONTACTS),
        ("hubspot", str(HUBSPOT_CONTACT), CONTACTS),
        ("branch", MORTGAGE, MORTGAGE),
        ("contact_centre", MORTGAGE, MORTGAGE),
    ]
    return pl.DataFrame(rows, schema=["source_id", "source_record_id", "person_id"], orient="row")


def _profile(
    name: str, given: str, family: str, mail: str, phone: str, birth: str
) -> dict[str, object]:
    made = _at("2021-03-01 02:00:00")
    return {
        "source_record_id": name,
        "party_type": "person",
        "full_name": f"{given} {family}",
        "given_name": given,
        "family_name": family,
        "email": mail,
        "phone": phone,
        "birth_date": birth,
        "country": "US",
        "language": "en",
        "created_at": made,
        "updated_at": made,
    }


def _known(landing: Landing, profile: dict[str, object]) -> None:
    """The same person at the branch and at the contact centre, joined by mail, phone and id."""
    name = profile["source_record_id"]
    _put(landing, branch.PROFILES, profile)
    centre = {
        key: value for key, value in profile.items() if key not in ("given_name", "family_name")
    }
    _put(landing, contact_centre.PROFILES, centre)
    _put(
        landing,
        contact_centre.IDENTIFIERS,
        {
            "source_record_id": name,
            "identifier_type": "external:branch",
            "identifier_value": name,
            "observed_at": _at("2021-03-02 02:00:00"),
        },
    )


def _account(landing: Landing, name: str, ended: datetime | None, reason: str | None) -> None:
    _put(
        landing,
        bank.SUBSCRIPTIONS,
        {
            "subscription_id": f"{name}-account",
            "customer_ref": name,
            "plan": "current",
            "started_at": _at("2021-03-01 03:00:00"),
            "ended_at": ended,
            "monthly_amount": 500,
            "currency": "USD",
            "status": "closed" if ended else "active",
            "cancel_reason": reason,
            "updated_at": ended or _at("2021-03-01 03:00:00"),
        },
    )


def _interaction(
    name: str, customer: str, channel: str, start: str, seconds: int, topic: str, **more: object
) -> dict[str, object]:
    started = _at(start)
    ended = started + timedelta(seconds=seconds)
    return {
        "interaction_id": name,
        "customer_ref": customer,
        "channel": channel,
        "direction": "inbound",
        "started_at": started,
        "ended_at": ended,
        "topic": topic,
        "handle_seconds": seconds,
        "updated_at": ended,
        "is_deleted": False,
        MOMENT: _seconds(started),
        **more,
    }


def _cheque(landing: Landing) -> None:
    _known(
        landing,
        _profile(
            CHEQUE, "Charles", "Chequer", "charles.chequer@gmail.com", "+12025550101", "1961-04-12"
        ),
    )
    paid = _at("2026-02-03 02:00:00")
    _put(
        landing,
        bank.PAYMENTS,
        {
            "payment_id": "golden-cheque-fee",
            "customer_ref": CHEQUE,
            "kind": "fee",
            "amount": 12_000,
            "currency": "USD",
            "occurred_at": paid,
            "status": "succeeded",
            "method": "account",
            "description": "cheque book",
            "reference_price": 1_200,
            "is_captive": True,
            "updated_at": paid,
            "is_deleted": False,
            MOMENT: _seconds(paid),
        },
    )
    _put(
        landing,
        bank.FEEDBACK,
        {
            "feedback_id": "golden-cheque-complaint",
            "customer_ref": CHEQUE,
            "kind": "complaint",
            "text": "You charged 120 for cheques that cost 12 elsewhere. I am leaving.",
            "language": "en",
            "submitted_at": _at("2026-02-20 02:00:00"),
            "touchpoint": "branch",
            "updated_at": _at("2026-02-20 02:00:00"),
        },
    )
    _account(landing, CHEQUE, _at("2026-04-01 02:00:00"), "fees")


def _five_contacts(landing: Landing) -> None:
    profile = _profile(CONTACTS, "Grace", "Golden", MAIL, PHONE, "1978-09-30")
    _known(landing, profile)
    _put(
        landing,
        contact_centre.IDENTIFIERS,
        {
            "source_record_id": CONTACTS,
            "identifier_type": "login_id",
            "identifier_value": LOGIN,
            "observed_at": _at("2025-01-01 02:00:00"),
        },
    )
    _account(landing, CONTACTS, None, None)
    _put(
        landing,
        hubspot.CONTACT,
        {
            "id": HUBSPOT_CONTACT,
            "property_email": MAIL,
            "property_firstname": "Grace",
            "property_lastname": "Golden",
            "property_createdate": _at("2024-01-10 08:00:00"),
            "_fivetran_deleted": False,
            "_fivetran_synced": _at("2024-01-10 08:00:00"),
        },
    )
    mails = (
        ("golden-mail-sent", "SENT", "2026-05-18 09:00:00", None),
        ("golden-mail-open", "OPEN", "2026-05-18 18:00:00", "golden-mail-sent"),
        ("golden-mail-click", "CLICK", "2026-05-18 18:01:00", "golden-mail-sent"),
    )
    _put(
        landing,
        hubspot.EVENT,
        *(
            {
                "id": name,
                "created": _at(at),
                "type": kind,
                "email_campaign_id": OFFER.campaign_id,
                "recipient": MAIL,
                "sent_by_id": root,
                "filtered_event": False,
                "_fivetran_synced": _at(at),
                MOMENT: _seconds(_at(at)),
            }
            for name, kind, at, root in mails
        ),
    )
    _put(
        landing,
        hubspot.SENT,
        {
            "id": "golden-mail-sent",
            "subject": hubspot.subject("offer"),
            "_fivetran_synced": _at("2026-05-18 09:00:00"),
        },
    )
    _put(
        landing,
        hubspot.CLICK,
        {
            "id": "golden-mail-click",
            "url": f"https://shop.scv-demo.example/offers?utm_campaign={OFFER.campaign_id}",
            "_fivetran_synced": _at("2026-05-18 18:01:00"),
        },
    )
    _visit(landing)
    _put(
        landing,
        contact_centre.INTERACTIONS,
        _interaction(
            "golden-chat",
            CONTACTS,
            "chat",
            "2026-05-18 18:06:00",
            420,
            "offer",
            campaign_id=str(OFFER.campaign_id),
            context_ref="golden-offer",
            text="Is the offer valid for the credit card too?",
            employee_id="E1002",
            outcome="resolved",
            wait_seconds=20,
        ),
        _interaction(
            "golden-call",
            CONTACTS,
            "voice",
            "2026-05-27 14:00:00",
            540,
            "account",
            phone=PHONE,
            text="What is the item of 39.90 on my statement?",
            employee_id="E1001",
            outcome="resolved",
            wait_seconds=95,
        ),
    )
    _put(
        landing,
        bank.INTERACTIONS,
        _interaction(
            "golden-branch",
            CONTACTS,
            "branch",
            "2026-06-08 03:00:00",
            900,
            "account",
            subject="New York Broadway",
            employee_id="E1003",
            outcome="resolved; offer not made",
            wait_seconds=300,
        ),
    )


def _visit(landing: Landing) -> None:
    steps = (
        ("session_start", ""),
        ("view_promotion", "/offers"),
        ("view_item", "/products/suitcase"),
    )
    rows = []
    for i, (name, path) in enumerate(steps):
        at = _at("2026-05-18 18:01:10") + timedelta(seconds=40 * i)
        rows.append(
            {
                "date": at.date().isoformat(),
                "timestamp": at,
                "name": name,
                "user_pseudo_id": DEVICE,
                "user_id": LOGIN,
                "bundle_sequence_id": 9_000_000_000_000 + i,
                "batch_event_index": i,
                "stream_id": "3206015529",
                "platform": "WEB",
                "device_category": "desktop",
                "traffic_source_source": "newsletter",
                "traffic_source_medium": "email",
                "param_campaign": str(OFFER.campaign_id),
                "param_page_location": f"https://shop.scv-demo.example{path}",
                "param_ga_session_id": 990_001,
                "param_ga_session_number": 1,
                "is_intraday": False,
                "_fivetran_synced": at,
                MOMENT: _seconds(at),
            }
        )
    _put(landing, ga4_export.EVENT, *rows)


def _mortgage(landing: Landing) -> None:
    _known(
        landing,
        _profile(
            MORTGAGE,
            "Marion",
            "Mortgage",
            "marion.mortgage@gmail.com",
            "+12025550177",
            "1985-01-21",
        ),
    )
    _put(
        landing,
        contact_centre.INTERACTIONS,
        _interaction(
            "golden-mortgage-call",
            MORTGAGE,
            "voice",
            "2026-03-02 15:00:00",
            780,
            "mortgage",
            phone="+12025550177",
            text="Mortgage of 900,000: which papers do you need?",
            employee_id="E1001",
            outcome="resolved",
            wait_seconds=0,
            context_ref="golden-mortgage-process",
        ),
    )
    steps = (
        ("application", "2026-03-02 15:13:00", "2026-03-02 15:40:00", "front_office", "1", "done"),
        (
            "document_check",
            "2026-03-02 15:40:00",
            "2026-03-23 15:40:00",
            "back_office",
            "3",
            "done",
        ),
        ("decision", "2026-03-23 15:40:00", "2026-03-25 10:00:00", "back_office", "3", "granted"),
    )
    _put(
        landing,
        bank.STEPS_SHEET,
        *(
            {
                "process_id": "golden-mortgage-process",
                "step": step,
                "entered_at": _at(entered),
                "customer_ref": MORTGAGE,
                "left_at": _at(left),
                "org_unit": unit,
                "priority": priority,
                "outcome": outcome,
            }
            for step, entered, left, unit, priority, outcome in steps
        ),
    )
