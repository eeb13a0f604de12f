"""The door: what is known of earlier files, and what is to be done with each of these."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb

from orchestration.ingestion import arrival, state
from orchestration.ingestion.arrival import Outcome, Run
from orchestration.ingestion.contracts import Contracts
from orchestration.ingestion.landing import FORMATS, LandedFile
from orchestration.ingestion.sources import CONTROL, CONTROL_TOTALS, Source, Sources


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
class Task:
    """One file to be taken in. `file_id` grows with the file's place in the landing folder, whoever takes it when."""

    file: LandedFile
    file_id: int
    is_repeated: bool


class Door:
    """Takes files in, one after the other or several workers at once, as long as one worker has all of a raw table."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contracts: Contracts,
        sources: Sources,
        report: Callable[[LoadEvent], None],
    ) -> None:
        self.contracts, self.sources, self.report = contracts, sources, report
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
            "from state.files where status in ('loaded', 'duplicate', 'set_aside')"
        ).fetchall():
            self.arrived.add((source_id, system, table, name, digest))
            if status != "duplicate":
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
        return bool(contract.split(":")[1] != self.source_of(file).system)

    def source_of(self, file: LandedFile) -> Source:
        """The source of a file. Control totals have one layout, whatever that of the tables they tell of."""
        source = self.sources.get(file.source_id)
        return replace(source, system=CONTROL) if file.table_name == CONTROL_TOTALS else source

    def take(self, run: Run, task: Task, position: int, count: int) -> Outcome | None:
        """Take one file in; None when it turns out to be what was already here."""
        file = task.file
        source = self.source_of(file)
        system = self.contracts.systems.get(source.system)
        table = self.contracts.table(source.system, file.table_name)
        outcome = Outcome(
            file=file,
            system=source.system,
            status="refused",
            file_id=task.file_id,
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
                run,
                file,
                source,
                table,
                outcome,
                self._is_seen(file),
                lambda digest: not task.is_repeated and (*place, digest) in self.loaded,
                tell,
            )
        self.report(
            replace(
                _event(file, result.status, position, count, file.size_bytes),
                rows=result.rows_in_file,
                reason=result.reason,
            )
        )
        return self._settle(run, result)

    def _settle(self, run: Run, result: Outcome) -> Outcome | None:
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
        con = run.con
        con.execute("begin").fetchall()
        if result.status == "duplicate" and is_known:
            arrival.seen(run, result, self._is_seen(file))
        else:
            arrival.record(run, result, self._is_seen(file))
        con.execute("commit").fetchall()
        if result.status == "duplicate":
            self.arrived.add((*place, file.file_name, digest))
        return None if result.status == "duplicate" and is_known else result

    def _is_seen(self, file: LandedFile) -> bool:
        return (file.source_id, file.table_name, file.file_name) in self.seen

    def _contract_hash(self, file: LandedFile) -> str:
        source = self.source_of(file)
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
