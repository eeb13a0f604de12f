"""Fills `state.identity_benchmark`: scores a run that names a truth, or the last run when somebody asks.

What the figures are lies in `benchmark.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration import database
from orchestration.errors import UsageError
from orchestration.linkage import benchmark, truth
from orchestration.linkage.benchmark import Figure
from orchestration.running import record
from orchestration.running.session import Session
from orchestration.settings import Settings


def score(con: duckdb.DuckDBPyConnection, run_id: str, folder: Path | None) -> dict[str, float]:
    """Score what the working database holds as of one run; returns the figures that hold without a threshold.

    Scored again against the same truth, a run has the newer figures.
    """
    found: dict[str | None, list[Figure]] = {
        None: [*benchmark.suspicions(con), *benchmark.moved_ids(con, run_id)],
    }
    if folder is not None:
        truth.read(con, folder)
        figures = [*benchmark.against_truth(con), *benchmark.threshold_curve(con)]
        _must_fit(figures, folder)
        found[truth.name(folder)] = figures
    for name, figures in found.items():
        keep(con, run_id, name, figures)
    return {
        figure.measure: figure.value
        for figures in found.values()
        for figure in figures
        if figure.value is not None and figure.threshold is None
    }


def score_run(session: Session, folder: Path) -> None:
    """Score a run before it publishes. A truth that does not fit is told and costs the run nothing."""
    with session.stage("benchmark"):
        try:
            with session.connect() as con:
                session.benchmark = score(con, session.run_id, folder)
        except UsageError as problem:
            session.progress.say(f"benchmark: {problem}")


def score_warehouse(settings: Settings) -> dict[str, float]:
    """Score the working database as its last run left it, and let readers of `quality.duckdb` have the figures."""
    from orchestration.publishing.quality import write_quality
    from orchestration.running.run_id import new_run_id

    con = database.connect(settings)
    try:
        figures = score(con, last_run(con), settings.truth)
    finally:
        con.close()
    # The manifest that the last run left says which relations readers get; dbt itself takes seconds to start.
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text())
    write_quality(settings, manifest, new_run_id(settings))
    return figures


def last_run(con: duckdb.DuckDBPyConnection) -> str:
    """The run that the working database is as of."""
    record.prepare(con)
    if not benchmark.has_columns(con, "identity.golden_values", ("customer_id", "attribute")):
        raise UsageError("No run has resolved identities here yet. Start one with `scv run`.")
    row = con.execute("select max(run_id) from state.runs").fetchone()
    return str(row[0]) if row and row[0] else "unknown"


def _must_fit(figures: Iterable[Figure], folder: Path) -> None:
    if any(figure.measure == "records" and not figure.value for figure in figures):
        raise UsageError(
            f"None of the profiles that the truth {folder} names is in this warehouse: "
            "it is the truth of other sources, or writes source_id or source_record_id differently."
        )


def keep(
    con: duckdb.DuckDBPyConnection, run_id: str, name: str | None, figures: list[Figure]
) -> None:
    """Write the figures of one run against one truth (none: None) in place of earlier ones."""
    record.prepare(con)
    con.execute("begin").fetchall()
    con.execute(
        "delete from state.identity_benchmark where run_id = ? and truth is not distinct from ?",
        [run_id, name],
    ).fetchall()
    con.execute(
        "insert into state.identity_benchmark "
        "(run_id, measured_at, truth, measure, threshold, value) "
        "select ?, ?, ?, unnest(?), unnest(?), unnest(?)",
        [
            *(run_id, record.now(), name),
            [figure.measure for figure in figures],
            [figure.threshold for figure in figures],
            [figure.value for figure in figures],
        ],
    ).fetchall()
    con.execute("commit").fetchall()
