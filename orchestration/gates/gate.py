"""One gate of one run: judge the layer, keep what was found, stop the run where it must stop."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import GateError
from orchestration.gates.judging import Rulebook, judge_arrivals
from orchestration.gates.results import CheckResult, stop_message, stopping
from orchestration.gates.rules import GateFacts
from orchestration.gates.thresholds import load_holidays, load_thresholds
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.sources import load_sources
from orchestration.running.session import Session
from orchestration.settings import REPOSITORY, Settings
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
    database: Path | None = None,
    expected_rows: dict[str, int] | None = None,
) -> None:
    """Evaluate one gate, adding to `found`; raise when a check stops the run."""
    import duckdb

    from orchestration.gates.runner import evaluate

    path = database or session.settings.build_database
    with session.stage(f"gate {layer}"):
        if layer == "raw":
            with session.connect() as con:
                judge_arrivals(con, rulebook(session.settings))
        con = duckdb.connect(str(path), read_only=True)
        try:
            facts = GateFacts(
                layer=layer,
                run_id=session.run_id,
                database=path,
                con=con,
                known=known_relations(session.dbt.manifest()),
                accepted=session.accepted,
                expected_rows=expected_rows or {},
            )
            found.extend(evaluate(facts))
        finally:
            con.close()
        session.results.extend(found)
        failed = stopping(found)
        if failed:
            raise GateError(stop_message(layer, failed))
    warned = [result for result in found if result.is_warning]
    shown = f", {len(warned)} to look at" if warned else ""
    session.progress.say(f"gate {layer}: {len(found) - len(warned)} checks passed{shown}")
