"""One run under way: its id, lock, clock, books and outcome.

The same object serves the headless run and a run that Dagster's UI started; what each step does lies in the folder
of its concern, and in what order they come, in Dagster's graph.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration import database
from orchestration.errors import GateError
from orchestration.gates.results import CheckResult
from orchestration.machine import step_back
from orchestration.publishing.restore import restore_if_lost
from orchestration.publishing.versions import DEFAULT_KEPT, newest_given, remove_unfinished
from orchestration.running import looks, record
from orchestration.running.fingerprint import code_fingerprint
from orchestration.running.progress import Progress
from orchestration.running.run_id import new_run_id
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.dbt import DbtProject
from orchestration.transformation.kept import Kept


@dataclass
class Session:
    """What the steps of one run share."""

    settings: Settings
    run_id: str
    progress: Progress
    dbt: DbtProject
    keep: int = DEFAULT_KEPT
    accepted: frozenset[str] = frozenset()
    stages: dict[str, float] = field(default_factory=dict)
    stages_cpu: dict[str, float] = field(default_factory=dict)
    results: list[CheckResult] = field(default_factory=list)
    results_written: int = 0
    layers_built: list[str] = field(default_factory=list)
    # Also those that failed, or are built a second time.
    layers_begun: list[str] = field(default_factory=list)
    # What this run may keep of what the run before built.
    kept: Kept | None = None
    load: Mapping[str, Any] = field(default_factory=dict)
    # Rows by source of what arrived in this run, also of sources whose files were all known.
    arrived: Mapping[str, int] = field(default_factory=dict)
    # How right the customers are, where a truth is named.
    benchmark: Mapping[str, float] = field(default_factory=dict)
    # Sources that the run goes on without.
    set_aside: list[str] = field(default_factory=list)
    published: Path | None = None
    # The first thing that ended the run; later ones are its consequences.
    error: BaseException | None = None
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """The working database and what is served, closed again afterwards so that dbt can open them."""
        con = database.connect(self.settings, read_only)
        try:
            yield con
        finally:
            con.close()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage, and keep the first error that came out of one."""
        begun, begun_cpu = time.monotonic(), time.process_time()
        try:
            yield
        except BaseException as error:
            self.error = self.error or error
            raise
        finally:
            seconds, cpu = time.monotonic() - begun, time.process_time() - begun_cpu
            self.stages[name] = round(self.stages.get(name, 0.0) + seconds, 3)
            self.stages_cpu[name] = round(self.stages_cpu.get(name, 0.0) + cpu, 3)
            # With the line's own instant it says when the stage began and ended. A full disk must not hide the error.
            with suppress(OSError):
                self.progress.note(f"stage {name}: {seconds:.3f}s, {cpu:.3f}s of CPU")

    @property
    def seconds(self) -> float:
        """How long the run has taken by now."""
        return round(time.monotonic() - self.started, 3)

    def unwritten_results(self) -> list[CheckResult]:
        """Results that the books do not hold yet; they count as written from now on."""
        fresh = self.results[self.results_written :]
        self.results_written = len(self.results)
        return fresh

    @property
    def outcome(self) -> str:
        """How the run ended, in one word of `quality.runs`."""
        if isinstance(self.error, GateError):
            return "stopped"
        if self.error is not None or self.published is None:
            return "failed"
        return "published"

    @property
    def stopped_by(self) -> str | None:
        """The layer whose gate stopped the run."""
        failed = [result.layer for result in self.results if result.is_stopping]
        return failed[0] if failed else None


def open_session(
    settings: Settings,
    progress: Progress,
    project: Path = REPOSITORY,
    keep: int = DEFAULT_KEPT,
    accepted: frozenset[str] = frozenset(),
) -> Session:
    """Begin a run: folders, log and its row in the books. The caller holds the lock."""
    step_back()
    for folder in (settings.build, settings.temporary, settings.dbt_logs, settings.dbt_target):
        folder.mkdir(parents=True, exist_ok=True)
    run_id = new_run_id(settings)
    progress.log_to(settings.dbt_logs / f"{run_id}.log")
    restore_if_lost(settings, progress.say)
    remove_unfinished(settings)
    session = Session(
        settings, run_id, progress, DbtProject(settings, project), keep=keep, accepted=accepted
    )
    facts = {
        "as_of": settings.as_of,
        "is_full_refresh": settings.full_refresh,
        "code_version": code_fingerprint(project)[:12],
    }
    for file in (settings.build_database, settings.served_database):
        database.create(file)
        database.must_open(file, progress.say)
    with session.connect() as con:
        record.begin(con, run_id, facts, newest_given(settings))
        record.add_looks(con, looks.taken(settings))
    looks.path(settings).unlink(missing_ok=True)
    return session
