"""What the smaller commands do: the load alone, the quarantine, the UI. The whole run is in `run.py`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from orchestration import database
from orchestration.errors import ScvError, UsageError
from orchestration.publishing.restore import newest_memory, restore_if_lost
from orchestration.running.fingerprint import forget
from orchestration.running.lock import warehouse_lock
from orchestration.running.progress import Progress
from orchestration.running.seeds import complete_seeds
from orchestration.settings import REPOSITORY, Settings


@contextmanager
def _held(settings: Settings, progress: Progress, is_new: bool = False) -> Iterator[None]:
    """The warehouse under its lock, with a working database unless a new one may be made."""
    if not is_new and not settings.build_database.is_file() and newest_memory(settings) is None:
        raise UsageError(
            f"{settings.warehouse} holds no warehouse yet. Start a run with `scv run`, "
            "or name another folder with --warehouse."
        )
    with warehouse_lock(settings.lock, progress.say):
        settings.temporary.mkdir(parents=True, exist_ok=True)
        try:
            restore_if_lost(settings, progress.say)
            yield
        except duckdb.IOException as problem:
            raise ScvError(database.why_not(problem, settings.build_database)) from None


@contextmanager
def _working_database(
    settings: Settings, progress: Progress, is_read_only: bool = False, is_new: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database under the lock; where something is written, the next run must look again."""
    with _held(settings, progress, is_new):
        if not is_read_only:
            forget(settings)
            database.create(settings.build_database)
        con = database.connect(settings, is_read_only)
        try:
            yield con
        finally:
            con.close()


def load_only(settings: Settings, again: Sequence[Path]) -> dict[str, int]:
    """Load what landed, without building anything on it."""
    from orchestration.ingestion.step import load_figures, load_files
    from orchestration.running.run_id import new_run_id

    progress = Progress(sys.stderr)
    run_id = new_run_id(settings)
    with _working_database(settings, progress, is_new=True) as con:
        complete_seeds(settings)
        load_files(con, settings, run_id, progress.say, again)
        return load_figures(con, run_id)


def quarantine_listing(
    settings: Settings, source: str | None, table: str | None, limit: int | None
) -> list[dict[str, Any]]:
    """Open entries, without their records: the loader's, then those of staging."""
    from orchestration.ingestion import quarantine, staged_refusals

    with _working_database(settings, Progress(sys.stderr), is_read_only=True) as con:
        entries = quarantine.listing(con, source, table, limit)
        if limit is None or len(entries) < limit:
            entries += staged_refusals.listing(con, source, table)
    return [asdict(entry) for entry in entries[:limit]]


def quarantine_entry(settings: Settings, quarantine_id: str, has_record: bool) -> dict[str, Any]:
    """One entry; the record, which holds a person's values, only where it is asked for."""
    from orchestration.ingestion import quarantine, staged_refusals

    of_staging = staged_refusals.is_of_staging(quarantine_id)
    with _working_database(settings, Progress(sys.stderr), is_read_only=True) as con:
        entry = asdict((staged_refusals if of_staging else quarantine).show(con, quarantine_id))
    if not has_record:
        entry["record"] = "not shown: it may hold a person's values; --record prints it"
    return entry


def quarantine_replayed(
    settings: Settings,
    quarantine_ids: Sequence[str],
    source: str | None,
    table: str | None,
    records: Path | None,
) -> str:
    """Try entries again."""
    from orchestration.ingestion import staged_refusals
    from orchestration.ingestion.quarantine import replay

    staged_refusals.refuse(list(quarantine_ids))
    with _working_database(settings, Progress(sys.stderr)) as con:
        complete_seeds(settings)
        done = replay(con, settings, quarantine_ids, source=source, table=table, records=records)
    return f"{done}\nThe next `scv run` brings them in." if done.replayed else str(done)


def quarantine_dismissed(
    settings: Settings, quarantine_ids: Sequence[str], source: str | None, table: str | None
) -> str:
    """Put entries away: those named, or all of a source or table."""
    from orchestration.ingestion import staged_refusals
    from orchestration.ingestion.quarantine import dismiss, listing

    if not (quarantine_ids or source or table):
        raise UsageError("Name the entries to dismiss, or --source or --table of all of them.")
    staged_refusals.refuse(list(quarantine_ids))
    with _working_database(settings, Progress(sys.stderr)) as con:
        ids = quarantine_ids or [e.quarantine_id for e in listing(con, source, table)]
        return f"{dismiss(con, ids)} dismissed; they stay in the books and count as refused."


