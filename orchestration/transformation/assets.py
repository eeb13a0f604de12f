"""The dbt layers as Dagster assets: one op per layer, so that a gate can stand between two of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.running.session import Session
from orchestration.transformation.build import build_layer
from orchestration.transformation.dbt import NodeResult
from orchestration.transformation.layers import LAYERS, Layer
from orchestration.transformation.lineage import Origin

# Dagster's pool for everything that writes to the working database: one at a time.
WRITER = "warehouse_writer"

_UNIQUE_ID = "dagster_dbt/unique_id"

Columns = Mapping[str, Mapping[str, Sequence[Origin]]]


class Translator(DagsterDbtTranslator):
    """Names assets as the database names relations, and groups them by layer."""

    def __init__(self, lineage: Columns) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True))
        self._lineage = lineage

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str] | None:
        owner = (dbt_resource_props.get("config", {}).get("meta") or {}).get("owner")
        return [f"team:{owner or 'data'}"]

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        metadata = super().get_metadata(dbt_resource_props)
        columns = self._lineage.get(dbt_resource_props["unique_id"])
        if not columns:
            return metadata
        lineage = dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(dg.AssetKey([schema, relation]), name)
                    for schema, relation, name in origins
                ]
                for column, origins in columns.items()
            }
        )
        shown = [
            dg.TableRecord(
                {"column": column, "made of": ", ".join(".".join(each) for each in origins)}
            )
            for column, origins in columns.items()
        ]
        # The first is for programs: the open-source UI draws no lineage of columns, but it shows tables.
        return {
            **metadata,
            "dagster/column_lineage": lineage,
            "columns": dg.MetadataValue.table(shown),
        }


def asset_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """The key of a model, seed or source: its schema and name."""
    name = node.get("identifier") or node.get("alias") or node["name"]
    return dg.AssetKey([str(node["schema"]), str(name)])


def layer_assets(manifest: Mapping[str, Any], lineage: Columns) -> list[dg.AssetsDefinition]:
    """One group of assets per layer that has models; `lineage` is of their columns, where the UI shows it."""
    # One for all of them: it remembers the nodes that it has met, and a layer names those of the layers before.
    translator = Translator(lineage)
    return [_layer(layer, manifest, translator) for layer in LAYERS]


def _layer(
    layer: Layer, manifest: Mapping[str, Any], translator: Translator
) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        select=layer.select,
        name=layer.name,
        dagster_dbt_translator=translator,
        pool=WRITER,
    )
    def build(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> Any:
        yield from _events(context, session, layer)

    return build


def _events(
    context: dg.AssetExecutionContext, session: Session, layer: Layer
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Build the layer, then tell Dagster what became of every model and test; only then stop, if it must stop."""
    nodes: list[NodeResult] = []
    rows: dict[str, int] = {}
    try:
        with session.stage(layer.name):
            build_layer(session, _chosen(context, layer), nodes)
            rows = _rows(session)
    finally:
        definition = context.assets_def
        specs = {spec.metadata.get(_UNIQUE_ID): spec for spec in definition.specs}
        checks = {spec.metadata.get(_UNIQUE_ID): spec.key for spec in definition.check_specs}
        keys = {result.check_name: result.sample_keys for result in session.results}
        for node in nodes:
            if node.unique_id in specs and node.status == "success":
                spec = specs[node.unique_id]
                # Numbers, so that the UI draws them over time.
                metadata: dict[str, float | int] = {"seconds": node.seconds}
                if node.relation in rows:
                    metadata["dagster/row_count"] = rows[node.relation]
                yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)
            elif node.unique_id in checks and node.status != "skipped":
                check = checks[node.unique_id]
                yield dg.AssetCheckResult(
                    asset_key=check.asset_key,
                    check_name=check.name,
                    passed=node.status == "pass",
                    severity=_severity(node),
                    metadata={
                        "failures": node.failures,
                        "seconds": node.seconds,
                        "keys": "; ".join(keys.get(node.name, ())),
                    },
                )


def _chosen(context: dg.AssetExecutionContext, layer: Layer) -> Layer:
    """The layer, or of it what somebody chose in the UI."""
    specs = list(context.assets_def.specs)
    chosen = [spec for spec in specs if spec.key in context.selected_asset_keys]
    if len(chosen) == len(specs):
        return layer
    return Layer(
        layer.name,
        tuple(str(spec.metadata[_UNIQUE_ID]).split(".", 2)[2] for spec in chosen),
        is_whole=False,
    )


def _rows(session: Session) -> dict[str, int]:
    """Rows of every table, as the engine's own books have them: counting would read everything again."""
    with session.connect(read_only=True) as con:
        found = con.execute(
            "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"
        ).fetchall()
    return {str(name): int(count) for name, count in found}


def _severity(node: NodeResult) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if node.is_failed else dg.AssetCheckSeverity.WARN
