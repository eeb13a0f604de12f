"""The figures of one run: what `quality.runs` keeps, `--json` prints and the closing table shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.running.record import now
from orchestration.running.session import Session


def _count(
    con: duckdb.DuckDBPyConnection, schema: str, name: str, where: str = "true"
) -> int | None:
    """Rows of a relation, or None where it was never built."""
    exists = con.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, name],
    ).fetchone()
    if exists is None:
        return None
    row = con.execute(f"select count(*) from {schema}.{name} where {where}").fetchone()
    return int(row[0]) if row else None


def run_facts(
    session: Session,
    con: duckdb.DuckDBPyConnection | None,
    outcome: str,
    message: str | None = None,
) -> dict[str, Any]:
    """What is known of the run by now, under the names of `quality.runs`; without the database, of the session alone."""
    return {
        "ended_at": now(),
        "outcome": outcome,
        "stopped_by": session.stopped_by,
        "message": message,
        "version": session.run_id if outcome == "published" else None,
        "files_loaded": session.load.get("files_loaded", 0),
        "rows_in": session.load.get("rows_in", 0),
        "rows_loaded": session.load.get("rows_loaded", 0),
        "rows_quarantined": session.load.get("rows_quarantined", 0),
        "profiles": _count(con, "identity", "crosswalk") if con else None,
        "customers": _count(con, "identity", "customers", "is_live") if con else None,
        "checks": len(session.results),
        "checks_failed": sum(1 for result in session.results if result.is_stopping),
        "checks_warned": sum(1 for result in session.results if result.is_warning),
        "seconds": session.seconds,
        "stage_seconds": dict(session.stages),
    }


def gate_figures(session: Session) -> dict[str, dict[str, Any]]:
    """How every gate of the run ended."""
    gates: dict[str, dict[str, Any]] = {}
    for result in session.results:
        gate = gates.setdefault(result.layer, {"checks": 0, "failed": 0, "warned": 0})
        gate["checks"] += 1
        gate["failed"] += int(result.is_stopping)
        gate["warned"] += int(result.is_warning)
    for gate in gates.values():
        gate["outcome"] = "stopped" if gate["failed"] else "passed"
    return gates


def failures(session: Session) -> list[dict[str, Any]]:
    """Every check that failed, whether it stopped the run or not; keys only."""
    return [
        {
            "layer": result.layer,
            "relation": result.relation,
            "check_name": result.check_name,
            "source_id": result.source_id,
            "severity": result.severity,
            "expected": result.expected,
            "observed": result.observed,
            "sample_keys": list(result.sample_keys),
        }
        for result in session.results
        if not result.is_success
    ]


def summary(session: Session, facts: Mapping[str, Any], exit_code: int) -> dict[str, Any]:
    """One run as one object, the shape that `--json` promises."""
    settings = session.settings
    return {
        "run_id": session.run_id,
        "outcome": facts["outcome"],
        "exit_code": exit_code,
        "message": facts["message"],
        "as_of": settings.as_of.isoformat(),
        "landing": str(settings.landing),
        "warehouse": str(settings.warehouse),
        "config": str(settings.config) if settings.config else None,
        "files": {
            name.removeprefix("files_"): value
            for name, value in session.load.items()
            if name.startswith("files_")
        },
        "rows_in": facts["rows_in"],
        "rows_loaded": facts["rows_loaded"],
        "rows_quarantined": facts["rows_quarantined"],
        "profiles": facts["profiles"],
        "customers": facts["customers"],
        "benchmark": dict(session.benchmark),
        "gates": gate_figures(session),
        "failures": failures(session),
        "gate_seconds": round(
            sum(spent for name, spent in session.stages.items() if name.startswith("gate ")), 3
        ),
        "set_aside": session.set_aside,
        "stage_seconds": dict(session.stages),
        "stage_cpu_seconds": dict(session.stages_cpu),
        "seconds": facts["seconds"],
        "published": {
            "path": str(settings.published) if settings.published.exists() else None,
            "version": _version(settings.published),
            # Readers have nothing newer than this.
            "published_at": _published_at(settings.published),
        },
        "report": str(settings.reports / "index.html"),
        "quality": str(settings.quality_database),
        "log": str(session.progress.log) if session.progress.log else None,
    }


def _version(published: Any) -> str | None:
    return published.resolve().parent.name if published.exists() else None


def _published_at(published: Path) -> str | None:
    if not published.exists():
        return None
    at = datetime.fromtimestamp(published.resolve().stat().st_mtime, UTC)
    return at.isoformat(timespec="seconds")
