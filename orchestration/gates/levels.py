"""Figures of whole layers, run by run, and how far this run's are from those of earlier published ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

import duckdb

from orchestration import sql
from orchestration.gates import drift
from orchestration.gates.drift import Finding
from orchestration.gates.results import SAMPLE_SIZE
from orchestration.gates.thresholds import PASS, Thresholds

_TABLES = """
create schema if not exists state;
create table if not exists state.run_figures (
    run_id varchar, measure varchar, relation varchar, source_id varchar, value double, row_count bigint
);
"""
JUDGED_LAYERS = ("identity", "core")
UNATTRIBUTED = "unattributed"
MERGE_RATE = "profiles_per_customer"


@dataclass(frozen=True)
class Figure:
    """One measure of one relation (of one source) in one run."""

    measure: str
    relation: str
    source_id: str
    value: float
    rows: int


def judge_layer(
    con: duckdb.DuckDBPyConnection, layer: str, run_id: str, thresholds: Thresholds
) -> None:
    """Measure a layer, note the figures for later runs, and judge them into `gates.judged`."""
    measured = _of_identity if layer == "identity" else _of_core
    con.execute(_TABLES).fetchall()
    figures = list(measured(con))
    past = _past(con, run_id)
    con.execute("begin").fetchall()
    con.execute(
        "delete from state.run_figures where run_id = ? and relation like ?", [run_id, f"{layer}.%"]
    ).fetchall()
    con.execute("delete from gates.judged where relation like ?", [f"{layer}.%"]).fetchall()
    for figure in figures:
        con.execute(
            "insert into state.run_figures values (?, ?, ?, ?, ?, ?)",
            [run_id, figure.measure, figure.relation, figure.source_id, figure.value, figure.rows],
        ).fetchall()
        known = past[figure.measure, figure.relation, figure.source_id]
        for check, finding in _findings(figure, known):
            _write(con, figure, check, finding, thresholds)
    con.execute("commit").fetchall()


def _findings(figure: Figure, past: list[float]) -> Iterator[tuple[str, Finding]]:
    if figure.measure == MERGE_RATE:
        known = past[-drift.REMEMBERED :]
        if len(known) >= drift.EARLIER:
            middle = median(known)
            spread = max(abs(value / middle - 1) for value in known)
            moved = abs(figure.value / middle - 1)
            yield (
                "merge_rate_shift",
                Finding(
                    max(0.0, moved - 1.5 * spread) if figure.rows >= 500 else 0.0,
                    f"about {middle:.3f} profiles per customer as in the last {len(known)} runs",
                    f"{figure.value:.3f}",
                ),
            )
        return
    words = f"{figure.value:.1%} of {figure.rows:,} rows of nobody we know"
    yield "unattributed_share", Finding(figure.value, "the level that was set", words)
    risen = drift.rise(figure.value, figure.rows, past, "of nobody we know")
    if risen is not None:
        yield "unattributed_rise", risen


def _of_identity(con: duckdb.DuckDBPyConnection) -> Iterable[Figure]:
    if not _exists(con, "identity", "crosswalk"):
        return
    profiles, customers = con.execute(
        "select count(*), count(distinct customer_id) from identity.crosswalk"
    ).fetchall()[0]
    if customers:
        yield Figure(MERGE_RATE, "identity.crosswalk", "", profiles / customers, profiles)


def _of_core(con: duckdb.DuckDBPyConnection) -> Iterable[Figure]:
    for (name,) in con.execute(
        "select table_name from information_schema.columns where table_schema = 'core' "
        "and table_name like 'fct\\_%' escape '\\' and column_name in ('customer_id', 'source_id') "
        "group by table_name having count(*) = 2 order by all"
    ).fetchall():
        for source, rows, known in con.execute(
            f"select source_id, count(*), count(customer_id) from core.{sql.name(name)} "
            "where source_id is not null group by 1 order by 1"
        ).fetchall():
            yield Figure(UNATTRIBUTED, f"core.{name}", source, 1 - known / rows, rows)


def _past(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[tuple[str, str, str], list[float]]:
    past: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for measure, relation, source, value in con.execute(
        "select measure, relation, source_id, value from state.run_figures as figures "
        "inner join state.runs as runs on figures.run_id = runs.run_id "
        "where runs.outcome = 'published' and runs.run_id <> ? order by runs.started_at",
        [run_id],
    ).fetchall():
        past[measure, relation, source].append(value)
    return past


def _exists(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    return bool(
        con.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchall()
    )


def _write(
    con: duckdb.DuckDBPyConnection,
    figure: Figure,
    check: str,
    finding: Finding,
    thresholds: Thresholds,
) -> None:
    table = figure.relation.partition(".")[2]
    threshold = thresholds.of(check, figure.source_id, table)
    if not threshold.is_set:
        return
    verdict = threshold.verdict(check, finding.measured)
    keys = _keys(con, figure) if verdict != PASS and figure.measure == UNATTRIBUTED else []
    con.execute(
        "insert into gates.judged values (?, ?, ?, ?, '', null, ?, ?, ?, ?, ?, ?, ?)",
        [
            check,
            figure.relation,
            figure.source_id or None,
            table,
            verdict,
            finding.measured,
            threshold.warn_at,
            threshold.fail_at,
            f"{finding.expected}{threshold.words()}",
            finding.observed,
            keys,
        ],
    ).fetchall()


def _keys(con: duckdb.DuckDBPyConnection, figure: Figure) -> list[str]:
    """Rows of nobody, by their source's key: the first column of a fact after its source that is called an id."""
    schema, _, table = figure.relation.partition(".")
    names = con.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ? "
        "and column_name like '%\\_id' escape '\\' and column_name not in ('source_id', 'customer_id', 'device_id') "
        "order by ordinal_position limit 1",
        [schema, table],
    ).fetchall()
    if not names:
        return []
    key = names[0][0]
    rows = con.execute(
        f"select {sql.name(key)} from {schema}.{sql.name(table)} where customer_id is null and source_id = ? "
        f"order by 1 limit {SAMPLE_SIZE}",
        [figure.source_id],
    ).fetchall()
    return [f"{key}={value}" for (value,) in rows]
