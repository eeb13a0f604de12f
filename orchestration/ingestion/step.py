"""The load as one step of a run: what the loader did, in the figures that a run reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.publishing.memory import keep_first_load
from orchestration.running.session import Session
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.ingestion.door import LoadEvent

_ENDED = frozenset({"loaded", "refused", "duplicate", "waiting"})
_SECONDS_OF_SILENCE = 3.0

_FIGURES = """
select
    count(*) filter (where status = 'loaded') as files_loaded,
    count(*) filter (where status = 'refused') as files_refused,
    count(*) filter (where status = 'duplicate') as files_duplicate,
    count(*) filter (where status = 'waiting') as files_waiting,
    coalesce(sum(rows_in_file) filter (where status = 'loaded'), 0) as rows_in,
    coalesce(sum(rows_loaded) filter (where status = 'loaded'), 0) as rows_loaded,
    coalesce(sum(rows_quarantined) filter (where status = 'loaded'), 0) as rows_quarantined
from state.files where run_id = ?
"""


class LoadReport:
    """The loader's events as lines for a person: how each file ended, and large ones while they are read."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = time.monotonic()

    def event(self, event: LoadEvent) -> None:
        name = "/".join(filter(None, (event.source_id, event.table_name, event.file_name)))
        place = f"load: [{event.position}/{event.files}] {name}"
        if event.step in _ENDED:
            self._last = time.monotonic()
            reason = f": {event.reason.removeprefix(f'{name}: ')}" if event.reason else ""
            rows = f" {event.rows:,} rows" if event.step == "loaded" else ""
            self._say(f"{place} {event.step}{rows}{reason}")
        elif time.monotonic() - self._last > _SECONDS_OF_SILENCE and event.bytes_total:
            self._last = time.monotonic()
            self._say(f"{place} {event.step}, {event.bytes_done / event.bytes_total:.0%}")


def load_files(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run_id: str,
    report: Callable[[str], None],
    again: Sequence[Path] = (),
) -> None:
    """Load what landed."""
    from orchestration.ingestion.load import load

    told = LoadReport(report)
    load(con, settings, run_id=run_id, report=told.event, again=list(again))


def load_figures(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """What one load did, counted in its own books."""
    cursor = con.execute(_FIGURES, [run_id])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone() or ()
    return {name: int(value) for name, value in zip(names, row, strict=True)}


def load_landing(session: Session) -> dict[str, int]:
    """Load what landed as a step of a run; returns the rows that it added to each raw table."""
    with session.stage("load"):
        session.progress.say(f"load: looking into {session.settings.landing}")
        with session.connect() as con:
            load_files(con, session.settings, session.run_id, session.progress.say)
            session.load = load_figures(con, session.run_id)
            tables = con.execute(
                "select 'raw.' || system || '__' || table_name, sum(rows_loaded) from state.files "
                "where run_id = ? and status = 'loaded' group by 1",
                [session.run_id],
            ).fetchall()
            session.arrived = dict(
                con.execute(
                    "select source_id, sum(rows_loaded)::bigint from state.files "
                    "where run_id = ? and status in ('loaded', 'duplicate') group by 1",
                    [session.run_id],
                ).fetchall()
            )
            keep_first_load(con, session.settings.first_load)
        figures = session.load
        session.progress.say(
            f"load: {figures['files_loaded']} files, {figures['rows_in']:,} rows in, "
            f"{figures['rows_quarantined']:,} quarantined, {figures['files_refused']} files refused, "
            f"{figures['files_duplicate']} duplicates"
        )
    return {name: int(rows) for name, rows in tables}
