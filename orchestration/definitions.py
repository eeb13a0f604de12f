"""Everything that Dagster knows: the way of the data as assets, gates between them, one job that
files, the hour or a person start.

Thin on purpose: the order is here, the work is in the folders.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.alerting.resource import AlertResource
from orchestration.gates.checks import gate_checks
from orchestration.ingestion.assets import (
    delivering,
    judged_by_the_gate,
    load_assets,
    raw_specs,
    source_specs,
)
from orchestration.ingestion.reload import reload_jobs
from orchestration.publishing.assets import published_asset
from orchestration.running.resource import (
    from_environment,
    manifest_for_definitions,
    session_resource,
)
from orchestration.running.sensors import daily, sensors
from orchestration.transformation import lineage
from orchestration.transformation.assets import layer_assets

JOB_NAME = "customer_view"


def build_defs(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The whole location. `overrides`: `manifest` (a document), `session` (a resource), `settings`."""
    given = overrides or {}
    settings = given.get("settings") or from_environment(os.environ)
    manifest = given.get("manifest") or manifest_for_definitions()
    sources = delivering(settings)
    raw = raw_specs(manifest, sources)
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Load, layer after layer with a gate between, publish.",
    )
    return dg.Definitions(
        assets=[
            *source_specs(sources),
            load_assets(raw),
            *layer_assets(manifest, lineage.read(os.environ.get("SCV_LINEAGE"))),
            published_asset(manifest),
        ],
        asset_checks=gate_checks(manifest, judged_by_the_gate(raw, settings, sources)),
        jobs=[job, *reload_jobs(sources)],
        schedules=[daily(job)],
        sensors=sensors(job),
        resources={"session": given.get("session") or session_resource, "alerts": AlertResource()},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `scv dev` and Dagster's own tools load."""
    return build_defs()
