"""The job without a UI: the same graph that Dagster shows, executed in this process."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from orchestration.errors import ScvError
from orchestration.ingestion.landing import scan
from orchestration.ingestion.step import load_landing
from orchestration.running.session import Session

if TYPE_CHECKING:
    import dagster as dg

Result = TypeVar("Result")
# Marks Dagster's runs with the warehouse's own run id.
TAG = "scv/run_id"

_INSTANCE = """\
# Written by the warehouse; nothing leaves this machine.
telemetry:
  enabled: false
concurrency:
  pools:
    default_limit: 1
nux:
  enabled: false
event_log_storage:
  module: orchestration.running.event_log
  class: RunEventLog
  config:
    base_dir: {history}
"""

# Copying the standard streams of every step costs more than most steps do; a headless run has a log of its own.
_NO_COMPUTE_LOGS = """\
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def prepare_home(home: Path) -> None:
    """Dagster's home inside the warehouse, telemetry off."""
    home.mkdir(parents=True, exist_ok=True)
    instance = _INSTANCE.format(history=json.dumps(str(home / "history" / "runs")))
    files = {"dagster.yaml": instance, "headless.yaml": instance + _NO_COMPUTE_LOGS}
    for name, text in files.items():
        path = home / name
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)


def clear_dead_runs(instance: dg.DagsterInstance) -> None:
    """Free what killed runs still hold in Dagster's books; the caller holds the warehouse, so none of them lives.

    Without it the writer's pool would stay taken, and the next run wait for ever.
    """
    import dagster as dg

    storage = instance.event_log_storage
    for run_id in storage.get_concurrency_run_ids():
        storage.free_concurrency_slots_for_run(run_id)
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(started):
        # Runs of the UI may be waiting for the warehouse; a headless one begins after it has it.
        if TAG in run.tags:
            instance.report_run_failed(run, "The process of this run died.")


def execute(session: Session) -> None:
    """Run the job; what went wrong is in the session, and raised."""
    home = session.settings.dagster_home
    prepare_home(home)
    os.environ["DAGSTER_HOME"] = str(home)
    # Whoever loads asks for the interpreter a thousand times, and would wait for it as often.
    sys.setswitchinterval(0.001)
    with ThreadPoolExecutor(1) as beside:
        # Imports and definitions take seconds of Python, of which the engine that loads files needs little.
        prepared = beside.submit(_prepare, session)
        session.loaded = _outcome(load_landing, session)
        job, selected, opened = prepared.result()

    # What was imported and defined by now stays; the collector need not look through it after every layer.
    gc.collect()
    gc.freeze()
    with opened as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=selected,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={TAG: session.run_id},
        )
    if session.error is not None:
        raise session.error
    if not result.success:
        reasons = [
            str(event.event_specific_data.error.message)  # type: ignore[union-attr]
            for event in result.all_events
            if event.is_step_failure
        ]
        session.error = ScvError("Dagster could not finish the run: " + "; ".join(reasons[:3]))
        raise session.error


def _prepare(session: Session) -> tuple[dg.JobDefinition, list[dg.AssetKey], dg.DagsterInstance]:
    """The job, the assets that this run materialises, and Dagster's books."""
    import dagster as dg

    from orchestration.definitions import JOB_NAME, build_defs
    from orchestration.ingestion.assets import never_delivered, raw_specs

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    manifest = session.dbt.manifest()
    defs = build_defs(
        {"manifest": manifest, "session": dg.ResourceDefinition.hardcoded_resource(session)}
    )
    delivered = {file.table_name for file in scan(session.settings.landing)}
    passed_over = never_delivered(raw_specs(manifest), delivered)
    selected = [
        key
        for key in defs.resolve_asset_graph().materializable_asset_keys
        if key not in passed_over
    ]
    instance = dg.DagsterInstance.from_config(str(session.settings.dagster_home), "headless.yaml")
    clear_dead_runs(instance)
    session.dbt.parse()
    # The gates will need it.
    importlib.import_module("great_expectations")
    return defs.resolve_job_def(JOB_NAME), selected, instance


def _outcome(step: Callable[[Session], Result], session: Session) -> Future[Result]:
    """What a step returned or raised, for Dagster's op to return or raise in its turn."""
    outcome: Future[Result] = Future()
    try:
        outcome.set_result(step(session))
    except Exception as problem:
        outcome.set_exception(problem)
    return outcome
