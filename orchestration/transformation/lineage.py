"""Which columns a column is made of, read from the SQL that dbt compiled: for the UI and the catalogue, never during a run.

What the reader of SQL does not understand is left out: a lineage with a gap is better than one that is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from orchestration import database
from orchestration.ingestion.state import TECHNICAL
from orchestration.settings import Settings

# (schema, relation, column)
Origin = tuple[str, str, str]
Lineage = Mapping[str, Mapping[str, frozenset[Origin]]]


def column_lineage(
    manifest: Mapping[str, Any],
    compiled: Path,
    columns: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Lineage:
    """Unique id of a model → its columns → the columns of other relations that each is made of.

    `columns` are those that the database has, by `schema.name`; what it does not tell, the contracts and the SQL itself do.
    """
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope
    from sqlglot.schema import MappingSchema

    known = MappingSchema(dialect="duckdb")

    def learn(relation: str, names: Sequence[str]) -> None:
        """So that the stars and bare names of those who read it can be told."""
        schema, _, name = relation.partition(".")
        if names:
            known.add_table(exp.table_(name, db=schema), dict.fromkeys(names, "varchar"))

    for relation, told in columns.items():
        learn(relation, told)

    def assume(node: Mapping[str, Any], names: Sequence[str]) -> None:
        relation = f"{node['schema']}.{node.get('identifier') or node.get('alias') or node['name']}"
        if relation not in columns:
            learn(relation, names)

    for source in manifest["sources"].values():
        carried = [name for name, _ in TECHNICAL] if source["schema"] == "raw" else []
        assume(source, [*source["columns"], *carried])
    found: dict[str, dict[str, frozenset[Origin]]] = {}
    for unique_id in _parents_first(manifest["nodes"]):
        node = manifest["nodes"][unique_id]
        path = compiled / node["original_file_path"]
        if node["resource_type"] != "model" or path.suffix != ".sql" or not path.is_file():
            assume(node, list(node.get("columns", ())))
            continue
        try:
            query: Any = parse_one(path.read_text(), dialect="duckdb")
            for table in query.find_all(exp.Table):
                table.set("catalog", None)
            query = qualify(
                query,
                schema=known,
                dialect="duckdb",
                validate_qualify_columns=False,
                allow_partial_qualification=True,
            )
            scope = build_scope(query)
        except (SqlglotError, RecursionError):
            assume(node, list(node.get("columns", ())))
            continue
        names = _names(query)
        assume(node, names)
        memo: dict[tuple[int, str], frozenset[Origin]] = {}
        found[unique_id] = {
            column: origins for column in names if (origins := _origins(scope, column, memo))
        }
    return found


def _parents_first(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    ordered: dict[str, None] = {}
    begun: set[str] = set()

    def visit(unique_id: str) -> None:
        if unique_id in begun or unique_id not in nodes:
            return
        begun.add(unique_id)
        for parent in nodes[unique_id].get("depends_on", {}).get("nodes", ()):
            visit(parent)
        ordered[unique_id] = None

    for unique_id in nodes:
        visit(unique_id)
    return list(ordered)


def _names(query: Any) -> list[str]:
    """The columns of a query; a union by name has those of all its parts."""
    if query.args.get("by_name"):
        return list(dict.fromkeys([*_names(query.left), *_names(query.right)]))
    return list(query.named_selects)


def _origins(
    scope: Any, column: str, memo: dict[tuple[int, str], frozenset[Origin]]
) -> frozenset[Origin]:
    """Where one output column of a query comes from, through its common table expressions."""
    key = (id(scope), column)
    if key in memo:
        return memo[key]
    # A query that reads itself ends here.
    memo[key] = frozenset()
    found: set[Origin] = set()
    for part, projection in _projections(scope, column):
        for used in projection.find_all(_column_type()):
            source = part.sources.get(used.table)
            if source is None:
                continue
            if hasattr(source, "sources"):
                found |= _origins(source, used.name, memo)
            elif source.db:
                found.add((source.db, source.name, used.name))
    memo[key] = frozenset(found)
    return memo[key]


def _projections(scope: Any, column: str) -> Iterator[tuple[Any, Any]]:
    """The expressions of one column: of a union one in each of its parts, which agree by position or by name."""
    if scope.set_operation_scopes:
        if scope.expression.args.get("by_name"):
            for part in scope.set_operation_scopes:
                yield from _projections(part, column)
            return
        names = scope.expression.named_selects
        position = names.index(column) if column in names else -1
        for part in scope.set_operation_scopes:
            inner = part.expression.named_selects
            if 0 <= position < len(inner):
                yield from _projections(part, inner[position])
        return
    for projection in scope.expression.selects:
        if projection.alias_or_name == column:
            yield scope, projection


def _column_type() -> Any:
    from sqlglot import exp

    return exp.Column


def columns_of(settings: Settings) -> dict[str, list[str]]:
    """The columns of every relation; of none where a run holds the database just now."""
    found: dict[str, list[str]] = {}
    try:
        with database.connect(settings, read_only=True) as con:
            rows = con.execute(
                "select schema_name || '.' || table_name, column_name from duckdb_columns() "
                "where not internal order by all"
            ).fetchall()
    except duckdb.Error:
        return {}
    for relation, column in rows:
        found.setdefault(relation, []).append(column)
    return found


def write(lineage: Lineage, path: Path) -> None:
    """Keep it for the processes that Dagster starts."""
    text = {
        unique_id: {column: sorted(origins) for column, origins in columns.items()}
        for unique_id, columns in lineage.items()
    }
    path.write_text(json.dumps(text))


def read(path: str | None) -> dict[str, dict[str, list[Origin]]]:
    """What was kept; nothing where nobody asked for it."""
    if not path or not Path(path).is_file():
        return {}
    found: dict[str, dict[str, list[Origin]]] = json.loads(Path(path).read_text())
    return found
