"""Why customers turn to the company, the chain of contacts that follows, and when they leave.

Does not belong here: what they order (orders.py) or say afterwards (voice.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo import catalogue
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.clock import NEVER, at_local_hours, tenure
from orchestration.demo.draws import Bools, Dice, Floats, Ints, expanded
from orchestration.demo.orders import FAILED, LATE
from orchestration.demo.persons import People

CHANNELS = ("email", "chat", "voice", "bot", "branch")
EMAIL, CHAT, VOICE, BOT, BRANCH = range(5)
CHANNEL_SOURCE = ("zendesk", "zendesk", "contact_centre", "contact_centre", "branch")
# How often the first contact on a channel settles the matter.
SETTLES = (0.62, 0.58, 0.72, 0.34, 0.78)
LONGEST_CHAIN = 5


def arising(
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
    fee = dice.chance(
        np.asarray((0.03, 0.04, 0.3, 0.38, 0.0, 0.4))[what], "fee complaint", c_n, c_k
    )
    first, span = tenure(people)
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
            "at": at_local_hours(dice, "need hour", at, people.array("country")[rows], n, k),
            "topic": topic,
            "order": np.full(len(n), -1, dtype=np.int64),
            "charge": np.full(len(n), -1, dtype=np.int64),
            "weight": np.where(topic == catalogue.APP, 0.14, 0.06),
        }
    )
    fees = pl.DataFrame(
        {
            "n": c_n[fee],
            "at": charges["at"].to_numpy()[fee]
            + dice.between(DAY, 6 * DAY, "fee after", c_n, c_k)[fee],
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


def contacted(people: People, dice: Dice, needs: pl.DataFrame) -> pl.DataFrame:
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
        employee = np.where(
            channel == BOT, people_only + dice.below(2, "bot", need, step), employee
        )
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


def ended(needs: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Adds to each need how often it was raised and whether it was settled in the end."""
    ends = contacts.group_by("need", maintain_order=True).agg(
        tries=pl.len().cast(pl.Int64), settled=pl.col("solved").any(), last=pl.col("at").max()
    )
    return needs.join(ends, on="need", how="left", maintain_order="left").with_columns(
        pl.col("tries").fill_null(0),
        pl.col("settled").fill_null(False),
        pl.col("last").fill_null(pl.col("at")),
    )


def leaving(people: People, dice: Dice, orders: pl.DataFrame, needs: pl.DataFrame) -> Ints:
    """The second each customer gives up: after the first disappointment that was one too many."""
    count = len(people)
    left = np.full(count, NEVER, dtype=np.int64)
    n = people.array("n")
    quiet = dice.chance(0.05, "leaves quietly", n)
    first, span = tenure(people)
    somewhere = first + (dice.unit("leaves at", n) * span).astype(np.int64)
    left = np.where(quiet, somewhere, left)
    rows = needs["n"].to_numpy() - people.first
    patience = people.real("patience")[rows]
    hurt = 0.9 * needs["weight"].to_numpy() + 0.12 * needs["tries"].to_numpy()
    hurt = np.where(needs["settled"].to_numpy(), hurt * 0.35, hurt + 0.1)
    gone = dice.chance(hurt * (1.15 - patience), "gives up", needs["need"].to_numpy())
    after = needs["last"].to_numpy() + dice.between(
        2 * DAY, 40 * DAY, "leaves after", needs["need"].to_numpy()
    )
    np.minimum.at(left, rows[gone], after[gone])
    silent = orders.filter(pl.col("outcome") == FAILED)
    s_rows = silent["n"].to_numpy() - people.first
    s_gone = dice.chance(0.22, "leaves over parcel", silent["order"].to_numpy())
    s_after = silent["promised"].to_numpy() + dice.between(
        9 * DAY, 40 * DAY, "goes", silent["order"].to_numpy()
    )
    np.minimum.at(left, s_rows[s_gone], s_after[s_gone])
    return left
