"""One run from the landing folder to the published file, as the command line starts it."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import ScvError, UsageError
from orchestration.running.fingerprint import fingerprint, remember, remembered
from orchestration.running.lock import DEFAULT_TIMEOUT_SECONDS, warehouse_lock
from orchestration.running.progress import Progress
from orchestration.settings import REPOSITORY, Settings

if TYPE_CHECKING:
    from orchestration.alerting.alerts import Alert
    from orchestration.running.session import Session


@dataclass(frozen=True)
class Options:
    """How to run, as opposed to where."""

    keep: int = 5
    wait_seconds: float = DEFAULT_TIMEOUT_SECONDS
    accepted: frozenset[str] = frozenset()


def run(
    settings: Settings,
    progress: Progress,
    options: Options = Options(),
    project: Path = REPOSITORY,
) -> dict[str, Any]:
    """Do the whole way, or nothing when nothing changed. Returns the summary; its `exit_code` says how it went."""
    started = time.monotonic()
    if not settings.landing.is_dir():
        raise UsageError(
            f"There is no landing folder {settings.landing}. Make it and put files into "
            "<source>/<table>/, or name another with --landing."
        )
    try:
        with warehouse_lock(settings.lock, progress.say, options.wait_seconds):
            parts = fingerprint(settings, project)
            if not settings.full_refresh and _is_unchanged(settings, parts):
                return _unchanged(settings, progress, started)
            summary = _whole_way(settings, progress, options, project)
            if summary["exit_code"] == 0 and not summary["files"].get("waiting"):
                remember(settings, parts)
            return summary
    except UsageError:
        raise
    except ScvError as problem:
        from orchestration.alerting.occasions import of_no_beginning

        _tell(settings, progress, of_no_beginning(settings, str(problem)))
        raise


def _is_unchanged(settings: Settings, parts: dict[str, str]) -> bool:
    return (
        remembered(settings) == parts
        and settings.published.exists()
        and settings.build_database.is_file()
    )


def _unchanged(settings: Settings, progress: Progress, started: float) -> dict[str, Any]:
    """The summary of the run that made what is published, said again with nothing in."""
    from orchestration.publishing import status
    from orchestration.publishing.versions import current, rolled_back
    from orchestration.running import looks
    from orchestration.running.run_id import new_run_id

    last = status.read(settings).get("last_run", {})
    seconds = round(time.monotonic() - started, 3)
    now, back = current(settings), rolled_back(settings)
    message = "Nothing changed since the last run; the published warehouse is up to date."
    if now and back:
        message = (
            f"Nothing changed since the last run; readers stay with version {now.parent.name}, to which they were "
            f"taken back. `scv rollback {back['from']}` goes forward again, `scv run --full-refresh` builds anew."
        )
    summary = {
        **last,
        "run_id": new_run_id(settings),
        "outcome": "unchanged",
        "exit_code": 0,
        "message": message,
        "files": dict.fromkeys(last.get("files", {}), 0),
        "rows_in": 0,
        "rows_loaded": 0,
        "rows_quarantined": 0,
        "stage_seconds": {},
        "stage_cpu_seconds": {},
        "seconds": seconds,
        "published": {
            "path": str(settings.published),
            "version": now.parent.name if now else None,
        },
        "log": None,
    }
    status.note_unchanged(settings, summary)
    looks.note(settings, summary)
    progress.say("nothing changed")
    return summary


def _whole_way(
    settings: Settings, progress: Progress, options: Options, project: Path
) -> dict[str, Any]:
    from orchestration.running.fingerprint import forget
    from orchestration.running.seeds import complete_seeds
    from orchestration.running.session import open_session

    # What the imports below make lives as long as the process; looking through it for garbage costs seconds.
    gc.set_threshold(100_000, 50, 50)
    forget(settings)
    os.environ.update(settings.environment())
    # Libraries make temporary folders of their own; nothing outside the warehouse is written.
    settings.temporary.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(settings.temporary)
    complete_seeds(settings, project)
    if settings.truth is not None:
        from orchestration.linkage.truth import check

        check(settings.truth)
    session = open_session(settings, progress, project, options.keep, options.accepted)
    from orchestration.running.finish import finish
    from orchestration.running.headless import execute

    try:
        execute(session)
    except BaseException as error:
        session.error = session.error or error
        summary = finish(session)
        if not isinstance(session.error, (ScvError, Exception)):
            raise
        return _told(session, summary)
    return _told(session, finish(session))


def _told(session: Session, summary: dict[str, Any]) -> dict[str, Any]:
    """A run that did not publish tells those whom `SCV_ALERT_*` names."""
    from orchestration.alerting.occasions import of_run

    _tell(session.settings, session.progress, of_run(session.settings, summary))
    return summary


def _tell(settings: Settings, progress: Progress, alert: Alert | None) -> None:
    if alert is not None:
        from orchestration.alerting.alerts import from_environment

        from_environment(os.environ).send(alert, progress.note)
