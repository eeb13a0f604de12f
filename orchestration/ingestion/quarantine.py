"""Quarantine is not a graveyard: what lies there can be seen, tried again, corrected, put away.

A replayed row enters raw under the file and row it came with, so history stays as it was; the
file's counts move with it, and the entry is resolved in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.errors import ScvError, UsageError
from orchestration.ingestion import state
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.landed import TEXT, Reading
from orchestration.ingestion.read_json import landed_objects
from orchestration.ingestion.sources import load_sources
from orchestration.ingestion.typing_pass import Pass, plan
from orchestration.ingestion.values import Separators
from orchestration.settings import REPOSITORY, Settings

_TRIED = "temp.main.replay_tried"
_GOOD = "temp.main.replay_good"
_ENTRIES = (
    "(select q.*, f.number_style from state.quarantine as q "
    "left join state.files as f on f.file_id = q.file_id)"
)


@dataclass(frozen=True)
class Entry:
    """One refused row, without its record."""

    quarantine_id: str
    source_id: str
    table_name: str
    file_name: str
    line_number: int | None
    reason: str
    quarantined_at: datetime


@dataclass(frozen=True)
class WholeEntry(Entry):
    """One refused row with the record as it was sent, and what became of it."""

    record: str
    resolved_at: datetime | None
    resolution: str | None


@dataclass(frozen=True)
class Replay:
    """What a replay did. `reasons` are those of rows that stay, by quarantine id (some of them)."""

    tried: int
    replayed: int
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def still_open(self) -> int:
        return self.tried - self.replayed

    def __str__(self) -> str:
        lines = [f"{self.tried} tried, {self.replayed} replayed, {self.still_open} still refused."]
        lines += [f"  {quarantine_id}: {reason}" for quarantine_id, reason in self.reasons]
        if self.still_open:
            lines.append(
                "Correct them in JSON lines, each with its quarantine_id, and replay that file."
            )
        return "\n".join(lines)


def listing(
    con: duckdb.DuckDBPyConnection,
    source: str | None = None,
    table: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Open entries, in order of arrival."""
    where, parameters = _filter(source, table, ())
    shown = "" if limit is None else f" limit {int(limit)}"
    rows = con.execute(
        "select quarantine_id, source_id, table_name, file_name, line_number, reason, "
        f"quarantined_at from state.quarantine where {where} order by file_id, file_row{shown}",
        parameters,
    ).fetchall()
    return [Entry(*row) for row in rows]


def show(con: duckdb.DuckDBPyConnection, quarantine_id: str) -> WholeEntry:
    """One entry, open or resolved, with its record."""
    rows = con.execute(
        "select quarantine_id, source_id, table_name, file_name, line_number, reason, "
        "quarantined_at, record, resolved_at, resolution from state.quarantine "
        "where quarantine_id = ?",
        [quarantine_id],
    ).fetchall()
    if not rows:
        raise UsageError(f"There is no quarantine entry {quarantine_id}; list them first.")
    return WholeEntry(*rows[0])


def dismiss(con: duckdb.DuckDBPyConnection, quarantine_ids: Sequence[str]) -> int:
    """Put open entries away for good; they stay in the books and keep counting as quarantined."""
    _check_open(con, quarantine_ids)
    rows = con.execute(
        "update state.quarantine set resolved_at = ?, resolution = 'dismissed' "
        "where resolved_at is null and list_contains(?, quarantine_id)",
        [_now(), list(quarantine_ids)],
    ).fetchall()
    return int(rows[0][0])


def replay(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    quarantine_ids: Sequence[str] = (),
    *,
    source: str | None = None,
    table: str | None = None,
    records: Path | None = None,
) -> Replay:
    """Judge open entries again under today's contract; good ones enter raw and are resolved.

    `records` is a file of JSON lines with corrected records, each an object with `quarantine_id`
    and either the whole record in `record` or its columns beside it; then those alone are tried.
    """
    contracts = load_contracts(REPOSITORY)
    sources = load_sources(settings, set(contracts.systems))
    state.ensure(con, contracts)
    scratch = settings.temporary / "landing"
    scratch.mkdir(parents=True, exist_ok=True)
    corrected = scratch / "corrected"
    wanted = list(quarantine_ids)
    if records is not None:
        wanted += _corrected(records, corrected)
    _check_open(con, wanted)
    where, parameters = _filter(source, table, wanted)
    # Rows are read as their file was; a corrected record is written plainly.
    style = "null" if records is not None else "number_style"
    groups = con.execute(
        f"select distinct source_id, system, table_name, coalesce({style}, '') from {_ENTRIES} "
        f"where {where} order by all",
        parameters,
    ).fetchall()
    tried = replayed = 0
    reasons: list[tuple[str, str]] = []
    for source_id, system, table_name, number_style in groups:
        contract = contracts.table(system, table_name)
        if contract is None:
            continue  # The layout is gone; what it refused stays and can be seen.
        reading = Reading(con, scratch, contract, scratch)
        group = [source_id, system, table_name, number_style]
        scope = (
            f"{where} and source_id = ? and system = ? and table_name = ? "
            f"and coalesce({style}, '') = ?"
        )
        _gather(con, scope, [*parameters, *group], corrected if records is not None else None)
        landed = landed_objects(reading, may_be_damaged=False, is_delivery=False)
        separators = {
            name: Separators(meaning) for name, meaning in json.loads(number_style or "{}").items()
        }
        typed = plan(reading, landed, sources.get(source_id).timezone, separators)
        done, left = _move(con, typed, source_id)
        tried += reading.number(f"select count(*) from {_TRIED}")
        replayed += done
        reasons += left
    corrected.unlink(missing_ok=True)
    return Replay(tried, replayed, tuple(reasons[:20]))


