"""Holds what arrived against history and thresholds, and writes it down in `gates.judged` for the raw suite to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from orchestration.gates.arrival_checks import ALWAYS, Judged, judge_arrival
from orchestration.gates.arrivals import date_by_events, prepare
from orchestration.gates.drift import EARLIER
from orchestration.gates.evidence import offending_keys
from orchestration.gates.figures import measure
from orchestration.gates.history import History, histories
from orchestration.gates.thresholds import PASS, Threshold, Thresholds
from orchestration.gates.volume import judge_volumes
from orchestration.ingestion.contracts import Contracts
from orchestration.ingestion.sources import Sources

_SHOWN_ONLY_ON_HOLIDAYS = ("category_gone", "category_shift")
_BOOKS = "state.files"


@dataclass(frozen=True)
class Rulebook:
    """What arrivals are judged by."""

    contracts: Contracts
    sources: Sources
    thresholds: Thresholds
    # Day → the countries that rest on it; an empty one stands for all.
    holidays: Mapping[date, frozenset[str]]
    as_of: date

    def rest_days(self, source_id: str) -> frozenset[date]:
        country = self.sources.get(source_id).default_country
        return frozenset(day for day, where in self.holidays.items() if where & {country, ""})


@dataclass(frozen=True)
class Row:
    """One line of `gates.judged`."""

    check: str
    relation: str
    source_id: str
    table_name: str
    column: str
    arrival_id: int | None
    verdict: str
    measured: float
    threshold: Threshold
    expected: str
    observed: str
    keys: list[str]


def judge_arrivals(con: duckdb.DuckDBPyConnection, rules: Rulebook) -> None:
    """Measure what is new and judge it; what was judged before is replaced."""
    prepare(con)
    measure(con, rules.contracts)
    date_by_events(con)
    known = histories(con)
    rest = {history.source_id: rules.rest_days(history.source_id) for history in known}
    judged = [*judge_volumes(known, rest)]
    for history in known:
        for arrival in history.new:
            judged += judge_arrival(history, arrival)
    rows = [row for each in judged if (row := _row(con, rules, each, rest)) is not None]
    rows += _without_history(rules, known, rows)
    rows += _freshness(con, rules, known)
    rows += _set_aside(con, rules)
    _write(con, rows)


def _relation(rules: Rulebook, history: History) -> str:
    table = rules.contracts.table(history.system, history.table_name)
    return f"raw.{table.identifier}" if table else _BOOKS


def _row(
    con: duckdb.DuckDBPyConnection,
    rules: Rulebook,
    each: Judged,
    rest: Mapping[str, Collection[date]],
) -> Row | None:
    history, finding = each.history, each.finding
    threshold = rules.thresholds.of(each.check, history.source_id, history.table_name, each.column)
    if not threshold.is_set:
        return None
    verdict = threshold.verdict(each.check, finding.measured)
    if each.check in _SHOWN_ONLY_ON_HOLIDAYS and each.arrival.day in rest[history.source_id]:
        verdict = PASS if verdict == PASS else "warn"
    table = rules.contracts.table(history.system, history.table_name)
    keys: list[str] = []
    if verdict != PASS:
        keys = offending_keys(con, table, each) if table else list(each.arrival.files)
    expected = finding.expected
    if each.check not in ALWAYS[:2] and each.column and each.column not in expected:
        expected = f"{each.column}: {expected}"
    return Row(
        each.check,
        _relation(rules, history),
        history.source_id,
        history.table_name,
        each.column,
        each.arrival.arrival_id,
        verdict,
        finding.measured,
        threshold,
        expected + threshold.words(),
        finding.observed,
        keys,
    )


def _without_history(
    rules: Rulebook, known: Iterable[History], rows: Iterable[Row]
) -> Iterable[Row]:
    """Tables that delivered and cannot be judged yet are told of as such."""
    told = {(row.check, row.source_id, row.table_name) for row in rows}
    for history in known:
        for check in ALWAYS if history.new else ():
            if (check, history.source_id, history.table_name) in told:
                continue
            arrival = history.new[-1]
            count = len(history.measured_past)
            why = (
                f"{count} earlier arrivals; judged from {EARLIER} on"
                if count < EARLIER
                else "nothing of this kind to judge"
            )
            yield Row(
                check,
                _relation(rules, history),
                history.source_id,
                history.table_name,
                "",
                arrival.arrival_id,
                PASS,
                1.0 if check.startswith("volume") else 0.0,
                Threshold(),
                "as its own history",
                f"{sum(each.rows_in_file for each in history.new):,} rows; {why}",
                [],
            )


def _freshness(
    con: duckdb.DuckDBPyConnection, rules: Rulebook, known: Iterable[History]
) -> Iterable[Row]:
    """How long ago each source arrived last. One that never delivered is not here, and so not stale."""
    now = datetime.now(UTC).replace(tzinfo=None)
    last: dict[str, float] = {}
    for source_id, hours, day in con.execute(
        "select files.source_id, date_diff('second', max(files.loaded_at), ?) / 3600.0, max(runs.as_of) "
        "from state.files as files left join state.runs as runs on files.run_id = runs.run_id "
        "where files.status = 'loaded' group by files.source_id",
        [now],
    ).fetchall():
        # Runs that are counted from days in a row age a source by these days.
        days = (rules.as_of - day).days if day else 0
        last[source_id] = max(hours, 24.0 * days)
    by_relation: dict[tuple[str, str], History] = {}
    for history in known:
        by_relation.setdefault((_relation(rules, history), history.source_id), history)
    for (relation, source_id), history in by_relation.items():
        source = rules.sources.get(source_id)
        hours = last.get(source_id, 0.0)
        limit = source.freshness_hours
        threshold = rules.thresholds.of("freshness", source_id, history.table_name)
        measured = hours / limit if limit and source.is_active else 0.0
        yield Row(
            "freshness",
            relation,
            source_id,
            history.table_name,
            "",
            None,
            threshold.verdict("freshness", measured),
            measured,
            threshold,
            f"an arrival of the source within {limit} hours"
            if limit
            else "no limit set (freshness_hours)",
            f"the last {hours:,.1f} hours ago",
            [],
        )


def _set_aside(con: duckdb.DuckDBPyConnection, rules: Rulebook) -> Iterable[Row]:
    """Sources whose new data wait: by the seed, or because a gate failed for them."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for source_id, name in con.execute(
        "select source_id, table_name || '/' || file_name from state.files where status = 'set_aside' order by file_id"
    ).fetchall():
        waiting[source_id].append(name)
    inactive = [
        source_id
        for (source_id,) in con.execute(
            "select distinct source_id from state.files order by all"
        ).fetchall()
        if not rules.sources.get(source_id).is_active
    ]
    for source_id in sorted({*waiting, *inactive}):
        files = waiting.get(source_id, [])
        told = f"{len(files)} files wait; `scv quality release {source_id}` brings them in"
        yield Row(
            "source_set_aside",
            _BOOKS,
            source_id,
            "",
            "",
            None,
            "warn",
            1.0,
            Threshold(1.0),
            "no source set aside",
            told if files else "is_active is false: its old data stay, nothing new is taken in",
            files[:20],
        )


def _write(con: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    lines = [
        (
            row.check,
            row.relation,
            row.source_id,
            row.table_name,
            row.column,
            row.arrival_id,
            row.verdict,
            row.measured,
            row.threshold.warn_at,
            row.threshold.fail_at,
            row.expected,
            row.observed,
            row.keys,
        )
        for row in rows
    ]
    con.execute("begin").fetchall()
    con.execute("delete from gates.judged").fetchall()
    if lines:
        texts = "unnest(?::varchar[])"
        con.execute(
            f"insert into gates.judged select {texts}, {texts}, {texts}, {texts}, {texts}, unnest(?::bigint[]), "
            f"{texts}, unnest(?::double[]), unnest(?::double[]), unnest(?::double[]), {texts}, {texts}, "
            "unnest(?::varchar[][])",
            [list(part) for part in zip(*lines, strict=True)],
        ).fetchall()
    con.execute("commit").fetchall()
