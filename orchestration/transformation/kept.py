"""Whether a run may keep what the run before it built, and change only what is touched.

It may where the working database holds what a whole run left: built by the same code under the same configuration, of
raw rows that are all still there, not long ago. Everything else makes every table anew: the first run, a changed
project, a run that stopped half way, rows that were let in or taken out by hand. So does one run a week, that no
mistake of a day lasts for long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.database import SERVED, WORKING
from orchestration.running.fingerprint import code_fingerprint
from orchestration.settings import REPOSITORY, Settings

# So old may be what everything was last built of.
_ANEW_AFTER = timedelta(days=7)
# A steward's decisions change whose rows are, which every run works out anew.
_FREE_SEEDS = frozenset({"identity_decisions.csv", "quality_thresholds.csv"})
_BOOK = "changes.built"
# All that is built above staging, but for the registries.
_BUILT = ("identity", "core", "marts")


@dataclass(frozen=True)
class Kept:
    """What the last whole way through all layers left."""

    run_id: str
    known_files: int
    as_of: date
    # When everything was last made anew.
    anew_at: datetime

    @property
    def variables(self) -> dict[str, object]:
        """As dbt's models ask for it."""
        return {
            "is_kept": True,
            "known_files": self.known_files,
            "previous_as_of": self.as_of.isoformat(),
        }


def open_book(
    con: duckdb.DuckDBPyConnection, settings: Settings, project: Path = REPOSITORY
) -> Kept | None:
    """What may be kept. From here on until `close_book` nothing may: whoever dies in between leaves files of two days.

    Each of the two files has a book of its own: they are of one run where both say so.
    """
    found = _valid(con, settings, project) if not settings.full_refresh else None
    if not _has_book(con):
        # In an older release, or with another file beside it, the working database holds what is served now.
        for schema in _BUILT:
            con.execute(f"drop schema if exists {WORKING}.{schema} cascade").fetchall()
    # What an earlier run changed is nothing to this one.
    for file in (WORKING, SERVED):
        con.execute(f"drop schema if exists {file}.changes cascade").fetchall()
        con.execute(f"create schema {file}.changes").fetchall()
        con.execute(f"create table {file}.changes.touched (model varchar, keys bigint)").fetchall()
    return found


def close_book(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run_id: str,
    kept: Kept | None,
    project: Path = REPOSITORY,
) -> None:
    """Note that every layer is built."""
    now = datetime.now(UTC).replace(tzinfo=None)
    known = int(con.execute("select coalesce(max(file_id), 0) from state.files").fetchall()[0][0])
    con.execute(f"create table {SERVED}.{_BOOK} as select ? as run_id", [run_id]).fetchall()
    con.execute(
        f"create table {WORKING}.{_BOOK} as select ? as run_id, ? as made_by, ?::bigint as known_files, ?::bigint as known_rows, "
        "?::date as as_of, ?::timestamp as anew_at",
        [
            run_id,
            _made_by(settings, project),
            known,
            _rows_until(con, known),
            settings.as_of,
            kept.anew_at if kept else now,
        ],
    ).fetchall()


def _valid(con: duckdb.DuckDBPyConnection, settings: Settings, project: Path) -> Kept | None:
    try:
        row = con.execute(
            f"select run_id, made_by, known_files, known_rows, as_of, anew_at from {WORKING}.{_BOOK} "
            f"semi join {SERVED}.{_BOOK} using (run_id)"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    if row is None:
        return None
    run_id, made_by, known_files, known_rows, as_of, anew_at = row
    age = datetime.now(UTC).replace(tzinfo=None) - anew_at
    is_valid = (
        made_by == _made_by(settings, project)
        and timedelta(0) <= age < _ANEW_AFTER
        # A row that was replayed or set aside stands under a file that is known.
        and known_rows == _rows_until(con, known_files)
    )
    return Kept(run_id, known_files, as_of, anew_at) if is_valid else None


def _has_book(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        con.execute(
            f"select count(*) from duckdb_schemas() where database_name = '{SERVED}' and schema_name = 'changes'"
        ).fetchall()[0][0]
    )


def _rows_until(con: duckdb.DuckDBPyConnection, known_files: int) -> int:
    tables = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' and estimated_size > 0 "
        f"and database_name = '{WORKING}'"
    ).fetchall()
    counts = " union all ".join(
        f"select count(*) as n from raw.{sql.name(name)} where _file_id <= {known_files}"
        for (name,) in tables
    )
    return int(con.execute(f"select sum(n) from ({counts})").fetchall()[0][0]) if counts else 0


def _made_by(settings: Settings, project: Path) -> str:
    """The code, and the company's own seeds by content."""
    digest = hashlib.sha256(code_fingerprint(project).encode())
    seeds: Mapping[str, Path] = (
        {path.name: path for path in settings.config.glob("*.csv")} if settings.config else {}
    )
    for name in sorted(set(seeds) - _FREE_SEEDS):
        digest.update(f"\n{name}\n".encode() + seeds[name].read_bytes())
    return digest.hexdigest()
