"""The true customers: who they are before any system has written them down.

Belongs here: the latent person or firm, households, and the measures that drive behaviour.
Does not: what a source knows of them (disguises.py) or what they do (behaviour.py).

Customers live in blocks of four neighbouring numbers: some blocks are households (one address,
one family name, one family phone), some hold a firm (the fourth) whose `info@` mailbox the others
may use. A portion of customers must therefore start at a multiple of four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo import names, places
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.draws import Bools, Dice, Floats, Ints, power, scrambled

SOURCES = (
    "zendesk",
    "shopify",
    "stripe",
    "hubspot",
    "qualtrics",
    "contact_centre",
    "branch",
    "app_reviews",
)
BITS = 23  # customers are numbered below 2**BITS
CITY_LIST = tuple(city for group in places.CITIES for city in group)


def gathered(values: Sequence[str | None], positions: Ints) -> pl.Series:
    """The values at the positions, as a column."""
    return pl.Series(values, dtype=pl.String).gather(positions)


@dataclass(frozen=True)
class People:
    """One portion of customers: numbers as arrays, texts as columns of `frame`."""

    first: int
    frame: pl.DataFrame
    member: dict[str, Bools]

    def __len__(self) -> int:
        return len(self.frame)

    def array(self, name: str) -> Ints:
        return self.frame[name].to_numpy().astype(np.int64)

    def real(self, name: str) -> Floats:
        return self.frame[name].to_numpy()

    def flag(self, name: str) -> Bools:
        return self.frame[name].to_numpy()

    def texts(self, name: str, rows: Ints) -> pl.Series:
        return self.frame[name].gather(rows)


def made(dice: Dice, first: int, count: int) -> People:
    """The customers numbered first .. first + count - 1."""
    n = np.arange(first, first + count, dtype=np.int64)
    block, ordinal = n // 4, n % 4
    kind = dice.pick((0.28, 0.08, 0.64), "block", block)
    size = dice.between(2, 4, "household size", block)
    at_home = (kind == 0) & (ordinal < size)
    firm = (kind == 1) & (ordinal == 3)
    place = np.where(at_home | (kind == 1), block * 8 + 7, n * 8)
    group = np.where(at_home, block * 8 + 7, n * 8)
    country = dice.pick(places.COUNTRY_WEIGHTS, "country", place)
    chinese = dice.chance(np.asarray(places.CHINESE_SHARE)[country], "chinese", group) & ~firm
    base = pl.DataFrame(
        {
            "n": n,
            "block": block,
            "ordinal": ordinal,
            "at_home": at_home,
            "firm": firm,
            "beside_firm": (kind == 1) & ~firm,
            "country": country,
            "chinese": chinese,
        }
    )
    frame = pl.concat(
        [
            base,
            _named(dice, n, group, country, chinese, ordinal, at_home),
            _numbers(dice, n, block, country),
            _home(dice, group, country),
            _traits(dice, n),
        ],
        how="horizontal",
    )
    frame = _mailed(dice, n, frame)
    return People(first, frame, _membership(dice, n, frame))


def _named(
    dice: Dice, n: Ints, group: Ints, country: Ints, chinese: Bools, ordinal: Ints, at_home: Bools
) -> pl.DataFrame:
    """Given and family names in every form, gender and birth date."""
    gender = dice.below(2, "gender", n)
    # Members of one household never share a given name.
    apart = np.where(at_home, ordinal * 7, 0)
    women = (dice.below(len(names.FEMALE), "woman", group) + apart) % len(names.FEMALE)
    men = (dice.below(len(names.MALE), "man", group) + apart) % len(names.MALE)
    position = np.where(gender == 0, women, len(names.FEMALE) + men)
    both = names.FEMALE + names.MALE
    surname = dice.below(len(names.SURNAMES), "surname", group)
    one = dice.below(len(names.GIVEN_CHARACTERS), "first character", group) + apart
    one = one % len(names.GIVEN_CHARACTERS)
    two = dice.below(len(names.GIVEN_CHARACTERS), "second character", n)
    single = dice.chance(0.22, "single character", n)
    hong_kong = country == 3

    def character(form: int) -> pl.Series:
        table = names.column(names.GIVEN_CHARACTERS, form)
        end = pl.Series(np.where(single, "", np.asarray(table)[two]))
        return gathered(table, one) + end

    english_name = dice.below(len(names.ENGLISH_FOR_CHINESE), "english name", n)
    family = pl.DataFrame(
        {
            "western": gathered(names.FAMILY, dice.below(len(names.FAMILY), "family", group)),
            "simple": gathered(names.column(names.SURNAMES, 0), surname),
            "full": gathered(names.column(names.SURNAMES, 1), surname),
            "pinyin": gathered(names.column(names.SURNAMES, 2), surname),
            "local": gathered(names.column(names.SURNAMES, 3), surname),
        }
    )
    reading = character(2).str.to_titlecase()
    own = pl.lit(pl.Series(hong_kong))
    is_chinese = pl.lit(pl.Series(chinese))
    has_english = dice.chance(np.where(hong_kong, 0.8, 0.3), "has english name", n)
    frame = family.with_columns(
        given=pl.when(is_chinese)
        .then(pl.lit(reading))
        .otherwise(pl.lit(gathered(names.column(both, 0), position))),
        nickname=pl.lit(gathered([row[1] or row[0] for row in both], position)),
        family=pl.when(~is_chinese).then("western").when(own).then("local").otherwise("pinyin"),
        family_zh=pl.when(is_chinese).then(pl.when(own).then("full").otherwise("simple")),
        family_zh_other=pl.when(is_chinese).then(pl.when(own).then("simple").otherwise("full")),
        given_zh=pl.when(is_chinese).then(
            pl.when(own).then(pl.lit(character(1))).otherwise(pl.lit(character(0)))
        ),
        given_zh_other=pl.when(is_chinese).then(
            pl.when(own).then(pl.lit(character(0))).otherwise(pl.lit(character(1)))
        ),
        english_name=pl.when(is_chinese & pl.lit(pl.Series(has_english))).then(
            pl.lit(gathered(names.ENGLISH_FOR_CHINESE, english_name))
        ),
    ).drop("western", "simple", "full", "pinyin", "local")
    child = at_home & (ordinal >= 2)
    age_days = np.where(
        child,
        dice.between(16 * 365, 24 * 365, "age of child", n),
        dice.between(22 * 365, 54 * 365, "age", n) + dice.below(28 * 365, "more age", n),
    )
    twin = child & dice.chance(0.06, "twins", group)
    age_days = np.where(twin, dice.between(17 * 365, 22 * 365, "age of twins", group), age_days)
    return frame.with_columns(gender=pl.Series(gender), birth=pl.Series(END // DAY - age_days))


def mobile_number(country: Ints, index: Ints) -> pl.Series:
    """A mobile number that no other index below 2**24 has, without country code or trunk zero."""
    us = np.asarray(places.US_AREA_CODES, dtype=np.int64)
    cn = np.asarray(places.CN_PREFIXES, dtype=np.int64)
    gb = np.asarray((74, 75, 77, 78), dtype=np.int64)
    hk = np.concatenate([np.arange(low, high + 1) for low, high in places.HK_PREFIXES])
    ie = np.asarray((83, 85, 86, 87, 89), dtype=np.int64)
    forms = (
        us[index % len(us)] * 10**7 + 2_000_000 + index // len(us) * 18,
        cn[index % len(cn)] * 10**8 + 10_000_000 + index // len(cn) * 95,
        gb[index % len(gb)] * 10**8 + index // len(gb) * 23,
        hk[index % len(hk)] * 10**5 + index // len(hk),
        ie[index % len(ie)] * 10**7 + 1_000_000 + index // len(ie),
    )
    return pl.Series(np.choose(country, forms)).cast(pl.String)


def family_number(country: Ints, block: Ints) -> pl.Series:
    """The landline of a block of customers."""
    us = np.asarray(places.US_AREA_CODES, dtype=np.int64)
    forms = (
        us[block % len(us)] * 10**7 + 7_000_000 + block // len(us) * 60,
        1_060_000_000 + block * 13,
        2_070_000_000 + block * 4,
        21_000_000 + block * 3,
        16_000_000 + block,
    )
    return pl.Series(np.choose(country, forms)).cast(pl.String)


def _numbers(dice: Dice, n: Ints, block: Ints, country: Ints) -> pl.DataFrame:
    """Phones of now and before, the family phone, and the ids that systems gave the customer."""
    changed = START + dice.below(END - START, "phone changed", n)
    moved_phone = dice.chance(0.15, "has old phone", n)
    card = dice.words("card", n) >> np.uint64(8)
    return pl.DataFrame(
        {
            "phone": mobile_number(country, scrambled(n * 2, BITS + 1, "phone")),
            "phone_old": mobile_number(country, scrambled(n * 2 + 1, BITS + 1, "phone")),
            "phone_home": family_number(country, scrambled(block, BITS - 2, "family phone")),
            "phone_changed": np.where(moved_phone, changed, 0),
            "tag": pl.Series(scrambled(n, BITS, "tag")),
            "tag_old": pl.Series(scrambled(n, BITS, "old tag")),
            "tag_other": pl.Series(scrambled(n, BITS, "other tag")),
            "login_id": "u" + pl.Series(scrambled(n, BITS, "login")).cast(pl.String).str.zfill(8),
            "loyalty_id": "LC" + pl.Series(scrambled(n, BITS, "card")).cast(pl.String).str.zfill(9),
            "card_fingerprint": "fp" + pl.Series(card).cast(pl.String).str.zfill(17),
        }
    )


def _home(dice: Dice, group: Ints, country: Ints) -> pl.DataFrame:
    """Address of now and of before, as numbers; disguises.py writes them out."""
    counts = np.asarray([len(cities) for cities in places.CITIES])
    offsets = np.cumsum(counts) - counts
    streets = np.asarray([len(group_) for group_ in places.STREETS])
    columns: dict[str, Ints] = {}
    for suffix in ("", "_old"):
        columns[f"city{suffix}"] = offsets[country] + dice.below(
            counts[country], f"city{suffix}", group
        )
        columns[f"street{suffix}"] = dice.below(streets[country], f"street{suffix}", group)
        columns[f"house{suffix}"] = dice.between(1, 1800, f"house{suffix}", group)
        columns[f"flat{suffix}"] = dice.between(1, 90, f"flat{suffix}", group)
    moved = dice.chance(0.12, "moved", group)
    when = START + dice.below(END - START, "moved at", group)
    return pl.DataFrame({**columns, "moved_at": np.where(moved, when, 0)})


def _traits(dice: Dice, n: Ints) -> pl.DataFrame:
    """What drives behaviour: since when, how busy, how patient, how pleased, how digital."""
    early = dice.chance(0.45, "early", n)
    span = END - START - 20 * DAY
    joined = np.where(
        early,
        START - dice.below(1500 * DAY, "joined before", n),
        START + dice.below(span, "joined", n),
    )
    u = dice.unit("activity", n)
    return pl.DataFrame(
        {
            "joined": joined,
            "activity": 0.12 + 0.3 * u + 2.6 * power(u, 6) + 16.0 * power(u, 40),
            "patience": dice.unit("patience", n),
            "mood": 0.55 + 0.4 * dice.unit("mood", n),
            "digital": dice.unit("digital", n),
        }
    )


def _mailed(dice: Dice, n: Ints, frame: pl.DataFrame) -> pl.DataFrame:
    """E-mail of now, of before and a second one; firms and their `info@` mailbox."""
    pattern = pl.lit(pl.Series(dice.below(4, "mail pattern", n)))
    domain = dice.pick(places.MAIL_WEIGHTS, "mail domain", n)
    flat = [name for group in places.MAIL_DOMAINS for name in group]
    host = gathered(flat, frame["country"].to_numpy() * 4 + domain)
    other = gathered(places.OTHER_DOMAINS, dice.below(len(places.OTHER_DOMAINS), "other mail", n))
    changed = START + dice.below(END - START, "mail changed", n)
    has_old = dice.chance(0.14, "has old mail", n)
    stem = dice.below(len(names.FIRM_STEMS), "firm", n // 4)
    trade = dice.below(len(names.FIRM_TRADES), "trade", n // 4)
    firm_name = gathered(names.FIRM_STEMS, stem) + " " + gathered(names.FIRM_TRADES, trade)
    suffix = gathered(
        [names.FIRM_SUFFIXES[code] for code in places.COUNTRIES], frame["country"].to_numpy()
    )
    box = firm_name.str.to_lowercase().str.replace_all(" ", "-", literal=True)

    def plain(name: str) -> pl.Expr:
        return pl.col(name).str.to_lowercase().str.replace_all(r"[^a-z]", "")

    def local(number: pl.Expr) -> pl.Expr:
        text = number.cast(pl.String)
        numeric = pl.lit(host).is_in(["qq.com", "foxmail.com"])
        return (
            pl.when(numeric)
            .then(pl.concat_str((number + 20_000_000).cast(pl.String)))
            .when(pattern == 0)
            .then(pl.concat_str(plain("given"), pl.lit("."), plain("family"), text))
            .when(pattern == 1)
            .then(pl.concat_str(plain("given").str.slice(0, 1), plain("family"), text))
            .when(pattern == 2)
            .then(pl.concat_str(plain("family"), plain("given"), text))
            .otherwise(pl.concat_str(plain("given"), pl.lit("_"), text))
        )

    firm_mail = pl.concat_str(
        pl.lit("info@"), pl.lit(box), pl.lit("-"), pl.col("block").cast(pl.String), pl.lit(".com")
    )
    return frame.with_columns(
        email=pl.when("firm")
        .then(firm_mail)
        .otherwise(pl.concat_str(local(pl.col("tag") * 2), pl.lit("@"), pl.lit(host))),
        email_old=pl.concat_str(local(pl.col("tag_old") * 2 + 1), pl.lit("@"), pl.lit(host)),
        email_other=pl.concat_str(
            plain("given"),
            plain("family"),
            pl.col("tag_other").cast(pl.String),
            pl.lit("@"),
            pl.lit(other),
        ),
        email_firm=pl.when(pl.col("beside_firm") | pl.col("firm")).then(firm_mail),
        email_changed=pl.Series(np.where(has_old, changed, 0)),
        firm_name=pl.when(pl.col("beside_firm") | pl.col("firm")).then(
            pl.lit(firm_name + " " + suffix)
        ),
        person_id=pl.when("firm")
        .then(pl.concat_str(pl.lit("o"), pl.col("n").cast(pl.String).str.zfill(8)))
        .otherwise(pl.concat_str(pl.lit("p"), pl.col("n").cast(pl.String).str.zfill(8))),
    )


def _membership(dice: Dice, n: Ints, frame: pl.DataFrame) -> dict[str, Bools]:
    """Which sources hold a profile of the customer; everybody is in one at least."""
    shopper = dice.chance(0.66, "shopper", n)
    banker = dice.chance(0.36, "banker", n)
    shares = {
        "zendesk": 0.26,
        "stripe": 0.24,
        "hubspot": 0.5,
        "qualtrics": 0.36,
        "contact_centre": 0.29,
        "app_reviews": 0.14,
    }
    member = {name: dice.chance(share, f"in {name}", n) for name, share in shares.items()}
    member["shopify"] = shopper & dice.chance(0.93, "registered", n)
    member["branch"] = banker
    member["stripe"] = member["stripe"] | (shopper & dice.chance(0.3, "pays by card", n))
    member["app_reviews"] = member["app_reviews"] & (frame["digital"].to_numpy() > 0.2)
    nowhere = ~np.logical_or.reduce([member[name] for name in SOURCES])
    member["hubspot"] = member["hubspot"] | nowhere
    member["shopper"] = shopper & (member["shopify"] | dice.chance(0.7, "guest", n))
    return {name: np.asarray(flags, dtype=np.bool_) for name, flags in member.items()}
