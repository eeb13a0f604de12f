"""Which columns of what landed a published column is made of, read from the SQL that the last run compiled.

A walk over names, not a proof: through every select, join, union and star down to the tables of `raw`. Steps that are
Python end it, since what they do is no SQL; then the column is told to be computed there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

Landed = tuple[str, str, str]  # system, table, column


@dataclass
class Lineage:
    """Walks from a column of a model to the columns of sources, remembering what it found."""

    nodes: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, Mapping[str, Any]]
    compiled: Path
    _parsed: dict[str, exp.Query | None] = field(default_factory=dict)
    _known: dict[tuple[str, str], frozenset[Landed]] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], compiled: Path) -> Lineage:
        """Over the models of a manifest, with their SQL below a folder."""
        nodes = {
            f"{node['schema']}.{node['alias']}": node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
        }
        sources = {
            f"{node['schema']}.{node['identifier']}": node for node in manifest["sources"].values()
        }
        return cls(nodes, sources, compiled)

    def landed(self, relation: str, column: str) -> frozenset[Landed]:
        """The columns of landed tables that go into one column of one relation."""
        asked = (relation, column.lower())
        if asked not in self._known:
            # Its own answer, if a table is ever read by what makes it.
            self._known[asked] = frozenset()
            self._known[asked] = frozenset(self._of_relation(*asked))
        return self._known[asked]

    def _of_relation(self, relation: str, column: str) -> Iterator[Landed]:
        source = self.sources.get(relation)
        if source is not None:
            if source["schema"] == "raw" and column in {name.lower() for name in source["columns"]}:
                yield (source["source_name"], source["name"], column)
            return
        query = self._query(relation)
        if query is not None:
            yield from self._of_query(query, column, {})

    def _query(self, relation: str) -> exp.Query | None:
        if relation not in self._parsed:
            node = self.nodes.get(relation)
            path = self.compiled / str(node["original_file_path"]) if node else None
            parsed = None
            if path is not None and path.suffix == ".sql" and path.is_file():
                try:
                    found = sqlglot.parse_one(path.read_text(), dialect="duckdb")
                    parsed = found if isinstance(found, exp.Query) else None
                except sqlglot.errors.SqlglotError:
                    parsed = None
            self._parsed[relation] = parsed
        return self._parsed[relation]

    def _of_query(
        self, query: exp.Expr, column: str, outer: Mapping[str, exp.Expr]
    ) -> Iterator[Landed]:
        if isinstance(query, exp.Subquery):
            yield from self._of_query(query.this, column, outer)
            return
        named = dict(outer)
        for each in getattr(query, "ctes", []):
            named[each.alias.lower()] = each.this
        if isinstance(query, exp.SetOperation):
            yield from self._of_query(query.left, column, named)
            yield from self._of_query(query.right, column, named)
        elif isinstance(query, exp.Select):
            yield from self._of_select(query, column, named)

    def _of_select(
        self, query: exp.Select, column: str, named: Mapping[str, exp.Expr]
    ) -> Iterator[Landed]:
        tables = _tables(query)
        for projection in query.expressions:
            is_star = isinstance(projection, exp.Star) or (
                isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
            )
            if is_star:
                of = projection.table.lower() if isinstance(projection, exp.Column) else ""
                for alias, table in tables.items():
                    if not of or alias == of:
                        yield from self._of_table(table, column, named)
            elif projection.alias_or_name.lower() == column:
                for part in projection.find_all(exp.Column):
                    of = part.table.lower()
                    for alias, table in tables.items():
                        if not of or alias == of:
                            yield from self._of_table(table, part.name.lower(), named)

    def _of_table(
        self, table: exp.Expr, column: str, named: Mapping[str, exp.Expr]
    ) -> Iterator[Landed]:
        if isinstance(table, exp.Subquery):
            yield from self._of_query(table, column, named)
        elif isinstance(table, exp.Table):
            if not table.db and table.name.lower() in named:
                # A name inside stands for what was named before it, never for itself.
                rest = {name: each for name, each in named.items() if name != table.name.lower()}
                yield from self._of_query(named[table.name.lower()], column, rest)
            elif table.db:
                yield from self.landed(f"{table.db}.{table.name}", column)


def _tables(query: exp.Select) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {}
    parts = [query.args.get("from_") or query.args.get("from"), *query.args.get("joins", [])]
    for part in parts:
        if part is not None:
            table = part.this
            found[(table.alias_or_name or str(len(found))).lower()] = table
    return found
