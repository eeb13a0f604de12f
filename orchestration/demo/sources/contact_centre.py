"""The contact centre, in the canonical layout: calls, bots and chats, staff, ratings after calls.

It keeps New York time without saying so.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.catalogue import DAY, EMPLOYEES, END, START, TOPICS, seconds_of
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Dice, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.needs import BOT, VOICE
from orchestration.demo.orders import LATE
from orchestration.demo.persons import gathered
from orchestration.demo.places import DIAL_CODES
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    instant,
    nobody,
    number_of,
    text_of,
    written_truth,
)
from orchestration.demo.sources.shopify import CUSTOMER_BASE
from orchestration.demo.texts import composed
from orchestration.demo.voice import CES

STYLE = Style(
    "contact_centre", mail=0.78, phone=0.95, named=0.92, chinese_script=0.8, birth=0.5, address=0.3
)
ZONE = "America/New_York"

PROFILES = Sheet(
    "contact_centre",
    "profiles",
    ("source_record_id",),
    Layout("csv", "\t"),
    zone=ZONE,
    updated="updated_at",
    refusals=(Refusal("source_record_id", None),),
)
IDENTIFIERS = Sheet(
    "contact_centre",
    "identifiers",
    ("source_record_id", "identifier_type", "identifier_value"),
    Layout("csv", "|"),
    zone=ZONE,
    refusals=(Refusal("identifier_value", None),),
)
INTERACTIONS = Sheet(
    "contact_centre",
    "interactions",
    ("interaction_id",),
    Layout("jsonl"),
    by="year",
    zone=ZONE,
    updated="updated_at",
    deleted="is_deleted",
    before={"outcome": "open"},
    refusals=(Refusal("started_at", "2024-02-30 25:00:00"), Refusal("channel", None)),
)
FEEDBACK = Sheet(
    "contact_centre",
    "feedback",
    ("feedback_id",),
    Layout("csv", ";"),
    zone=ZONE,
    updated="updated_at",
    deleted="is_deleted",
    refusals=(Refusal("score", "99", "staging"), Refusal("submitted_at", "soon")),
    refused=0.004,
)
EMPLOYEES_SHEET = Sheet("contact_centre", "employees", ("employee_id",), Layout("xlsx"), zone=ZONE)
EMPLOYEE_FEEDBACK = Sheet(
    "contact_centre",
    "employee_feedback",
    ("employee_feedback_id",),
    Layout(encoding="utf-16"),
    zone=ZONE,
)


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the contact centre and returns the truth about its profiles."""
    truth = _profiles(portion, landing)
    _interactions(portion, landing)
    _feedback(portion, landing)
    return truth


def write_once(landing: Landing) -> None:
    """Staff, and what staff say of their own work once a month."""
    landing.put(
        EMPLOYEES_SHEET,
        pl.DataFrame(
            {
                "employee_id": [p.employee_id for p in EMPLOYEES],
                "name": [p.name for p in EMPLOYEES],
                "team": [p.team for p in EMPLOYEES],
                "org_unit": [p.org_unit for p in EMPLOYEES],
                "role": [p.role for p in EMPLOYEES],
                "hired_at": [f"{p.hired.isoformat()} 09:00:00" for p in EMPLOYEES],
                "is_bot": [p.is_bot for p in EMPLOYEES],
            }
        ),
        clean=True,
    )
    landing.put(EMPLOYEE_FEEDBACK, _staff_voice(landing.dice), clean=True)


def _staff_voice(dice: Dice) -> pl.DataFrame:
    people = [p for p in EMPLOYEES if not p.is_bot]
    rows = []
    for month in range(36):
        for number, person in enumerate(people):
            at = START + month * 30 * DAY + 20 * DAY + number * 60
            if at < seconds_of(person.hired):
                continue
            key = np.asarray([month * 64 + number], dtype=np.int64)
            training = bool(month % 6 == 5)
            score = int(dice.between(5 if person.is_trained else 1, 10, "staff score", key)[0])
            rows.append(
                {
                    "employee_feedback_id": f"EF{month:02d}{number:03d}",
                    "employee_id": person.employee_id,
                    "metric": "enps",
                    "score": score,
                    "scale_min": 0,
                    "scale_max": 10,
                    "text": "培训很有用。"
                    if score > 8 and training
                    else ("More staff, please." if score < 5 else None),
                    "submitted_at": at,
                    "is_about_training": training,
                }
            )
    frame = pl.DataFrame(rows)
    return frame.with_columns(submitted_at=instant(frame["submitted_at"]))


