"""The job without a UI: the same graph that Dagster shows, executed in this process."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import ScvError
from orchestration.ingestion.landing import scan
from orchestration.running.session import Session

if TYPE_CHECKING:
    import dagster as dg

# Marks Dagster's runs with the warehouse's own run id, and with who started them.
TAG = "scv/run_id"
STARTED_BY = "scv/started_by"
AS_OF = "scv/as_of"
# Older runs leave Dagster's history: one takes some megabytes, and plots over time need no more points.
KEPT_RUNS = 60

_INSTANCE = """\
# Written by the warehouse; nothing leaves this machine.
telemetry:
  enabled: false
concurrency:
  # One writer: a second run waits in the queue.
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
freshness:
  enabled: true
nux:
  enabled: false
event_log_storage:
  module: orchestration.running.{module}
  class: {log}
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
    history = json.dumps(str(home / "history" / "runs"))
    shown = _INSTANCE.format(history=history, module="event_log", log="RunEventLog")
    headless = _INSTANCE.format(history=history, module="headless_log", log="HeadlessEventLog")
    files = {"dagster.yaml": shown, "headless.yaml": headless + _NO_COMPUTE_LOGS}
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
        # A run of the UI may be waiting for the warehouse; it is marked when it has it.
        if TAG in run.tags:
            instance.report_run_failed(run, "The process of this run died.")


def drop_old_runs(instance: dg.DagsterInstance) -> None:
    """Keep the newest runs in the history, so that it does not grow for ever."""
    for run in instance.get_runs(cursor=None, limit=KEPT_RUNS + 5)[KEPT_RUNS:]:
        if run.is_finished:
            instance.delete_run(run.run_id)


def _put_off(parent: str, name: str) -> None:
    """Have a module imported when something of it is used: Great Expectations names it, and no gate asks for it."""
    whole = f"{parent}.{name}"
    if whole in sys.modules:
        return
    spec = importlib.util.find_spec(whole)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[whole] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    setattr(sys.modules[parent], name, module)


def _import_ahead() -> None:
    _put_off("scipy", "stats")
    for name in ("great_expectations", "orchestration.linkage.refinement", "splink"):
        importlib.import_module(name)
    gc.freeze()


def execute(session: Session) -> None:
    """Run the job; what went wrong is in the session, and raised."""
    home = session.settings.dagster_home
    prepare_home(home)
    os.environ["DAGSTER_HOME"] = str(home)
    import dagster as dg

    from orchestration.definitions import JOB_NAME, build_defs
    from orchestration.ingestion.assets import never_delivered, raw_specs

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    manifest = session.dbt.manifest()
    defs = build_defs(
        {
            "manifest": manifest,
            "session": dg.ResourceDefinition.hardcoded_resource(session),
            "settings": session.settings,
        }
    )
    files = scan(session.settings.landing)
    passed_over = never_delivered(raw_specs(manifest), {file.table_name for file in files})
    selected = [
        key
        for key in defs.resolve_asset_graph().materializable_asset_keys
        if key not in passed_over
    ]
    # What was imported, parsed and defined by now stays; the collector need not look through it after every layer.
    session.dbt.parse()
    gc.collect()
    gc.freeze()
    with dg.DagsterInstance.from_config(str(home), "headless.yaml") as instance:
        clear_dead_runs(instance)
        drop_old_runs(instance)
        job = defs.resolve_job_def(JOB_NAME)
        # Their import takes seconds of Python, which the engine that loads files meanwhile does not need.
        threading.Thread(target=_import_ahead, daemon=True).start()
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=selected,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={
                TAG: session.run_id,
                STARTED_BY: "scv run",
                AS_OF: session.settings.as_of.isoformat(),
            },
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
