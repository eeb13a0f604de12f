"""A run's session as a Dagster resource, for runs that the UI or the schedule starts.

The folders come from the environment that `scv dev` sets; the headless run hands its own session in instead.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.publishing.versions import DEFAULT_KEPT
from orchestration.running.fingerprint import fingerprint, forget, remember
from orchestration.running.finish import finish
from orchestration.running.headless import AS_OF, TAG, clear_dead_runs, drop_old_runs
from orchestration.running.lock import warehouse_lock
from orchestration.running.progress import Progress
from orchestration.running.seeds import complete_seeds
from orchestration.running.session import Session, open_session
from orchestration.settings import REPOSITORY, Settings, today
from orchestration.transformation.dbt import DbtProject


def to_environment(settings: Settings, as_of: date | None) -> dict[str, str]:
    """Settings as environment variables, for the processes that Dagster starts.

    Without `as_of` every run counts from its own day: the UI may be open for weeks.
    """
    given = {
        "SCV_LANDING": str(settings.landing),
        "SCV_WAREHOUSE": str(settings.warehouse),
        **settings.environment(),
    }
    if as_of is not None:
        given["SCV_AS_OF"] = as_of.isoformat()
    if settings.config is not None:
        given["SCV_CONFIG"] = str(settings.config)
    return given


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings that `scv dev` passed on; a run of the schedule counts from its own day."""
    as_of = environment.get("SCV_AS_OF")
    config = environment.get("SCV_CONFIG")
    return Settings(
        landing=Path(environment.get("SCV_LANDING", "landing")).resolve(),
        warehouse=Path(environment.get("SCV_WAREHOUSE", "warehouse")).resolve(),
        as_of=date.fromisoformat(as_of) if as_of else today(),
        config=Path(config).resolve() if config else None,
    )


def manifest_for_definitions() -> dict[str, Any]:
    """The manifest that the UI shows: the one that `scv dev` has just written, else parsed now."""
    settings = from_environment(os.environ)
    written = os.environ.get("SCV_MANIFEST")
    if written and Path(written).is_file():
        document: dict[str, Any] = json.loads(Path(written).read_text())
        return document
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    return DbtProject(settings, REPOSITORY).manifest()


@dg.resource
def session_resource(context: Any) -> Iterator[Session]:
    """One run's session: the lock is held and the books are open for as long as the run lasts."""
    settings = from_environment(os.environ)
    progress = Progress(sys.stderr)
    with warehouse_lock(settings.lock, progress.say):
        clear_dead_runs(context.instance)
        drop_old_runs(context.instance)
        parts = fingerprint(settings)
        forget(settings)
        complete_seeds(settings)
        session = open_session(settings, progress, keep=kept(os.environ))
        if context.dagster_run is not None:
            tags = {TAG: session.run_id, AS_OF: settings.as_of.isoformat()}
            context.instance.add_run_tags(context.dagster_run.run_id, tags)
        try:
            yield session
        finally:
            summary = finish(session)
            is_whole = session.published is not None and summary["exit_code"] == 0
            if is_whole and not summary["files"].get("waiting"):
                # What starts runs by itself need not start one for the same files.
                remember(settings, parts)


def kept(environment: Mapping[str, str]) -> int:
    """How many versions stay, as `scv run --keep` has it."""
    given = environment.get("SCV_KEEP", "")
    return max(int(given), 2) if given.isdigit() else DEFAULT_KEPT
