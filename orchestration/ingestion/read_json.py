"""JSON: one object a line, an array of objects, or objects one after the other, pretty or not.

DuckDB reads and takes apart; numbers are never turned into floating point on the way. A line that
is no object costs that line. A document that breaks off has no line to blame: it is refused whole.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.ingestion.contracts import Table
from orchestration.ingestion.delimited import check_required
from orchestration.ingestion.landed import (
    REJECTS,
    TEXT,
    Landed,
    LandedColumn,
    Reading,
    prepare_rejects,
)
from orchestration.ingestion.prescan import CHUNK, TextShape
from orchestration.ingestion.refusal import Refusal, raise_if_of_machine

_OBJECT_SIZES = (16 << 20, 512 << 20)
# Fields of one object beyond which keys are data; the contract's are still found.
_HEAD = 64 << 20


def read_json(reading: Reading, text: Path, shape: TextShape, is_lines: bool) -> Landed:
    """Read one JSON file, whose clean UTF-8 is `text`; `is_lines` when its name says so."""
    if not shape.last_content:
        if is_lines:
            return Landed(TEXT, "0", "0", _empty(reading), rows=0)
        raise Refusal("the file is empty. Expected JSON: an array, an object, or one per line.")
    layout = _layout(text, is_lines)
    if layout != "lines" and not _documents(reading, text, layout):
        # Lines of which the first is broken look like one document at first sight.
        if layout == "array" or not _lines(reading, text, shape) or not _is_mostly_objects(reading):
            raise Refusal(
                "the file is not whole JSON: it breaks off or is malformed inside. Deliver it "
                "again, or as one object a line (.jsonl), where a bad line costs only itself."
            )
        layout = "lines"
    elif layout == "lines" and not _lines(reading, text, shape):
        raise Refusal("the lines of the file could not be told apart. Deliver it again.")
    return landed_objects(reading, may_be_damaged=shape.damage)


def landed_objects(reading: Reading, may_be_damaged: bool, is_delivery: bool = True) -> Landed:
    """Take apart the objects in TEXT (`doc`), whose rowid says which record or line they are.

    A delivery without a required column is refused; records that are replayed are judged singly.
    """
    is_filled = r"regexp_matches(doc, '\S')"  # Cheaper than a trim of every document.
    is_record = "json_valid(doc) and json_type(case when json_valid(doc) then doc end) = 'OBJECT'"
    rejected = _reject(reading, is_filled, is_record)
    where = f"{is_filled} and ({is_record})" if rejected else is_filled
    keys, is_twice = _keys(reading, where)
    if is_twice:  # One of the two values would be lost, and nobody could say which.
        own = f"json_keys(case when {is_record} then doc end)"
        is_record = f"{is_record} and len({own}) = list_unique({own})"
        rejected = _reject(reading, is_filled, is_record)
        where = f"{is_filled} and ({is_record})"
        keys, _ = _keys(reading, where)
    rows = reading.number(f"select count(*) from {TEXT} where {where}")
    if rows and is_delivery:
        check_required(reading.table, tuple(dict.fromkeys(_known_or(reading.table, keys))))
    lossy: str | None = _lossy(reading.table, keys)
    if not reading.number(f"select count(*) from {TEXT} where {where} and {lossy}"):
        lossy = None
    mark = _free_mark(reading, where) if lossy else 0
    return _landed(reading.table, keys, where, rows, rejected, lossy, mark, may_be_damaged)


def _reject(reading: Reading, is_filled: str, is_record: str) -> int:
    """Put away every line that is no record; says how many."""
    where = f"{is_filled} and not ({is_record})"
    rejected = reading.number(f"select count(*) from {TEXT} where {where}")
    if rejected:
        prepare_rejects(reading.con)
        reading.fetch(
            f"insert into {REJECTS} select rowid + 1, rowid + 1, case "
            "when not json_valid(doc) then 'the line is not valid JSON' "
            "when json_type(doc) <> 'OBJECT' then 'the line is JSON but no object; expected {...}' "
            "else 'a key stands twice in the object' end, json_object('_raw', doc) "
            f"from {TEXT} where {where}"
        )
    return rejected


def _keys(reading: Reading, where: str) -> tuple[tuple[str, ...], bool]:
    """The keys of all records, the most frequent first; whether one stands twice in some record."""
    rows = reading.fetch(
        f"with shapes as (select json_keys(doc) as keys, count(*) as n from {TEXT} where {where} "
        "group by 1) select key, bool_or(is_twice) from (select unnest(keys) as key, n, "
        "len(keys) <> list_unique(keys) as is_twice from shapes) "
        "group by key order by sum(n) desc, key"
    )
    return tuple(str(key) for key, _ in rows), any(is_twice for _, is_twice in rows)


def _landed(
    table: Table,
    keys: tuple[str, ...],
    where: str,
    rows: int,
    rejected: int,
    lossy: str | None,
    mark: int,
    may_be_damaged: bool,
) -> Landed:
    spellings: dict[str, list[str]] = {}
    for key in keys:
        column = table.column(key)
        if column is not None:
            spellings.setdefault(column.name, []).append(key)
            spellings[column.name].sort(key=lambda k, name=column.name: k != name)  # type: ignore[misc]
    used = [key for names in spellings.values() for key in names]
    # Rows that need it carry their decimals as marked text (`safe`), which is taken back after.
    marked = f"{lossy} and not contains(doc, '{_escaped(mark)}')" if lossy else "false"
    safe = _protected("doc", mark) if lossy else "doc"
    relation = (
        f"(select *, json_extract_string(safe, {_pointers(used)}) as v from (select *, "
        f"case when marked then {safe} else doc end as safe from "
        f"(select rowid + 1 as r, doc, {marked} as marked from {TEXT} where {where})))"
    )
    columns = []
    for name, names in spellings.items():
        parts = ", ".join(f"v[{used.index(key) + 1}]" for key in names)
        value = f"coalesce({parts})"
        columns.append(LandedColumn(name, _restored(value, mark) if lossy else value))
    rest = None
    if len(used) < len(keys) or any(len(names) > 1 for names in spellings.values()):
        # A merge patch takes the known keys out and leaves the others as they were sent.
        patch = json.dumps({names[0]: None for names in spellings.values()}, ensure_ascii=False)
        merged = f"cast(json_merge_patch(safe, {sql.text(patch)}) as varchar)"
        rest = _restored(merged, mark) if lossy else merged
    return Landed(
        relation=relation,
        row="r",
        line="r",
        columns=tuple(columns),
        rows=rows,
        rejected=rejected,
        record="cast(doc as json)",
        rest=rest,
        may_be_damaged=may_be_damaged,
    )


def _lossy(table: Table, keys: tuple[str, ...]) -> str:
    """SQL condition: DuckDB's parser, which reads decimals as double, would change this document.

    That is so when a number has more digits than a double holds, or when a text column is given a
    number, whose writing (1.10) is then its value.
    """
    texts = [key for key in keys if (c := table.column(key)) and c.data_type == "varchar"]
    long = "regexp_matches(doc, '[0-9.]{17}')"
    if not texts:
        return long
    return f"({long} or list_contains(json_type(doc, {_pointers(texts)}), 'DOUBLE'))"


def _known_or(table: Table, keys: tuple[str, ...]) -> list[str]:
    """Keys under the contract's names: two spellings of one are one."""
    return [column.name if (column := table.column(key)) else key for key in keys]


