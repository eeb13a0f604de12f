"""Branches and the back office of the bank side, in the canonical layout.

It keeps Shanghai time without saying so, save for payments, which carry their offset; the
mainland's profiles are written in GB18030, payments with a decimal comma.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.catalogue import (
    END,
)
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Ints
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.persons import gathered
from orchestration.demo.sources.common import (
    Portion,
    instant,
    text_of,
    written_truth,
)

STYLE = Style(
    "branch",
    mail=0.85,
    phone=0.92,
    named=1.0,
    chinese_script=0.95,
    birth=0.98,
    address=0.95,
    twice=0.02,
)
ZONE = "Asia/Shanghai"

_PROFILE = {"updated": "updated_at", "zone": ZONE}
PROFILES = Sheet(
    "branch",
    "profiles",
    ("source_record_id",),
    zone=ZONE,
    updated="updated_at",
    refusals=(Refusal("source_record_id", None),),
)
PROFILES_CN = Sheet(
    "branch",
    "profiles",
    ("source_record_id",),
    Layout(encoding="gb18030"),
    stem="profiles_cn",
    zone=ZONE,
    updated="updated_at",
    refusals=(Refusal("source_record_id", None),),
)
IDENTIFIERS = Sheet(
    "branch", "identifiers", ("source_record_id", "identifier_type", "identifier_value"), zone=ZONE
)
RELATIONSHIPS = Sheet(
    "branch", "relationships", ("source_record_id", "related_record_id", "role"), zone=ZONE
)
CONSENTS = Sheet(
    "branch",
    "consents",
    ("source_record_id", "purpose", "recorded_at"),
    Layout("csv", ";"),
    zone=ZONE,
    refusals=(Refusal("is_granted", "maybe"),),
)


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the bank side and returns the truth about its profiles."""
    return _profiles(portion, landing)


