"""The tables that the door keeps: raw as the contracts declare it, and what became of each file.

Raw, `state.files` and `state.quarantine` cannot be recomputed; so every change of shape here adds
and never drops.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from orchestration import sql
from orchestration.errors import ScvError
from orchestration.ingestion.contracts import Contracts, Table

TECHNICAL = (
    ("_source_id", "varchar"),
    ("_file_id", "bigint"),
    ("_file_row", "bigint"),
    ("_loaded_at", "timestamp"),
    ("_extra", "json"),
)
STATE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "files": (
        ("file_id", "bigint"),
        ("run_id", "varchar"),
        ("source_id", "varchar"),
        ("system", "varchar"),
        ("table_name", "varchar"),
        ("file_name", "varchar"),
        ("content_hash", "varchar"),
        ("status", "varchar"),
        ("size_bytes", "bigint"),
        ("modified_at", "timestamp"),
        ("rows_in_file", "bigint"),
        ("rows_loaded", "bigint"),
        ("rows_quarantined", "bigint"),
        ("rows_with_bad_values", "bigint"),
        ("rows_with_damaged_text", "bigint"),
        ("encoding", "varchar"),
        ("reason", "varchar"),
        ("loaded_at", "timestamp"),
        ("contract_hash", "varchar"),
        ("number_style", "varchar"),  # What commas meant in its number columns, as JSON.
        # The run that it belongs to; of a file that was refused or waited at first, that run.
        ("delivered_at", "timestamp"),
    ),
    "quarantine": (
        ("quarantine_id", "varchar"),
        ("file_id", "bigint"),
        ("source_id", "varchar"),
        ("system", "varchar"),
        ("table_name", "varchar"),
        ("file_name", "varchar"),
        ("file_row", "bigint"),
        ("line_number", "bigint"),
        ("layer", "varchar"),
        ("reason", "varchar"),
        ("record", "json"),
        ("quarantined_at", "timestamp"),
        ("resolved_at", "timestamp"),
        ("resolution", "varchar"),
    ),
    # What was last seen at each path, so that an unchanged file costs one stat and no reading.
    "landing": (
        ("source_id", "varchar"),
        ("table_name", "varchar"),
        ("file_name", "varchar"),
        ("size_bytes", "bigint"),
        ("mtime_ns", "bigint"),
        ("ctime_ns", "bigint"),
        ("content_hash", "varchar"),
        ("contract_hash", "varchar"),
        ("status", "varchar"),
    ),
}


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Settings that every connection of the load needs."""
    con.execute("set preserve_insertion_order = true").fetchall()
    con.execute("set TimeZone = 'UTC'").fetchall()
    # A checkpoint writes down every table there is: one at the end, not one a file.
    con.execute("set checkpoint_threshold = '1GB'").fetchall()


def ensure(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Make what is missing: schemas, state tables, one raw table per contract, new columns."""
    prepare(con)
    existing = _columns(con)
    con.execute("begin").fetchall()
    try:
        for schema in ("raw", "state"):
            con.execute(f"create schema if not exists {schema}").fetchall()
        for name, columns in STATE.items():
            _ensure_table(con, "state", name, columns, existing.get(("state", name)))
        for table in contracts.tables():
            columns = (*((c.name, c.data_type) for c in table.columns), *TECHNICAL)
            known = existing.get(("raw", table.identifier))
            _ensure_table(con, "raw", table.identifier, columns, known)
        con.execute("commit").fetchall()
    except BaseException:
        con.execute("rollback").fetchall()
        raise


def _ensure_table(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: tuple[tuple[str, str], ...],
    existing: Mapping[str, str] | None,
) -> None:
    qualified = f"{schema}.{sql.name(table)}"
    if existing is None:
        declared = ", ".join(f"{sql.name(name)} {data_type}" for name, data_type in columns)
        con.execute(f"create table {qualified} ({declared})").fetchall()
        return
    for name, data_type in columns:
        held = existing.get(name.lower())
        if held is None:
            con.execute(
                f"alter table {qualified} add column {sql.name(name)} {data_type}"
            ).fetchall()
        elif held.replace(" ", "") != data_type.replace(" ", ""):
            _change_type(con, qualified, name, held, data_type)


def _change_type(
    con: duckdb.DuckDBPyConnection, qualified: str, name: str, held: str, wanted: str
) -> None:
    """A contract gave a column another type: follow it when no value of raw is lost by that."""
    column = sql.name(name)
    lost = con.execute(
        f"select count(*) from {qualified} where {column} is not null and "
        f"try_cast(try_cast({column} as {wanted}) as {held}) is distinct from {column}"
    ).fetchall()[0][0]
    if lost:
        raise ScvError(
            f"The contract now gives {qualified}.{name} the type {wanted}, but {lost} rows already "
            f"loaded as {held} do not fit it. Give the column the type {held} again, or add a new "
            "column beside it."
        )
    con.execute(
        f"alter table {qualified} alter column {column} type {wanted} "
        f"using try_cast({column} as {wanted})"
    ).fetchall()


def _columns(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, data_type in con.execute(
        "select schema_name, table_name, lower(column_name), lower(data_type) "
        "from duckdb_columns() where database_name = current_database() "
        "and schema_name in ('raw', 'state')"
    ).fetchall():
        found.setdefault((schema, table), {})[column] = data_type
    return found


def last_file_id(con: duckdb.DuckDBPyConnection) -> int:
    """The highest id that a file has; ids grow with arrival."""
    return int(con.execute("select coalesce(max(file_id), 0) from state.files").fetchall()[0][0])


def contract_hash(table: Table | None, known: tuple[str, ...], system: str, timezone: str) -> str:
    """What a refusal depended on: when this changes, a refused file is looked at again."""
    accepts = table.fingerprint() if table is not None else "unknown:" + ",".join(known)
    return f"{READER}:{system}:{timezone}:{accepts}"


# Raised with every change of the readers that lets them read what they refused before.
READER = 2
