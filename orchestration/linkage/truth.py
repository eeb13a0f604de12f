"""The truth that a benchmark scores against: which profile is whom, from files that the pipeline never reads.

A truth is a folder of CSV files, or one file, each row a profile: `source_id`, `source_record_id` and the person behind
it. What is measured with it lies in `benchmark.py`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.errors import UsageError

KEY = ("source_id", "source_record_id")
# What the column may be called that says who a profile is.
LABELS = ("person_id", "customer_id", "entity_id", "cluster", "label")


def files(truth: Path) -> list[Path]:
    """The files of one truth."""
    if truth.is_file():
        return [truth]
    if not truth.is_dir():
        raise UsageError(f"There is no truth {truth}: name a folder of CSV files, or one file.")
    found = sorted(path for path in truth.glob("*.csv") if not path.name.startswith("."))
    if not found:
        raise UsageError(
            f"The truth {truth} holds no CSV file. It takes one row a profile: "
            f"{', '.join(KEY)} and {LABELS[0]}."
        )
    return found


def name(truth: Path) -> str:
    """What to call it beside its figures: the folder, or the one above where it is only called `truth`."""
    path = truth.resolve()
    path = path.parent if path.is_file() else path
    return path.parent.name if path.name == "truth" else path.name


def read(con: duckdb.DuckDBPyConnection, truth: Path, relation: str = "truth") -> int:
    """Bring it in as a temporary table `source_id, source_record_id, label`; returns its rows."""
    paths = files(truth)
    con.execute(
        f"create or replace temp table {relation} "
        "(source_id varchar, source_record_id varchar, label varchar)"
    ).fetchall()
    for path in paths:
        _read_file(con, path, relation)
    _must_be_clear(con, truth, relation)
    row = con.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def check(truth: Path) -> None:
    """Say what is wrong with a truth before a run spends minutes on what is to be scored."""
    con = duckdb.connect(":memory:")
    try:
        read(con, truth)
    finally:
        con.close()


def _read_file(con: duckdb.DuckDBPyConnection, path: Path, relation: str) -> None:
    reader = "read_csv(?, all_varchar = true, header = true)"
    try:
        described = con.execute(f"describe select * from {reader}", [str(path)]).fetchall()
        columns = {str(row[0]).strip().lower(): str(row[0]) for row in described}
        label = next((columns[label] for label in LABELS if label in columns), None)
        missing = [column for column in KEY if column not in columns]
        if label is None:
            missing.append(f"{LABELS[0]} (or {', '.join(LABELS[1:])})")
        if missing:
            raise UsageError(
                f"The truth {path} has no column {' and no column '.join(missing)}; "
                f"its header is: {', '.join(columns.values())}."
            )
        wanted = ", ".join(
            f"trim({sql.name(column)})"
            for column in (columns[KEY[0]], columns[KEY[1]], label or "")
        )
        # Whom nobody could label is no part of the truth.
        con.execute(
            f"insert into {relation} select distinct * from (select {wanted} from {reader}) "
            "as read (source_id, source_record_id, label) where label != ''",
            [str(path)],
        ).fetchall()
    except duckdb.Error as problem:
        raise UsageError(
            f"The truth {path} cannot be read as CSV in UTF-8 with a header: "
            f"{type(problem).__name__}."
        ) from None


def _must_be_clear(con: duckdb.DuckDBPyConnection, truth: Path, relation: str) -> None:
    """Exactly one person a profile, and at least one profile."""
    rows = con.execute(f"select count(*) from {relation}").fetchall()[0][0]
    if not rows:
        raise UsageError(f"The truth {truth} names no profile: it holds a header and no row.")
    twice = con.execute(
        f"select source_id, source_record_id from {relation} group by all "
        "having count(distinct label) > 1 order by all limit 3"
    ).fetchall()
    if twice:
        named = ", ".join(":".join(str(part) for part in key) for key in twice)
        raise UsageError(f"The truth {truth} gives one profile to several persons: {named}.")
    con.execute(f"create or replace temp table {relation} as select distinct * from {relation}")
