"""What customers do and what is done to them: one story per customer, told in order of cause.

Belongs here: orders and their delivery, bank charges, needs and the contacts they lead to, and
the day a customer gives up. Does not: surveys and reviews (voice.py), campaigns and browsing
(browsing.py), or how any system writes it down (sources/).

The order of cause: a delivery goes wrong, a product fails, or a fee is charged -> a need arises ->
contacts follow, on another channel when the first does not help -> needs that stay open make
customers leave -> what would have come after that day does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo import catalogue, places
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.draws import Bools, Dice, Floats, Ints, expanded
from orchestration.demo.persons import People

ON_TIME, LATE, FAILED, CANCELLED, UNDERWAY = range(5)
NEVER = END + 10_000 * DAY
LINES_PER_ORDER = 4
ORDERS_PER_CUSTOMER = 1 << 9
CHANNELS = ("email", "chat", "voice", "bot", "branch")
EMAIL, CHAT, VOICE, BOT, BRANCH = range(5)
CHANNEL_SOURCE = ("zendesk", "zendesk", "contact_centre", "contact_centre", "branch")
# How often the first contact on a channel settles the matter.
SETTLES = (0.62, 0.58, 0.72, 0.34, 0.78)
LONGEST_CHAIN = 5


@dataclass(frozen=True)
class Story:
    """One portion of customers with all that happened; every frame is in order of its key."""

    people: People
    left_at: Ints
    orders: pl.DataFrame
    lines: pl.DataFrame
    charges: pl.DataFrame
    needs: pl.DataFrame
    contacts: pl.DataFrame


def told(people: People, dice: Dice) -> Story:
    """The whole story of a portion of customers."""
    orders, lines = _orders(people, dice)
    charges = _charges(people, dice)
    needs = _needs(people, dice, orders, lines, charges)
    contacts = _contacts(people, dice, needs)
    needs = _ended(needs, contacts)
    left_at = _leaving(people, dice, orders, needs)
    start = people.first
    orders = orders.filter(
        pl.Series(_stays(dice, "orders", orders, left_at, start, 0.06, orders["at"].to_numpy()))
    )
    charges = charges.filter(
        pl.Series(charges["at"].to_numpy() < left_at[charges["n"].to_numpy() - start])
    )
    lines = lines.filter(pl.col("order").is_in(orders["order"].implode()))
    needs = needs.filter(
        pl.Series(_stays(dice, "needs", needs, left_at, start, 0.3, needs["at"].to_numpy()))
        & ((pl.col("order") < 0) | pl.col("order").is_in(orders["order"].implode()))
        & ((pl.col("charge") < 0) | pl.col("charge").is_in(charges["charge"].implode()))
    )
    contacts = contacts.filter(pl.col("need").is_in(needs["need"].implode()))
    return Story(people, left_at, orders, lines, charges, needs, contacts)


def _stays(
    dice: Dice, name: str, frame: pl.DataFrame, left_at: Ints, first: int, share: float, at: Ints
) -> Bools:
    """True for what still happens: everything before the customer left, and a small share after."""
    n = frame["n"].to_numpy()
    return (at < left_at[n - first]) | dice.chance(share, f"{name} after leaving", n, at)


def _tenure(people: People) -> tuple[Ints, Ints]:
    """First second of a customer inside the demo's years, and the seconds from then on."""
    first = np.maximum(people.array("joined"), START)
    return first, END - first


