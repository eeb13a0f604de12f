"""Which columns of what landed a published column is made of: its direct origins, followed down to the tables of `raw`.

Steps that are Python end it, since what they do is no SQL; then the column is told to be computed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.transformation.lineage import column_lineage

Landed = tuple[str, str, str]  # system, table, column


@dataclass
class Lineage:
    """Walks from a column of a model to the columns of sources, remembering what it found."""

    nodes: Mapping[str, Mapping[str, Any]]
    _sources: Mapping[str, Mapping[str, Any]]
    _origins: Mapping[str, Mapping[str, frozenset[tuple[str, str, str]]]]
    _known: dict[tuple[str, str], frozenset[Landed]] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], compiled: Path) -> Lineage:
        """Over the models of a manifest, with their SQL below a folder."""
        models = {
            unique_id: node
            for unique_id, node in manifest["nodes"].items()
            if node["resource_type"] == "model"
        }
        origins = column_lineage(manifest, compiled)
        return cls(
            {f"{node['schema']}.{node['alias']}": node for node in models.values()},
            {
                f"{node['schema']}.{node['identifier']}": node
                for node in manifest["sources"].values()
            },
            {
                f"{models[unique_id]['schema']}.{models[unique_id]['alias']}": {
                    name.lower(): parts for name, parts in columns.items()
                }
                for unique_id, columns in origins.items()
            },
        )

    def landed(self, relation: str, column: str) -> frozenset[Landed]:
        """The columns of landed tables that go into one column of one relation."""
        asked = (relation, column.lower())
        if asked not in self._known:
            # Its own answer, if a table is ever read by what makes it.
            self._known[asked] = frozenset()
            self._known[asked] = self._found(*asked)
        return self._known[asked]

    def _found(self, relation: str, column: str) -> frozenset[Landed]:
        source = self._sources.get(relation)
        if source is None:
            parts = self._origins.get(relation, {}).get(column, ())
            return frozenset().union(
                *(self.landed(f"{schema}.{name}", part) for schema, name, part in parts)
            )
        is_told = column in {name.lower() for name in source["columns"]}
        if source["schema"] == "raw" and is_told:
            return frozenset({(source["source_name"], source["name"], column)})
        return frozenset()
