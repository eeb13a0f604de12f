"""What changed between two published versions: rows by key, and the columns and sums in which they differ.

All of it happens in the engine, on the two files as they are. A relation that sums up to the same hash on both sides
is not looked at again. Keys are those that the models' own tests hold; without one, rows are compared whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration import sql

# What every run writes anew about itself says nothing about customers; metrics are views over what is compared.
_NOT_COMPARED = frozenset({"quality", "metrics"})
# Numbers whose sum means something, by the words that names of measures are made of.
_MEASURES = ("amount", "count", "seconds", "quantity", "score", "price", "cost")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class ColumnChange:
    """One column of rows that stand in both versions; sums of all rows where it is a measure."""

    name: str
    rows_changed: int
    sum_before: float | None = None
    sum_after: float | None = None


@dataclass(frozen=True)
class RelationChange:
    """One relation that is not the same in both versions."""

    relation: str
    rows_before: int
    rows_after: int
    rows_added: int
    rows_removed: int
    # Null where the relation has no key: a changed row is then one removed and one added.
    rows_changed: int | None
    key: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns: tuple[ColumnChange, ...] = field(default=())


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions."""

    before: str
    after: str
    relations_same: int
    relations: tuple[RelationChange, ...]


def diff(before: Path, after: Path, keys: Mapping[str, Sequence[str]], scratch: Path) -> Difference:
    """Compare two published files; `keys` are those of relations, by `schema.name`."""
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"set temp_directory = {sql.text(str(scratch))}").fetchall()
        con.execute("set TimeZone = 'UTC'").fetchall()
        for name, path in (("before", before), ("after", after)):
            con.execute(f"attach {sql.text(str(path))} as {name}_version (read_only)").fetchall()
        held = {side: _columns(con, f"{side}_version") for side in ("before", "after")}
        same, changes = 0, []
        for relation in dict.fromkeys([*held["before"], *held["after"]]):
            change = _compare(
                con,
                relation,
                held["before"].get(relation, {}),
                held["after"].get(relation, {}),
                keys.get(relation, ()),
            )
            if change is None:
                same += 1
            else:
                changes.append(change)
    finally:
        con.close()
    return Difference(before.parent.name, after.parent.name, same, tuple(changes))


def keys_of(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The key of every relation whose uniqueness a test of the project holds."""
    nodes = manifest["nodes"]
    keys: dict[str, list[str]] = {}
    for node in nodes.values():
        about = node.get("test_metadata") or {}
        model = nodes.get(node.get("attached_node") or "")
        if model is not None and about.get("name") == "unique_key":
            keys[f"{model['schema']}.{model['alias']}"] = list(about["kwargs"]["columns"])
    return keys


def _columns(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in con.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? order by schema_name, table_name, column_index",
        [database],
    ).fetchall():
        if schema not in _NOT_COMPARED:
            found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def _compare(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    key: Sequence[str],
) -> RelationChange | None:
    shared = [column for column in after if column in before]
    added = tuple(column for column in after if column not in before)
    removed = tuple(column for column in before if column not in after)
    old, new = (_side(relation, side, shared) for side in ("before", "after"))
    rows_before, hash_before = _totals(con, old) if before else (0, None)
    rows_after, hash_after = _totals(con, new) if after else (0, None)
    if (rows_before, hash_before, before) == (rows_after, hash_after, after):
        return None
    about = {
        "relation": relation,
        "rows_before": rows_before,
        "rows_after": rows_after,
        "columns_added": added if before else (),
        "columns_removed": removed if after else (),
    }
    if not shared:
        return RelationChange(
            **about,  # type: ignore[arg-type]
            rows_added=rows_after,
            rows_removed=rows_before,
            rows_changed=None,
        )
    if not key or not set(key) <= set(shared):
        return RelationChange(
            **about,  # type: ignore[arg-type]
            rows_added=_number(con, f"select count(*) from ({new} except all {old})"),
            rows_removed=_number(con, f"select count(*) from ({old} except all {new})"),
            rows_changed=None,
        )
    measures = [
        column
        for column in shared
        if before[column].startswith(_NUMBERS) and any(word in column for word in _MEASURES)
    ]
    return RelationChange(
        **about,  # type: ignore[arg-type]
        key=tuple(key),
        **_by_key(con, old, new, key, [c for c in shared if c not in key], measures),
    )


def _side(relation: str, side: str, columns: Sequence[str]) -> str:
    schema, _, name = relation.partition(".")
    chosen = ", ".join(map(sql.name, columns)) or "1"
    return f"select {chosen} from {side}_version.{sql.name(schema)}.{sql.name(name)}"


def _totals(con: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, Any]:
    found = con.execute(
        f"select count(*), sum(cast(hash(t) as hugeint)) from ({rows}) as t"
    ).fetchone()
    return (int(found[0]), found[1]) if found else (0, None)


def _by_key(
    con: duckdb.DuckDBPyConnection,
    old: str,
    new: str,
    key: Sequence[str],
    columns: Sequence[str],
    measures: Sequence[str],
) -> dict[str, Any]:
    """Rows that one side alone has; of the others, in which columns they differ; of measures, what they sum up to."""
    match = " and ".join(
        f"b.{sql.name(column)} is not distinct from a.{sql.name(column)}" for column in key
    )
    looks = [
        "count(*) filter (where b.is_there is null)",
        "count(*) filter (where a.is_there is null)",
    ]
    differs = [f"b.{sql.name(c)} is distinct from a.{sql.name(c)}" for c in columns]
    both = "b.is_there and a.is_there"
    looks.append(f"count(*) filter (where {both} and ({' or '.join(differs) or 'false'}))")
    looks += [f"count(*) filter (where {both} and {each})" for each in differs]
    for column in measures:
        looks += [f"sum({side}.{sql.name(column)})::double" for side in ("b", "a")]
    found = con.execute(
        f"select {', '.join(looks)} from (select true as is_there, * from ({old})) as b "
        f"full join (select true as is_there, * from ({new})) as a on {match}"
    ).fetchone()
    values = list(found or ())
    sums = {
        column: (values[3 + len(columns) + 2 * n], values[4 + len(columns) + 2 * n])
        for n, column in enumerate(measures)
    }
    changes = []
    for position, column in enumerate(columns):
        before, after = sums.get(column, (None, None))
        if values[3 + position] or before != after:
            changes.append(ColumnChange(column, int(values[3 + position]), before, after))
    return {
        "rows_added": int(values[0]),
        "rows_removed": int(values[1]),
        "rows_changed": int(values[2]),
        "columns": tuple(sorted(changes, key=lambda change: -change.rows_changed)),
    }


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