def _at_local_hours(dice: Dice, name: str, at: Ints, country: Ints, *keys: Ints) -> Ints:
    """The same days, at the hours when people of that country are awake."""
    hours = np.asarray((8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
    hour = hours[dice.pick((3, 5, 7, 7, 7, 6, 6, 6, 6, 7, 8, 9, 10, 8, 5, 2), name, *keys)]
    offset = np.asarray(places.TIME_OFFSETS)[country]
    second = dice.below(3600, f"{name} second", *keys)
    moved = at // DAY * DAY + (hour - offset) * 3600 + second
    return np.where(moved >= END, moved - DAY, moved)


def _orders(people: People, dice: Dice) -> tuple[pl.DataFrame, pl.DataFrame]:
    first, span = _tenure(people)
    mean = 9.8 * people.real("activity") * span / (END - START)
    count = np.where(people.member["shopper"], dice.count(mean, "orders", people.array("n")), 0)
    rows, k = expanded(np.minimum(count, ORDERS_PER_CUSTOMER - 1))
    n, country = people.array("n")[rows], people.array("country")[rows]
    at = first[rows] + (dice.unit("order at", n, k) * span[rows]).astype(np.int64)
    at = _black_friday(dice, at, first[rows], n, k)
    at = _at_local_hours(dice, "order hour", at, country, n, k)
    at, campaign = _drawn_by_campaign(people, dice, rows, at, n, k)
    euro = dice.chance(0.03, "pays in euro", n)
    currency = np.where(euro, 4, country)
    month = (at // DAY + 719_468) % 365 // 30
    busy = (month >= 8) & (month <= 9)
    risk = np.where(at >= catalogue.CARRIER_FIXED, 0.05, 0.12) + 0.08 * busy + 0.04 * (country == 4)
    outcome = np.where(dice.chance(risk, "late", n, k), LATE, ON_TIME)
    outcome = np.where(dice.chance(0.022 + 0.01 * busy, "failed", n, k), FAILED, outcome)
    outcome = np.where(dice.chance(0.025, "cancelled", n, k), CANCELLED, outcome)
    promised = at // DAY * DAY + dice.between(3, 6, "promised", n, k) * DAY + 18 * 3600
    shipped = at + dice.between(12 * 3600, 40 * 3600, "shipped", n, k)
    early = dice.below(30 * 3600, "early", n, k)
    delay = dice.between(2 * DAY, 9 * DAY, "delay", n, k)
    delivered = np.where(outcome == LATE, promised + delay, promised - early)
    outcome = np.where((outcome != CANCELLED) & (delivered >= END), UNDERWAY, outcome)
    order = n * ORDERS_PER_CUSTOMER + k
    lines = _lines(dice, order, currency)
    money = lines.group_by("order", maintain_order=True).agg(gross=(pl.col("price") * pl.col("quantity")).sum())
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
    starts = np.asarray([catalogue.seconds_of(catalogue.date(y, 11, 24)) for y in (2023, 2024, 2025)])
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
        returns=pl.col("back").sum(), broken=pl.col("broken").any(), sent_back=pl.col("returned").any()
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


def _charges(people: People, dice: Dice) -> pl.DataFrame:
    """What the bank side charges: monthly fees, service charges, overdraft fees, penalties."""
    first, span = _tenure(people)
    mean = 5.0 * np.minimum(people.real("activity"), 4.0) * span / (END - START) + 0.8
    count = np.where(people.member["branch"], dice.count(mean, "charges", people.array("n")), 0)
    rows, k = expanded(np.minimum(count, 60))
    n, country = people.array("n")[rows], people.array("country")[rows]
    at = first[rows] + (dice.unit("charge at", n, k) * span[rows]).astype(np.int64)
    at = _at_local_hours(dice, "charge hour", at, country, n, k)
    # 0 service charge, 1 monthly fee, 2 overdraft fee, 3 penalty, 4 interest credited, 5 cheque
    what = dice.pick((0.46, 0.22, 0.1, 0.07, 0.12, 0.03), "charge kind", n, k)
    dollars = np.asarray((350, 500, 2900, 3500, 220, 2500))[what] * dice.between(1, 3, "size", n, k)
    rate = np.asarray(places.UNITS_PER_DOLLAR)[country]
    amount = (np.round(dollars * rate / 10) * 10).astype(np.int64)
    return pl.DataFrame(
        {
            "n": n,
            "k": k,
            "charge": n * 64 + k,
            "at": at,
            "what": what,
            "amount": amount,
            "currency": country,
            "captive": (what == 5) | ((what == 0) & dice.chance(0.1, "captive", n, k)),
        }
    )


def _needs(
    people: People, dice: Dice, orders: pl.DataFrame, lines: pl.DataFrame, charges: pl.DataFrame
) -> pl.DataFrame:
    """Why a customer wants to speak to the company, from what went wrong and from daily life."""
    o_n, o_k = orders["n"].to_numpy(), orders["k"].to_numpy()
    outcome = orders["outcome"].to_numpy()
    odds = np.select([outcome == FAILED, outcome == LATE], [0.88, 0.5], 0.0)
    missing = dice.chance(odds, "asks for parcel", o_n, o_k)
    broken = (
        orders["broken"].to_numpy()
        & (orders["delivered"].to_numpy() < END - 9 * DAY)
        & dice.chance(0.5, "complains of product", o_n, o_k)
    )
    back = orders["sent_back"].to_numpy() & (orders["refund_at"].to_numpy() < END - 9 * DAY)
    back = back & dice.chance(0.2, "asks for refund", o_n, o_k) & ~missing
    hours = dice.between(6 * 3600, 60 * 3600, "need after", o_n, o_k)
    promised, delivered = orders["promised"].to_numpy(), orders["delivered"].to_numpy()

    def from_orders(where: Bools, at: Ints, topic: int, weight: float) -> pl.DataFrame:
        nothing = np.full(int(where.sum()), -1, dtype=np.int64)
        return pl.DataFrame(
            {
                "n": o_n[where],
                "at": at[where],
                "topic": np.full(int(where.sum()), topic, dtype=np.int64),
                "order": orders["order"].to_numpy()[where],
                "charge": nothing,
                "weight": np.full(int(where.sum()), weight),
            }
        )

    what = charges["what"].to_numpy()
    c_n, c_k = charges["n"].to_numpy(), charges["k"].to_numpy()
    fee = dice.chance(np.asarray((0.03, 0.04, 0.3, 0.38, 0.0, 0.4))[what], "fee complaint", c_n, c_k)
    first, span = _tenure(people)
    mean = 1.0 * people.real("activity") * span / (END - START)
    rows, k = expanded(np.minimum(dice.count(mean, "needs", people.array("n")), 24))
    n = people.array("n")[rows]
    at = first[rows] + (dice.unit("need at", n, k) * span[rows]).astype(np.int64)
    topic = np.asarray((3, 4, 5, 7))[dice.pick((0.15, 0.25, 0.15, 0.45), "need topic", n, k)]
    app = (at > catalogue.APP_BROKEN) & (at < catalogue.APP_FIXED)
    topic = np.where(app & dice.chance(0.6, "app need", n, k), catalogue.APP, topic)
    daily = pl.DataFrame(
        {
            "n": n,
            "at": _at_local_hours(dice, "need hour", at, people.array("country")[rows], n, k),
            "topic": topic,
            "order": np.full(len(n), -1, dtype=np.int64),
            "charge": np.full(len(n), -1, dtype=np.int64),
            "weight": np.where(topic == catalogue.APP, 0.14, 0.06),
        }
    )
    fees = pl.DataFrame(
        {
            "n": c_n[fee],
            "at": charges["at"].to_numpy()[fee] + dice.between(DAY, 6 * DAY, "fee after", c_n, c_k)[fee],
            "topic": np.full(int(fee.sum()), catalogue.FEES, dtype=np.int64),
            "order": np.full(int(fee.sum()), -1, dtype=np.int64),
            "charge": charges["charge"].to_numpy()[fee],
            "weight": np.full(int(fee.sum()), 0.24),
        }
    )
    needs = pl.concat(
        [
            from_orders(missing, promised + hours, catalogue.DELIVERY, 0.24),
            from_orders(broken, delivered + 2 * hours, catalogue.QUALITY, 0.2),
            from_orders(back, orders["refund_at"].to_numpy() - hours, catalogue.RETURNS, 0.1),
            fees,
            daily,
        ]
    ).filter(pl.col("at") < END - DAY)
    needs = needs.sort("n", "at", "topic", "order", "charge")
    order = needs.select(j=pl.int_range(pl.len()).over("n")).to_series()
    return needs.with_columns(j=order, need=pl.col("n") * 256 + order).filter(pl.col("j") < 256)


def _contacts(people: People, dice: Dice, needs: pl.DataFrame) -> pl.DataFrame:
    """The chain of contacts of every need, each on a channel the customer can use."""
    n, need, at = (needs[name].to_numpy() for name in ("n", "need", "at"))
    rows = n - people.first
    usable = np.stack([people.member[source][rows] for source in CHANNEL_SOURCE])
    digital = people.real("digital")[rows]
    wishes: Floats = np.stack(
        [0.8 + digital, 0.4 + digital, 1.6 - digital, 0.2 + 0.6 * digital, 1.0 - 0.7 * digital]
    )
    trained = np.asarray([person.is_trained for person in catalogue.EMPLOYEES])
    people_only = len(catalogue.EMPLOYEES) - 2
    open_ = usable.any(axis=0)
    previous = np.full(len(n), -1, dtype=np.int64)
    found = []
    for i in range(LONGEST_CHAIN):
        step = np.full(len(n), i, dtype=np.int64)
        weights = np.where(usable, wishes, 0.0)
        same = np.arange(5)[:, None] == previous[None, :]
        weights = np.where(same, weights * 0.35, weights)
        edges = np.cumsum(weights, axis=0)
        drawn = dice.unit("channel", need, step) * edges[-1]
        channel = np.minimum((drawn[None, :] >= edges).sum(axis=0), 4).astype(np.int64)
        employee = dice.below(people_only, "employee", need, step) // 3 * 3
        employee = np.minimum(employee + np.asarray((1, 1, 0, 0, 2))[channel], people_only - 1)
        employee = np.where(channel == BOT, people_only + dice.below(2, "bot", need, step), employee)
        settles = np.asarray(SETTLES)[channel] - 0.18 * ~trained[employee] - 0.1 * (i > 0)
        solved = dice.chance(settles, "settled", need, step)
        abandoned = (channel == VOICE) & dice.chance(0.07, "abandoned", need, step)
        solved = solved & ~abandoned
        patient = people.real("patience")[rows]
        # Only now is the row kept: the customer must still be trying.
        trying = open_ & (at < END - 3600)
        wait = np.asarray((9 * 3600, 60, 180, 0, 600))[channel]
        found.append(
            pl.DataFrame(
                {
                    "n": n,
                    "need": need,
                    "i": step,
                    "at": at,
                    "channel": channel,
                    "topic": needs["topic"].to_numpy(),
                    "order": needs["order"].to_numpy(),
                    "employee": employee,
                    "solved": solved,
                    "abandoned": abandoned,
                    "carried": (i > 0) & dice.chance(0.35, "context carried", need, step),
                    "wait": (wait * (0.2 + 2 * dice.unit("wait", need, step))).astype(np.int64),
                    "handle": 90 + dice.below(840, "handle", need, step),
                    "transfers": dice.pick((0.8, 0.15, 0.05), "transfers", need, step),
                    "logins": dice.pick((0.7, 0.22, 0.08), "reauthentication", need, step),
                    "before": previous,
                }
            ).filter(pl.Series(trying))
        )
        stubborn = dice.chance(0.35 + 0.6 * patient, "tries again", need, step)
        open_ = trying & ~solved & stubborn
        gap = dice.between(3 * 3600, 100 * 3600, "gap", need, step)
        at = at + gap
        previous = channel
    return pl.concat(found).sort("need", "i")


def _ended(needs: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Adds to each need how often it was raised and whether it was settled in the end."""
    ends = contacts.group_by("need", maintain_order=True).agg(
        tries=pl.len().cast(pl.Int64), settled=pl.col("solved").any(), last=pl.col("at").max()
    )
    return needs.join(ends, on="need", how="left", maintain_order="left").with_columns(
        pl.col("tries").fill_null(0), pl.col("settled").fill_null(False), pl.col("last").fill_null(pl.col("at"))
    )


def _leaving(people: People, dice: Dice, orders: pl.DataFrame, needs: pl.DataFrame) -> Ints:
    """The second each customer gives up: after the first disappointment that was one too many."""
    count = len(people)
    left = np.full(count, NEVER, dtype=np.int64)
    n = people.array("n")
    quiet = dice.chance(0.05, "leaves quietly", n)
    first, span = _tenure(people)
    somewhere = first + (dice.unit("leaves at", n) * span).astype(np.int64)
    left = np.where(quiet, somewhere, left)
    rows = needs["n"].to_numpy() - people.first
    patience = people.real("patience")[rows]
    hurt = 0.9 * needs["weight"].to_numpy() + 0.12 * needs["tries"].to_numpy()
    hurt = np.where(needs["settled"].to_numpy(), hurt * 0.35, hurt + 0.1)
    gone = dice.chance(hurt * (1.15 - patience), "gives up", needs["need"].to_numpy())
    after = needs["last"].to_numpy() + dice.between(2 * DAY, 40 * DAY, "leaves after", needs["need"].to_numpy())
    np.minimum.at(left, rows[gone], after[gone])
    silent = orders.filter(pl.col("outcome") == FAILED)
    s_rows = silent["n"].to_numpy() - people.first
    s_gone = dice.chance(0.22, "leaves over parcel", silent["order"].to_numpy())
    s_after = silent["promised"].to_numpy() + dice.between(9 * DAY, 40 * DAY, "goes", silent["order"].to_numpy())
    np.minimum.at(left, s_rows[s_gone], s_after[s_gone])
    return left