def _gather(
    con: duckdb.DuckDBPyConnection,
    where: str,
    parameters: list[object],
    corrected: Path | None,
) -> None:
    """The entries of one table as `_TRIED`, their records in the same order as TEXT."""
    record, join = "cast(record as varchar)", ""
    if corrected is not None:
        record = "coalesce(corrected.doc, cast(record as varchar))"
        join = (
            " left join read_json("
            f"{sql.path(corrected)}, format = 'newline_delimited', "
            "maximum_object_size = 1000000000, columns = {'id': 'VARCHAR', 'doc': 'VARCHAR'}) "
            "as corrected on corrected.id = quarantine_id"
        )
    con.execute(
        f"create or replace temp table {_TRIED.rpartition('.')[2]} as "
        "select row_number() over (order by file_id, file_row) as n, quarantine_id, file_id, "
        f"file_row, {record} as doc from {_ENTRIES}{join} where {where} order by n",
        parameters,
    ).fetchall()
    con.execute(
        f"create or replace temp table {TEXT.rpartition('.')[2]} as "
        f"select doc from {_TRIED} order by n"
    ).fetchall()


def _move(
    con: duckdb.DuckDBPyConnection, typed: Pass, source_id: str
) -> tuple[int, list[tuple[str, str]]]:
    """Good rows into raw, their entries resolved, the counts of their files moved: at once."""
    now = _now()
    shared = f"{sql.text(source_id)}, {sql.text(now.isoformat(sep=' '))}::timestamp"
    raw = f"raw.{sql.name(typed.table.identifier)}"
    con.execute(
        f"create or replace temp table {_GOOD.rpartition('.')[2]} as select tried.* from "
        f"{typed.relation} join {_TRIED} as tried on tried.n = _r where {typed.is_good}"
    ).fetchall()
    left = con.execute(
        f"select tried.quarantine_id, {typed.reason} from {typed.relation} join {_TRIED} as tried "
        f"on tried.n = _r where not ({typed.is_good}) order by tried.n limit 20"
    ).fetchall()
    con.execute("begin").fetchall()
    try:
        inserted = con.execute(
            typed.insert_good(
                shared,
                "tried.file_id",
                "tried.file_row",
                f" join {_TRIED} as tried on tried.n = _r",
            )
        ).fetchall()[0][0]
        resolved = con.execute(
            "update state.quarantine set resolved_at = ?, resolution = 'replayed' where "
            f"resolved_at is null and quarantine_id in (select quarantine_id from {_GOOD})",
            [now],
        ).fetchall()[0][0]
        if inserted != resolved:
            raise ScvError(
                f"{inserted} rows would enter raw for {resolved} entries; nothing was replayed. "
                "Report this as a fault of the loader."
            )
        con.execute(
            "update state.files set rows_loaded = rows_loaded + moved.n, "
            "rows_quarantined = rows_quarantined - moved.n, "
            "rows_with_bad_values = rows_with_bad_values + moved.bad "
            "from (select good.file_id, count(*) as n, "
            f"count(*) filter (r._extra is not null and {typed.has_bad_value('r._extra')}) as bad "
            f"from {_GOOD} as good join {raw} as r "
            "on r._file_id = good.file_id and r._file_row = good.file_row "
            "group by good.file_id) as moved where files.file_id = moved.file_id"
        ).fetchall()
        con.execute("commit").fetchall()
    except BaseException:
        con.execute("rollback").fetchall()
        raise
    return int(inserted), [(str(entry), str(reason)) for entry, reason in left]


def _corrected(records: Path, to: Path) -> list[str]:
    """Check a file of corrected records and lay it out for the reader; returns its ids."""
    ids: list[str] = []
    try:
        lines = records.open(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{records} cannot be read: {error.strerror}.") from None
    with lines, to.open("w", encoding="utf-8") as target:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:  # Numbers stay the text they are: amounts never become floating point.
                entry = json.loads(line, parse_float=str, parse_int=str)
                quarantine_id = str(entry.pop("quarantine_id"))
            except (ValueError, KeyError, AttributeError, TypeError):
                raise UsageError(
                    f"{records}, line {number}: expected one JSON object with a quarantine_id and "
                    "the corrected columns."
                ) from None
            record = entry["record"] if isinstance(entry.get("record"), dict) else entry
            doc = json.dumps(record, ensure_ascii=False)
            target.write(json.dumps({"id": quarantine_id, "doc": doc}, ensure_ascii=False) + "\n")
            ids.append(quarantine_id)
    if len(set(ids)) != len(ids):
        raise UsageError(f"{records} names a quarantine_id twice; keep one line for each.")
    if not ids:
        raise UsageError(f"{records} holds no record.")
    return ids


def _check_open(con: duckdb.DuckDBPyConnection, quarantine_ids: Sequence[str]) -> None:
    missing = con.execute(
        "select id from (select unnest(?::varchar[]) as id) where id not in "
        "(select quarantine_id from state.quarantine where resolved_at is null) limit 1",
        [list(quarantine_ids)],
    ).fetchall()
    if missing:
        raise UsageError(f"There is no open quarantine entry {missing[0][0]}; list them first.")


def _filter(
    source: str | None, table: str | None, quarantine_ids: Sequence[str]
) -> tuple[str, list[object]]:
    parts, parameters = ["resolved_at is null"], list[object]()
    for column, value in (("source_id", source), ("table_name", table)):
        if value is not None:
            parts.append(f"{column} = ?")
            parameters.append(value)
    if quarantine_ids:
        parts.append("list_contains(?, quarantine_id)")
        parameters.append(list(quarantine_ids))
    return " and ".join(parts), parameters


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
