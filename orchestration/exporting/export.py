"""The published warehouse as files: Parquet for tools, CSV and Excel for people.

Everything is written beside first and moved into place at the end, so whoever reads the folder finds whole files.
Facts lie in Parquet by the year of their event, and every file in the order of the warehouse: by customer.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.exporting.workbook import MOST_ROWS, write_workbook
from orchestration.publishing.reading import (
    ReadRelation,
    open_published,
    published_file,
    relations,
)
from orchestration.settings import Settings

FORMATS = ("parquet", "csv", "xlsx")

# A spreadsheet takes text that begins so for a formula, in some languages also in its wide form.
_STARTS_A_FORMULA = "^[=+\\-@\\t\\r\\n＝＋－＠]"
# Telephone numbers and figures begin so too and can do nothing.
_MERE_NUMBER = "^[+\\-]?[0-9][0-9 ().\\-]*$"


@dataclass(frozen=True)
class Exported:
    """One relation written."""

    relation: str
    rows: int
    path: Path


def export(
    settings: Settings,
    file_format: str,
    wanted: Sequence[str] = (),
    folder: Path | None = None,
    is_raw: bool = False,
) -> list[Exported]:
    """Write relations of the newest version, all of them unless some are named."""
    target = folder or published_file(settings).parent / file_format
    with open_published(settings) as con:
        chosen = _chosen(relations(con), wanted)
        counts = {relation.qualified: _count(con, relation) for relation in chosen}
        if file_format == "xlsx":
            _refuse_what_no_sheet_holds(counts)
        beside = target / ".unfinished"
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            # One thread: the rows of a file keep the order of the warehouse.
            con.execute("set threads = 1")
            paths = [_write(con, relation, file_format, beside, is_raw) for relation in chosen]
            for path in paths:
                _replace(path, target / path.relative_to(beside))
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return [
        Exported(relation.qualified, counts[relation.qualified], target / path.relative_to(beside))
        for relation, path in zip(chosen, paths, strict=True)
    ]


def _chosen(known: Sequence[ReadRelation], wanted: Sequence[str]) -> list[ReadRelation]:
    names = {relation.qualified: relation for relation in known}
    for name in wanted:
        if name not in names:
            raise UsageError(
                f"There is no relation {name}. Known are: {', '.join(names)}. Name one as schema.relation."
            )
    return [names[name] for name in dict.fromkeys(wanted or names)]


def _count(con: duckdb.DuckDBPyConnection, relation: ReadRelation) -> int:
    [row] = con.execute(f"select count(*) from {_name(relation)}").fetchall()
    return int(row[0])


def _refuse_what_no_sheet_holds(counts: dict[str, int]) -> None:
    too_long = [name for name, rows in counts.items() if rows > MOST_ROWS]
    if too_long:
        raise UsageError(
            f"A sheet holds {MOST_ROWS:,} rows; {', '.join(too_long)} has more. Take --format csv or parquet, "
            "or name the relations you want with --relation."
        )


def _name(relation: ReadRelation) -> str:
    return f"{sql.name(relation.schema)}.{sql.name(relation.name)}"


def _write(
    con: duckdb.DuckDBPyConnection,
    relation: ReadRelation,
    file_format: str,
    folder: Path,
    is_raw: bool,
) -> Path:
    base = folder / relation.schema
    base.mkdir(exist_ok=True)
    if file_format == "parquet":
        return _parquet(con, relation, base / relation.name)
    path = base / f"{relation.name}.{file_format}"
    if file_format == "csv":
        _csv(con, relation, path, is_raw)
    else:
        write_workbook(con, relation, path)
    return path


def _parquet(con: duckdb.DuckDBPyConnection, relation: ReadRelation, folder: Path) -> Path:
    """A folder for every relation, so that one that grows is still found where it was."""
    words = {column.name: column.description for column in relation.columns}
    about = (
        f"kv_metadata {{description: {sql.text(relation.description)}, "
        f"columns: {sql.text(json.dumps(words, ensure_ascii=False))}}}"
    )
    folder.mkdir()
    if relation.event_time:
        con.execute(
            f"copy (select *, year({sql.name(relation.event_time)}) as event_year from {_name(relation)}) "
            f"to {sql.text(str(folder))} (format parquet, compression zstd, partition_by (event_year), "
            f"filename_pattern 'part_{{i}}', {about})"
        )
    if not any(folder.iterdir()):
        con.execute(
            f"copy {_name(relation)} to {sql.text(str(folder / f'{relation.name}.parquet'))} "
            f"(format parquet, compression zstd, {about})"
        )
    return folder


def _csv(con: duckdb.DuckDBPyConnection, relation: ReadRelation, path: Path, is_raw: bool) -> None:
    columns = ", ".join(
        sql.name(column.name)
        if is_raw or column.data_type not in ("VARCHAR", "JSON")
        else _harmless(sql.name(column.name))
        for column in relation.columns
    )
    con.execute(
        f"copy (select {columns} from {_name(relation)}) to {sql.text(str(path))} (format csv, header)"
    )
    if not is_raw:
        _mark_as_unicode(path)


def _harmless(column: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    value = f"cast({column} as varchar)"
    return (
        f"case when regexp_matches({value}, {sql.text(_STARTS_A_FORMULA)}) "
        f"and not regexp_matches({value}, {sql.text(_MERE_NUMBER)}) "
        f"then '''' || {value} else {value} end as {column}"
    )


def _mark_as_unicode(path: Path) -> None:
    """Excel reads a file without this mark in the character set of the machine, and Chinese as noise."""
    marked = path.with_suffix(".marked")
    with path.open("rb") as source, marked.open("wb") as target:
        target.write(b"\xef\xbb\xbf")
        shutil.copyfileobj(source, target, 1 << 20)
    os.replace(marked, path)


def _replace(made: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    if place.is_dir():
        # A folder is not replaced in one step; what was there goes once the new one stands.
        old = made.with_name(f".{made.name}.old")
        os.rename(place, old)
    os.replace(made, place)
