"""The golden cases of the definitions stand in the files under their fixed ids."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from orchestration.demo import golden_cases as cases
from orchestration.demo.company import DemoSummary


def row(landed: Any, name: str, key: str, value: str) -> dict[str, Any]:
    found = landed.table(name).filter(pl.col(key) == value)
    assert len(found) == 1, (name, value)
    return found.row(0, named=True)


def day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def test_cases_are_described(demo: DemoSummary, landed: Any) -> None:
    told = json.loads((demo.truth / "golden.json").read_text(encoding="utf-8"))
    assert set(told) == {"golden-cheque", "golden-contacts", "golden-mortgage"}


@pytest.mark.parametrize("source", ["branch", "contact_centre"])
@pytest.mark.parametrize("case", [cases.CHEQUE, cases.CONTACTS, cases.MORTGAGE])
def test_everybody_is_known_twice_by_mail_phone_and_id(
    demo: DemoSummary, landed: Any, source: str, case: str
) -> None:
    here = row(landed, f"{source}/profiles", "source_record_id", case)
    there = row(landed, "branch/profiles", "source_record_id", case)
    assert (here["email"], here["phone"]) == (there["email"], there["phone"])
    others = landed.table(f"{source}/profiles").filter(pl.col("email") == here["email"])
    assert len(others) == 1
    links = landed.table("contact_centre/identifiers").filter(
        (pl.col("source_record_id") == case) & (pl.col("identifier_type") == "external:branch")
    )
    assert links["identifier_value"].to_list() == [case]


def test_the_cheque(demo: DemoSummary, landed: Any) -> None:
    fee = row(landed, "branch/payments", "payment_id", "golden-cheque-fee")
    price, reference = (Decimal(fee[c].replace(",", ".")) for c in ("amount", "reference_price"))
    assert (price, reference, fee["is_captive"]) == (Decimal("120.00"), Decimal("12.00"), "true")
    assert (price - reference) / price == Decimal("0.9")
    paid = day(fee["occurred_at"])
    complaint = row(landed, "branch/feedback", "feedback_id", "golden-cheque-complaint")
    account = row(landed, "branch/subscriptions", "subscription_id", "golden-cheque-account")
    for after in (complaint["submitted_at"], account["ended_at"]):
        assert 0 < (day(after) - paid).days <= 90
    assert {fee["customer_ref"], complaint["customer_ref"], account["customer_ref"]} == {
        cases.CHEQUE
    }


def test_the_five_contacts(demo: DemoSummary, landed: Any) -> None:
    campaign = str(cases.OFFER.campaign_id)
    mail = row(landed, "hubspot/email_event", "id", "golden-mail-sent")
    assert (mail["recipient"], mail["email_campaign_id"]) == (cases.MAIL, campaign)
    contact = row(landed, "hubspot/contact", "id", str(cases.HUBSPOT_CONTACT))
    assert contact["property_email"] == cases.MAIL
    visit = landed.table("ga4_export/event").filter(pl.col("user_id") == cases.LOGIN)
    assert visit["user_pseudo_id"].unique().to_list() == [cases.DEVICE]
    assert set(visit["param_campaign"]) == {campaign}
    login = landed.table("contact_centre/identifiers").filter(
        pl.col("identifier_value") == cases.LOGIN
    )
    assert login["source_record_id"].to_list() == [cases.CONTACTS]
    chat = row(landed, "contact_centre/interactions", "interaction_id", "golden-chat")
    call = row(landed, "contact_centre/interactions", "interaction_id", "golden-call")
    branch = row(landed, "branch/interactions", "interaction_id", "golden-branch")
    assert chat["campaign_id"] == campaign
    assert [c["channel"] for c in (chat, call, branch)] == ["chat", "voice", "branch"]
    moments = [mail["created"], visit["timestamp"].min()]
    moments += [c["started_at"] for c in (chat, call, branch)]
    times = [datetime.fromisoformat(str(moment)) for moment in moments]
    assert times[0] < times[1] and times[3] < times[4]
    # The chat is written in New York time, four hours behind UTC.
    assert (times[2] - times[1]).total_seconds() / 3600 + 4 < 72
    assert (times[3] - times[2]).total_seconds() / 3600 > 168
    assert "offer not made" in branch["outcome"]


def test_the_mortgage(demo: DemoSummary, landed: Any) -> None:
    call = row(landed, "contact_centre/interactions", "interaction_id", "golden-mortgage-call")
    assert (call["wait_seconds"], call["outcome"]) == ("0", "resolved")
    steps = landed.table("branch/process_steps").filter(
        pl.col("process_id") == "golden-mortgage-process"
    )
    front, papers, _ = steps.rows(named=True)
    assert (front["org_unit"], front["priority"]) == ("front_office", "1")
    assert papers["org_unit"] == "back_office"
    assert (day(papers["left_at"]) - day(papers["entered_at"])).days == 21
