"""Marketing, in the layout of HubSpot's connector: contacts and their merges, e-mails, engagements."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.catalogue import CAMPAIGNS, END, LAST_DAY, START
from orchestration.demo.dirt import Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Ints, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    happened,
    instant,
    nobody,
    number_of,
    written_truth,
)

STYLE = Style(
    "hubspot", mail=0.985, phone=0.35, named=0.85, chinese_script=0.3, address=0.25, twice=0.04
)
CONTACT_BASE = 78_000_000

CONTACT = Sheet(
    "hubspot",
    "contact",
    ("id",),
    updated="_fivetran_synced",
    deleted="_fivetran_deleted",
    erased=0.0,
    refusals=(Refusal("id", None),),
)
MERGE = Sheet("hubspot", "contact_merge_audit", ("canonical_vid", "vid_to_merge"))
CAMPAIGN = Sheet("hubspot", "email_campaign", ("id",))
EVENT = Sheet("hubspot", "email_event", ("id",), Layout("parquet"), by="year", repeated=0.001)
SENT = Sheet("hubspot", "email_event_sent", ("id",), Layout("parquet"))
CLICK = Sheet("hubspot", "email_event_click", ("id",))
STATUS = Sheet("hubspot", "email_event_status_change", ("id",))
CALL = Sheet(
    "hubspot",
    "engagement_call",
    ("engagement_id",),
    updated="_fivetran_synced",
    deleted="_fivetran_deleted",
)
CALL_CONTACT = Sheet("hubspot", "engagement_contact", ("engagement_id", "contact_id"))


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of marketing and returns the truth about its profiles."""
    truth = _contacts(portion, landing)
    _mails(portion, landing)
    _calls(portion, landing)
    return truth


def write_once(landing: Landing) -> None:
    """The campaigns, the same in every demo."""
    synced = instant(np.asarray([campaign.sent_at for campaign in CAMPAIGNS]))
    landing.put(
        CAMPAIGN,
        pl.DataFrame(
            {
                "id": [campaign.campaign_id for campaign in CAMPAIGNS],
                "app_id": [22_924] * len(CAMPAIGNS),
                "type": ["BATCH_EMAIL"] * len(CAMPAIGNS),
                "name": [campaign.name for campaign in CAMPAIGNS],
                "subject": [subject(campaign.kind) for campaign in CAMPAIGNS],
                "_fivetran_synced": synced,
            }
        ),
        clean=True,
    )


def subject(kind: str) -> str:
    return "Up to 20 % off this week" if kind == "offer" else "News from the shop"


