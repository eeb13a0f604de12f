"""What a gate's suite is made of: rules over relations, and the facts that suites are built from.

No Great Expectations here: Dagster and the command line read these names without paying for its import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from orchestration.gates.arrivals import is_new
from orchestration.gates.results import ERROR

_NEW_FILES = (
    "select file_id from gates.arrival_files inner join gates.arrivals using (arrival_id) "
    f"where {is_new()}"
)


@dataclass(frozen=True)
class Rule:
    """One expectation about one relation, in words a person reads."""

    relation: str
    name: str
    expected: str
    expectation: Any
    severity: str = ERROR
    source_id: str | None = None
    # Whether it is about every row of `gates.judged` with its name, to be told table by table.
    is_by_table: bool = False

    def by_table(self) -> Rule:
        """The same rule, told for each table and source that it is about."""
        return replace(self, is_by_table=True)


@dataclass(frozen=True)
class GateFacts:
    """What a suite may look at while it is built: names and earlier figures, never rows."""

    layer: str
    run_id: str
    database: Path
    con: duckdb.DuckDBPyConnection
    # `schema.name` of everything the project builds or reads → its description in the manifest.
    known: Mapping[str, Mapping[str, Any]]
    # Checks of drift that somebody looked at and let pass in this run.
    accepted: frozenset[str] = frozenset()
    expected_rows: Mapping[str, int] = field(default_factory=dict)
    # Whether conservation is looked at in every table, or only in those that something came for.
    is_whole: bool = True

    def has(self, *relations: str) -> bool:
        """The project knows all of these relations, so a rule over them means something."""
        return all(relation in self.known for relation in relations)

    def delivered(self) -> list[tuple[str, str]]:
        """System and table of every raw table to be looked at."""
        touched = "" if self.is_whole else f"and file_id in ({_NEW_FILES})"
        return self.con.execute(
            "select distinct system, table_name from state.files "
            f"where status = 'loaded' {touched} order by all"
        ).fetchall()

    def column_names(self, relation: str) -> list[str]:
        """The columns of one relation as the database has them."""
        schema, name = relation.split(".")
        rows = self.con.execute(
            "select column_name from information_schema.columns "
            "where table_schema = ? and table_name = ? order by ordinal_position",
            [schema, name],
        ).fetchall()
        return [row[0] for row in rows]
