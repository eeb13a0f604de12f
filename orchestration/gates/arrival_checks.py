"""Which figure of an arrival each check compares with which history. The arithmetic lies in `drift.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestration.gates import drift
from orchestration.gates.drift import Finding
from orchestration.gates.history import Arrival, History

# What every table that delivers is told of, also while there is no history to judge it by.
ALWAYS = ("volume_drop", "volume_rise", "null_rise", "duplicate_rise", "category_gone")
_FILLED_THAT_MATTER = 50

Found = tuple[str, str, Finding]


@dataclass(frozen=True)
class Judged:
    """One check of one arrival, before a threshold is held against it."""

    check: str
    history: History
    arrival: Arrival
    column: str
    finding: Finding


def judge_arrival(history: History, arrival: Arrival) -> Iterator[Judged]:
    """Everything but volume, which looks at days."""
    past = history.measured_past
    if not arrival.rows:
        # All of it may lie in quarantine: that much can be told.
        for name, column, finding in _loading(history, arrival, past):
            yield Judged(name, history, arrival, column, finding)
        return
    checks: Sequence[Callable[[History, Arrival, list[Arrival]], Iterator[Found]]] = (
        _nulls,
        _keys,
        _categories,
        _sizes,
        _times,
        _clocks,
        _texts,
        _loading,
        _columns,
        _levels,
    )
    for check in checks:
        for name, column, finding in check(history, arrival, past):
            yield Judged(name, history, arrival, column, finding)


def _nulls(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    for column in arrival.columns("filled"):
        before = [1 - each.share(column, "filled") for each in past]
        found = drift.rise(1 - arrival.share(column, "filled"), arrival.rows, before, "empty")
        if found is not None:
            yield "null_rise", column, found


def _keys(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    if arrival.figure("", "keys") is not None:
        found = drift.rise(
            1 - arrival.share("", "keys"),
            arrival.rows,
            [1 - each.share("", "keys") for each in past],
            "rows whose key comes twice",
        )
        if found is not None:
            yield "duplicate_rise", "", found
    if arrival.figure("", "repeated") is not None:
        found = drift.rise(
            arrival.share("", "repeated"),
            arrival.rows,
            [
                each.share("", "repeated")
                for each in past
                if each.figure("", "repeated") is not None
            ],
            "rows whose key came before",
        )
        if found is not None:
            yield "repeated_rows", "", found
    same = history.repeats(arrival)
    if same is not None and arrival.rows >= _FILLED_THAT_MATTER:
        observed = f"all {arrival.rows_loaded:,} rows, and no other, came in {same.files[0]}"
        yield "repeated_file", "", Finding(1.0, "rows that did not all come before", observed)


def _categories(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    columns = {column for each in past[-drift.EARLIER :] for column in each.columns("category")}
    for column in sorted(columns | set(arrival.columns("category"))):
        counts, before = arrival.counts(column), [each.counts(column) for each in past]
        if not counts or not all(before):
            continue  # An empty column is for `null_rise` to tell; one that is no list has no categories.
        checks = (
            ("category_gone", drift.gone(counts, before, column)),
            ("category_new", drift.new(counts, before, column)),
            ("category_shift", drift.shift(counts, before, column)),
        )
        for name, found in checks:
            if found is not None:
                yield name, column, found


def _sizes(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    for column in arrival.columns("size"):
        before = [each.figures[column, "size"] for each in past if (column, "size") in each.figures]
        filled = int(arrival.figure(column, "filled") or 0)
        found = drift.scale(arrival.figures[column, "size"], before, filled, column)
        if found is not None:
            yield "value_shift", column, found


def _times(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    for column in arrival.columns("hours"):
        if (arrival.figure(column, "filled") or 0) < _FILLED_THAT_MATTER:
            continue
        known = [each for each in past if (column, "hours") in each.figures]
        by_day = None
        if arrival.is_dated:
            by_day = drift.displaced(arrival.lags(column), [each.lags(column) for each in known])
        by_step = _by_step(history, arrival, known, column)
        moves = [move for move in (by_day, by_step) if move is not None]
        if not moves:
            continue
        # A day that was missed moves one of the two; only a clock that moved, moves both.
        one_way = all(move > 0 for move in moves) or all(move < 0 for move in moves)
        hours = min(moves, key=abs) if one_way else 0.0
        direction = "later" if hours > 0 else "earlier"
        yield (
            "time_shift",
            column,
            Finding(
                abs(hours),
                f"times of {column} about as long before their arrival as in the last {len(known)}",
                f"all of them {abs(hours):,.1f} hours {direction} than usual"
                if hours
                else "so they are",
            ),
        )
        late = drift.late_share(arrival.lags(column), [each.lags(column) for each in known])
        if late is not None and by_day is not None:
            yield (
                "late_rows",
                column,
                Finding(
                    late,
                    f"times of {column} no more than a day older than the oldest usually are",
                    f"about {late:.0%} of {arrival.rows:,} rows older",
                ),
            )


def _clocks(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    """The hour of the day: a clock that is wrong shows also where deliveries hold many days, or any part of one."""
    for column in arrival.columns("clock"):
        known = [
            (each.figures[column, "clock"], int(each.figure(column, "filled") or 0))
            for each in past
            if (column, "clock") in each.figures
        ]
        rows = int(arrival.figure(column, "filled") or 0)
        found = drift.turned(arrival.figures[column, "clock"], rows, known, column)
        if found is not None:
            yield "clock_shift", column, found


def _by_step(
    history: History, arrival: Arrival, known: Sequence[Arrival], column: str
) -> float | None:
    """The same, from one arrival to the next: for deliveries of which nobody knows the day."""

    def steps(each: Arrival) -> dict[str, float] | None:
        before = history.before(each)
        middle = before.figures.get((column, "hours"), {}).get("p50") if before else None
        if middle is None or (column, "hours") not in each.figures:
            return None
        return {q: value - middle for q, value in each.figures[column, "hours"].items()}

    now, past = steps(arrival), [s for each in known if (s := steps(each)) is not None]
    if now is None:
        return None
    moved = drift.displaced(now, past)
    if moved is None or arrival.is_dated:
        return moved
    usual = sorted(each["p50"] for each in past)[len(past) // 2]
    missed = round(moved / usual) if usual > 0 else 0
    # Twice the usual step is a delivery that was missed, where only steps are known.
    return 0.0 if missed >= 1 and abs(moved - missed * usual) < 1.5 else moved


def _texts(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    def damaged(each: Arrival) -> float:
        return each.rows_with_damaged_text / each.rows_in_file if each.rows_in_file else 0.0

    found = drift.rise(
        damaged(arrival), arrival.rows_in_file, [damaged(each) for each in past], "damaged text"
    )
    if found is not None:
        yield "damaged_text_rise", "", found
    letters = drift.fall(
        arrival.share("", "foreign"),
        arrival.rows,
        [each.share("", "foreign") for each in past],
        "letters beyond ASCII",
    )
    if letters is not None:
        yield "foreign_letters_gone", "", letters


def _loading(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    counted: Sequence[tuple[str, str, Callable[[Arrival], int]]] = (
        ("bad_value_rise", "a value that cannot be read", lambda a: a.rows_with_bad_values),
        ("quarantined_rise", "in quarantine", lambda a: a.rows_quarantined),
    )
    for name, words, count in counted:
        before = [count(each) / each.rows_in_file for each in past if each.rows_in_file]
        share = count(arrival) / arrival.rows_in_file if arrival.rows_in_file else 0.0
        found = drift.rise(share, arrival.rows_in_file, before, words)
        if found is not None:
            yield name, "", found


def _columns(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    if len(past) < drift.EARLIER:
        return
    known = {name for each in past for name in each.figures.get(("", "extra"), {})}
    strange = sorted(set(arrival.figures.get(("", "extra"), {})) - known)
    yield (
        "column_new",
        "",
        Finding(
            float(len(strange)),
            "no column that never came before",
            "new: " + ", ".join(strange[:10]) if strange else "none",
        ),
    )


def _levels(history: History, arrival: Arrival, past: list[Arrival]) -> Iterator[Found]:
    """Figures as they are. They count only where somebody set a threshold."""
    rows = arrival.rows_in_file
    plain: Mapping[str, tuple[float, str]] = {
        "min_rows": (float(rows), f"{rows:,} rows"),
        "max_rows": (float(rows), f"{rows:,} rows"),
        **{
            name: (count / rows if rows else 0.0, f"{count:,} of {rows:,} rows")
            for name, count in (
                ("quarantined_share", arrival.rows_quarantined),
                ("damaged_text_share", arrival.rows_with_damaged_text),
                ("bad_value_share", arrival.rows_with_bad_values),
            )
        },
    }
    for name, (value, words) in plain.items():
        yield name, "", Finding(value, "the level that was set", words)
    if arrival.figure("", "keys") is not None:
        share = 1 - arrival.share("", "keys")
        yield "duplicate_share", "", Finding(share, "the level that was set", f"{share:.1%}")
    for column in arrival.columns("filled"):
        share = 1 - arrival.share(column, "filled")
        yield "null_share", column, Finding(share, "the level that was set", f"{share:.1%} empty")
    for measure in ("min", "max"):
        for column in arrival.columns(measure):
            value = arrival.figure(column, measure) or 0.0
            yield (
                f"{measure}_value",
                column,
                Finding(value, "the level that was set", f"{value:,.4g}"),
            )
    for column in arrival.columns("hours"):
        age = 24.0 - arrival.lags(column).get("p95", 24.0)
        words = f"its newest events are about {age:,.0f} hours old"
        yield "event_age_hours", column, Finding(max(0.0, age), "the level that was set", words)
