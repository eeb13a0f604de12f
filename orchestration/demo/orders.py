"""Orders, their lines, their delivery and what goes back.

Does not belong here: how the customer reacts (needs.py).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from orchestration.demo import catalogue, places
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.clock import NEVER, at_local_hours, tenure
from orchestration.demo.draws import Dice, Ints, expanded
from orchestration.demo.persons import People

ON_TIME, LATE, FAILED, CANCELLED, UNDERWAY = range(5)
LINES_PER_ORDER = 4
ORDERS_PER_CUSTOMER = 1 << 9


def ordered(people: People, dice: Dice) -> tuple[pl.DataFrame, pl.DataFrame]:
    first, span = tenure(people)
    mean = 9.8 * people.real("activity") * span / (END - START)
    count = np.where(people.member["shopper"], dice.count(mean, "orders", people.array("n")), 0)
    rows, k = expanded(np.minimum(count, ORDERS_PER_CUSTOMER - 1))
    n, country = people.array("n")[rows], people.array("country")[rows]
    at = first[rows] + (dice.unit("order at", n, k) * span[rows]).astype(np.int64)
    at = _black_friday(dice, at, first[rows], n, k)
    at = at_local_hours(dice, "order hour", at, country, n, k)
    at, campaign = _drawn_by_campaign(people, dice, rows, at, n, k)
    euro = dice.chance(0.03, "pays in euro", n)
    currency = np.where(euro, 4, country)
    month = (at // DAY + 719_468) % 365 // 30
    busy = (month >= 8) & (month <= 9)
    risk = np.where(at >= catalogue.CARRIER_FIXED, 0.05, 0.12) + 0.08 * busy + 0.04 * (country == 4)
    late = dice.chance(risk, "late", n, k)
    outcome = np.where(late, LATE, ON_TIME)
    outcome = np.where(dice.chance(np.where(busy, 0.032, 0.022), "failed", n, k), FAILED, outcome)
    outcome = np.where(dice.chance(0.025, "cancelled", n, k), CANCELLED, outcome)
    promised = at // DAY * DAY + dice.between(3, 6, "promised", n, k) * DAY + 18 * 3600
    shipped = at + dice.between(12 * 3600, 40 * 3600, "shipped", n, k)
    early = dice.below(30 * 3600, "early", n, k)
    delay = dice.between(2 * DAY, 9 * DAY, "delay", n, k)
    delivered = np.where(outcome == LATE, promised + delay, promised - early)
    outcome = np.where((outcome != CANCELLED) & (delivered >= END), UNDERWAY, outcome)
    order = n * ORDERS_PER_CUSTOMER + k
    lines = _lines(dice, order, currency)
    money = lines.group_by("order", maintain_order=True).agg(
        gross=(pl.col("price") * pl.col("quantity")).sum()
    )
    gross = money["gross"].to_numpy()
    percent = np.asarray((0, 10, 15, 20))[dice.pick((0.72, 0.14, 0.09, 0.05), "discount", n, k)]
    discount = gross * percent // 100
    tax = (gross - discount) * np.asarray(places.TAX_PERCENT)[country] // 100
    unit = np.asarray((100, 720, 79, 780, 92))[currency]
    shipping = np.where(gross >= 60 * unit, 0, 5 * unit)
    gateway = np.where(
        people.member["stripe"][rows] & dice.chance(0.8, "card at stripe", n, k),
        2,
        dice.pick((0.68, 0.32), "gateway", n, k),
    )
    frame = pl.DataFrame(
        {
            "n": n,
            "k": k,
            "order": order,
            "country": country,
            "at": at,
            "outcome": outcome,
            "promised": promised,
            "shipped": np.where(outcome == CANCELLED, NEVER, shipped),
            "delivered": np.where((outcome == ON_TIME) | (outcome == LATE), delivered, NEVER),
            "currency": currency,
            "gross": gross,
            "discount": discount,
            "tax": tax,
            "shipping": shipping,
            "total": gross - discount + tax + shipping,
            "gateway": gateway,
            "channel": np.where(
                campaign >= 0, 0, dice.pick((0.6, 0.32, 0.08), "order channel", n, k)
            ),
            "member": people.member["shopify"][rows],
            "campaign": campaign,
        }
    )
    return _returned(dice, frame, lines)


def _drawn_by_campaign(
    people: People, dice: Dice, rows: Ints, at: Ints, n: Ints, k: Ints
) -> tuple[Ints, Ints]:
    """Some orders follow the offer of their month within two days; -1 marks all the others."""
    sent = np.asarray([campaign.sent_at for campaign in catalogue.CAMPAIGNS])
    nearest = np.maximum(np.searchsorted(sent, at) - 1, 0)
    follows = people.member["hubspot"][rows] & dice.chance(0.16, "follows campaign", n, k)
    follows &= sent[nearest] > people.array("joined")[rows] + 15 * DAY
    follows &= sent[nearest] < END - 3 * DAY
    moved = sent[nearest] + dice.between(5 * 3600, 44 * 3600, "after campaign", n, k)
    return np.where(follows, moved, at), np.where(follows, nearest, -1)


def _black_friday(dice: Dice, at: Ints, earliest: Ints, n: Ints, k: Ints) -> Ints:
    """Some orders wait for the last days of November of their year."""
    starts = np.asarray([catalogue.seconds_of(date(y, 11, 24)) for y in (2023, 2024, 2025)])
    year = np.minimum((at - START) // (366 * DAY), 2)
    sale = starts[year] + dice.below(6 * DAY, "sale day", n, k)
    return np.where(dice.chance(0.09, "waits for sale", n, k) & (sale > earliest), sale, at)


def _lines(dice: Dice, order: Ints, currency: Ints) -> pl.DataFrame:
    """One to four lines of different products per order; prices in hundredths of the currency."""
    rows, i = expanded(1 + dice.pick((0.42, 0.31, 0.17, 0.1), "lines", order))
    o = order[rows]
    step = 1 + dice.below(9, "product step", o)
    product = (dice.below(40, "product", o) + i * step) % 40
    prices = np.asarray([item.price for item in catalogue.PRODUCTS])
    rate = np.asarray(places.UNITS_PER_DOLLAR)[currency[rows]]
    price = (np.round(prices[product] * rate / 10) * 10).astype(np.int64)
    defects = np.asarray([item.defects for item in catalogue.PRODUCTS])
    broken = dice.chance(defects[product], "defect", o, i)
    returned = dice.chance(np.where(broken, 0.55, 0.035), "returned", o, i)
    return pl.DataFrame(
        {
            "order": o,
            "line": o * LINES_PER_ORDER + i,
            "i": i,
            "product": product,
            "price": price,
            "quantity": 1 + dice.pick((0.82, 0.13, 0.05), "quantity", o, i),
            "broken": broken,
            "returned": returned,
        }
    )


def _returned(
    dice: Dice, orders: pl.DataFrame, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refunds: whole orders that failed or were cancelled, and lines sent back; never more than paid."""
    facts = lines.join(
        orders.select("order", "outcome", "gross", "discount", "tax", "delivered"), on="order"
    ).with_columns(
        returned=pl.col("returned") & (pl.col("delivered") < END - 25 * DAY),
        value=pl.col("price") * pl.col("quantity"),
    )
    # The share of discount and tax of a line, rounded down, so that parts never exceed the whole.
    facts = facts.with_columns(
        back=pl.when("returned")
        .then(
            pl.col("value") * (pl.col("gross") - pl.col("discount")) // pl.col("gross")
            + pl.col("value") * pl.col("tax") // pl.col("gross")
        )
        .otherwise(0)
    )
    lines = facts.drop("outcome", "gross", "discount", "tax", "delivered")
    sums = facts.group_by("order", maintain_order=True).agg(
        returns=pl.col("back").sum(),
        broken=pl.col("broken").any(),
        sent_back=pl.col("returned").any(),
    )
    orders = orders.join(sums, on="order", how="left", maintain_order="left")
    n, k = orders["n"].to_numpy(), orders["k"].to_numpy()
    wait = dice.between(6 * DAY, 20 * DAY, "refund after", n, k)
    outcome, total = orders["outcome"].to_numpy(), orders["total"].to_numpy()
    whole = (outcome == FAILED) | (outcome == CANCELLED)
    base = np.where(outcome == CANCELLED, orders["at"].to_numpy(), orders["promised"].to_numpy())
    base = np.where(whole, base, orders["delivered"].to_numpy())
    refund_at = np.minimum(base + np.where(outcome == CANCELLED, 3 * 3600, wait), END - 3600)
    refund = np.where(whole, total, np.minimum(orders["returns"].to_numpy(), total))
    return orders.with_columns(
        refund=pl.Series(refund),
        refund_at=pl.Series(np.where(refund > 0, refund_at, NEVER)),
        cancelled_at=pl.Series(
            np.where(outcome == CANCELLED, orders["at"].to_numpy() + 2 * 3600, NEVER)
        ),
    ), lines
