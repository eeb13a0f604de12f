"""What a query may be: one select over what is published, with functions that compute and nothing else.

Decided on the tree that the engine itself parsed, never on text. Everything is refused that is not known to be harmless:
other statements, other relations, files by name, functions that are not built in, and those of them that look outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Built in, and yet not for strangers: the machine's settings, its log, state.
_NEVER = frozenset({"getenv", "current_setting", "write_log", "nextval", "currval", "set_config"})
_TABLE_FUNCTIONS = frozenset(
    {
        *("range", "generate_series", "unnest", "json_each", "json_tree", "repeat"),
        *("duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_schemas", "duckdb_constraints"),
        *("duckdb_types", "duckdb_indexes", "pragma_table_info"),
    }
)  # fmt: skip
_CATALOGUE = frozenset(
    {"duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_schemas", "sqlite_master"}
)
_SHOWN = frozenset({"", '"tables"', "__show_tables_expanded"})


@dataclass(frozen=True)
class Policy:
    """What there is to read, and what may be computed."""

    catalog: str
    relations: frozenset[tuple[str, str]]
    functions: frozenset[str]

    def allows(self, serialized: str) -> bool:
        """Whether a statement, as the engine writes its tree, is a harmless read."""
        try:
            document = json.loads(serialized)
        except ValueError:
            return False
        if not isinstance(document, dict) or document.get("error") is not False:
            return False
        statements = document.get("statements")
        if not isinstance(statements, list) or len(statements) != 1:
            return False
        parts = list(_parts(statements[0]))
        named = {
            str(entry.get("key", "")).lower()
            for part in parts
            for entry in (part.get("cte_map") or {}).get("map", [])
        }
        return all(self._is_harmless(part, named) for part in parts)

    def _is_harmless(self, part: dict[str, Any], named: set[str]) -> bool:
        kind = part.get("type")
        if kind == "BASE_TABLE":
            return self._is_published(part, named)
        if kind == "TABLE_FUNCTION":
            return self._name(part.get("function") or {}) in _TABLE_FUNCTIONS
        if kind == "SHOW_REF":
            return str(part.get("table_name", "")).lower() in _SHOWN
        if "function_name" in part:
            name = self._name(part)
            return name not in _NEVER and name in self.functions | _TABLE_FUNCTIONS
        return True

    def _is_published(self, part: dict[str, Any], named: set[str]) -> bool:
        catalog, schema, name = (
            str(part.get(key, "")).lower() for key in ("catalog_name", "schema_name", "table_name")
        )
        if catalog not in ("", self.catalog, "system"):
            return False
        if schema == "information_schema":
            return name in {"tables", "columns", "schemata"}
        if schema in ("", "main"):
            known = {relation for _, relation in self.relations}
            return name in known | _CATALOGUE or (not schema and name in named)
        return (schema, name) in self.relations

    @staticmethod
    def _name(part: dict[str, Any]) -> str:
        return str(part.get("function_name", "")).lower()


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