def benchmark_card(settings: Settings) -> dict[str, float]:
    """Identity figures of the last run; what readers have changes in `quality.duckdb` alone."""
    from orchestration.linkage.card import score_warehouse

    # Nothing that a run depends on is written: the next one need not look again.
    with _held(settings, Progress(sys.stderr)):
        return score_warehouse(settings)


def identity_diff(settings: Settings, retrain: bool) -> dict[str, Any]:
    """What the seeds as they are now would make of the customers there are."""
    from orchestration.linkage.dry_run import dry_run
    from orchestration.linkage.steward import folder_of_last_run
    from orchestration.linkage.truth import check

    if settings.truth is not None:
        check(settings.truth)
    if settings.config is None:
        settings = replace(settings, config=folder_of_last_run(settings))
    progress = Progress(sys.stderr)
    with _held(settings, progress):
        return dry_run(settings, progress.say, retrain)


def quality_proposals(settings: Settings) -> str:
    """Thresholds that history speaks for, as rows of the seed."""
    from orchestration.gates.gate import rulebook
    from orchestration.gates.propose import as_csv, propose

    with _working_database(settings, Progress(sys.stderr)) as con:
        return as_csv(propose(con, rulebook(settings)))


def source_set_aside(settings: Settings, source_id: str, why: str) -> str:
    """Take what is new of a source out of the way."""
    from orchestration.gates.aside import set_aside

    with _working_database(settings, Progress(sys.stderr)) as con:
        files = set_aside(con, source_id, f"set aside: {why}")
    if not files:
        raise UsageError(f"No file of the source '{source_id}' came since the last published run.")
    return (
        f"{files} files of {source_id} wait. `scv run` goes on without them; "
        f"`scv quality release {source_id}` lets them in."
    )


def source_released(settings: Settings, source_id: str) -> str:
    """Let in what was set aside."""
    from orchestration.gates.aside import release

    with _working_database(settings, Progress(sys.stderr)) as con:
        files = release(con, source_id)
    return f"{files} files of {source_id} are back; the next `scv run` judges them again."


def identity_retraining(settings: Settings) -> str:
    """Put the learned model away; the next run learns anew, also where nothing else changed."""
    from orchestration.linkage.model import FILE_NAME

    with _held(settings, Progress(sys.stderr)):
        forget(settings)
        (settings.state / FILE_NAME).unlink(missing_ok=True)
    return "The next `scv run` learns anew how the profiles of one person agree."


def identity_explanation(settings: Settings, first: str, second: str) -> dict[str, Any]:
    """Why two profiles are, or are not, one customer."""
    from orchestration.linkage import decisions, explaining, wording

    records = decisions.record(first), decisions.record(second)
    with _working_database(settings, Progress(sys.stderr), is_read_only=True) as con:
        return wording.as_document(explaining.explain(con, settings.state, *records))


def serve_ui(settings: Settings, as_of: date | None, host: str, port: int) -> NoReturn:
    """Run Dagster's UI and daemon on the same definitions until it is interrupted."""
    from orchestration.running.headless import prepare_home
    from orchestration.running.resource import to_environment
    from orchestration.transformation import lineage
    from orchestration.transformation.dbt import DbtProject

    scratch = settings.build / "ui"
    for folder in (settings.landing, settings.dbt_target, settings.dbt_logs, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    prepare_home(settings.dagster_home)
    complete_seeds(settings)
    project = DbtProject(settings)
    manifest = project.manifest()
    compiled = settings.dbt_target / "compiled" / manifest["metadata"]["project_name"]
    lineage.write(
        lineage.column_lineage(manifest, compiled, lineage.columns_of(settings)),
        scratch / "lineage.json",
    )
    environment = {
        **os.environ,
        **to_environment(settings, as_of),
        # Dagster starts several processes; each would parse the project anew.
        "SCV_MANIFEST": str(project.manifest_path),
        "SCV_LINEAGE": str(scratch / "lineage.json"),
        # Dagster keeps a file of its own for as long as it serves; runs empty their scratch space.
        "TMPDIR": str(scratch),
        "PYTHONPATH": os.pathsep.join(
            part for part in (str(REPOSITORY), os.environ.get("PYTHONPATH", "")) if part
        ),
    }
    command = [
        *(sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions"),
        *("--host", host, "--port", str(port)),
    ]
    sys.stderr.write(f"Dagster's UI opens on http://{host}:{port} (stop it with Ctrl-C)\n")
    os.chdir(settings.build)
    # Dagster ends on SIGTERM as on Ctrl-C, which a shell's background job is born deaf to.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # This process becomes the server, so that every signal reaches it.
    os.execve(sys.executable, command, environment)