def national_id(country: Ints, birth: pl.Series, tag: Ints) -> pl.Series:
    """An id in the shape of the country's own; unique, and nobody's."""
    number = pl.Series(tag)
    day = birth.cast(pl.Int32).cast(pl.Date).dt.strftime("%Y%m%d")
    text = number.cast(pl.String).str.zfill(8)
    region = (pl.Series(tag // 1000 % 100_000) + 110_000).cast(pl.String)
    return pl.select(
        pl.when(pl.Series(country == 1))
        .then(
            pl.concat_str(
                region,
                day,
                (number % 1000).cast(pl.String).str.zfill(3),
                (number % 9).cast(pl.String),
            )
        )
        .when(pl.Series(country == 0))
        .then(pl.concat_str(pl.lit("9"), text))
        .when(pl.Series(country == 2))
        .then(pl.concat_str(pl.lit("QQ"), text.str.slice(0, 6), pl.lit("C"), text.str.slice(6)))
        .when(pl.Series(country == 3))
        .then(pl.concat_str(pl.lit("Z"), text, pl.lit("(3)")))
        .otherwise(pl.concat_str(text, pl.lit("TA")))
    ).to_series()


def _profiles(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = text_of(n, copy, "B", "branch")
    frame = frame.with_columns(id=ids, lot=pl.Series(n * 2 + copy))
    rows = frame.select(
        source_record_id="id",
        party_type=pl.when("firm").then(pl.lit("organization")).otherwise(pl.lit("person")),
        full_name="full_text",
        given_name="given_text",
        family_name="family_text",
        email="mail",
        phone="phone_text",
        birth_date="birth_text",
        __bad=pl.col("birth_text").str.slice(5, 2) == "13",
        gender=gathered(("female", "male"), frame["gender"].to_numpy()),
        address_line="address_text",
        city="city_text",
        region="region_text",
        postal_code="postal_text",
        country="country_text",
        company=pl.when("firm").then("firm_name"),
        language="language",
        created_at=instant(frame["created"]),
        updated_at=instant(frame["updated"]),
        __lot="lot",
    )
    mainland = frame["country"] == 1
    landing.put(PROFILES_CN, rows.filter(mainland))
    landing.put(PROFILES, rows.filter(~mainland))
    slip = portion.dice.chance(0.012, "national id slip", n, copy)
    tag = frame["tag"].to_numpy()
    nation = national_id(
        frame["country"].to_numpy(), frame["birth"], np.where(slip, (tag + 10) % (1 << 23), tag)
    )
    kinds = (
        ("national_id", 0.93, nation),
        ("login_id", 0.62, frame["login_id"]),
        ("phone", 0.08, frame["phone_old"]),
        ("loyalty_id", 0.2, frame["loyalty_id"]),
        ("email", 0.6, frame["email"]),
        ("tax_id", 0.0, nation),
    )
    parts = []
    for i, (kind, share, value) in enumerate(kinds):
        has = portion.dice.chance(share, f"branch {kind}", n, copy) & ~frame["firm"].to_numpy()
        if kind == "email":
            has &= frame["is_unusual"].to_numpy()
        if kind == "tax_id":
            has = frame["firm"].to_numpy()
        parts.append(
            frame.select(
                source_record_id="id",
                identifier_type=pl.lit(kind),
                identifier_value=value,
                observed_at=instant(frame["created"]),
                __lot=pl.col("lot") * 8 + i,
            ).filter(pl.Series(has))
        )
    landing.put(IDENTIFIERS, pl.concat(parts).sort(LOT))
    _relationships(frame, landing)
    _consents(portion, frame, landing)
    return written_truth(frame, "branch", ids)


def _relationships(frame: pl.DataFrame, landing: Landing) -> None:
    """Households: the first member pays, children use; firms and those who work there."""
    single = frame.filter(pl.col("copy") == 0)
    pairs = single.join(
        single, on="block", how="inner", maintain_order="left_right", suffix="_of"
    ).filter(pl.col("n") < pl.col("n_of"))
    home = pairs.filter(pl.col("at_home") & pl.col("at_home_of"))
    payer = home.filter((pl.col("ordinal") == 0) & (pl.col("ordinal_of") >= 2))
    work = pairs.filter(pl.col("beside_firm") & pl.col("firm_of"))
    parts = []
    for i, (role, part, swap) in enumerate(
        (
            ("household", home, False),
            ("payer_of", payer, False),
            ("user_of", payer, True),
            ("employee_of", work, False),
        )
    ):
        parts.append(
            part.select(
                source_record_id="id_of" if swap else "id",
                related_record_id="id" if swap else "id_of",
                role=pl.lit(role),
                valid_from=instant(part["created"]),
                __lot=(pl.col("n") * 4 + pl.col("ordinal_of")) * 4 + i,
            )
        )
    landing.put(RELATIONSHIPS, pl.concat(parts).sort(LOT))


def _consents(portion: Portion, frame: pl.DataFrame, landing: Landing) -> None:
    dice = portion.dice
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    parts = []
    for i, purpose in enumerate(("marketing_email", "phone_contact", "profiling")):
        granted = dice.chance((0.7, 0.6, 0.5)[i], f"consent {purpose}", n)
        taken_back = granted & dice.chance(0.12, f"withdrawn {purpose}", n)
        later = frame["created"].to_numpy() + (
            dice.unit(f"withdrawn at {purpose}", n) * (END - 60 - frame["created"].to_numpy())
        ).astype(np.int64)
        for again, (where, value, at) in enumerate(
            (
                (np.ones(len(n), dtype=np.bool_), granted, frame["created"].to_numpy()),
                (taken_back, np.zeros(len(n), dtype=np.bool_), later),
            )
        ):
            parts.append(
                frame.select(
                    source_record_id="id",
                    purpose=pl.lit(purpose),
                    recorded_at=instant(at),
                    is_granted=pl.Series(value),
                    channel=pl.lit("branch"),
                    legal_basis=pl.lit("consent"),
                    __lot=pl.Series((n * 2 + copy) * 8 + i * 2 + again),
                ).filter(pl.Series(where))
            )
    landing.put(CONSENTS, pl.concat(parts).sort(LOT))
