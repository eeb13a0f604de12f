"""App stores and social posts, in the canonical layout, with times as epoch milliseconds.

Also what the company did about feedback: actions, fixes and initiatives.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.browsing import device_of
from orchestration.demo.catalogue import (
    APP_FIXED,
    CARRIER_FIXED,
    DAY,
    EMPLOYEES,
    END,
    PRODUCTS,
    START,
    TOPICS,
)
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.persons import gathered
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    instant,
    text_of,
    written_truth,
)
from orchestration.demo.texts import composed

STYLE = Style("app_reviews", mail=0.6, phone=0.0, named=0.7, chinese_script=0.5, twice=0.02)

PROFILES = Sheet(
    "app_reviews",
    "profiles",
    ("source_record_id",),
    Layout("jsonl"),
    clock="epoch",
    updated="updated_at",
)
IDENTIFIERS = Sheet(
    "app_reviews",
    "identifiers",
    ("source_record_id", "identifier_type", "identifier_value"),
    Layout("parquet"),
    clock="epoch",
)
FEEDBACK = Sheet(
    "app_reviews",
    "feedback",
    ("feedback_id",),
    Layout("jsonl"),
    by="year",
    clock="epoch",
    updated="updated_at",
    deleted="is_deleted",
    refusals=(
        Refusal("score", "7", "staging"),
        Refusal("submitted_at", "long ago"),
        Refusal("kind", None),
    ),
    refused=0.002,
)
ACTIONS = Sheet("app_reviews", "feedback_actions", ("action_id",), Layout("csv", "\t"))
FIXES = Sheet("app_reviews", "fixes", ("fix_id",), Layout("xlsx"))
INITIATIVES = Sheet(
    "app_reviews", "initiatives", ("initiative_id",), Layout(delimiter=";", encoding="utf-16")
)
DEPARTMENTS = ("logistics", "product", "returns", "pricing", "app", "service", "banking", "banking")


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the reviews and returns the truth about its profiles."""
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = text_of(n, copy, "app-", "app_reviews")
    frame = frame.with_columns(id=ids, lot=pl.Series(n * 2 + copy))
    landing.put(
        PROFILES,
        frame.select(
            source_record_id="id",
            full_name="full_text",
            email="mail",
            language="language",
            country="country_text",
            created_at=instant(frame["created"]),
            updated_at=instant(frame["updated"]),
            __lot="lot",
        ),
    )
    slot = portion.dice.below(3, "app device", n)
    login = portion.dice.chance(0.75, "app login", n, copy) | frame["is_unusual"].to_numpy()
    parts = []
    for i, (kind, has, value) in enumerate(
        (
            ("login_id", login, frame["login_id"]),
            ("device_id", portion.dice.chance(0.85, "app has device", n, copy), device_of(n, slot)),
        )
    ):
        parts.append(
            frame.select(
                source_record_id="id",
                identifier_type=pl.lit(kind),
                identifier_value=value,
                observed_at=instant(frame["updated"]),
                __lot=pl.col("lot") * 2 + i,
            ).filter(pl.Series(has))
        )
    landing.put(IDENTIFIERS, pl.concat(parts).sort(LOT))
    _reviews(portion, landing)
    return written_truth(frame, "app_reviews", ids)


