"""Rows of the largest, smallest, emptiest and strangest values that raw can hold, for every table of every system.

The loader lets each of these in, so nothing behind it may break on them.
"""

from __future__ import annotations

import duckdb

from orchestration.ingestion.contracts import Column, Contracts, Table

_VALUES = {
    "decimal": ("99999999999999.9999", "-99999999999999.9999", "0", "null", "0.0001"),
    "bigint": ("9223372036854775807", "-9223372036854775808", "0", "null", "1"),
    "double": ("1.7e308::double", "-1.7e308::double", "0", "null", "1e-300::double"),
    "timestamp": (
        "timestamp '9999-12-31 23:59:59.999999'",
        "timestamp '0001-01-01'",
        "timestamp '2026-01-01'",
        "null",
        "timestamp '2026-01-05'",
    ),
    "date": ("date '9999-12-31'", "date '0001-01-01'", "date '2026-01-01'", "null", "date '2026-01-05'"),
    "boolean": ("true", "false", "null", "null", "true"),
    "json": ("'[1]'", """'{"a":null}'""", """'"x"'""", "null", """'{"a":{"b":[1e400]}}'"""),
    "varchar": ("'1'", "'  '", """chr(0) || 'x%''"{'""", "null", "repeat('客', 20000)"),
}  # fmt: skip
_CURRENCIES = ("'USD'", "'eur'", "'X'", "null", "'JPY'")
ROWS = 5


def insert(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Five such rows into every raw table, as those of a source `extreme_<system>`."""
    for table in contracts.tables():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        selects = [_select(table, version) for version in range(ROWS)]
        con.execute(
            f'insert into raw."{table.identifier}" '
            f"({columns}, _source_id, _file_id, _file_row, _loaded_at) "
            + " union all ".join(selects)
        )


def _select(table: Table, version: int) -> str:
    values = [
        f"cast({_value(table, column, version)} as {column.data_type})" for column in table.columns
    ]
    return (
        f"select {', '.join(values)}, 'extreme_{table.system}', -1, {version + 1}, "
        "timestamp '2026-01-02'"
    )


def _value(table: Table, column: Column, version: int) -> str:
    value = _VALUES[column.data_type.partition("(")[0]][version]
    if column.data_type == "varchar":
        if column.accepted:
            value = f"'{column.accepted[version % len(column.accepted)]}'"
        elif "currency" in column.name:
            value = _CURRENCIES[version]
        elif column.name.endswith("id") or column.name in table.key:
            value = f"'{version + 1}'"  # Rows of one number find each other.
    if value == "null" and column.required:
        value = _VALUES[column.data_type.partition("(")[0]][2]
    return value
