"""The loading step: everything new in the landing folder into raw, once."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.errors import UsageError
from orchestration.ingestion import arrival, state
from orchestration.ingestion.arrival import Outcome, Run
from orchestration.ingestion.contracts import Contracts, load_contracts
from orchestration.ingestion.landed import TEXT
from orchestration.ingestion.landing import FORMATS, LandedFile, scan
from orchestration.ingestion.sources import Source, Sources, load_sources
from orchestration.settings import REPOSITORY, Settings

# Between the two looks at a file; a file that grows or is touched meanwhile waits.
_GAP_SECONDS = 0.25
# Sharing a smaller file among threads takes half as much work again as reading it with one.
_SHARED_BYTES = 16 << 20
STATUSES = ("loaded", "refused", "duplicate", "waiting")


@dataclass(frozen=True)
class LoadEvent:
    """One step of progress: `looking`, `reading`, `loading`, or the status a file ended with."""

    step: str
    source_id: str
    table_name: str
    file_name: str
    position: int
    files: int
    bytes_done: int
    bytes_total: int
    rows: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class TableCount:
    """What one source delivered into one table in this run."""

    source_id: str
    table_name: str
    files: int
    rows_in_file: int
    rows_loaded: int
    rows_quarantined: int
    rows_with_bad_values: int
    rows_with_damaged_text: int


@dataclass(frozen=True)
class LoadSummary:
    """What one loading step did. `outcomes` are the files of this run only."""

    run_id: str
    outcomes: tuple[Outcome, ...]
    files_unchanged: int
    inactive_sources: tuple[str, ...]
    seconds: float

    @property
    def files(self) -> dict[str, int]:
        """Files of this run by status."""
        return {s: sum(o.status == s for o in self.outcomes) for s in STATUSES}

    @property
    def has_changed(self) -> bool:
        """Whether raw or quarantine are not what they were before."""
        return any(outcome.status == "loaded" for outcome in self.outcomes)

    @property
    def rows_in_file(self) -> int:
        return sum(outcome.rows_in_file for outcome in self.outcomes)

    @property
    def rows_loaded(self) -> int:
        return sum(outcome.rows_loaded for outcome in self.outcomes)

    @property
    def rows_quarantined(self) -> int:
        return sum(outcome.rows_quarantined for outcome in self.outcomes)

    @property
    def rows_with_bad_values(self) -> int:
        return sum(outcome.rows_with_bad_values for outcome in self.outcomes)

    @property
    def tables(self) -> tuple[TableCount, ...]:
        """Counts per source and table."""
        keys = sorted({(o.file.source_id, o.file.table_name) for o in self.outcomes})
        counts = []
        for source_id, table_name in keys:
            mine = [
                o
                for o in self.outcomes
                if (o.file.source_id, o.file.table_name) == (source_id, table_name)
            ]
            counts.append(
                TableCount(
                    source_id=source_id,
                    table_name=table_name,
                    files=len(mine),
                    rows_in_file=sum(o.rows_in_file for o in mine),
                    rows_loaded=sum(o.rows_loaded for o in mine),
                    rows_quarantined=sum(o.rows_quarantined for o in mine),
                    rows_with_bad_values=sum(o.rows_with_bad_values for o in mine),
                    rows_with_damaged_text=sum(o.rows_with_damaged_text for o in mine),
                )
            )
        return tuple(counts)


def load(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    run_id: str,
    report: Callable[[LoadEvent], None] | None = None,
    again: Sequence[Path] = (),
) -> LoadSummary:
    """Take in whatever is new; a second call right after it finds nothing to do."""
    started = time.monotonic()
    contracts = load_contracts(REPOSITORY)
    sources = load_sources(settings, set(contracts.systems))
    files = scan(settings.landing)
    first_look = time.monotonic()
    repeated = _repeated(settings, files, again)
    state.ensure(con, contracts)
    run = Run(
        con,
        run_id,
        datetime.now(UTC).replace(tzinfo=None),
        settings.temporary / "landing",
    )
    door = _Door(run, contracts, sources, report or (lambda event: None))
    todo = [file for file in files if door.has_work(file, file.path in repeated)]
    if todo:
        time.sleep(max(0.0, _GAP_SECONDS - (time.monotonic() - first_look)))
    try:
        outcomes = [
            outcome
            for position, file in enumerate(todo, 1)
            if (outcome := door.take(file, position, len(todo), file.path in repeated)) is not None
        ]
    finally:
        door.use_threads(door.usual_threads)
    con.execute(f"drop table if exists {TEXT}").fetchall()
    inactive = {f.source_id for f in files if not sources.get(f.source_id).is_active}
    return LoadSummary(
        run_id=run_id,
        outcomes=tuple(outcomes),
        files_unchanged=len(files) - len(outcomes),
        inactive_sources=tuple(sorted(inactive)),
        seconds=time.monotonic() - started,
    )


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


class _Door:
    """What is known of earlier files, and what is to be done with each of these."""

    def __init__(
        self,
        run: Run,
        contracts: Contracts,
        sources: Sources,
        report: Callable[[LoadEvent], None],
    ) -> None:
        self.run, self.contracts, self.sources, self.report = run, contracts, sources, report
        con = run.con
        self.usual_threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
        self.threads = self.usual_threads
        self.file_id = state.last_file_id(con)
        self.seen = {
            (row[0], row[1], row[2]): row[3:]
            for row in con.execute(
                "select source_id, table_name, file_name, size_bytes, mtime_ns, ctime_ns, status, "
                "contract_hash from state.landing"
            ).fetchall()
        }
        # Bytes that are loaded, per source, layout and table; and every path they came by.
        self.loaded: set[tuple[str, str, str, str]] = set()
        self.arrived: set[tuple[str, str, str, str, str]] = set()
        for source_id, system, table, name, digest, status in con.execute(
            "select source_id, system, table_name, file_name, content_hash, status "
            "from state.files where status in ('loaded', 'duplicate')"
        ).fetchall():
            self.arrived.add((source_id, system, table, name, digest))
            if status == "loaded":
                self.loaded.add((source_id, system, table, digest))

    def has_work(self, file: LandedFile, is_repeated: bool) -> bool:
        """Whether the file, as its directory entry stands, can be anything new."""
        if not self.sources.get(file.source_id).is_active:
            return False
        known = self.seen.get((file.source_id, file.table_name, file.file_name))
        if is_repeated or known is None:
            return True
        size, mtime, ctime, status, contract = known
        if (size, mtime, ctime) != (file.size_bytes, file.mtime_ns, file.ctime_ns):
            return True
        if status == "refused":
            return bool(contract != self._contract_hash(file))
        if status == "waiting":
            return True
        # The source may have been bound to another layout since.
        return bool(contract.split(":")[1] != self.sources.get(file.source_id).system)

    def use_threads(self, wanted: int) -> None:
        """How many threads the engine reads the next file with."""
        if wanted != self.threads:
            self.run.con.execute(f"set threads = {wanted}").fetchall()
            self.threads = wanted

    def take(self, file: LandedFile, position: int, count: int, again: bool) -> Outcome | None:
        """Take one file in; None when it turns out to be what was already here."""
        self.use_threads(self.usual_threads if file.size_bytes >= _SHARED_BYTES else 1)
        source = self.sources.get(file.source_id)
        system = self.contracts.systems.get(source.system)
        table = self.contracts.table(source.system, file.table_name)
        self.file_id += 1
        outcome = Outcome(
            file=file,
            system=source.system,
            status="refused",
            file_id=self.file_id,
            contract_hash=self._contract_hash(file),
        )

        def tell(step: str, done: int) -> None:
            self.report(_event(file, step, position, count, done))

        if table is None or file.format is None:
            tables = tuple(sorted(system.tables)) if system else ()
            reason = _misplaced(file, source, tables) if table is None else _unknown_type(file)
            result = replace(outcome, reason=reason)
        else:
            place = (file.source_id, source.system, file.table_name)
            result = arrival.take_in(
                self.run,
                file,
                source,
                table,
                outcome,
                self._is_seen(file),
                lambda digest: not again and (*place, digest) in self.loaded,
                tell,
            )
        self.report(
            replace(
                _event(file, result.status, position, count, file.size_bytes),
                rows=result.rows_in_file,
                reason=result.reason,
            )
        )
        return self._settle(result)

    def _settle(self, result: Outcome) -> Outcome | None:
        """Write what became of a file that is not loaded; loaded ones are written already."""
        file = result.file
        place = (file.source_id, result.system, file.table_name)
        digest = result.content_hash or ""
        if result.status == "loaded":
            self.loaded.add((*place, digest))
            self.arrived.add((*place, file.file_name, digest))
            return result
        # In a full delivery also what came unchanged says which keys there still are.
        is_known = (*place, file.file_name, digest) in self.arrived and (
            self.sources.get(file.source_id).delivery == "delta"
        )
        con = self.run.con
        con.execute("begin").fetchall()
        if result.status == "duplicate" and is_known:
            arrival.seen(self.run, result, self._is_seen(file))
        else:
            arrival.record(self.run, result, self._is_seen(file))
        con.execute("commit").fetchall()
        if result.status == "duplicate":
            self.arrived.add((*place, file.file_name, digest))
        return None if result.status == "duplicate" and is_known else result

    def _is_seen(self, file: LandedFile) -> bool:
        return (file.source_id, file.table_name, file.file_name) in self.seen

    def _contract_hash(self, file: LandedFile) -> str:
        source = self.sources.get(file.source_id)
        system = self.contracts.systems.get(source.system)
        known = tuple(sorted(system.tables)) if system else ()
        table = self.contracts.table(source.system, file.table_name)
        return state.contract_hash(table, known, source.system, source.timezone)


def _event(file: LandedFile, step: str, position: int, count: int, done: int) -> LoadEvent:
    return LoadEvent(
        step=step,
        source_id=file.source_id,
        table_name=file.table_name,
        file_name=file.file_name,
        position=position,
        files=count,
        bytes_done=done,
        bytes_total=file.size_bytes,
    )


def _misplaced(file: LandedFile, source: Source, tables: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(file.table_name.casefold(), tables, n=3, cutoff=0.5)
    ordered = [*close, *(table for table in tables if table not in close)]
    known = f"The tables of '{source.system}' are: {', '.join(ordered)}."
    if not file.table_name:
        where = f"{file.source_id or '<source_id>'}/<table>/{file.file_name}"
        return f"{file.label}: the file lies beside the tables; move it to {where}. {known}"
    hint = f" Is '{close[0]}' meant?" if close else ""
    bound = (
        "" if source.is_known else " (a source that seeds/sources.csv does not name is canonical)"
    )
    return (
        f"{file.label}: '{file.table_name}' is no table of '{source.system}'{bound}.{hint} {known}"
    )


def _unknown_type(file: LandedFile) -> str:
    known = ", ".join(ending for ending in FORMATS)
    return f"{file.label}: the file type is not known. Known are {known}."
