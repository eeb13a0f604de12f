"""One file on its way into raw: looked at, read, typed and committed, or refused with a reason.

All or nothing: raw rows, quarantined rows and the file's own row are one transaction, and its counts
must add up before it is committed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.ingestion import prescan
from orchestration.ingestion.contracts import Table
from orchestration.ingestion.landed import REJECTS, TEXT, Landed, Reading, prepare_rejects
from orchestration.ingestion.landing import LandedFile
from orchestration.ingestion.read_csv import read_csv
from orchestration.ingestion.read_json import read_json
from orchestration.ingestion.read_parquet import read_parquet
from orchestration.ingestion.read_xlsx import read_xlsx
from orchestration.ingestion.refusal import Moving, Refusal, raise_if_of_machine
from orchestration.ingestion.sources import Source
from orchestration.ingestion.typing_pass import Pass, plan
from orchestration.ingestion.watch import watched


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its row of `state.files`."""

    file: LandedFile
    system: str
    status: str
    file_id: int
    content_hash: str | None = None
    contract_hash: str = ""
    rows_in_file: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_with_bad_values: int = 0
    rows_with_damaged_text: int = 0
    encoding: str | None = None
    reason: str | None = None
    number_style: str | None = None


@dataclass(frozen=True)
class Run:
    """What all files of one run share."""

    con: duckdb.DuckDBPyConnection
    run_id: str
    loaded_at: datetime
    scratch: Path


Progress = Callable[[str, int], None]
_DAMAGED = "the file could not be read to its end: it is damaged inside. Deliver it again."
# Of larger files the text is dropped at once, not when the next file replaces it.
_LARGE = 32 << 20


def take_in(
    run: Run,
    file: LandedFile,
    source: Source,
    table: Table,
    outcome: Outcome,
    is_known: bool,
    is_loaded_already: Callable[[str], bool],
    progress: Progress,
) -> Outcome:
    """Read one file and commit it; the outcome is loaded, duplicate, refused or waiting."""
    _empty(run.scratch)
    look = file.look()
    if look != (file.size_bytes, file.mtime_ns):
        return _waiting(outcome)
    # DuckDB takes `*?[` in a path for a pattern and knows no names that are not UTF-8.
    path = run.scratch / f"landed{Path(file.file_name.lower()).suffix}"
    path.symlink_to(file.path.absolute())
    reading = Reading(run.con, path, table, run.scratch, lambda done: progress("reading", done))
    try:
        scanned = _prescan(reading, file, lambda done: progress("looking", done))
        outcome = replace(outcome, content_hash=scanned.content_hash, encoding=scanned.encoding)
        if is_loaded_already(scanned.content_hash):
            return replace(outcome, status="duplicate", reason="the same bytes are loaded already")
        with _told(run.con, file, "reading", progress):
            landed = _read(reading, file, scanned)
        with _told(run.con, file, "loading", progress):
            return _commit(run, reading, source, landed, outcome, is_known)
    except (Refusal, duckdb.Error) as error:
        if file.look() != look:  # Half a file reads as a damaged one.
            return _waiting(outcome)
        raise_if_of_machine(error)
        reason = str(error) if isinstance(error, Refusal) else _DAMAGED
        return replace(outcome, status="refused", reason=f"{file.label}: {reason}")
    except Moving:
        return _waiting(outcome)
    except PermissionError:
        return replace(
            outcome,
            status="refused",
            reason=f"{file.label}: the file may not be read. Give the loader the right to read it.",
        )
    except FileNotFoundError:
        return _waiting(outcome)
    finally:
        _empty(run.scratch)
        if file.size_bytes > _LARGE:
            run.con.execute(f"drop table if exists {TEXT}").fetchall()


@contextlib.contextmanager
def _told(
    con: duckdb.DuckDBPyConnection, file: LandedFile, step: str, progress: Progress
) -> Iterator[None]:
    """Tell how far a step is, of a large file every second."""
    progress(step, 0)
    if file.size_bytes < _LARGE:
        yield
        return
    with watched(con, lambda share: progress(step, int(share * file.size_bytes))):
        yield