def _pointers(keys: list[str]) -> str:
    return f"{sql.texts([sql.pointer(key) for key in keys])}::varchar[]"


def _free_mark(reading: Reading, where: str) -> int:
    """A control character that no document of the file names."""
    marks = (1, 2, 3, 4, 5, 6, 7)
    hits = ", ".join(f"count(*) filter (contains(doc, '{_escaped(mark)}'))" for mark in marks)
    counts = reading.fetch(f"select {hits} from {TEXT} where {where}")[0]
    return next((mark for mark, count in zip(marks, counts, strict=True) if not count), marks[0])


def _escaped(mark: int) -> str:
    return f"\\u000{mark}"


def _protected(doc: str, mark: int) -> str:
    """The document with every decimal number as marked text, so that no digit of it is lost."""
    string = r'("(?:[^"\\]|\\.)*")'
    number = r"(-?[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))"
    # No raw control character can stand in valid JSON: these two are free until the last step.
    marked = f"regexp_replace({doc}, '{string}|{number}', '\\1' || chr(1) || '\\2' || chr(2), 'g')"
    numbers = f"replace({marked}, chr(1) || chr(2), '')"
    opened = f"""replace({numbers}, chr(1), '"{_escaped(mark)}')"""
    return f"""replace({opened}, chr(2), '{_escaped(mark)}"')"""


