"""`status.json`: the state of the warehouse on one page, for `scv status` and for monitors that read files.

A run writes what it knows; how old that is by now is reckoned by whoever reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from orchestration.ingestion.sources import load_sources
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


def read_now(settings: Settings) -> dict[str, Any]:
    """The page with what changes while nobody runs: ages, staleness, the disk, a run under way."""
    from orchestration.running.lock import is_held

    page = read(settings)
    if not page:
        return {}
    now = datetime.now(UTC).replace(tzinfo=None)
    published = published_now(settings)
    if published:
        published["age_hours"] = _hours_since(published["published_at"], now)
    return {
        **page,
        "published": published,
        "sources": [_aged(source, now) for source in page["sources"]],
        "is_run_under_way": is_held(settings.lock),
        "disk_bytes": disk_bytes(settings.warehouse),
        "disk": _disk(settings),
    }


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
        "published": published_now(settings),
        "sources": _sources(settings, con),
        "quarantine_open": _quarantine(con),
        "quarantine": _quarantine_by_source(con),
        "identity": _identity(con),
        "disk_bytes": disk_bytes(settings.warehouse),
    }


def published_now(settings: Settings) -> dict[str, Any] | None:
    """What readers have at this moment."""
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
        write(settings, {**page, "published": published_now(settings)})


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


def _sources(settings: Settings, con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    if not _has(con, "state", "files"):
        return []
    rows = con.execute(
        """
        select
            source_id,
            max(loaded_at) filter (where status in ('loaded', 'duplicate')) as last_arrival_at,
            count(*) filter (where status = 'loaded') as files_loaded,
            count(*) filter (where status = 'refused') as files_refused,
            coalesce(sum(rows_loaded) filter (where status = 'loaded'), 0) as rows_loaded
        from state.files group by source_id order by source_id
        """
    ).fetchall()
    names = ("source_id", "last_arrival_at", "files_loaded", "files_refused", "rows_loaded")
    known = load_sources(settings)
    return [
        {
            **dict(zip(names, row, strict=True)),
            "owner": (source := known.get(row[0])).owner,
            "freshness_hours": source.freshness_hours,
            "is_active": source.is_active,
        }
        for row in rows
    ]


def _aged(source: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A source that never delivered is not stale, nor is one that is set aside."""
    arrived = source.get("last_arrival_at")
    age = _hours_since(str(arrived), now) if arrived else None
    allowed = source.get("freshness_hours")
    is_stale = (
        age is not None
        and allowed is not None
        and age > allowed
        and bool(source.get("is_active", True))
    )
    return {**source, "age_hours": age, "is_stale": is_stale}


def _hours_since(instant: str, now: datetime) -> float:
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    # A clock that was set back makes nothing younger than new.
    return round(max((now - moment).total_seconds(), 0.0) / 3600, 2)


def _quarantine(con: duckdb.DuckDBPyConnection) -> int:
    return sum(_quarantine_by_source(con).values())


def _quarantine_by_source(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    if not _has(con, "state", "quarantine"):
        return {}
    rows = con.execute(
        "select source_id, count(*) from state.quarantine where resolved_at is null "
        "group by 1 order by 2 desc, 1"
    ).fetchall()
    return {str(source): int(count) for source, count in rows}


def _identity(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """The card in short: how right customers are where a truth was named, and what waits for a person."""
    card: dict[str, float] = {}
    if _has(con, "identity", "review_queue"):
        row = con.execute("select count(*) from identity.review_queue").fetchone()
        card["review_queue"] = int(row[0]) if row else 0
    if _has(con, "state", "identity_benchmark"):
        rows = con.execute(
            "select measure, value from state.identity_benchmark "
            "where run_id = (select max(run_id) from state.identity_benchmark) and threshold is null "
            "and measure in ('precision', 'recall', 'f1', 'bcubed_f1', 'ids_moved') and value is not null"
        ).fetchall()
        card.update({str(measure): float(value) for measure, value in rows})
    return card


def _disk(settings: Settings) -> dict[str, int]:
    """What takes the room, part by part; what has several names is counted with the first."""
    return {
        "versions": disk_bytes(settings.versions),
        "working_database": sum(
            path.stat().st_size
            for file in (settings.build_database, settings.served_database)
            for path in settings.build.glob(f"{file.name}*")
        ),
        "history_of_runs": disk_bytes(settings.dagster_home)
        + disk_bytes(settings.dbt_logs)
        + disk_bytes(settings.reports),
    }


def _has(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    found = con.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, name],
    ).fetchone()
    return found is not None
