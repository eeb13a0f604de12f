"""The load as Dagster assets: every raw table, filled by one op."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.running.session import Session
from orchestration.ingestion.step import load_landing
from orchestration.transformation.assets import WRITER, asset_key


def raw_specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """One asset per raw table of the contracts, and the books that the loader keeps."""
    specs = []
    for node in manifest["sources"].values():
        key = asset_key(node)
        domain = (node["config"].get("meta") or {}).get("domain")
        specs.append(
            dg.AssetSpec(
                key,
                group_name="raw",
                description=node["description"],
                kinds={"duckdb"},
                metadata={"system": node["source_name"], "domain": domain or ""},
            )
        )
    return specs


def load_assets(specs: Sequence[dg.AssetSpec]) -> dg.AssetsDefinition:
    """The door: one op, because a file is loaded whole or not at all, whatever table it is for."""

    @dg.multi_asset(specs=list(specs), name="load", pool=WRITER)
    def load(session: dg.ResourceParam[Session]) -> Any:
        rows = load_landing(session)
        for spec in specs:
            name = ".".join(spec.key.path)
            metadata = {"dagster/row_count": rows[name]} if name in rows else None
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return load
