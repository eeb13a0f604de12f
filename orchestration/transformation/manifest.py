"""What the rest of the house reads of dbt's manifest: relations, their columns, and which of them readers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.transformation.layers import LAYERS, PUBLISHED_SCHEMAS


@dataclass(frozen=True)
class Column:
    """One described column."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class PublishedRelation:
    """One relation that readers get."""

    unique_id: str
    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    # Where single rows are asked for: an index finds one, which would else cost a block of every column.
    primary_key: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return node.get("config", {}).get("meta") or node.get("meta") or {}


def _models(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return [node for node in nodes if node["resource_type"] in ("model", "seed")]


def published_relations(manifest: Mapping[str, Any]) -> list[PublishedRelation]:
    """Every relation whose configuration says `meta: {published: true}`, in the order of the layers."""
    found = []
    for node in _models(manifest):
        if node["schema"] not in PUBLISHED_SCHEMAS or not _meta(node).get("published"):
            continue
        columns = tuple(
            Column(column["name"], column.get("data_type") or "varchar", column["description"])
            for column in node["columns"].values()
        )
        order_by = _meta(node).get("order_by") or ()
        found.append(
            PublishedRelation(
                unique_id=node["unique_id"],
                schema=node["schema"],
                name=node["alias"],
                description=node["description"],
                columns=columns,
                order_by=tuple(order_by),
                primary_key=tuple(_meta(node).get("primary_key") or ()),
            )
        )
    order = {schema: position for position, schema in enumerate(PUBLISHED_SCHEMAS)}
    return sorted(found, key=lambda relation: (order[relation.schema], relation.name))


def known_relations(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """`schema.name` of everything the project builds or reads → what the manifest says of it."""
    known: dict[str, Mapping[str, Any]] = {}
    for node in _models(manifest):
        known[f"{node['schema']}.{node['alias']}"] = node
    for node in manifest["sources"].values():
        known[f"{node['schema']}.{node['identifier']}"] = node
    return known


def layer_of(node: Mapping[str, Any]) -> str:
    """The step of the run that builds a model: by its folder, not its schema."""
    if node["resource_type"] == "seed":
        return LAYERS[0].name
    folder = str(node["original_file_path"]).split("/")[1]
    return LAYERS[-1].name if folder == "quality" else folder


def quality_order(manifest: Mapping[str, Any], built: set[str]) -> list[str]:
    """Names of the quality models whose every ancestor is up to date when only these layers were built."""
    done: list[str] = []
    nodes = manifest["nodes"]

    def is_ready(unique_id: str) -> bool:
        if unique_id.startswith("source."):
            return True
        node = nodes[unique_id]
        if str(node["original_file_path"]).startswith("models/quality/"):
            return all(is_ready(parent) for parent in node["depends_on"]["nodes"])
        return layer_of(node) in built

    for unique_id, node in nodes.items():
        is_quality = str(node["original_file_path"]).startswith("models/quality/")
        if node["resource_type"] == "model" and is_quality and is_ready(unique_id):
            done.append(node["name"])
    return sorted(done)


def handed_on(manifest: Mapping[str, Any], layer: str) -> list[str]:
    """Unique ids of what a layer hands on: models that a later layer reads, or that readers get."""
    nodes = manifest["nodes"]
    handed = set()
    for unique_id, node in nodes.items():
        if node["resource_type"] != "model":
            continue
        own = layer_of(node)
        if own == layer and _meta(node).get("published"):
            handed.add(unique_id)
        for parent in node["depends_on"]["nodes"]:
            above = nodes.get(parent)
            if above is None or above["resource_type"] != "model":
                continue
            if layer_of(above) == layer and own != layer:
                handed.add(parent)
    return sorted(handed)
