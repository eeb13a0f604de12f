"""Thresholds that history speaks for: every earlier arrival is judged by those before it, as if it were new."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import duckdb

from orchestration.gates.arrival_checks import Judged, judge_arrival
from orchestration.gates.arrivals import date_by_events, prepare
from orchestration.gates.drift import EARLIER
from orchestration.gates.figures import measure
from orchestration.gates.history import History, histories
from orchestration.gates.judging import Rulebook
from orchestration.gates.thresholds import LOW, PASS, Threshold
from orchestration.gates.volume import judge_volumes

COLUMNS = (
    *("source_id", "table_name", "column_name", "check_name"),
    *("warn_at", "fail_at", "description"),
)
# How far beyond its worst day so far a source is shown, and stopped.
_WARN, _FAIL = 1.5, 2.5
# Fewer judged arrivals may loosen what was broken, and tighten nothing.
MANY = 20
# Of these 1 is the usual, and what is beyond it counts.
_RATIOS = frozenset({"volume_drop", "volume_rise", "value_shift"})
# A row that says what the default says anyway is none.
_SAME = 0.1


@dataclass(frozen=True)
class Proposal:
    """One row for a company's own `quality_thresholds.csv`."""

    source_id: str
    table_name: str
    check: str
    threshold: Threshold
    arrivals: int
    worst: float


def propose(con: duckdb.DuckDBPyConnection, rules: Rulebook) -> list[Proposal]:
    """For every table with a history, the checks whose default is too tight or too loose for it."""
    prepare(con)
    measure(con, rules.contracts)
    date_by_events(con)
    found: list[Proposal] = []
    for history in histories(con, is_whole=True):
        found += _of(history, rules)
    return sorted(found, key=lambda each: (each.source_id, each.table_name, each.check))


def _of(history: History, rules: Rulebook) -> Iterator[Proposal]:
    worst: dict[str, float] = {}
    judged = 0
    for each in _replayed(history, rules):
        judged += each.check == "volume_drop"
        known = worst.get(each.check)
        measured = each.finding.measured
        pick = min if each.check in LOW else max
        worst[each.check] = measured if known is None else pick(known, measured)
    for check, value in worst.items():
        default = rules.thresholds.of(check)
        if default.fail_at is None or default.warn_at is None:
            continue
        if judged < MANY and default.verdict(check, value) == PASS:
            continue
        proposed = _beyond(check, value, default)
        if _differs(proposed, default):
            yield Proposal(history.source_id, history.table_name, check, proposed, judged, value)


def _replayed(history: History, rules: Rulebook) -> Iterator[Judged]:
    arrivals = [*history.past, *history.new]
    rest = {history.source_id: rules.rest_days(history.source_id)}
    for position in range(EARLIER, len(arrivals)):
        past = arrivals[:position]
        now = replace(history, past=past, new=[arrivals[position]])
        yield from judge_volumes([now], rest)
        yield from judge_arrival(now, arrivals[position])


def _beyond(check: str, worst: float, default: Threshold) -> Threshold:
    """So far beyond the worst day; at least half of what the default allows, for history is short."""
    base = 1.0 if check in _RATIOS else 0.0
    limits = []
    for factor, limit in ((_WARN, default.warn_at), (_FAIL, default.fail_at)):
        allowed = max(abs(worst - base) * factor, abs((limit or 0.0) - base) / 2)
        limits.append(round(base - allowed if check in LOW else base + allowed, 3))
    return Threshold(*(max(0.0, limit) for limit in limits))


def _differs(one: Threshold, other: Threshold) -> bool:
    pairs = ((one.warn_at, other.warn_at), (one.fail_at, other.fail_at))
    return any(abs((a or 0.0) - (b or 0.0)) > _SAME * max(abs(b or 0.0), 0.01) for a, b in pairs)


def as_csv(proposals: Iterable[Proposal]) -> str:
    """The rows as the seed has them, to be looked at and added to one's own file."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in proposals:
        told = f"Worst of {each.arrivals} arrivals: {each.worst:.3g}"
        limits = (each.threshold.warn_at, each.threshold.fail_at)
        writer.writerow((each.source_id, each.table_name, "", each.check, *limits, told))
    return made.getvalue()
