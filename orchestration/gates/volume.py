"""Whether every source brought as many rows as it does on such a day. The arithmetic lies in `drift.py`.

A day on which all other sources are as quiet, or one that the calendar knows as a holiday, is no fault of a source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from orchestration.gates import drift
from orchestration.gates.arrival_checks import Judged
from orchestration.gates.drift import Day, Finding, Usual
from orchestration.gates.history import Arrival, History

# Fewer other sources cannot tell a quiet day from a coincidence.
_WITNESSES = 2
_QUIET = 0.8
_BUSY = 1.25


@dataclass(frozen=True)
class Volume:
    """What one table brought on one day, and what is usual."""

    history: History
    arrival: Arrival
    rows: int
    usual: Usual
    is_day_known: bool
    # Usual days that one delivery now stands for, where days were missed.
    days: float = 1.0


def volumes(
    histories: Sequence[History], is_holiday: Mapping[str, Collection[date]]
) -> list[Volume]:
    """Every table's newest figures, where there is a history to hold them against."""
    return [each for history in histories for each in _of(history, is_holiday)]


def _of(history: History, holidays: Mapping[str, Collection[date]]) -> Iterator[Volume]:
    off = holidays.get(history.source_id, ())
    by_day: dict[date, list[int]] = defaultdict(list)
    for arrival in history.past:
        by_day[arrival.day].append(arrival.rows_in_file)
    past = [Day(day, tuple(rows)) for day, rows in sorted(by_day.items()) if day not in off]
    fresh: dict[date, list[Arrival]] = defaultdict(list)
    for arrival in history.new:
        # The same rows once more are told of as that; they are neither more nor less of anything.
        if history.repeats(arrival) is None:
            fresh[arrival.day].append(arrival)
    for day, arrivals in fresh.items():
        rows = [*by_day.get(day, ()), *(arrival.rows_in_file for arrival in arrivals)]
        usual = drift.usual_rows(past, day, len(rows))
        if usual is not None:
            yield Volume(history, arrivals[-1], sum(rows), usual, True, _days_missed(past, day))
            continue
        alone = drift.usual_arrival([arrival.rows_in_file for arrival in history.past])
        if alone is not None:
            for arrival in arrivals:
                yield Volume(history, arrival, arrival.rows_in_file, alone, False)


def _days_missed(past: Sequence[Day], day: date) -> float:
    gaps = [(b.day - a.day).days for a, b in pairwise(past)]
    waited = (day - past[-1].day).days
    return max(1.0, waited / median(gaps)) if gaps and median(gaps) > 0 else 1.0


def judge_volumes(
    histories: Sequence[History], holidays: Mapping[str, Collection[date]]
) -> Iterator[Judged]:
    """`volume_drop` and `volume_rise` of every table with a history."""
    found = volumes(histories, holidays)
    mood = _mood(found)
    for each in found:
        source, day = each.history.source_id, each.arrival.day
        others = [ratio for name, ratio in mood.get(day, {}).items() if name != source]
        around = median(others) if len(others) >= _WITNESSES and each.is_day_known else 1.0
        ratio = each.usual.ratio(each.rows)
        note = ""
        if not drift.is_worth_judging(each.rows, each.usual):
            ratio = 1.0
        elif ratio < 1 and day in holidays.get(source, ()):
            ratio, note = 1.0, "; a holiday"
        elif (ratio < 1 and around < _QUIET) or (ratio > 1 and around > _BUSY):
            ratio, note = (
                _less(ratio, around),
                f"; the other sources have {around:.2g} of their usual",
            )
        elif ratio > 1 and each.days > 1:
            ratio, note = max(1.0, ratio / each.days), f"; {each.days:.2g} days since the last"
        finding = _worded(each, ratio, note)
        yield Judged("volume_drop", each.history, each.arrival, "", finding)
        yield Judged("volume_rise", each.history, each.arrival, "", finding)


def _less(ratio: float, around: float) -> float:
    """What is left of a deviation when that of all others is taken out; never more than there was."""
    left = ratio / around
    return min(1.0, left) if ratio < 1 else max(1.0, left)


def _mood(found: Sequence[Volume]) -> dict[date, dict[str, float]]:
    """How much each source brought of its usual on each day, all tables together."""
    sums: dict[date, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for each in found:
        if each.is_day_known:
            both = sums[each.arrival.day][each.history.source_id]
            both[0] += each.rows
            both[1] += (each.usual.low + each.usual.high) / 2
    return {
        day: {name: rows / usual for name, (rows, usual) in sources.items() if usual > 0}
        for day, sources in sums.items()
    }


def _worded(each: Volume, ratio: float, note: str) -> Finding:
    usual = each.usual
    low, high = round(usual.low), round(usual.high)
    about = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    when = f"on a {each.arrival.day:%A}" if each.is_day_known else "in an arrival"
    of = "days" if each.is_day_known else "arrivals"
    return Finding(
        ratio,
        f"about {about} rows {when}, going by the last {usual.days} {of}",
        f"{each.rows:,} rows, {usual.ratio(each.rows):.2g} of the usual{note}",
    )
