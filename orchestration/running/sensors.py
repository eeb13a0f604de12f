"""What starts runs and watches them while the daemon is there: new files, the hour of the day, late sources, failures."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from typing import Any

import dagster as dg

from orchestration.alerting import occasions
from orchestration.alerting.alerts import Alert
from orchestration.alerting.resource import AlertResource
from orchestration.ingestion.landing import scan
from orchestration.ingestion.reload import marker
from orchestration.publishing import status
from orchestration.running.fingerprint import fingerprint, remembered
from orchestration.running.headless import STARTED_BY, TAG
from orchestration.running.lock import is_held
from orchestration.running.resource import from_environment

_RUNNING = dg.DefaultSensorStatus.RUNNING
_LONGEST_START_SECONDS = 900.0


def sensors(job: Any) -> Sequence[dg.SensorDefinition]:
    """All of them."""
    return [_landing(job), _stale(), _failed(), _dead()]


def daily(job: Any) -> dg.ScheduleDefinition:
    """Windows and states are counted from the day: it is built anew every morning, unless nothing at all changed."""

    @dg.schedule(
        name="daily",
        job=job,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every morning, if files, seeds, code or the day changed.",
    )
    def run_daily() -> dg.RunRequest | dg.SkipReason:
        settings = from_environment(os.environ)
        if remembered(settings) == fingerprint(settings):
            return dg.SkipReason("Nothing changed since the last run.")
        return dg.RunRequest(tags={STARTED_BY: "schedule"})

    return run_daily


def _landing(job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        name="landing",
        job=job,
        minimum_interval_seconds=30,
        default_status=_RUNNING,
        description="Starts a run when files landed and none of them changed between two looks.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        settings = from_environment(os.environ)
        if not settings.landing.is_dir():
            return dg.SkipReason(f"There is no landing folder {settings.landing}.")
        known = remembered(settings)
        if known is not None and known.get("landing") == fingerprint(settings)["landing"]:
            return dg.SkipReason("Nothing landed since the last run.")
        lines = [f"{f.label}|{f.size_bytes}|{f.mtime_ns}" for f in scan(settings.landing)]
        reloaded = marker(settings)
        lines.append(str(reloaded.stat().st_mtime_ns) if reloaded.is_file() else "")
        seen = _listing(lines)
        before = json.loads(context.cursor or "{}")
        context.update_cursor(json.dumps({"seen": seen, "started": before.get("started")}))
        if before.get("started") == seen:
            return dg.SkipReason("A run for these files was started already.")
        if before.get("seen") != seen:
            return dg.SkipReason("Files arrive; the next look sees whether they are complete.")
        context.update_cursor(json.dumps({"seen": seen, "started": seen}))
        return dg.RunRequest(run_key=seen, tags={STARTED_BY: "new files"})

    return new_files


def _stale() -> dg.SensorDefinition:
    @dg.sensor(
        name="late_sources",
        minimum_interval_seconds=300,
        default_status=_RUNNING,
        description="Tells once of every source that did not deliver within its hours (seeds/sources.csv).",
    )
    def late_sources(
        context: dg.SensorEvaluationContext, alerts: AlertResource
    ) -> dg.SensorResult | dg.SkipReason:
        settings = from_environment(os.environ)
        page = status.read_now(settings)
        found = occasions.stale(settings, page.get("sources", []))
        told = set(json.loads(context.cursor or "[]"))
        for name, alert in found.items():
            if name not in told:
                alerts.send(alert)
        context.update_cursor(json.dumps(sorted(found)))
        late = ", ".join(sorted(found)) or "none"
        return dg.SkipReason(f"Late: {late}.")

    return late_sources


def _failed() -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=30,
        default_status=_RUNNING,
        description="Tells of every run that failed, was stopped by a gate, or whose process died.",
    )
    def failed_runs(context: dg.RunFailureSensorContext, alerts: AlertResource) -> None:
        run = context.dagster_run
        if run.tags.get(STARTED_BY) == "scv run":
            # It tells of its failure itself, also where no daemon runs.
            return
        settings = from_environment(os.environ)
        last = status.read(settings).get("last_run", {})
        is_its = last.get("run_id") == run.tags.get(TAG)
        alert = occasions.of_run(settings, last) if is_its else None
        alerts.send(
            alert
            or Alert(
                kind="failed",
                title=f"Dagster run {run.run_id[:8]} failed",
                text=context.failure_event.message or "Its process died.",
                warehouse=str(settings.warehouse),
                run_id=run.run_id,
            )
        )

    return failed_runs


def _dead() -> dg.SensorDefinition:
    @dg.sensor(
        name="dead_runs",
        minimum_interval_seconds=60,
        default_status=_RUNNING,
        description="Closes runs whose process died, so that the queue goes on: nobody holds the warehouse, yet they run.",
    )
    def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if is_held(from_environment(os.environ).lock):
            context.update_cursor("[]")
            return dg.SkipReason("Somebody writes to the warehouse.")
        started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
        suspects = {
            record.dagster_run.run_id: record.dagster_run
            for record in context.instance.get_run_records(started)
            # Without the tag it has not opened the warehouse yet; starting takes a while.
            if TAG in record.dagster_run.tags
            or time.time() - (record.start_time or time.time()) > _LONGEST_START_SECONDS
        }
        # Twice in a row: a run that has just ended lets go of the warehouse first.
        for run_id in set(json.loads(context.cursor or "[]")) & set(suspects):
            context.instance.event_log_storage.free_concurrency_slots_for_run(run_id)
            context.instance.report_run_failed(suspects[run_id], "The process of this run died.")
        context.update_cursor(json.dumps(sorted(suspects)))
        return dg.SkipReason(f"Runs without a process: {', '.join(suspects) or 'none'}.")

    return dead_runs


def _listing(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