@contextlib.contextmanager
def _in_any_order(con: duckdb.DuckDBPyConnection, file: LandedFile) -> Iterator[None]:
    """Let threads write what each of them read: rows carry their numbers, and putting the groups of a Parquet file in order
    takes a quarter of the time. The setting is that of the whole database; a large file is read alone.
    """
    if file.format != "parquet" or file.size_bytes < _LARGE:
        yield
        return
    con.execute("set preserve_insertion_order = false").fetchall()
    try:
        yield
    finally:
        con.execute("set preserve_insertion_order = true").fetchall()


def _waiting(outcome: Outcome) -> Outcome:
    return replace(
        outcome,
        status="waiting",
        content_hash=None,
        encoding=None,
        reason="the file is still being written; the next run looks again",
    )


def _prescan(
    reading: Reading, file: LandedFile, progress: Callable[[int], None]
) -> prescan.Prescan:
    if file.format in ("parquet", "xlsx"):
        return prescan.Prescan(prescan.content_hash(reading.path, progress))
    return prescan.prescan_text(
        reading.path,
        file.is_compressed,
        reading.scratch,
        progress,
        mark_may_stay=file.format == "csv",
    )


def _read(reading: Reading, file: LandedFile, scanned: prescan.Prescan) -> Landed:
    if file.format == "parquet":
        return read_parquet(reading, reading.path)
    if file.format == "xlsx":
        return read_xlsx(reading, reading.path)
    text = scanned.text or reading.path
    if file.format == "csv":
        return read_csv(reading, text, scanned.shape)
    return read_json(reading, text, scanned.shape, is_lines=file.format == "jsonl")


def _commit(
    run: Run, reading: Reading, source: Source, landed: Landed, outcome: Outcome, is_known: bool
) -> Outcome:
    file = outcome.file
    typed = plan(reading, landed, source.timezone)
    run.con.execute("begin").fetchall()
    try:
        outcome = _insert(run, reading, typed, outcome)
        if file.look() != (file.size_bytes, file.mtime_ns):
            raise Moving
        record(run, outcome, is_known)
        run.con.execute("commit").fetchall()
    except BaseException:
        _rollback(run.con)
        raise
    return outcome


def _insert(run: Run, reading: Reading, typed: Pass, outcome: Outcome) -> Outcome:
    landed = typed.landed
    rows_in_file = landed.rows + landed.rejected
    source = (
        f"{sql.text(outcome.file.source_id)}, "
        f"{sql.text(run.loaded_at.isoformat(sep=' '))}::timestamp"
    )
    loaded = 0
    if landed.rows:
        with _in_any_order(run.con, outcome.file):
            loaded = reading.number(typed.insert_good(source, str(outcome.file_id)))
    quarantined = 0
    if loaded < landed.rows:
        if not landed.rejected:
            prepare_rejects(run.con)
        reading.fetch(
            f"insert into {REJECTS} (file_row, line_number, reason, record) "
            + typed.select_bad(str(outcome.file_id))
        )
    if loaded < rows_in_file:
        quarantined = _quarantine(run, outcome)
    if loaded + quarantined != rows_in_file:
        raise Refusal(
            f"{rows_in_file} rows were found, but {loaded} loaded and {quarantined} quarantined "
            "do not add up to them; nothing was loaded. Report this as a fault of the loader."
        )
    damaged = typed.count_damaged()
    return replace(
        outcome,
        status="loaded",
        reason=landed.note,
        number_style=typed.number_style,
        rows_in_file=rows_in_file,
        rows_loaded=loaded,
        rows_quarantined=quarantined,
        rows_with_bad_values=_bad_values(reading, typed, outcome.file_id) if loaded else 0,
        rows_with_damaged_text=reading.number(damaged) if damaged and landed.rows else 0,
    )


def _bad_values(reading: Reading, typed: Pass, file_id: int) -> int:
    """Rows whose `_extra` holds the text of an optional column of the contract."""
    return reading.number(
        f"select count(*) from raw.{sql.name(typed.table.identifier)} "
        f"where _file_id = {file_id} and _extra is not null and {typed.has_bad_value()}"
    )


