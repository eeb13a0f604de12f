"""The load as Dagster assets: every raw table, filled by one op, and the sources that deliver them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.ingestion.landing import scan
from orchestration.ingestion.sources import Source, load_sources
from orchestration.ingestion.step import load_landing
from orchestration.running.retries import retried
from orchestration.running.session import Session
from orchestration.settings import Settings
from orchestration.transformation.assets import WRITER, asset_key

SOURCE = "sources"
RAW = "raw"


def delivering(settings: Settings) -> list[Source]:
    """The sources that the seed names or that have a folder in the landing."""
    known = load_sources(settings)
    folders = settings.landing.iterdir() if settings.landing.is_dir() else ()
    names = {path.name for path in folders if path.is_dir() and not path.name.startswith(".")}
    return [known.get(name) for name in sorted(names | set(known.known))]


def source_specs(sources: Collection[Source]) -> list[dg.AssetSpec]:
    """One asset per source, which other people's systems make: its freshness is that of what readers have of it."""
    return [_source_spec(source) for source in sorted(sources, key=lambda each: each.source_id)]


def delivered(session: Session) -> Iterator[dg.AssetMaterialization]:
    """What readers got of every source that delivered to this run; what waits outside is not there."""
    for source_id, rows in session.arrived.items():
        if source_id not in session.set_aside:
            yield dg.AssetMaterialization(
                _source_key(source_id), metadata={"dagster/row_count": rows}
            )


def _source_key(source_id: str) -> dg.AssetKey:
    return dg.AssetKey([SOURCE, re.sub(r"[^A-Za-z0-9_]", "_", source_id)])


def _source_spec(source: Source) -> dg.AssetSpec:
    hours = source.freshness_hours if source.is_active else None
    team = re.sub(r"[^a-z0-9]+", "_", source.owner.lower()).strip("_")
    return dg.AssetSpec(
        _source_key(source.source_id),
        group_name=SOURCE,
        description=f"What {source.source_id} delivers, in the layout of {source.system}.",
        owners=[f"team:{team}"] if team else [],
        kinds={"file"},
        metadata={"delivery": source.delivery, "is_active": source.is_active},
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=hours), warn_window=timedelta(hours=hours * 0.8)
        )
        if hours
        else None,
    )


def raw_specs(manifest: Mapping[str, Any], sources: Collection[Source] = ()) -> list[dg.AssetSpec]:
    """One asset per raw table of the contracts, and the books that the loader keeps."""
    specs = []
    by_system: dict[str, list[dg.AssetKey]] = {}
    for source in sources:
        by_system.setdefault(source.system, []).append(_source_key(source.source_id))
    for node in manifest["sources"].values():
        key = asset_key(node)
        domain = (node["config"].get("meta") or {}).get("domain")
        specs.append(
            dg.AssetSpec(
                key,
                group_name="raw",
                description=node["description"],
                deps=by_system.get(key.path[1].partition("__")[0], []),
                owners=[f"team:{domain}"] if domain else [],
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
        if spec.key.path[0] == RAW and spec.key.path[1].partition("__")[2] not in tables
    }


def judged_by_the_gate(
    specs: Sequence[dg.AssetSpec], settings: Settings, sources: Collection[Source]
) -> list[dg.AssetKey]:
    """The books, and the raw tables that a file lies in the landing for: what arrived there is told there."""
    systems = {source.source_id: source.system for source in sources}
    files = scan(settings.landing) if settings.landing.is_dir() else []
    tables = {f"{systems.get(file.source_id)}__{file.table_name}" for file in files}
    return [spec.key for spec in specs if spec.key.path[0] != RAW or spec.key.path[1] in tables]


def load_assets(specs: Sequence[dg.AssetSpec]) -> dg.AssetsDefinition:
    """The door: one op, because a file is loaded whole or not at all, whatever table it is for."""

    @dg.multi_asset(specs=list(specs), name="load", pool=WRITER, can_subset=True)
    def load(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> Any:
        with retried(context, session):
            rows = load_landing(session)
        for spec in specs:
            if spec.key not in context.selected_asset_keys:
                continue
            name = ".".join(spec.key.path)
            metadata = {"dagster/row_count": rows[name]} if name in rows else None
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return load
