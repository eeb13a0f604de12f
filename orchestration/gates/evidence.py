"""Up to 20 keys of the rows that a check of arrivals is about: keys and file names, never a person's values."""

from __future__ import annotations

import duckdb

from orchestration import sql
from orchestration.gates.arrival_checks import Judged
from orchestration.gates.results import SAMPLE_SIZE
from orchestration.ingestion.contracts import Table
from orchestration.ingestion.typing_pass import DAMAGED

# Keys that point at nobody but through the source's own books.
_SHOWN = (None, "indirect")
_LARGEST = ("value_shift", "max_value")
_ABOUT_FILES = (
    "volume_drop",
    "repeated_file",
    "column_new",
    "category_gone",
    "foreign_letters_gone",
)


def offending_keys(con: duckdb.DuckDBPyConnection, table: Table, each: Judged) -> list[str]:
    """Keys of rows that show the finding; of one that is about a whole arrival, its files."""
    files = [f"file={name}" for name in each.arrival.files]
    condition = None if each.check in _ABOUT_FILES else _condition(table, each)
    if condition is None:
        return files[:SAMPLE_SIZE]
    named = [name for name in table.key if _is_shown(table, name)]
    shown = ", ".join(f"t.{sql.name(name)}" for name in named)
    order = f" order by abs(t.{sql.name(each.column)}) desc" if each.check in _LARGEST else ""
    # Below each other in the order they came, so that a second look finds the same ones.
    rows = con.execute(
        f"select f.file_name, t._file_row{', ' + shown if shown else ''} from raw.{sql.name(table.identifier)} as t "
        "inner join state.files as f on t._file_id = f.file_id "
        f"where t._file_id in ({', '.join(map(str, each.arrival.file_ids))}) and {condition}{order} limit {SAMPLE_SIZE}"
    ).fetchall()
    keys = [
        ", ".join(
            [f"{name}={value}" for name, value in zip(named, values, strict=True)]
            or [f"file={file}, row={row}"]
        )
        for file, row, *values in rows
    ]
    return keys or files[:SAMPLE_SIZE]


def _is_shown(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.pii in _SHOWN


def _condition(table: Table, each: Judged) -> str | None:
    column = f"t.{sql.name(each.column)}"
    key = ", ".join(f"t.{sql.name(name)}" for name in table.key)
    ids = ", ".join(map(str, each.arrival.file_ids))
    raw = f"raw.{sql.name(table.identifier)}"
    if each.check in ("null_rise", "null_share"):
        return f"{column} is null"
    if each.check in (
        "value_shift",
        "min_value",
        "max_value",
        "time_shift",
        "clock_shift",
        "late_rows",
    ):
        return f"{column} is not null"
    if each.check in ("duplicate_rise", "duplicate_share") and key:
        return (
            f"hash({key}) in (select hash({key}) from {raw} as t where t._file_id in ({ids}) "
            "group by 1 having count(*) > 1)"
        )
    if each.check in ("damaged_text_rise", "damaged_text_share"):
        texts = [f"t.{sql.name(c.name)}" for c in table.columns if c.data_type == "varchar"]
        return f"regexp_matches(concat_ws(chr(10), {', '.join(texts)}), {sql.text(DAMAGED)})"
    if each.check in ("bad_value_rise", "bad_value_share"):
        return "t._extra is not null"
    if each.check in ("category_new", "category_shift"):
        known = {v for past in each.history.measured_past for v in past.counts(each.column)}
        strange = tuple(v for v in each.arrival.counts(each.column) if v not in known)
        return (
            f"list_contains({sql.texts(strange)}, cast({column} as varchar))" if strange else None
        )
    if each.check == "repeated_rows" and key:
        return f"hash({key}) in (select hash({key}) from {raw} as t where t._file_id < {min(each.arrival.file_ids)})"
    return None
