"""How far an arrival is from what its source usually sends: plain arithmetic over figures, no database.

Everything is compared with the source's own earlier arrivals, and only once there are `EARLIER` of them. What history
itself varied by, and what chance does to few rows, is allowed before anything counts as drift; so the thresholds
(`thresholds.py`) say how far beyond the usual is too far, not what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import atan2, cos, hypot, pi, sin, sqrt
from statistics import median

# Fewer earlier arrivals are no history; more than these say nothing about today.
EARLIER = 8
REMEMBERED = 28
# A difference of a handful of rows is no drift, whatever its share.
ROWS_THAT_MATTER = 50
AFFECTED_THAT_MATTER = 20
_WEEK = 7
_SATURDAY = 5
# From so many days of one weekday on, their middle is not moved by one holiday among them.
_OWN_WEEKDAY = 3
# Of events that lie so evenly round the clock, or so few of them, the middle hour is chance.
_ROUND_THE_CLOCK = 0.02
_VAGUE_HOURS = 0.8


@dataclass(frozen=True)
class Finding:
    """One figure that a threshold is held against, and what a person reads of it."""

    measured: float
    expected: str
    observed: str


@dataclass(frozen=True)
class Day:
    """What one table of one source brought on one day, by arrivals in their order."""

    day: date
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Usual:
    """Rows that are usual for one day: between `low` and `high`, which mostly are the same."""

    low: float
    high: float
    days: int

    def ratio(self, rows: int) -> float:
        """1 where the rows are usual, else how many times (or what share) of the usual they are."""
        if rows < self.low:
            return rows / self.low
        return rows / self.high if rows > self.high else 1.0


def usual_rows(past: Sequence[Day], day: date, arrivals: int) -> Usual | None:
    """What is usual for that day's weekday after so many arrivals; None without history.

    The level is that of the last seven days, so growth is followed; the weekday's share of it is learned.
    """
    known = [(d.day, float(sum(d.rows[:arrivals]))) for d in past if d.day != day][-REMEMBERED:]
    if len(known) < EARLIER:
        return None
    rows = [count for _, count in known]
    level = median(rows[-_WEEK:])
    if level <= 0:
        return None
    factors = [
        (when.weekday(), count / around)
        for position, (when, count) in enumerate(known)
        if (around := _level_around(rows, position)) > 0
    ]
    own = [factor for weekday, factor in factors if weekday == day.weekday()]
    kind = [
        factor
        for weekday, factor in factors
        if (weekday >= _SATURDAY) == (day.weekday() >= _SATURDAY)
    ]
    if len(own) >= _OWN_WEEKDAY:
        usual = [median(own)]
    else:  # One or two such days may have been holidays: the other days of the week are heard too.
        usual = [median(group) for group in (own, kind) if group] or [1.0]
    return Usual(min(usual) * level, max(usual) * level, len(known))


def usual_arrival(past: Sequence[int]) -> Usual | None:
    """The range of earlier arrivals, where nobody knows which days they were."""
    known = past[-REMEMBERED:]
    if len(known) < EARLIER:
        return None
    return Usual(float(min(known)), float(max(known)), len(known))


def _level_around(rows: Sequence[float], position: int) -> float:
    first = max(0, min(position - _WEEK // 2, len(rows) - _WEEK))
    return median(rows[first : first + _WEEK])


def is_worth_judging(rows: int, usual: Usual) -> bool:
    """Whether enough rows differ that it is not a handful."""
    return max(usual.low - rows, rows - usual.high) >= ROWS_THAT_MATTER


def rise(share: float, rows: int, past: Sequence[float], what: str) -> Finding | None:
    """How far a share is above its highest, less what chance does to so many rows."""
    known = past[-REMEMBERED:]
    if len(known) < EARLIER or not rows:
        return None
    highest = max(known)
    return Finding(
        _beyond(share - highest, highest, median(known), share, rows),
        f"{what} at most {highest:.1%} as in the last {len(known)} arrivals",
        f"{share:.1%} of {rows:,} rows",
    )


def fall(share: float, rows: int, past: Sequence[float], what: str) -> Finding | None:
    """How far a share is below its lowest."""
    known = past[-REMEMBERED:]
    if len(known) < EARLIER or not rows:
        return None
    lowest = min(known)
    return Finding(
        _beyond(lowest - share, lowest, median(known), share, rows),
        f"{what} at least {lowest:.1%} as in the last {len(known)} arrivals",
        f"{share:.1%} of {rows:,} rows",
    )


def _beyond(distance: float, extreme: float, middle: float, share: float, rows: int) -> float:
    if distance * rows < AFFECTED_THAT_MATTER:
        return 0.0
    chance = 3 * sqrt(max(share * (1 - share), extreme * (1 - extreme), 1 / rows) / rows)
    return max(0.0, distance - abs(extreme - middle) / 2 - chance)


def gone(
    counts: Mapping[str, int], past: Sequence[Mapping[str, int]], column: str
) -> Finding | None:
    """The share of values that never failed to come, and now have."""
    rows, known = sum(counts.values()), past[-REMEMBERED:]
    if len(known) < EARLIER or not rows:
        return None
    always = set(known[0]).intersection(*known)
    missing = {
        value: min(_share(each, value) for each in known) for value in always if value not in counts
    }
    # So few that they may be absent by chance are not missed.
    missed = {value: s for value, s in missing.items() if s * rows >= AFFECTED_THAT_MATTER}
    return Finding(
        sum(missed.values()),
        f"every value of {column} that each of the last {len(known)} arrivals had",
        "none of " + ", ".join(sorted(missed)) + f" in {rows:,} rows" if missed else "all there",
    )


def new(
    counts: Mapping[str, int], past: Sequence[Mapping[str, int]], column: str
) -> Finding | None:
    """The share of rows with values that never came before."""
    rows, known = sum(counts.values()), past[-REMEMBERED:]
    if len(known) < EARLIER or not rows:
        return None
    strange = {v: n for v, n in counts.items() if not any(v in each for each in known)}
    affected = sum(strange.values())
    measured = affected / rows if affected >= AFFECTED_THAT_MATTER else 0.0
    names = ", ".join(sorted(strange, key=lambda value: -strange[value])[:5])
    return Finding(
        measured,
        f"values of {column} that came before",
        f"{affected:,} of {rows:,} rows with {names}" if strange else "no other",
    )


def shift(
    counts: Mapping[str, int], past: Sequence[Mapping[str, int]], column: str
) -> Finding | None:
    """The share of rows that stand under other values than usual, beyond how far arrivals differ anyway."""
    rows, known = sum(counts.values()), past[-REMEMBERED:]
    if len(known) < EARLIER or not rows:
        return None
    values = set(counts).union(*known)
    usual = {value: sum(_share(each, value) for each in known) / len(known) for value in values}
    farthest = max(_distance(each, usual) for each in known)
    moved = _distance(counts, usual)
    chance = sqrt(len(values) / (6.0 * rows))
    beyond = moved - 1.5 * farthest - chance
    return Finding(
        max(0.0, beyond) if moved * rows >= AFFECTED_THAT_MATTER else 0.0,
        f"values of {column} shared out as in the last {len(known)} arrivals (none was farther "
        f"than {farthest:.1%} from their middle)",
        f"{moved:.1%} of {rows:,} rows under other values: {_largest(counts, usual)}",
    )


def _share(counts: Mapping[str, int], value: str) -> float:
    total = sum(counts.values())
    return counts.get(value, 0) / total if total else 0.0


def _distance(counts: Mapping[str, int], usual: Mapping[str, float]) -> float:
    return sum(abs(_share(counts, value) - share) for value, share in usual.items()) / 2


def _largest(counts: Mapping[str, int], usual: Mapping[str, float]) -> str:
    moved = sorted(usual, key=lambda value: -abs(_share(counts, value) - usual[value]))[:2]
    return ", ".join(f"{v} {usual[v]:.1%} → {_share(counts, v):.1%}" for v in moved)


def scale(
    size: Mapping[str, float], past: Sequence[Mapping[str, float]], rows: int, column: str
) -> Finding | None:
    """How many times its usual size a number is: its median or its upper decile, whichever moved more."""
    known = past[-REMEMBERED:]
    if len(known) < EARLIER or rows < ROWS_THAT_MATTER:
        return None
    worst = Finding(1.0, "", "")
    for name, words in (("p50", "median"), ("p90", "upper decile")):
        values = [each[name] for each in known if each.get(name, 0.0) > 0]
        value = size.get(name, 0.0)
        if len(values) < EARLIER or value <= 0:
            continue
        middle = median(values)
        spread = max(max(values) / middle, middle / min(values))
        factor = max(value / middle, middle / value) / spread
        if factor > worst.measured or not worst.expected:
            worst = Finding(
                max(1.0, factor),
                f"{words} of {column} about {middle:,.2f} (from {min(values):,.2f} to {max(values):,.2f} "
                f"in the last {len(known)} arrivals)",
                f"{words} {value:,.2f}: {value / middle:,.2g} times the usual",
            )
    return worst if worst.expected else None


def displaced(
    lags: Mapping[str, float], past: Sequence[Mapping[str, float]], longest_spread: float = 12.0
) -> float | None:
    """Hours that all of an arrival's times moved by, one way, beyond their own spread; None where they never agree."""
    known = past[-REMEMBERED:]
    names = ("p05", "p50", "p95")
    if len(known) < EARLIER or any(name not in lags for name in names):
        return None
    usual = {name: median(each[name] for each in known) for name in names}

    def moved(each: Mapping[str, float]) -> float:
        parts = [each[name] - usual[name] for name in names]
        if all(part > 0 for part in parts):
            return min(parts)
        return max(parts) if all(part < 0 for part in parts) else 0.0

    spread = max(abs(moved(each)) for each in known)
    if spread > longest_spread:
        return None
    now = moved(lags)
    beyond = max(0.0, abs(now) - 1.5 * spread)
    return beyond if now > 0 else -beyond


