"""The published warehouse as a Dagster asset, with the gate that every new version must pass first."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.gates.checks import CHECK_NAME, as_check_results
from orchestration.gates.results import CheckResult
from orchestration.ingestion.assets import delivered
from orchestration.publishing.publish import publish
from orchestration.running.retries import retried
from orchestration.running.session import Session
from orchestration.running.summary import run_facts
from orchestration.transformation.assets import WRITER, asset_key
from orchestration.transformation.manifest import published_relations

KEY = dg.AssetKey(["published", "scv"])


def published_asset(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """One file with everything that readers get, swapped in at once."""
    relations = published_relations(manifest)
    spec = dg.AssetSpec(
        KEY,
        group_name="published",
        description="The warehouse that readers open: a new version, audited, then swapped in at once.",
        deps=[asset_key(manifest["nodes"][relation.unique_id]) for relation in relations],
        kinds={"duckdb"},
    )
    check = dg.AssetCheckSpec(CHECK_NAME, asset=KEY, blocking=True)

    @dg.multi_asset(specs=[spec], check_specs=[check], name="publish", pool=WRITER)
    def publish_version(
        context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
    ) -> Any:
        found: list[CheckResult] = []
        rows: dict[str, int] = {}
        try:
            with retried(context, session):
                rows = publish(session, found)
        finally:
            yield from as_check_results([KEY], found)
        for source in delivered(session):
            context.log_event(source)
        yield dg.MaterializeResult(
            asset_key=KEY,
            metadata={
                "path": dg.MetadataValue.path(str(session.published)),
                "version": session.run_id,
                **_figures(session),
                # Numbers, so that the UI draws them over time.
                **{f"rows of {name}": count for name, count in rows.items()},
            },
        )

    return publish_version


def _figures(session: Session) -> dict[str, Any]:
    """The summary of the run, as far as it came."""
    facts = run_facts(session, None, "published")
    names = ("rows_in", "rows_loaded", "rows_quarantined", "checks", "checks_warned", "seconds")
    stages = {f"seconds of {name}": spent for name, spent in facts["stage_seconds"].items()}
    return {**{name: facts[name] for name in names}, **stages}