def _reviews(portion: Portion, landing: Landing) -> None:
    dice, people = portion.dice, portion.people
    reviews = portion.voice.reviews
    n, k = reviews["n"].to_numpy(), reviews["k"].to_numpy()
    key = n * 64 + k
    rows = n - people.first
    chinese = np.isin(people.array("country")[rows], (1, 3))
    topic, mood = reviews["topic"].to_numpy(), reviews["mood"].to_numpy()
    text = composed(dice, "review", chinese, topic, mood, key)
    ids = "R" + pl.Series(scrambled(key, 29, "review")).cast(pl.String).str.zfill(9)
    signed = reviews["signed"].to_numpy()
    of_product = pl.Series(np.isin(topic, (1, 3)))
    product = gathered([str(p.product_id) for p in PRODUCTS], reviews["product"].to_numpy())
    landing.put(
        FEEDBACK,
        reviews.select(
            feedback_id=ids,
            customer_ref=pl.when(pl.Series(signed == 0)).then(
                text_of(n, copy_of(dice, STYLE, n, key), "app-", "app_reviews")
            ),
            email=pl.when(pl.Series(signed == 1)).then(people.texts("email", rows)),
            kind=pl.when("social").then(pl.lit("social")).otherwise(pl.lit("review")),
            metric=pl.when(~pl.col("social")).then(pl.lit("rating")),
            score=pl.when(~pl.col("social")).then("score"),
            scale_min=pl.when(~pl.col("social")).then(1),
            scale_max=pl.when(~pl.col("social")).then(5),
            is_higher_better=pl.lit(True),
            text=text,
            language=pl.Series(np.where(chinese, "zh", "en")),
            submitted_at=instant(reviews["at"]),
            touchpoint=pl.when("social").then(pl.lit("social")).otherwise(pl.lit("app_store")),
            product_id=pl.when(of_product).then(product),
            updated_at=instant(reviews["at"]),
            is_deleted=pl.lit(False),
            __lot=pl.Series(key),
            __at="at",
            __nobody=pl.Series(signed == 2),
        ),
    )
    low = reviews.with_columns(id=ids, key=pl.Series(key)).filter(pl.col("score") <= 3)
    key, at = low["key"].to_numpy(), low["at"].to_numpy()
    department = gathered(DEPARTMENTS, low["topic"].to_numpy())
    stays = np.ones(len(low), dtype=np.bool_)
    moment = at
    parts = []
    for i, (action, share, hours) in enumerate(
        (("routed", 0.92, 6), ("read", 0.88, 30), ("replied", 0.8, 60), ("closed", 0.85, 120))
    ):
        stays = stays & dice.chance(share, f"{action} share", key)
        moment = moment + dice.between(600, hours * 3600, f"{action} after", key)
        parts.append(
            low.select(
                action_id=pl.concat_str(pl.col("id"), pl.lit(f"-{i}")),
                feedback_id="id",
                department=department,
                action=pl.lit(action),
                occurred_at=instant(moment),
                employee_id=gathered(
                    [p.employee_id for p in EMPLOYEES], dice.below(40, "acts", key)
                ),
                __lot=pl.Series(key * 4 + i),
            ).filter(pl.Series(stays & (moment < END)))
        )
    landing.put(ACTIONS, pl.concat(parts).sort(LOT))


def write_once(landing: Landing) -> None:
    """Fixes of topics, and improvement initiatives."""
    fixes = (
        (
            "FIX-001",
            "delivery",
            "all",
            CARRIER_FIXED - 20 * DAY,
            CARRIER_FIXED,
            CARRIER_FIXED + 14 * DAY,
            "logistics",
            "verified",
        ),
        (
            "FIX-002",
            "app",
            "all",
            APP_FIXED - 9 * DAY,
            APP_FIXED,
            APP_FIXED + 7 * DAY,
            "app",
            "verified",
        ),
        ("FIX-003", "fees", "CN", END - 60 * DAY, END - 30 * DAY, None, "banking", "deployed"),
        ("FIX-004", "returns", "all", END - 20 * DAY, None, None, "returns", "announced"),
    )
    landing.put(
        FIXES,
        pl.DataFrame(
            {
                "fix_id": [row[0] for row in fixes],
                "topic": [row[1] for row in fixes],
                "market": [row[2] for row in fixes],
                "product_id": pl.Series([None] * len(fixes), dtype=pl.String),
                "announced_at": [_iso(row[3]) for row in fixes],
                "deployed_at": [_iso(row[4]) for row in fixes],
                "verified_at": [_iso(row[5]) for row in fixes],
                "owner": [row[6] for row in fixes],
                "status": [row[7] for row in fixes],
            }
        ),
        clean=True,
    )
    rows = []
    for i in range(24):
        begin = START + (i // 2) * 84 * DAY
        kind = ("one_percent", "sprint", "project")[i % 3]
        rows.append(
            {
                "initiative_id": f"INI-{i + 1:03d}",
                "name": f"{'缩短' if i % 4 == 0 else 'Improve'} {TOPICS[i % len(TOPICS)]} {i + 1}",
                "owner": EMPLOYEES[i % 40].name,
                "kind": kind,
                "metric": ("nps", "csat", "ces")[i % 3],
                "baseline": 30 + i % 7,
                "target": 34 + i % 7,
                "started_at": _iso(begin),
                "ended_at": _iso(begin + 84 * DAY) if begin + 84 * DAY < END else None,
                "cost_amount": 5000 + 750 * i,
                "currency": "USD",
                "sprint": f"S{i // 2 + 1:02d}",
            }
        )
    landing.put(INITIATIVES, pl.DataFrame(rows), clean=True)


def _iso(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return str(np.datetime64(seconds, "s")).replace("T", " ")
