"""`status.json`: the state of the warehouse on one page, for `scv status` and for monitors that read files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from orchestration.publishing.disk import disk_bytes
from orchestration.publishing.versions import rolled_back, versions
from orchestration.settings import Settings


def read(settings: Settings) -> dict[str, Any]:
    """The page as the last run left it; empty before the first run."""
    try:
        page = json.loads(settings.status.read_text())
    except (OSError, ValueError):
        return {}
    return page if isinstance(page, dict) else {}


def write(settings: Settings, page: Mapping[str, Any]) -> None:
    """Swap the page in one step."""
    beside = settings.status.with_name(".status.json.next")
    with beside.open("w") as file:
        json.dump(page, file, indent=2, default=str)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, settings.status)


def page_after_run(
    settings: Settings, con: duckdb.DuckDBPyConnection, summary: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole page, read from the books."""
    return {
        "last_run": dict(summary),
        "last_check": None,
        "published": _published(settings),
        "sources": _sources(con),
        "quarantine_open": _quarantine(con),
        "disk_bytes": disk_bytes(settings.warehouse),
    }


def _published(settings: Settings) -> dict[str, Any] | None:
    kept = versions(settings)
    now = next((version for version in kept if version.is_current), None)
    if now is None:
        return None
    return {
        "version": now.name,
        "path": str(settings.published),
        "published_at": now.published_at.isoformat(timespec="seconds"),
        "size_bytes": now.size_bytes,
        "versions_kept": len(kept),
        "rolled_back": rolled_back(settings) or None,
    }


def note_published(settings: Settings) -> None:
    """Readers were given another version: the page says so too, where there is one."""
    page = read(settings)
    if page:
        write(settings, {**page, "published": _published(settings)})


def note_unchanged(settings: Settings, summary: Mapping[str, Any]) -> None:
    """A run that found nothing to do leaves the page as it is, and says that it looked."""
    page = read(settings)
    page["last_check"] = {
        "run_id": summary["run_id"],
        "outcome": summary["outcome"],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": summary["seconds"],
    }
    write(settings, page)


def _sources(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    if not _has(con, "files"):
        return []
    rows = con.execute(
        """
        select
            source_id,
            max(loaded_at) filter (where status = 'loaded') as last_arrival_at,
            count(*) filter (where status = 'loaded') as files_loaded,
            count(*) filter (where status = 'refused') as files_refused,
            coalesce(sum(rows_loaded) filter (where status = 'loaded'), 0) as rows_loaded
        from state.files group by source_id order by source_id
        """
    ).fetchall()
    names = ("source_id", "last_arrival_at", "files_loaded", "files_refused", "rows_loaded")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _quarantine(con: duckdb.DuckDBPyConnection) -> int:
    if not _has(con, "quarantine"):
        return 0
    row = con.execute("select count(*) from state.quarantine where resolved_at is null").fetchone()
    return int(row[0]) if row else 0


def _has(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = con.execute(
        "select 1 from information_schema.tables where table_schema = 'state' and table_name = ?",
        [name],
    ).fetchone()
    return found is not None
