"""The published warehouse as a Dagster asset, with the gate that every new version must pass first."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.gates.checks import CHECK_NAME, as_check_results
from orchestration.gates.results import CheckResult
from orchestration.publishing.publish import publish
from orchestration.running.session import Session
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
    def publish_version(session: dg.ResourceParam[Session]) -> Any:
        found: list[CheckResult] = []
        rows: dict[str, int] = {}
        try:
            rows = publish(session, found)
        finally:
            yield from as_check_results([KEY], found)
        yield dg.MaterializeResult(
            asset_key=KEY,
            metadata={"path": dg.MetadataValue.path(str(session.published)), **rows},
        )

    return publish_version
