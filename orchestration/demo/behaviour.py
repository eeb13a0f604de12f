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

from orchestration.demo import places
from orchestration.demo.catalogue import END, START
from orchestration.demo.clock import at_local_hours, tenure
from orchestration.demo.draws import Bools, Dice, Ints, expanded
from orchestration.demo.needs import arising, contacted, ended, leaving
from orchestration.demo.orders import ordered
from orchestration.demo.persons import People


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
    orders, lines = ordered(people, dice)
    charges = _charges(people, dice)
    needs = arising(people, dice, orders, lines, charges)
    contacts = contacted(people, dice, needs)
    needs = ended(needs, contacts)
    left_at = leaving(people, dice, orders, needs)
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
    stays: Bools = (at < left_at[n - first]) | dice.chance(share, f"{name} after leaving", n, at)
    return stays


def _charges(people: People, dice: Dice) -> pl.DataFrame:
    """What the bank side charges: monthly fees, service charges, overdraft fees, penalties."""
    first, span = tenure(people)
    mean = 5.0 * np.minimum(people.real("activity"), 4.0) * span / (END - START) + 0.8
    count = np.where(people.member["branch"], dice.count(mean, "charges", people.array("n")), 0)
    rows, k = expanded(np.minimum(count, 60))
    n, country = people.array("n")[rows], people.array("country")[rows]
    at = first[rows] + (dice.unit("charge at", n, k) * span[rows]).astype(np.int64)
    at = at_local_hours(dice, "charge hour", at, country, n, k)
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