def _merged(portion: Portion, n: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Customers whose two contacts somebody has merged."""
    return portion.dice.chance(0.5, "hubspot merged", n)


def _contacts(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = number_of(n, copy, CONTACT_BASE, "hubspot")
    other = number_of(n, np.ones(len(n), dtype=np.int64), CONTACT_BASE, "hubspot")
    twice = portion.dice.chance(STYLE.twice, f"{STYLE.source} twice", n)
    merged = twice & _merged(portion, n)
    first = pl.Series(merged & (copy == 0))
    out = portion.dice.chance(0.1, "hubspot opt out", n)
    known = portion.dice.chance(0.6, "hubspot knows old mail", n, copy)
    second = portion.dice.chance(0.06, "hubspot second mail", n, copy)
    landing.put(
        CONTACT,
        frame.select(
            id=ids,
            property_email="mail",
            property_firstname="given_text",
            property_lastname="family_text",
            property_company=pl.when(pl.col("firm") | pl.Series(n % 3 == 0)).then("firm_name"),
            property_jobtitle=pl.lit(None, dtype=pl.String),
            property_phone="phone_text",
            property_address="address_text",
            property_city="city_text",
            property_state="region_text",
            property_zip="postal_text",
            property_country=pl.when("has_address").then("country_text"),
            property_createdate=instant(frame["created"]),
            property_lastmodifieddate=instant(frame["updated"]),
            property_hs_language="language",
            property_hs_email_optout=pl.Series(out),
            property_hs_additional_emails=pl.when(pl.Series(known) & (pl.col("email_changed") > 0))
            .then("email_old")
            .when(pl.Series(second) & ~pl.col("firm"))
            .then("email_other"),
            property_hs_merged_object_ids=pl.when(first).then(other.cast(pl.String)),
            _fivetran_deleted=pl.lit(False),
            _fivetran_synced=instant(frame["updated"]),
            __lot=pl.Series(n * 2 + copy),
        ),
    )
    pairs = frame.with_columns(id=ids, other=other).filter(first)
    landing.put(
        MERGE,
        pairs.select(
            canonical_vid="id",
            contact_id="id",
            vid_to_merge="other",
            num_properties_moved=pl.lit(2),
            timestamp=instant(pairs["updated"]),
            _fivetran_synced=instant(pairs["updated"]),
            __lot="n",
        ),
    )
    return written_truth(frame, "hubspot", ids)


def _mails(portion: Portion, landing: Landing) -> None:
    """SENT and DELIVERED or BOUNCE, then OPEN, CLICK and the end of the subscription."""
    touches = portion.online.touches
    n, c = touches["n"].to_numpy(), touches["campaign"].to_numpy()
    event = n * 128 + c
    lost = nobody(portion.dice, "mail", 0.002, event)
    mail = portion.people.texts("email", n - portion.people.first)
    touches = touches.with_columns(
        lot=pl.Series(event * 8),
        recipient=pl.when(pl.Series(lost)).then(None).otherwise(mail),
        campaign_id=pl.Series([campaign.campaign_id for campaign in CAMPAIGNS]).gather(c),
        lost=pl.Series(lost),
        root=_uuid(event * 8),
    )
    kinds: tuple[tuple[str, pl.Expr, pl.Expr], ...] = (
        ("SENT", pl.lit(True), pl.col("at")),
        ("DELIVERED", ~pl.col("bounced"), pl.col("at") + 20),
        ("BOUNCE", pl.col("bounced"), pl.col("at") + 25),
        ("OPEN", pl.col("opened"), pl.col("opened_at")),
        ("CLICK", pl.col("clicked"), pl.col("clicked_at")),
        ("STATUSCHANGE", pl.col("unsubscribed"), pl.col("opened_at") + 90),
    )
    parts = [
        touches.filter(where).select(
            "n",
            "recipient",
            "campaign_id",
            "root",
            "lost",
            kind=pl.lit(kind),
            seconds=at,
            lot=pl.col("lot") + i,
        )
        for i, (kind, where, at) in enumerate(kinds)
    ]
    frame = pl.concat(parts).filter(pl.col("seconds") < END).sort("lot")
    frame = frame.with_columns(id=_uuid(frame["lot"].to_numpy()))
    landing.put(
        EVENT,
        frame.select(
            "id",
            created=instant(frame["seconds"]),
            type="kind",
            email_campaign_id="campaign_id",
            recipient="recipient",
            app_id=pl.lit(22_924),
            portal_id=pl.lit(4_727_653),
            sent_by_id=pl.when(pl.col("kind") == "SENT").then(None).otherwise("root"),
            filtered_event=pl.lit(False),
            _fivetran_synced=instant(frame["seconds"].to_numpy() + 60),
            __lot="lot",
            __at="seconds",
            __nobody="lost",
        ),
    )
    titles = {campaign.campaign_id: subject(campaign.kind) for campaign in CAMPAIGNS}
    sent = frame.filter(pl.col("kind") == "SENT")
    landing.put(
        SENT,
        sent.select(
            "id",
            subject=pl.col("campaign_id").replace_strict(titles),
            _fivetran_synced=instant(sent["seconds"].to_numpy() + 60),
            __lot="lot",
        ),
    )
    click = frame.filter(pl.col("kind") == "CLICK")
    landing.put(
        CLICK,
        click.select(
            "id",
            url=pl.concat_str(
                pl.lit("https://shop.scv-demo.example/offers?utm_campaign="),
                pl.col("campaign_id").cast(pl.String),
            ),
            _fivetran_synced=instant(click["seconds"].to_numpy() + 60),
            __lot="lot",
        ),
    )
    change = frame.filter(pl.col("kind") == "STATUSCHANGE")
    landing.put(
        STATUS,
        change.select(
            "id",
            portal_subscription_status=pl.lit("UNSUBSCRIBED"),
            source=pl.lit("SOURCE_RECIPIENT"),
            subscriptions=pl.lit("[]"),
            _fivetran_synced=instant(change["seconds"].to_numpy() + 60),
            __lot="lot",
        ),
    )


def _uuid(lot: Ints) -> pl.Series:
    """An id in the shape of a UUID, one for one."""
    digits = pl.Series(scrambled(lot, 40, "mail event")).cast(pl.String).str.zfill(13)
    return pl.select(
        pl.concat_str(
            digits.str.slice(0, 8),
            pl.lit("-"),
            digits.str.slice(8, 4),
            pl.lit("-3f07-8b50-"),
            digits.str.slice(1, 12),
        )
    ).to_series()


def _calls(portion: Portion, landing: Landing) -> None:
    """Calls that the sales team logged by hand."""
    people, dice = portion.people, portion.dice
    rows = np.flatnonzero(people.member["hubspot"]).astype(np.int64)
    n = people.array("n")[rows]
    rows = rows[dice.chance(0.12, "sales call", n)]
    n = people.array("n")[rows]
    first = np.maximum(people.array("joined")[rows], START)
    at = first + (dice.unit("sales call at", n) * (END - 3600 - first)).astype(np.int64)
    owner = number_of(n, copy_of(dice, STYLE, n, n), CONTACT_BASE, "hubspot")
    ids = pl.Series(19_700_000_000 + scrambled(n, 23, "engagement"))
    landing.put(
        CALL,
        pl.select(
            engagement_id=ids,
            property_hs_timestamp=instant(at),
            property_hs_createdate=instant(at),
            property_hs_call_direction=pl.lit("OUTBOUND"),
            property_hs_call_duration=pl.Series(dice.between(20_000, 900_000, "call length", n)),
            property_hs_call_title=pl.lit("Follow-up"),
            property_hs_call_body=pl.lit("Talked about the membership."),
            type=pl.lit("CALL"),
            _fivetran_deleted=pl.lit(False),
            _fivetran_synced=instant(np.minimum(at + 3600, END - 1)),
            __lot=pl.Series(n),
        ),
    )
    landing.put(
        CALL_CONTACT,
        pl.select(
            contact_id=owner,
            engagement_id=ids,
            engagement_type=pl.lit("CALL"),
            type_id=pl.lit(194),
            category=pl.lit("HUBSPOT_DEFINED"),
            _fivetran_synced=instant(np.minimum(at + 3600, END - 1)),
            __lot=pl.Series(n),
        ),
    )


__all__ = ["LAST_DAY", "happened", "write", "write_once"]
