"""The loading step: everything new in the landing folder into raw, once."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.errors import UsageError
from orchestration.ingestion import state
from orchestration.ingestion.arrival import Outcome, Run
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.door import Door, LoadEvent, Task
from orchestration.ingestion.landing import LandedFile, scan
from orchestration.ingestion.sources import load_sources
from orchestration.settings import REPOSITORY, Settings

# Between the two looks at a file; a file that grows or is touched meanwhile waits.
_GAP_SECONDS = 0.25
# A smaller file is read by one thread, beside others: sharing it among threads takes half as much work again.
_SHARED_BYTES = 16 << 20
STATUSES = ("loaded", "refused", "duplicate", "waiting")


@dataclass(frozen=True)
class LoadSummary:
    """What one loading step did. `outcomes` are the files of this run only, in the order of the folder."""

    outcomes: tuple[Outcome, ...]
    files_unchanged: int
    inactive_sources: tuple[str, ...]

    @property
    def files(self) -> dict[str, int]:
        """Files of this run by status."""
        return {s: sum(o.status == s for o in self.outcomes) for s in STATUSES}


def load(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    run_id: str,
    report: Callable[[LoadEvent], None] | None = None,
    again: Sequence[Path] = (),
) -> LoadSummary:
    """Take in whatever is new; a second call right after it finds nothing to do."""
    contracts = load_contracts(REPOSITORY)
    sources = load_sources(settings, set(contracts.systems))
    files = scan(settings.landing)
    first_look = time.monotonic()
    repeated = _repeated(settings, files, again)
    state.ensure(con, contracts)
    door = Door(con, contracts, sources, report or (lambda event: None))
    file_ids = itertools.count(state.last_file_id(con) + 1)
    todo = [
        Task(file, next(file_ids), file.path in repeated)
        for file in files
        if door.has_work(file, file.path in repeated)
    ]
    if todo:
        time.sleep(max(0.0, _GAP_SECONDS - (time.monotonic() - first_look)))
    run = Run(
        con,
        run_id,
        datetime.now(UTC).replace(tzinfo=None),
        settings.temporary / "landing",
    )
    outcomes = _Workers(run, door, todo).work()
    inactive = {f.source_id for f in files if not sources.get(f.source_id).is_active}
    return LoadSummary(
        outcomes=tuple(outcomes),
        files_unchanged=len(files) - len(outcomes),
        inactive_sources=tuple(sorted(inactive)),
    )


class _Workers:
    """Large files one by one with all threads; then the others, each with one thread and several at once."""

    def __init__(self, run: Run, door: Door, todo: Sequence[Task]) -> None:
        self._run, self._door, self._todo = run, door, todo
        self._positions = itertools.count(1)
        self._is_over = threading.Event()
        self._outcomes: list[Outcome] = []

    def work(self) -> list[Outcome]:
        con = self._run.con
        threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
        self._take([task for task in self._todo if task.file.size_bytes >= _SHARED_BYTES], 0)
        queues = self._queues()
        con.execute("set threads = 1").fetchall()
        try:
            with ThreadPoolExecutor(max(1, min(threads, len(queues)))) as pool:
                running = [pool.submit(self._take, tasks, 1 + n) for n, tasks in enumerate(queues)]
                try:
                    for each in running:
                        each.result()
                except BaseException:  # Also Ctrl-C: what is begun is ended, nothing more is begun.
                    self._is_over.set()
                    raise
        finally:
            con.execute(f"set threads = {threads}").fetchall()
        return sorted(self._outcomes, key=lambda outcome: outcome.file_id)

    def _queues(self) -> list[list[Task]]:
        """What one worker takes in order: all small files of one raw table; the longest first."""
        queues: dict[tuple[str, str], list[Task]] = {}
        for task in self._todo:
            if task.file.size_bytes < _SHARED_BYTES:
                system = self._door.source_of(task.file).system
                queues.setdefault((system, task.file.table_name), []).append(task)
        return sorted(queues.values(), key=lambda tasks: -sum(t.file.size_bytes for t in tasks))

    def _take(self, tasks: Sequence[Task], worker: int) -> None:
        run = self._run
        with run.con.cursor() as con:
            state.prepare(con)
            own = Run(con, run.run_id, run.loaded_at, run.scratch / str(worker))
            for task in tasks:
                if self._is_over.is_set():
                    return
                outcome = self._door.take(own, task, next(self._positions), len(self._todo))
                if outcome is not None:
                    self._outcomes.append(outcome)


def _repeated(settings: Settings, files: list[LandedFile], again: Sequence[Path]) -> set[Path]:
    by_path = {os.path.abspath(file.path): file.path for file in files}
    chosen = set()
    for path in again:
        found = by_path.get(os.path.abspath(path)) or by_path.get(
            os.path.abspath(settings.landing / path)
        )
        if found is None:
            raise UsageError(
                f"{path} is no file of the landing folder {settings.landing}; "
                "name one that lies there."
            )
        chosen.add(found)
    return chosen
