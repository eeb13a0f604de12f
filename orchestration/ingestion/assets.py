"""The load as Dagster assets: every raw table, filled by one op."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.ingestion.step import load_landing
from orchestration.running.session import Session
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


def never_delivered(specs: Sequence[dg.AssetSpec], tables: set[str]) -> set[dg.AssetKey]:
    """Raw tables for which no folder of the landing has a file: a headless run need not tell Dagster of them."""
    return {
        spec.key
        for spec in specs
        if spec.key.path[0] == "raw" and spec.key.path[1].partition("__")[2] not in tables
    }


def load_assets(specs: Sequence[dg.AssetSpec]) -> dg.AssetsDefinition:
    """The door: one op, because a file is loaded whole or not at all, whatever table it is for."""

    @dg.multi_asset(specs=list(specs), name="load", pool=WRITER, can_subset=True)
    def load(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> Any:
        rows = load_landing(session)
        for spec in specs:
            if spec.key not in context.selected_asset_keys:
                continue
            name = ".".join(spec.key.path)
            metadata = {"dagster/row_count": rows[name]} if name in rows else None
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return load