def _quarantine(run: Run, outcome: Outcome) -> int:
    file = outcome.file
    inserted = run.con.execute(
        "insert into state.quarantine (quarantine_id, file_id, source_id, system, table_name, "
        "file_name, file_row, line_number, layer, reason, record, quarantined_at) "
        f"select 'raw-' || {outcome.file_id} || '-' || file_row, {outcome.file_id}, ?, ?, ?, ?, "
        f"file_row, line_number, 'raw', reason, record, ? from {REJECTS}",
        [file.source_id, outcome.system, file.table_name, file.file_name, run.loaded_at],
    ).fetchall()
    return int(inserted[0][0])


def record(run: Run, outcome: Outcome, is_known: bool) -> None:
    """Write the file's row and what was seen at its path, in the transaction that is open.

    `is_known` says whether the path was ever seen before.
    """
    file = outcome.file
    key = [file.source_id, file.table_name, file.file_name]
    delivered_at = _delivered_at(run, key) if is_known else run.loaded_at
    if is_known:
        # What was refused or waited is replaced by what became of it.
        run.con.execute(
            "delete from state.files where source_id = ? and table_name = ? and file_name = ? "
            "and status in ('refused', 'waiting') and (content_hash is null "
            "or status = 'waiting' or content_hash is not distinct from ?)",
            [*key, outcome.content_hash],
        ).fetchall()
    modified = datetime.fromtimestamp(file.mtime_ns / 1e9, UTC).replace(tzinfo=None)
    run.con.execute(
        "insert into state.files (file_id, run_id, source_id, system, table_name, file_name, "
        "content_hash, status, size_bytes, modified_at, rows_in_file, rows_loaded, "
        "rows_quarantined, rows_with_bad_values, rows_with_damaged_text, encoding, reason, "
        f"loaded_at, contract_hash, number_style, delivered_at) values ({', '.join('?' * 21)})",
        [
            outcome.file_id,
            run.run_id,
            file.source_id,
            outcome.system,
            file.table_name,
            file.file_name,
            outcome.content_hash,
            outcome.status,
            file.size_bytes,
            modified,
            outcome.rows_in_file,
            outcome.rows_loaded,
            outcome.rows_quarantined,
            outcome.rows_with_bad_values,
            outcome.rows_with_damaged_text,
            outcome.encoding,
            outcome.reason,
            run.loaded_at,
            outcome.contract_hash,
            outcome.number_style,
            delivered_at,
        ],
    ).fetchall()
    seen(run, outcome, is_known)


def _delivered_at(run: Run, key: list[str]) -> datetime:
    """This run, or the one that first refused this path or found it being written."""
    first = run.con.execute(
        "select min(delivered_at) from state.files "
        "where source_id = ? and table_name = ? and file_name = ? "
        "and status in ('refused', 'waiting') and file_id > (select coalesce(max(file_id), 0) "
        "from state.files where source_id = ? and table_name = ? and file_name = ? "
        "and status in ('loaded', 'duplicate'))",
        key * 2,
    ).fetchall()[0][0]
    return first or run.loaded_at


def seen(run: Run, outcome: Outcome, is_known: bool) -> None:
    """Remember size, times and hash of the path, so that the next run need not read it."""
    file = outcome.file
    if is_known:
        run.con.execute(
            "delete from state.landing where source_id = ? and table_name = ? and file_name = ?",
            [file.source_id, file.table_name, file.file_name],
        ).fetchall()
    run.con.execute(
        "insert into state.landing (source_id, table_name, file_name, size_bytes, mtime_ns, "
        "ctime_ns, content_hash, contract_hash, status) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            file.source_id,
            file.table_name,
            file.file_name,
            file.size_bytes,
            file.mtime_ns,
            file.ctime_ns,
            outcome.content_hash,
            outcome.contract_hash,
            outcome.status,
        ],
    ).fetchall()


def _rollback(con: duckdb.DuckDBPyConnection) -> None:
    with contextlib.suppress(duckdb.Error):  # The error may have ended the transaction already.
        con.execute("rollback").fetchall()


def _empty(scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    for entry in scratch.iterdir():
        entry.unlink()