def turned(
    clock: Mapping[str, float],
    rows: int,
    past: Sequence[tuple[Mapping[str, float], int]],
    column: str,
) -> Finding | None:
    """Hours by which events lie at another time of day than usual, less what arrivals differ by and chance does.

    None where they lie all round the clock: then nobody could tell.
    """
    known = [(each, n) for each, n in past[-REMEMBERED:] if n >= ROWS_THAT_MATTER]
    if len(known) < EARLIER or rows < ROWS_THAT_MATTER:
        return None
    total = sum(n for _, n in known)
    usual = {name: sum(each[name] * n for each, n in known) / total for name in ("cos", "sin")}
    at, chance = _hour(usual), _hour_chance(clock, rows)
    if chance is None or chance > _VAGUE_HOURS:
        return None
    apart = [
        max(0.0, abs(_hours_between(_hour(each), at)) - 2 * (_hour_chance(each, n) or 12.0))
        for each, n in known
    ]
    moved = _hours_between(_hour(clock), at)
    beyond = max(0.0, abs(moved) - 1.5 * max(apart) - 2.5 * chance)
    direction = "later" if moved > 0 else "earlier"
    return Finding(
        beyond,
        f"times of {column} at the hours of the day of the last {len(known)} arrivals, about {_on_clock(at)} UTC",
        f"about {_on_clock(_hour(clock))}, {abs(moved):,.1f} hours {direction}",
    )