def _profiles(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = text_of(n, copy, "CC-", "contact_centre")
    lot = pl.Series(n * 2 + copy)
    landing.put(
        PROFILES,
        frame.select(
            source_record_id=ids,
            party_type=pl.when("firm").then(pl.lit("organization")).otherwise(pl.lit("person")),
            full_name="full_text",
            email="mail",
            phone="phone_text",
            birth_date="birth_text",
            __bad=pl.col("birth_text").str.slice(5, 2) == "13",
            gender=gathered(("F", "M"), frame["gender"].to_numpy()),
            address_line="address_text",
            city="city_text",
            postal_code="postal_text",
            country="country_text",
            language="language",
            created_at=instant(frame["created"]),
            updated_at=instant(frame["updated"]),
            __lot=lot,
        ),
    )
    frame = frame.with_columns(id=ids, lot=lot)
    rows = n - portion.people.first
    member = portion.people.member
    kinds: tuple[tuple[str, float, np.ndarray[tuple[int], np.dtype[np.bool_]], pl.Series], ...] = (
        ("loyalty_id", 0.5, np.asarray(member["shopper"])[rows], frame["loyalty_id"]),
        ("login_id", 0.6, np.ones(len(n), dtype=np.bool_), frame["login_id"]),
        ("email", 0.75, frame["is_unusual"].to_numpy(), frame["email"]),
        ("email", 0.12, ~frame["is_unusual"].to_numpy(), frame["email_other"]),
        ("email", 0.5, frame["email_changed"].to_numpy() > 0, frame["email_old"]),
        (
            "external:shopify",
            0.4,
            np.asarray(member["shopify"])[rows],
            number_of(n, np.zeros(len(n), dtype=np.int64), CUSTOMER_BASE, "shopify").cast(
                pl.String
            ),
        ),
        (
            "external:branch",
            0.5,
            np.asarray(member["branch"])[rows],
            text_of(n, np.zeros(len(n), dtype=np.int64), "B", "branch"),
        ),
    )
    parts = []
    for i, (kind, share, known, value) in enumerate(kinds):
        has = (
            known
            & portion.dice.chance(share, f"centre {kind} {i}", n, copy)
            & ~frame["firm"].to_numpy()
        )
        parts.append(
            frame.select(
                source_record_id="id",
                identifier_type=pl.lit(kind),
                identifier_value=value,
                observed_at=instant(frame["updated"]),
                __lot=pl.col("lot") * 8 + i,
            ).filter(pl.Series(has))
        )
    landing.put(IDENTIFIERS, pl.concat(parts).sort(LOT))
    return written_truth(frame, "contact_centre", ids)


def _interactions(portion: Portion, landing: Landing) -> None:
    dice, people = portion.dice, portion.people
    contacts = portion.story.contacts.filter(pl.col("channel").is_in([VOICE, BOT]))
    need, i, n = (contacts[name].to_numpy() for name in ("need", "i", "n"))
    rows = n - people.first
    key = need * 8 + i
    at, handle = contacts["at"].to_numpy(), contacts["handle"].to_numpy()
    withheld = nobody(dice, "withheld number", 0.02, key)
    by_phone = dice.chance(0.06, "caller not looked up", key)
    chinese = np.isin(people.array("country")[rows], (1, 3))
    mood = np.where(contacts["solved"].to_numpy(), 0.55, 0.3)
    text = composed(dice, "call", chinese, contacts["topic"].to_numpy(), mood, key)
    number = "+" + gathered(DIAL_CODES, people.array("country")[rows]) + people.texts("phone", rows)
    owner = text_of(n, copy_of(dice, STYLE, n, key), "CC-", "contact_centre")
    anonymous = pl.Series(withheld)
    abandoned = contacts["abandoned"].to_numpy()
    ended = np.minimum(at + contacts["wait"].to_numpy() + np.where(abandoned, 0, handle), END - 1)
    staff = gathered([p.employee_id for p in EMPLOYEES], contacts["employee"].to_numpy())
    calls = contacts.select(
        interaction_id=interaction_of(need, i),
        customer_ref=pl.when(anonymous | pl.Series(by_phone)).then(None).otherwise(owner),
        phone=pl.when(anonymous).then(None).when(pl.col("channel") == VOICE).then(number),
        channel=pl.when(pl.col("channel") == VOICE).then(pl.lit("voice")).otherwise(pl.lit("bot")),
        direction=pl.lit("inbound"),
        started_at=instant(at),
        ended_at=instant(ended),
        topic=gathered(TOPICS, contacts["topic"].to_numpy()),
        text=pl.when(pl.Series(~abandoned)).then(text),
        employee_id=pl.when(pl.Series(~abandoned)).then(staff),
        campaign_id=pl.lit(None, dtype=pl.String),
        parent_interaction_id=pl.lit(None, dtype=pl.String),
        context_ref=pl.when(pl.col("carried") | (pl.col("i") == 0)).then(
            pl.concat_str(pl.lit("case-"), pl.col("need").cast(pl.String))
        ),
        wait_seconds="wait",
        handle_seconds=pl.Series(np.where(abandoned, 0, handle)),
        transfer_count="transfers",
        reauthentication_count="logins",
        is_abandoned="abandoned",
        is_dropped_by_provider=pl.Series(dice.chance(0.01, "dropped", key)),
        outcome=pl.when("solved").then(pl.lit("resolved")).otherwise(pl.lit("unresolved")),
        updated_at=instant(ended),
        is_deleted=pl.lit(False),
        __lot=pl.Series(n * 32_768 + key % 2048 * 4),
        __at="at",
        __nobody=anonymous | (pl.Series(by_phone) & (pl.col("channel") == BOT)),
    )
    handed = pl.Series(
        (contacts["channel"].to_numpy() == BOT) & ~contacts["solved"].to_numpy() & (need % 3 == 0)
    )
    chats = calls.filter(handed).with_columns(
        pl.concat_str("interaction_id", pl.lit("c")).alias("interaction_id"),
        pl.lit("chat").alias("channel"),
        pl.col("interaction_id").alias("parent_interaction_id"),
        pl.col("started_at") + pl.duration(minutes=2),
        pl.col("ended_at") + pl.duration(minutes=9),
        pl.col("updated_at") + pl.duration(minutes=9),
        pl.lit("E1002").alias("employee_id"),
        pl.col(LOT) + 1,
    )
    landing.put(INTERACTIONS, pl.concat([calls, chats, _notices(portion, calls)]).sort(LOT))


def interaction_of(
    need: np.ndarray[tuple[int], np.dtype[np.int64]], i: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> pl.Series:
    return "I" + pl.Series(scrambled(need * 8 + i, 38, "interaction")).cast(pl.String).str.zfill(12)


def _notices(portion: Portion, like: pl.DataFrame) -> pl.DataFrame:
    """Text messages that a parcel is late, sent to the phone alone."""
    people = portion.people
    late = portion.story.orders.filter(
        (pl.col("outcome") == LATE) & (pl.col("promised") < END - DAY)
    )
    rows = late["n"].to_numpy() - people.first
    late = late.filter(pl.Series(np.asarray(people.member["contact_centre"])[rows]))
    rows = late["n"].to_numpy() - people.first
    at = late["promised"].to_numpy() - 3600
    number = "+" + gathered(DIAL_CODES, people.array("country")[rows]) + people.texts("phone", rows)
    frame = late.select(
        interaction_id="S"
        + pl.Series(scrambled(late["order"].to_numpy(), 34, "notice")).cast(pl.String),
        phone=number,
        channel=pl.lit("sms"),
        direction=pl.lit("outbound"),
        started_at=instant(at),
        ended_at=instant(at),
        topic=pl.lit("delivery"),
        text=pl.lit("Your parcel is late. We are sorry."),
        is_abandoned=pl.lit(False),
        is_dropped_by_provider=pl.lit(False),
        updated_at=instant(at),
        is_deleted=pl.lit(False),
        __lot=pl.Series(late["n"].to_numpy() * 32_768 + 16_384 + late["k"].to_numpy()),
        __at=pl.Series(at),
        __nobody=pl.lit(False),
    )
    return pl.concat([like.clear(), frame], how="diagonal").select(like.columns)


def _feedback(portion: Portion, landing: Landing) -> None:
    dice, people = portion.dice, portion.people
    said = portion.voice.after_contact
    need, i, n = (said[name].to_numpy() for name in ("need", "i", "n"))
    key = need * 8 + i
    chinese = np.isin(people.array("country")[n - people.first], (1, 3))
    text = composed(
        dice, "after call", chinese, said["topic"].to_numpy(), said["mood"].to_numpy(), key
    )
    effort = pl.Series(said["metric"].to_numpy() == CES)
    landing.put(
        FEEDBACK,
        said.select(
            feedback_id="F"
            + pl.Series(scrambled(key, 38, "after call")).cast(pl.String).str.zfill(12),
            customer_ref=text_of(n, copy_of(dice, STYLE, n, key), "CC-", "contact_centre"),
            kind=pl.lit("survey"),
            metric=pl.when(effort).then(pl.lit("ces")).otherwise(pl.lit("csat")),
            score="score",
            scale_min=pl.lit(1),
            scale_max=pl.when(effort).then(7).otherwise(5),
            is_higher_better=pl.lit(True),
            text=pl.when("worded").then(text),
            language=pl.Series(np.where(chinese, "zh", "en")),
            submitted_at=instant(said["said_at"]),
            touchpoint=pl.lit("post_call"),
            interaction_id=interaction_of(need, i),
            updated_at=instant(said["said_at"]),
            is_deleted=pl.lit(False),
            __lot=pl.Series(key),
        ),
    )
