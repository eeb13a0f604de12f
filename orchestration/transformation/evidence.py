"""Keys of the rows that a dbt test found, so that whoever reads of it can look at one: never a person's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import duckdb

from orchestration.gates.results import SAMPLE_SIZE

# What dbt's own tests call the column they are about.
_TESTED = frozenset({"unique_field", "from_field", "value_field"})
_NAMES = frozenset(
    {
        *("entity", "relation", "layer", "table_name", "column_name", "attribute", "measure", "metric"),
        *("identifier_type", "currency", "purpose", "role", "step", "line_number", "row_count", "n_records"),
    }
)  # fmt: skip
_SHOWN_PII = (None, "indirect")


def sample_keys(
    con: duckdb.DuckDBPyConnection, compiled: str, node: Mapping[str, Any], personal: frozenset[str]
) -> tuple[str, ...]:
    """Up to `SAMPLE_SIZE` of the rows that the test's own query finds, by what may be shown of them."""
    try:
        cursor = con.execute(f"select * from ({compiled}) as found limit {SAMPLE_SIZE}")
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
    except duckdb.Error:  # The evidence is a help; that it cannot be had is no second failure.
        return ()
    tested = _tested(node)
    shown = [
        (position, _called(name, tested))
        for position, name in enumerate(names)
        if _may_be_shown(name, tested, personal)
    ]
    keys = (
        ", ".join(
            f"{name}={row[position]}" for position, name in shown if row[position] is not None
        )
        for row in rows
    )
    return tuple(dict.fromkeys(key for key in keys if key))


def personal_columns(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Names of columns that are marked personal anywhere."""
    found = set()
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        for column in node.get("columns", {}).values():
            meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
            if meta.get("pii") not in _SHOWN_PII:
                found.add(str(column["name"]).lower())
    return frozenset(found)


def _tested(node: Mapping[str, Any]) -> str:
    about = (node.get("test_metadata") or {}).get("kwargs") or {}
    return str(about.get("column_name") or "")


def _called(name: str, tested: str) -> str:
    return tested if name in _TESTED and tested.isidentifier() else name


def _may_be_shown(name: str, tested: str, personal: frozenset[str]) -> bool:
    if name in _TESTED:
        words = set(re.findall(r"\w+", tested.lower()))
        return bool(words) and not words & personal
    lower = name.lower()
    return lower not in personal and (lower.endswith("_id") or lower in _NAMES)
