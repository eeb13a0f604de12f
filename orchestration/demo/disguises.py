"""How a source writes a customer down: the dirt of names, mails, phones, dates and addresses.

Belongs here: turning latent persons into profile rows with the faults that real systems have.
Does not: columns and files of one source (sources/), or faults of whole rows (dirt.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo import places
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.draws import Bools, Dice, Ints, Words
from orchestration.demo.persons import CITY_LIST, People, gathered

KEYBOARD = "qwertyuiopasdfghjklzxcvbnm"
PLACEHOLDER_MAILS = ("test@test.com", "noreply@example.com", "none@none.com", "N/A", "a@a.com")
PLACEHOLDER_PHONES = ("000-0000", "0000000000", "1234567890", "N/A", "111-1111")
ZERO_WIDTH = "\u200b"
FULL_WIDTH = {ord("0") + i: 0xFF10 + i for i in range(10)}
PLACEHOLDER_NAMES = ("N/A", "未知", "Unknown", "-", "Customer")


@dataclass(frozen=True)
class Style:
    """What one source asks for and how carefully: shares of rows that have each field."""

    source: str
    mail: float
    phone: float
    named: float
    chinese_script: float
    address: float = 0.0
    birth: float = 0.0
    twice: float = 0.03
    lag_days: int = 200
    phone_form: int = -1


def profiles(people: People, dice: Dice, style: Style) -> pl.DataFrame:
    """One row per profile of the source: number, copy, times and every attribute as written."""
    rows = np.flatnonzero(people.member[style.source]).astype(np.int64)
    again = rows[dice.chance(style.twice, f"{style.source} twice", people.array("n")[rows])]
    rows, copy = (
        np.concatenate([rows, again]),
        np.concatenate([np.zeros(len(rows), np.int64), np.ones(len(again), np.int64)]),
    )
    order = np.lexsort((copy, rows))
    rows, copy = rows[order], copy[order]
    n = people.array("n")[rows]

    def lot(name: str) -> tuple[str, Ints, Ints]:
        return f"{style.source} {name}", n, copy

    joined = np.maximum(people.array("joined")[rows], START - 1500 * DAY)
    created = joined + dice.below(style.lag_days * DAY, *lot("created"))
    created = np.minimum(created, END - 2 * DAY - dice.below(DAY, *lot("late")))
    updated = created + (dice.unit(*lot("updated")) * (END - DAY - created)).astype(np.int64)
    frame = people.frame[rows].with_columns(
        copy=pl.Series(copy), created=pl.Series(created), updated=pl.Series(updated)
    )
    frame = _names(frame, dice, style, n, copy)
    mail = _mails(frame, dice, style, n, copy, updated)
    # Whoever gives no usual mail is more often asked for a phone: most records stay findable.
    unusual = mail.is_null() | (mail.str.to_lowercase() != frame["email"])
    phone = _phones(frame, dice, style, n, copy, updated, unusual.fill_null(True).to_numpy())
    speechless = mail.is_null() & phone.is_null()
    frame = frame.with_columns(
        mail=pl.when(pl.lit(speechless)).then("email").otherwise(pl.lit(mail)),
        phone_text=pl.lit(phone),
        is_unusual=pl.lit(unusual.fill_null(True)),
        birth_text=pl.lit(_births(frame, dice, style, n, copy)),
        has_address=pl.Series(dice.chance(style.address, *lot("address"))),
        at_old=(pl.col("moved_at") > 0)
        & (pl.col("moved_at") > pl.Series(created))
        & pl.Series(dice.chance(0.6, *lot("old address"))),
    )
    return _addresses(frame, dice, style, n, copy)


def unclean(text: str, word: int) -> str:
    """What the eye does not see: blanks around, or a zero-width space inside."""
    if word % 3 == 0:
        return text + " "
    if word % 3 == 1:
        return " " + text
    return text[:1] + ZERO_WIDTH + text[1:]


def wide(text: str, _: int) -> str:
    """Digits in full width, as Chinese keyboards write them."""
    return text.translate(FULL_WIDTH)


def typing_error(text: str, word: int) -> str:
    """One slip of the fingers, chosen by the word: swapped, dropped, doubled or wrong letter."""
    if len(text) < 4:
        return text
    kind, place = word % 4, 1 + (word >> 8) % (len(text) - 2)
    if not text[place].isascii() or not text[place].isalpha():
        return text
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + KEYBOARD[(word >> 16) % 26] + text[place + 1 :]


def changed(
    texts: pl.Series, where: Bools, words: Words, change: Callable[[str, int], str]
) -> pl.Series:
    """The texts with a Python function applied to the few that are chosen."""
    positions = np.flatnonzero(where & texts.is_not_null().to_numpy())
    if not len(positions):
        return texts
    few = texts.gather(positions).to_list()
    new = [change(text, int(word)) for text, word in zip(few, words[positions], strict=True)]
    return texts.scatter(positions, new)


def _names(frame: pl.DataFrame, dice: Dice, style: Style, n: Ints, copy: Ints) -> pl.DataFrame:
    """Adds given_text, family_text and full_text."""
    lot = f"{style.source} name"
    script = dice.chance(style.chinese_script, f"{lot} script", n, copy)
    # forms: 0 plain, 1 nickname, 2 initial, 3 shouted, 4 given and family exchanged
    form = pl.lit(pl.Series(dice.pick((0.74, 0.13, 0.03, 0.05, 0.05), lot, n, copy)))
    other = pl.lit(pl.Series(dice.chance(0.06, f"{lot} other script", n, copy)))
    in_script = pl.lit(pl.Series(script)) & pl.col("chinese")
    english = dice.chance(0.35, f"{lot} english", n, copy)
    latin = (
        pl.when(pl.col("chinese"))
        .then(
            pl.when(pl.lit(pl.Series(english)))
            .then(pl.coalesce("english_name", "given"))
            .otherwise("given")
        )
        .when(form == 1)
        .then("nickname")
        .when(form == 2)
        .then(pl.concat_str(pl.col("given").str.slice(0, 1), pl.lit(".")))
        .otherwise("given")
    )
    frame = frame.with_columns(
        given_text=pl.when(in_script)
        .then(pl.when(other).then("given_zh_other").otherwise("given_zh"))
        .otherwise(latin),
        family_text=pl.when(in_script)
        .then(pl.when(other).then("family_zh_other").otherwise("family_zh"))
        .otherwise("family"),
        in_script=in_script,
    )
    wrong = dice.chance(0.03, f"{lot} slip", n, copy)
    words = dice.words(f"{lot} slips", n, copy)
    which = (words & np.uint64(1)).astype(np.bool_)
    frame = frame.with_columns(
        given_text=changed(frame["given_text"], wrong & which, words, typing_error),
        family_text=changed(frame["family_text"], wrong & ~which, words, typing_error),
    )
    space = pl.when("in_script").then(pl.lit("")).otherwise(pl.lit(" "))
    soiled = dice.chance(0.006, f"{lot} unclean", n, copy)
    frame = frame.with_columns(family_text=changed(frame["family_text"], soiled, words, unclean))
    western = ~pl.col("in_script") & (form != 4)
    frame = frame.with_columns(
        given_text=pl.when(form == 3)
        .then(pl.col("given_text").str.to_uppercase())
        .otherwise("given_text"),
        family_text=pl.when(form == 3)
        .then(pl.col("family_text").str.to_uppercase())
        .otherwise("family_text"),
    ).with_columns(
        full_text=pl.when(western)
        .then(pl.concat_str("given_text", space, "family_text"))
        .otherwise(pl.concat_str("family_text", space, "given_text")),
        exchanged=(form == 4) & ~pl.col("in_script"),
    )
    frame = frame.with_columns(
        given_text=pl.when("exchanged").then("family_text").otherwise("given_text"),
        family_text=pl.when("exchanged").then("given_text").otherwise("family_text"),
    )
    nameless = dice.chance(1 - style.named, f"{lot} missing", n, copy)
    empty = dice.below(40, f"{lot} placeholder", n, copy)
    filler = gathered((*PLACEHOLDER_NAMES, *[None] * 35), empty)
    return frame.with_columns(
        full_text=pl.when("firm")
        .then("firm_name")
        .when(pl.Series(nameless))
        .then(pl.lit(filler))
        .otherwise("full_text"),
        given_text=pl.when(pl.col("firm") | pl.lit(pl.Series(nameless)))
        .then(None)
        .otherwise("given_text"),
        family_text=pl.when("firm")
        .then("firm_name")
        .when(pl.Series(nameless))
        .then(pl.lit(filler))
        .otherwise("family_text"),
    )


def _mails(
    frame: pl.DataFrame, dice: Dice, style: Style, n: Ints, copy: Ints, updated: Ints
) -> pl.Series:
    lot = f"{style.source} mail"
    form = pl.lit(pl.Series(dice.pick((0.88, 0.05, 0.02, 0.05), lot, n, copy)))
    stale = dice.chance(0.4, f"{lot} stale", n, copy)
    firm = dice.chance(0.08, f"{lot} firm", n, copy)
    text = frame.select(
        pl.when(pl.col("beside_firm") & pl.lit(pl.Series(firm)))
        .then("email_firm")
        .when((pl.col("email_changed") > pl.lit(pl.Series(updated))) & pl.lit(pl.Series(stale)))
        .then("email_old")
        .when((form == 2) & ~pl.col("firm"))
        .then("email_other")
        .when(form == 1)
        .then(pl.col("email").str.to_uppercase())
        .when((form == 3) & pl.col("email").str.ends_with("@gmail.com"))
        .then(pl.col("email").str.replace("@", f"+{style.source[:4]}@", literal=True))
        .otherwise("email")
        .alias("mail")
    )["mail"]
    wrong = dice.chance(0.01, f"{lot} slip", n, copy)
    words = dice.words(f"{lot} slips", n, copy)
    text = changed(text, wrong, words, typing_error)
    text = changed(text, dice.chance(0.006, f"{lot} unclean", n, copy), words, unclean)
    missing = dice.chance(1 - style.mail, f"{lot} missing", n, copy)
    filler = gathered(
        (*PLACEHOLDER_MAILS, *[None] * 45), dice.below(50, f"{lot} placeholder", n, copy)
    )
    return pl.select(pl.when(pl.Series(missing)).then(filler).otherwise(text)).to_series()


def _phones(
    frame: pl.DataFrame,
    dice: Dice,
    style: Style,
    n: Ints,
    copy: Ints,
    updated: Ints,
    unusual: Bools,
) -> pl.Series:
    lot = f"{style.source} phone"
    home = dice.chance(np.where(unusual, 0.1, 0.22), f"{lot} home", n, copy)
    stale = dice.chance(np.where(unusual, 0.2, 0.6), f"{lot} stale", n, copy)
    drawn = dice.pick((0.4, 0.25, 0.2, 0.15), f"{lot} form", n, copy)
    form = pl.lit(pl.Series(drawn if style.phone_form < 0 else np.full(len(n), style.phone_form)))
    dial = gathered(places.DIAL_CODES, frame["country"].to_numpy())
    text = frame.with_columns(
        number=pl.when(pl.col("at_home") & pl.lit(pl.Series(home)))
        .then("phone_home")
        .when((pl.col("phone_changed") > pl.lit(pl.Series(updated))) & pl.lit(pl.Series(stale)))
        .then("phone_old")
        .otherwise("phone"),
        dial=pl.lit(dial),
    ).with_columns(
        trunk=pl.when(pl.col("dial").is_in(["44", "353"])).then(pl.lit("0")).otherwise(pl.lit("")),
        head=pl.col("number").str.slice(0, 3),
        middle=pl.col("number").str.slice(3, 3),
        tail=pl.col("number").str.slice(6),
    )
    written = text.select(
        pl.when(form == 0)
        .then(pl.concat_str(pl.lit("+"), "dial", "number"))
        .when(form == 1)
        .then(
            pl.concat_str(pl.lit("+"), "dial", pl.lit(" "), "head", pl.lit("-"), "middle", "tail")
        )
        .when((form == 2) & ~pl.col("dial").is_in(["1", "852"]))
        .then(
            pl.concat_str(pl.lit("00"), "dial", pl.lit(" "), "head", pl.lit(" "), "middle", "tail")
        )
        .when(pl.col("dial") == "1")
        .then(pl.concat_str(pl.lit("("), "head", pl.lit(") "), "middle", pl.lit("-"), "tail"))
        .otherwise(pl.concat_str("trunk", "head", pl.lit(" "), "middle", "tail"))
        .alias("phone")
    )["phone"]
    full = dice.chance(0.02, f"{lot} full width", n, copy) & (frame["country"].to_numpy() == 1)
    written = changed(written, full, dice.words(f"{lot} widths", n, copy), wide)
    share = np.where(unusual & (style.phone > 0), max(style.phone, 0.85), style.phone)
    missing = dice.chance(1 - share, f"{lot} missing", n, copy)
    filler = gathered(
        (*PLACEHOLDER_PHONES, *[None] * 45), dice.below(50, f"{lot} placeholder", n, copy)
    )
    return pl.select(pl.when(pl.Series(missing)).then(filler).otherwise(written)).to_series()


def _births(frame: pl.DataFrame, dice: Dice, style: Style, n: Ints, copy: Ints) -> pl.Series:
    """ISO dates; some with day and month exchanged, a placeholder, or a day that does not exist."""
    lot = f"{style.source} birth"
    form = pl.lit(pl.Series(dice.pick((0.95, 0.015, 0.015, 0.012, 0.008), lot, n, copy)))
    day = pl.col("birth").cast(pl.Int32).cast(pl.Date)
    present = dice.chance(style.birth, f"{lot} present", n, copy)
    return frame.select(
        pl.when(~pl.lit(pl.Series(present)) | pl.col("firm"))
        .then(None)
        .when(form == 1)
        .then(
            pl.when(day.dt.day() <= 12)
            .then(day.dt.strftime("%Y-%d-%m"))
            .otherwise(day.dt.strftime("%Y-%m-%d"))
        )
        .when(form == 2)
        .then(pl.lit("1900-01-01"))
        .when(form == 3)
        .then((day + pl.duration(days=1)).dt.strftime("%Y-%m-%d"))
        .when(form == 4)
        .then(day.dt.strftime("%Y-13-%d"))
        .otherwise(day.dt.strftime("%Y-%m-%d"))
        .alias("birth")
    )["birth"]


def _addresses(frame: pl.DataFrame, dice: Dice, style: Style, n: Ints, copy: Ints) -> pl.DataFrame:
    """Street with house, city, region, postal code and country; null where the source asks none."""
    lot = f"{style.source} address"

    def now(name: str) -> Ints:
        return (
            frame.select(pl.when("at_old").then(f"{name}_old").otherwise(name))
            .to_series()
            .to_numpy()
        )

    country, city, street = frame["country"].to_numpy(), now("city"), now("street")
    counts = np.asarray([len(group) for group in places.STREETS])
    position = (np.cumsum(counts) - counts)[country] + street
    flat = [row for group in places.STREETS for row in group]
    short = dice.chance(0.3, f"{lot} short", n, copy)
    latin = np.where(short, position + len(flat), position)
    street_name = gathered([row[0] for row in flat] + [row[1] for row in flat], latin)
    house, unit = now("house"), now("flat")
    postal_tail = pl.Series(house % 90 + 10).cast(pl.String)
    written = pl.DataFrame(
        {
            "latin": street_name,
            "zh": gathered([row[2] for row in flat], position),
            "house": pl.Series(house).cast(pl.String),
            "unit": pl.Series(unit).cast(pl.String),
            "city_latin": gathered([c.name for c in CITY_LIST], city),
            "city_zh": gathered([c.chinese for c in CITY_LIST], city),
            "region": gathered([c.region for c in CITY_LIST], city),
            "postal": gathered([c.postal for c in CITY_LIST], city),
            "tail": postal_tail,
            "country": country,
            "script": frame["in_script"] & pl.Series(np.isin(country, (1, 3))),
            "number_sign": gathered(("", "号", "", "號", ""), country),
            "shown": frame["has_address"],
            "letter": gathered(list("ABDEFGHJLN"), unit % 10),
        }
    )
    comma = dice.chance(0.2, f"{lot} flat", n, copy)
    line = (
        pl.when("script")
        .then(pl.concat_str("city_zh", "zh", "house", "number_sign", "unit", pl.lit("室")))
        .when(pl.lit(pl.Series(comma)))
        .then(pl.concat_str("house", pl.lit(" "), "latin", pl.lit(", Apt "), "unit"))
        .otherwise(pl.concat_str("house", pl.lit(" "), "latin"))
    )
    postal = (
        pl.when(pl.col("country") == 3)
        .then(None)
        .when(pl.col("country") == 2)
        .then(pl.concat_str("postal", "unit", pl.lit(" 4"), "letter", pl.lit("T")))
        .when(pl.col("country") == 4)
        .then(pl.concat_str("postal", "tail", pl.lit(" "), "letter", pl.lit("2K8")))
        .otherwise(pl.concat_str("postal", "tail"))
    )
    shown = pl.col("shown")
    columns = written.select(
        address_text=pl.when(shown).then(line),
        city_text=pl.when(shown).then(pl.when("script").then("city_zh").otherwise("city_latin")),
        region_text=pl.when(shown).then("region"),
        postal_text=pl.when(shown).then(postal),
    )
    return pl.concat([frame, columns], how="horizontal").with_columns(
        country_text=gathered(places.COUNTRIES, country),
        language=gathered(("en", "zh-CN", "en", "zh-HK", "en"), country),
    )
