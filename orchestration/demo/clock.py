"""When things happen: a customer's years with the company, and the hours people are awake."""

from __future__ import annotations

import numpy as np

from orchestration.demo import places
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.draws import Dice, Ints
from orchestration.demo.persons import People

NEVER = END + 10_000 * DAY


def tenure(people: People) -> tuple[Ints, Ints]:
    """First second of a customer inside the demo's years, and the seconds from then on."""
    first = np.maximum(people.array("joined"), START)
    return first, END - first


def at_local_hours(dice: Dice, name: str, at: Ints, country: Ints, *keys: Ints) -> Ints:
    """The same days, at the hours when people of that country are awake."""
    hours = np.asarray((8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
    hour = hours[dice.pick((3, 5, 7, 7, 7, 6, 6, 6, 6, 7, 8, 9, 10, 8, 5, 2), name, *keys)]
    offset = np.asarray(places.TIME_OFFSETS)[country]
    second = dice.below(3600, f"{name} second", *keys)
    moved = at // DAY * DAY + (hour - offset) * 3600 + second
    awake: Ints = np.where(moved >= END, moved - DAY, moved)
    return awake
