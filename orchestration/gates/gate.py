"""One gate of one run: judge the layer, keep what was found, stop the run where it must stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.errors import GateError
from orchestration.gates.arrivals import is_whole_due
from orchestration.gates.aside import SKIPPED, is_about_aside, set_aside, to_be_skipped
from orchestration.gates.judging import Rulebook, judge_arrivals
from orchestration.gates.levels import JUDGED_LAYERS, judge_layer
from orchestration.gates.results import WARN, CheckResult, stop_message, stopping
from orchestration.gates.rules import GateFacts
from orchestration.gates.thresholds import load_holidays, load_thresholds
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.sources import load_sources
from orchestration.running.session import Session
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.build import build_layer
from orchestration.transformation.layers import LAYERS
from orchestration.transformation.manifest import known_relations


def rulebook(settings: Settings) -> Rulebook:
    """What arrivals are judged by, as the seeds say today."""
    contracts = load_contracts(REPOSITORY)
    return Rulebook(
        contracts,
        load_sources(settings, set(contracts.systems)),
        load_thresholds(settings),
        load_holidays(settings),
        settings.as_of,
    )


def judge(
    session: Session,
    layer: str,
    found: list[CheckResult],
    published: Path | None = None,
    expected_rows: dict[str, int] | None = None,
) -> None:
    """Evaluate one gate, adding to `found`; raise when a check stops the run."""
    with session.stage(f"gate {layer}"):
        found.extend(_evaluated(session, layer, published, expected_rows))
        failed = stopping(found)
        if failed and published is None:
            found[:] = _without_bad_sources(session, layer, found, failed)
            failed = stopping(found)
        session.results.extend(found)
        session.set_aside = sorted(
            {*session.set_aside, *(r.source_id for r in found if r.source_id and is_about_aside(r))}
        )
        if failed:
            raise GateError(stop_message(layer, failed))
    warned = [result for result in found if result.is_warning]
    shown = f", {len(warned)} to look at" if warned else ""
    session.progress.say(f"gate {layer}: {len(found) - len(warned)} checks passed{shown}")


def _evaluated(
    session: Session,
    layer: str,
    published: Path | None = None,
    expected_rows: dict[str, int] | None = None,
) -> list[CheckResult]:
    from orchestration.gates.runner import evaluate

    with _opened(session, published) as con:
        if layer == "raw":
            judge_arrivals(con, rulebook(session.settings))
        if layer in JUDGED_LAYERS:
            judge_layer(con, layer, session.run_id, load_thresholds(session.settings))
        facts = GateFacts(
            layer=layer,
            run_id=session.run_id,
            database=published or session.settings.build_database,
            con=con,
            known=known_relations(session.dbt.manifest()),
            accepted=session.accepted,
            expected_rows=expected_rows or {},
            is_whole=published is not None or is_whole_due(con),
        )
        return list(evaluate(facts))


@contextmanager
def _opened(session: Session, published: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is judged: the file that readers are to get, where there is one, else what the run works in."""
    if published is None:
        with session.connect() as con:
            yield con
    else:
        with duckdb.connect(str(published), read_only=True) as con:
            yield con


def _without_bad_sources(
    session: Session, layer: str, found: list[CheckResult], failed: list[CheckResult]
) -> list[CheckResult]:
    """Go on without sources whose `on_failure` says so, where nothing else stops the run."""
    skipped = to_be_skipped(failed, rulebook(session.settings).sources)
    if not skipped:
        return found
    with session.connect() as con:
        waiting = {source: _set_aside(session, con, layer, source, failed) for source in skipped}
    if not any(waiting.values()):
        return found  # What fails came in earlier runs: without it there is no going on.
    note = f"; {SKIPPED}"
    told = [
        replace(result, severity=WARN, observed=result.observed + note)
        if result.is_stopping and result.source_id in skipped
        else result
        for result in found
    ]
    if layer == "raw":
        return told
    again = _built_again(session, layer)
    if still := stopping(again):
        again = _without_bad_sources(session, layer, again, still)
    return [*(result for result in told if is_about_aside(result)), *again]


def _built_again(session: Session, last: str) -> list[CheckResult]:
    """What was set aside stands in every layer by now: without it they are built and judged again, up to this one.

    Returns what the gate of the last one says, or that of an earlier one that fails.
    """
    found: list[CheckResult] = []
    for layer in LAYERS[: [each.name for each in LAYERS].index(last) + 1]:
        build_layer(session, layer, [])
        found = _evaluated(session, layer.name)
        if stopping(found):
            break
    return found


def _set_aside(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    layer: str,
    source_id: str,
    failed: list[CheckResult],
) -> int:
    names = ", ".join(sorted({r.check_name for r in failed if r.source_id == source_id}))
    files = set_aside(con, source_id, f"set aside by the {layer} gate: {names}")
    session.progress.say(
        f"gate {layer}: {source_id} is set aside ({names}); {files} files wait, its old data stay. "
        f"`scv quality release {source_id}` lets them in"
    )
    return files