def _hour(clock: Mapping[str, float]) -> float:
    return atan2(clock["sin"], clock["cos"]) * 12 / pi % 24


def _hours_between(one: float, other: float) -> float:
    return (one - other + 12) % 24 - 12


def _on_clock(hour: float) -> str:
    minutes = round(hour * 60) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hour_chance(clock: Mapping[str, float], rows: int) -> float | None:
    """Standard error of the mean hour of so many events; None where they have none."""
    length = hypot(clock["cos"], clock["sin"])
    if length < _ROUND_THE_CLOCK:
        return None
    angle = 2 * atan2(clock["sin"], clock["cos"])
    doubled = clock["cos2"] * cos(angle) + clock["sin2"] * sin(angle)
    return sqrt(max(0.0, 1 - doubled) / (2 * rows)) / length * 12 / pi


def late_share(lags: Mapping[str, float], past: Sequence[Mapping[str, float]]) -> float | None:
    """About which share of an arrival's rows is more than a day older than its oldest usually are."""
    known = past[-REMEMBERED:]
    if len(known) < EARLIER or "p05" not in lags:
        return None
    oldest = min(each["p05"] for each in known) - 24.0
    late = [name for name in ("p05", "p25", "p50", "p75", "p95") if lags[name] < oldest]
    return int(late[-1][1:]) / 100 if late else 0.0
