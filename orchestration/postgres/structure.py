"""A published relation as PostgreSQL holds it: types, key, indexes, comments, and who may see which column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration import sql
from orchestration.publishing.reading import ReadRelation
from orchestration.settings import Settings

_TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "HUGEINT": "numeric(38, 0)",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "JSON": "json",
}
# Where questions look rows up, beside the key.
_LOOKED_UP = ("customer_id", "source_id")
# The longest name that PostgreSQL keeps whole.
_LONGEST = 63


@dataclass(frozen=True)
class Table:
    """One relation with all that its table is made of."""

    relation: ReadRelation
    key: tuple[str, ...]
    pii: Mapping[str, str]

    @property
    def qualified(self) -> str:
        return self.relation.qualified

    def fingerprint(self) -> str:
        """What it is made of, apart from its rows: another one means another table."""
        parts = [self.relation.description, self.key, sorted(self.pii.items())]
        parts += [(c.name, c.data_type, c.description) for c in self.relation.columns]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def tables(settings: Settings, found: list[ReadRelation]) -> list[Table]:
    """Relations of the file with what the manifest of the run knows besides."""
    path = settings.dbt_target / "manifest.json"
    nodes: Mapping[str, Any] = json.loads(path.read_text())["nodes"] if path.is_file() else {}
    models = {
        f"{node['schema']}.{node['alias']}": node
        for node in nodes.values()
        if node["resource_type"] == "model"
    }
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes.values():
        about = node.get("test_metadata") or {}
        if about.get("name") == "unique_key":
            kwargs = about["kwargs"]
            columns = (kwargs.get("arguments") or kwargs).get("columns") or ()
            keys[str(node.get("attached_node"))] = tuple(columns)
    return [
        Table(
            relation,
            keys.get(str(models.get(relation.qualified, {}).get("unique_id")), ()),
            {
                name: str(pii)
                for name, column in models.get(relation.qualified, {}).get("columns", {}).items()
                if (pii := column.get("config", {}).get("meta", {}).get("pii"))
            },
        )
        for relation in found
    ]


def data_type(duckdb_type: str) -> str:
    """A type in PostgreSQL's words; what it has no word for is text."""
    if duckdb_type.startswith("DECIMAL"):
        return "numeric" + duckdb_type.removeprefix("DECIMAL").replace(",", ", ")
    return _TYPES.get(duckdb_type, "text")


def create(table: Table, place: str) -> list[str]:
    """The empty table under another name, with its comments."""
    columns = ", ".join(
        f"{sql.name(column.name)} {data_type(column.data_type)}"
        for column in table.relation.columns
    )
    return [f"create table {place} ({columns})", *comments(table, place, "table")]


def comments(table: Table, place: str, kind: str) -> list[str]:
    """The meaning of a table or view and of its columns."""
    return [
        f"comment on {kind} {place} is {sql.text(table.relation.description)}",
        *(
            f"comment on column {place}.{sql.name(column.name)} is {sql.text(column.description)}"
            for column in table.relation.columns
        ),
    ]


def indexes(table: Table, place: str, is_key_filled: bool) -> list[str]:
    """Key and indexes, made after the rows are in."""
    made = []
    if table.key:
        columns = ", ".join(map(sql.name, table.key))
        made.append(
            f"alter table {place} add primary key ({columns})"
            if is_key_filled
            else f"create unique index on {place} ({columns})"
        )
    names = {column.name for column in table.relation.columns}
    wanted = [name for name in (*_LOOKED_UP, table.relation.event_time) if name in names]
    made += [
        f"create index on {place} ({sql.name(name)})"
        for name in dict.fromkeys(wanted)
        if name and (name,) != table.key and (name,) != table.key[:1]
    ]
    return [*made, f"analyze {place}"]


def value(column_type: str, column: str) -> str:
    """A column as PostgreSQL takes it: a text there cannot hold the sign of number zero."""
    if column_type in ("VARCHAR", "JSON"):
        return f"replace(cast({column} as varchar), chr(0), '')"
    return column if column_type in _TYPES or column_type.startswith("DECIMAL") else f"cast({column} as varchar)"  # fmt: skip


def masked(column: str, pii: str | None) -> str:
    """A column as the analyst sees it. Country and year of birth stay: they group people and name nobody."""
    name = sql.name(column)
    if pii is None or column == "country":
        return name
    if pii == "birth_date":
        return f"cast(date_trunc('year', {name}) as date) as {name}"
    return f"null::text as {name}"


def version_file(settings: Settings, version: str | None) -> Path | None:
    """The file of a version that is still kept."""
    path = settings.versions / version / "scv.duckdb" if version else None
    return path if path is not None and path.is_file() else None
