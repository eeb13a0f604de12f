"""Accounts that are no customers: those that testers left behind in every system.

They share placeholder values with each other and with careless customers; in truth each is an
entity of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from orchestration.demo.catalogue import DAY, START
from orchestration.demo.dirt import Sheet
from orchestration.demo.landing import Landing
from orchestration.demo.sources import (
    app_reviews,
    branch,
    contact_centre,
    hubspot,
    shopify,
    stripe,
    zendesk,
)
from orchestration.demo.sources.common import instant

NAMES = ("Test User", "Test Account", "QA Robot", "测试账号", "Demo Customer")
MAILS = ("test@test.com", "test@test.com", "qa@example.com", "test@test.com", "a@a.com")


def write(landing: Landing, customers: int) -> pl.DataFrame:
    """Writes a few test accounts into every source with profiles; returns the truth about them."""
    count = 3 + customers // 2500
    number = np.arange(count, dtype=np.int64)
    name = pl.Series([NAMES[i % len(NAMES)] for i in range(count)])
    mail = pl.Series([MAILS[i % len(MAILS)] for i in range(count)])
    phone = pl.Series(["000-0000"] * count)
    made = instant(START + number * DAY % (900 * DAY))
    truths: list[pl.DataFrame] = []

    def put(sheet: Sheet, ids: pl.Series, columns: Mapping[str, pl.Series | pl.Expr]) -> None:
        rows = ids.alias(sheet.key[0]).to_frame().with_columns(**columns)
        landing.put(sheet, rows, clean=True)
        truths.append(
            pl.DataFrame(
                {
                    "source_id": [sheet.source] * count,
                    "source_record_id": ids.cast(pl.String),
                    "person_id": [f"t-{sheet.source}-{i}" for i in range(count)],
                }
            )
        )

    def numbered(prefix: str) -> pl.Series:
        return pl.Series([f"{prefix}{i:04d}" for i in range(count)])

    synced = {"_fivetran_synced": made}
    put(
        shopify.CUSTOMER,
        pl.Series(9_800_000_000_000 + number),
        {
            "last_name": name,
            "email": mail,
            "phone": phone,
            "created_at": made,
            "updated_at": made,
            "_fivetran_deleted": pl.lit(False),
            "accepts_marketing": pl.lit(False),
            **synced,
        },
    )
    put(
        stripe.CUSTOMER,
        numbered("cus_test"),
        {
            "name": name,
            "email": mail,
            "created": made,
            "is_deleted": pl.lit(False),
            "livemode": pl.lit(True),
            **synced,
        },
    )
    put(
        zendesk.USER,
        pl.Series(399_000_000_000 + number),
        {
            "name": name,
            "email": mail,
            "role": pl.lit("end-user"),
            "active": pl.lit(True),
            "created_at": made,
            "updated_at": made,
            **synced,
        },
    )
    put(
        hubspot.CONTACT,
        pl.Series(97_000_000 + number),
        {
            "property_lastname": name,
            "property_email": mail,
            "property_createdate": made,
            "_fivetran_deleted": pl.lit(False),
            **synced,
        },
    )
    canonical = {"full_name": name, "email": mail, "created_at": made, "updated_at": made}
    put(
        contact_centre.PROFILES,
        numbered("CC-TEST"),
        {**canonical, "phone": phone, "birth_date": pl.lit("1900-01-01")},
    )
    put(
        branch.PROFILES,
        numbered("B-TEST"),
        {**canonical, "phone": phone, "birth_date": pl.lit("1900-01-01")},
    )
    put(app_reviews.PROFILES, numbered("app-test"), canonical)
    return pl.concat(truths)
