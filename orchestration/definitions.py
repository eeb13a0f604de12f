"""Everything that Dagster knows: the way of the data as assets, gates between them, one job, one schedule.

Thin on purpose: the order is here, the work is in the folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.gates.checks import gate_checks
from orchestration.ingestion.assets import load_assets, raw_specs
from orchestration.publishing.assets import published_asset
from orchestration.running.resource import manifest_for_definitions, session_resource
from orchestration.transformation.assets import layer_assets

JOB_NAME = "customer_view"


def build_defs(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The whole location. `overrides`: `manifest` (a document) and `session` (a resource)."""
    given = overrides or {}
    manifest = given.get("manifest") or manifest_for_definitions()
    raw = raw_specs(manifest)
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Load, layer after layer with a gate between, publish.",
    )
    return dg.Definitions(
        assets=[load_assets(raw), *layer_assets(manifest), published_asset(manifest)],
        asset_checks=gate_checks(manifest, [spec.key for spec in raw]),
        jobs=[job],
        schedules=[
            dg.ScheduleDefinition(
                name="daily",
                job=job,
                cron_schedule="0 5 * * *",
                execution_timezone="UTC",
                default_status=dg.DefaultScheduleStatus.STOPPED,
            )
        ],
        resources={"session": given.get("session") or session_resource},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `scv dev` and Dagster's own tools load."""
    return build_defs()
