"""The published warehouse as its readers open it: the newest version, read-only, never waiting for a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import UsageError
from orchestration.settings import Settings

# What people ask for first stands first, wherever relations are listed.
SCHEMAS = ("marts", "core", "metrics", "identity", "quality")


@dataclass(frozen=True)
class ReadColumn:
    """One column as the file describes it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ReadRelation:
    """One table or view as the file describes it."""

    schema: str
    name: str
    is_view: bool
    description: str
    columns: tuple[ReadColumn, ...]

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def event_time(self) -> str | None:
        """The column that dates the row of a fact; facts alone say whether they happened yet."""
        if all(column.name != "has_happened" for column in self.columns):
            return None
        return next(
            (
                column.name
                for column in self.columns
                if column.data_type == "TIMESTAMP" and column.name != "updated_at"
            ),
            None,
        )


def published_file(settings: Settings) -> Path:
    """The file of the version that readers get now."""
    if not settings.published.is_file():
        raise UsageError(
            f"{settings.warehouse} has published nothing yet. Start a run with `scv run`, "
            "or name another folder with --warehouse."
        )
    return settings.published.resolve()


@contextmanager
def open_published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest version, read-only. A version that is published meanwhile changes nothing for who reads."""
    con = duckdb.connect(str(published_file(settings)), read_only=True)
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def relations(con: duckdb.DuckDBPyConnection) -> list[ReadRelation]:
    """Every relation of the file, those that people ask for first standing first."""
    columns: dict[tuple[str, str], list[ReadColumn]] = {}
    for schema, relation, name, data_type, comment in con.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where not internal and database_name = current_database() order by table_oid, column_index"
    ).fetchall():
        columns.setdefault((schema, relation), []).append(ReadColumn(name, data_type, comment))
    found = con.execute(
        "select schema_name, table_name, false, coalesce(comment, '') from duckdb_tables() "
        "where not internal and database_name = current_database() "
        "union all select schema_name, view_name, true, coalesce(comment, '') from duckdb_views() "
        "where not internal and database_name = current_database()"
    ).fetchall()
    order = {schema: place for place, schema in enumerate(SCHEMAS)}
    return sorted(
        (
            ReadRelation(schema, name, is_view, comment, tuple(columns.get((schema, name), ())))
            for schema, name, is_view, comment in found
        ),
        key=lambda relation: (order.get(relation.schema, len(order)), relation.name),
    )