def _restored(text: str, mark: int) -> str:
    """Text or JSON that was read from a protected document, with its numbers as they were sent."""
    opened = f"""replace({text}, '"{_escaped(mark)}', '')"""
    nested = f"""replace({opened}, '{_escaped(mark)}"', '')"""
    return f"case when marked then replace({nested}, chr({mark}), '') else {text} end"


def _layout(text: Path, is_lines: bool) -> str:
    with text.open("rb") as file:
        head = file.read(CHUNK).lstrip()
        if b"\n" not in head:
            head += file.read(_HEAD - CHUNK)
    first = head.split(b"\n", 1)[0].strip()
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return "lines"
    if head.startswith(b"[") and not (is_lines and value is not None):
        return "array"
    return "lines" if is_lines else "unstructured"


def _documents(reading: Reading, text: Path, layout: str) -> bool:
    for size in _OBJECT_SIZES:
        try:
            reading.fetch(
                f"create or replace temp table {TEXT.rpartition('.')[2]} as "
                f"select cast(json as varchar) as doc from read_json_objects({sql.path(text)}, "
                f"format = '{layout}', maximum_object_size = {size})"
            )
        except duckdb.Error as error:
            raise_if_of_machine(error)
            if not re.search("maximum_object_size", str(error)):
                return False
        else:
            return True
    return False


def _lines(reading: Reading, text: Path, shape: TextShape) -> bool:
    if shape.carriage_returns and not (
        shape.carriage_returns == shape.crlf and shape.crlf in (shape.newlines, 0)
    ):
        text = _one_line_end(text, reading.scratch / "lines")
    delimiter = _absent_control(text)
    if delimiter is None:
        return False
    try:
        reading.fetch(
            f"create or replace temp table {TEXT.rpartition('.')[2]} as select * from read_csv("
            f"{sql.path(text)}, auto_detect = false, header = false, quote = '', escape = '', "
            f"delim = {sql.text(delimiter)}, columns = {{'doc': 'VARCHAR'}}, "
            f"max_line_size = {max(2_000_000, shape.longest_line + 2)})"
        )
    except duckdb.Error as error:
        raise_if_of_machine(error)
        return False
    # Equal counts prove that no blank line was dropped: rowid is the line.
    return reading.number(f"select count(*) from {TEXT}") >= shape.lines


def _one_line_end(text: Path, to: Path) -> Path:
    with text.open("rb") as source, to.open("wb") as target:
        for line in source:
            target.write(line.removesuffix(b"\n").removesuffix(b"\r").replace(b"\r", b" ") + b"\n")
    return to


def _absent_control(text: Path) -> str | None:
    """A character that no line of the file holds, so that every line is one column."""
    absent = {chr(code) for code in (1, 2, 3, 4, 5, 6, 14, 15, 16, 17)}
    with text.open("rb") as file:
        while absent and (chunk := file.read(CHUNK)):
            absent = {letter for letter in absent if letter.encode() not in chunk}
    return min(absent, default=None)


def _is_mostly_objects(reading: Reading) -> bool:
    objects = reading.number(
        f"select count(*) from {TEXT} where json_valid(doc) "
        "and json_type(case when json_valid(doc) then doc end) = 'OBJECT'"
    )
    lines = reading.number(f"select count(*) from {TEXT} where regexp_matches(doc, '\\S')")
    return 2 * objects > lines


def _empty(reading: Reading) -> tuple[LandedColumn, ...]:
    reading.fetch(f"create or replace temp table {TEXT.rpartition('.')[2]} (doc varchar)")
    return ()
