"""Rows that staging refused, beside those that the loader did: they can be seen here, and are cleared by a corrected row.

They lie in no book of their own: staging finds them anew in every run.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.ingestion.quarantine import Entry, WholeEntry

PREFIX = "staging-"
_VERSIONS = "_versions"


def is_of_staging(quarantine_id: str) -> bool:
    return quarantine_id.startswith(PREFIX)


def refuse(quarantine_ids: tuple[str, ...] | list[str]) -> None:
    """Neither replayed nor dismissed: that would have to be done again by every run."""
    for quarantine_id in quarantine_ids:
        if is_of_staging(quarantine_id):
            raise UsageError(
                f"{quarantine_id} was refused while versions were resolved. Deliver a corrected row of the same "
                "key, or correct what it was compared with; the next run lets it in."
            )


def listing(
    con: duckdb.DuckDBPyConnection, source: str | None = None, table: str | None = None
) -> list[Entry]:
    """What the last run's staging refused, in order of arrival."""
    parts = [
        f"select {sql.text(entity)} as entity, v.source_id, v._file_id, v._file_row, v._reject_reason, v._loaded_at "
        f"from staging.{sql.name(entity + _VERSIONS)} as v where v._outcome = 'quarantined'"
        for entity in _entities(con)
    ]
    if not parts:
        return []
    rows = con.execute(
        f"select {sql.text(PREFIX)} || entity || '-' || _file_id || '-' || _file_row, refused.source_id, "
        "coalesce(files.table_name, entity) as table_name, files.file_name, null, _reject_reason, _loaded_at "
        f"from ({' union all '.join(parts)}) as refused "
        "left join state.files as files on refused._file_id = files.file_id "
        "where (? is null or refused.source_id = ?) and (? is null or table_name = ?) order by _file_id, _file_row",
        [source, source, table, table],
    ).fetchall()
    return [Entry(*row) for row in rows]


def show(con: duckdb.DuckDBPyConnection, quarantine_id: str) -> WholeEntry:
    """One row that staging refused, with what staging made of it."""
    entity, _, place = quarantine_id.removeprefix(PREFIX).partition("-")
    file_id, _, file_row = place.partition("-")
    known = next((e for e in listing(con) if e.quarantine_id == quarantine_id), None)
    if known is None:
        raise UsageError(f"There is no quarantine entry {quarantine_id}; list them first.")
    cursor = con.execute(
        f"select * from staging.{sql.name(entity + _VERSIONS)} "
        f"where _file_id = {int(file_id)} and _file_row = {int(file_row)} and _outcome = 'quarantined'"
    )
    names = [column[0] for column in cursor.description or []]
    values: dict[str, Any] = dict(zip(names, cursor.fetchall()[0], strict=True))
    record = {
        name: value
        for name, value in values.items()
        if value is not None and not name.startswith("_")
    }
    return WholeEntry(
        known.quarantine_id,
        known.source_id,
        known.table_name,
        known.file_name,
        known.line_number,
        known.reason,
        known.quarantined_at,
        json.dumps(record, default=str, ensure_ascii=False),
        None,
        None,
    )


def _entities(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select table_name from information_schema.columns where table_schema = 'staging' "
        "and column_name = '_outcome' order by 1"
    ).fetchall()
    return [str(name).removesuffix(_VERSIONS) for (name,) in rows if name.endswith(_VERSIONS)]
