"""The load as one step of a run: what the loader did, in the figures that a run reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.running.session import Session

_FIGURES = """
select
    count(*) as files,
    count(*) filter (where status = 'loaded') as files_loaded,
    count(*) filter (where status = 'refused') as files_refused,
    count(*) filter (where status = 'duplicate') as files_duplicate,
    count(*) filter (where status = 'waiting') as files_waiting,
    coalesce(sum(rows_in_file) filter (where status = 'loaded'), 0) as rows_in,
    coalesce(sum(rows_loaded) filter (where status = 'loaded'), 0) as rows_loaded,
    coalesce(sum(rows_quarantined) filter (where status = 'loaded'), 0) as rows_quarantined
from state.files where run_id = ?
"""


def load_landing(session: Session, again: Sequence[Path] = ()) -> dict[str, int]:
    """Load what landed; returns the rows that this run added to each raw table."""
    from orchestration.ingestion.load import load

    with session.stage("load"):
        session.progress.say(f"load: looking into {session.settings.landing}")
        with session.connect() as con:
            load(
                con,
                session.settings,
                run_id=session.run_id,
                report=session.progress.say,
                again=list(again),
            )
            cursor = con.execute(_FIGURES, [session.run_id])
            names = [column[0] for column in cursor.description or []]
            row = cursor.fetchone() or ()
            session.load = {name: int(value) for name, value in zip(names, row, strict=True)}
            tables = con.execute(
                "select 'raw.' || system || '__' || table_name, sum(rows_loaded) from state.files "
                "where run_id = ? and status = 'loaded' group by 1",
                [session.run_id],
            ).fetchall()
        figures = session.load
        session.progress.say(
            f"load: {figures['files_loaded']} files, {figures['rows_in']:,} rows in, "
            f"{figures['rows_quarantined']:,} quarantined, {figures['files_refused']} files refused, "
            f"{figures['files_duplicate']} duplicates"
        )
    return {name: int(rows) for name, rows in tables}
