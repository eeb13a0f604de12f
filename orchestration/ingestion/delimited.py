"""The dialect of one delimited file: delimiter, header, and how a record is taken apart.

The header decides: the delimiter is the one under which most of its names are known to the
contract. Nothing is sniffed from the rows, which may be damaged.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestration.ingestion.contracts import Table
from orchestration.ingestion.refusal import Refusal

DELIMITERS = (b",", b";", b"\t", b"|")
_HEADER_LIMIT = 4 << 20


class Malformed(Exception):
    """The text is no record: something follows a closing quote."""


class Incomplete(Exception):
    """The text ends inside quotes: the record may go on in the next line."""


@dataclass(frozen=True)
class Field:
    """One value of a record, and whether the reader would take the bytes as they stand."""

    value: bytes
    is_plain: bool


@lru_cache(maxsize=16)
def _patterns(delimiter: bytes, backslash: bool) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    inside = rb'[^"\\]*(?:(?:""|\\.)[^"\\]*)*' if backslash else rb'[^"]*(?:""[^"]*)*'
    ends = rb"(?=" + re.escape(delimiter) + rb"|\Z)"
    quoted = re.compile(rb'( *)"(' + inside + rb')"( *)' + ends, re.S)
    plain = re.compile(rb"[^" + re.escape(delimiter) + rb"]*")
    return quoted, plain


def split(record: bytes, delimiter: bytes, backslash: bool = False) -> list[Field]:
    """The fields of one record, or why it is none."""
    quoted, plain = _patterns(delimiter, backslash)
    fields: list[Field] = []
    at = 0
    while True:
        match = quoted.match(record, at)
        if match:
            value = match[2].replace(b'""', b'"')
            if backslash:
                value = re.sub(rb"\\(.)", rb"\1", value, flags=re.S)
            fields.append(Field(value, not (backslash or match[1] or match[3])))
        else:
            match = plain.match(record, at)
            assert match is not None  # The pattern also matches nothing.
            text = match[0]
            if text.lstrip(b" ").startswith(b'"'):
                if _never_closes(record, at + text.index(b'"') + 1):
                    raise Incomplete
                raise Malformed
            fields.append(Field(text, b'"' not in text and b"\r" not in text))
        at = match.end()
        if at >= len(record):
            return fields
        at += len(delimiter)


def _never_closes(record: bytes, start: int) -> bool:
    rest = record[start:].replace(b'""', b"")
    return b'"' not in rest


def quote(value: bytes) -> bytes:
    """A value as every reader takes it."""
    return b'"' + value.replace(b'"', b'""') + b'"'


@dataclass(frozen=True)
class Header:
    """Names as they stand in the file, and where the first record begins."""

    delimiter: bytes
    names: tuple[str, ...]
    lines: int
    length: int


def read_header(path: Path, table: Table) -> Header:
    """Find the header and the delimiter that it speaks for."""
    with path.open("rb") as file:
        head = file.read(_HEADER_LIMIT).removeprefix(b"\xef\xbb\xbf")
    if not head.strip():
        raise Refusal(
            "the file is empty: not even a header stands in it. "
            f"Expected a header with {', '.join(c.name for c in table.required)}."
        )
    skipped = len(head) - len(head.lstrip(b"\r\n"))
    stated = re.match(rb"sep=(.)\r?\n", head[skipped:])  # Written by spreadsheet programs.
    if stated:
        skipped += stated.end()
    best: tuple[tuple[int, int], Header] | None = None
    for delimiter in (stated[1],) if stated and stated[1] in DELIMITERS else DELIMITERS:
        record = _first_record(head[skipped:], delimiter)
        try:
            names = [field.value.decode("utf-8", "replace") for field in split(record, delimiter)]
        except (Malformed, Incomplete):
            names = [
                name.decode("utf-8", "replace").replace('"', "") for name in record.split(delimiter)
            ]
        known = len({c.name for n in names if (c := table.column(n)) is not None})
        length = skipped + len(record)
        header = Header(
            delimiter=delimiter,
            names=tuple(name.strip(" \t\r\n\u00a0\u3000\ufeff") for name in names),
            lines=head[:length].count(b"\n") + 1,
            length=length,
        )
        if known and (best is None or (known, len(names)) > best[0]):
            best = ((known, len(names)), header)
    if best is None:
        raise Refusal(
            "no header was recognised: the first line holds none of the columns of "
            f"'{table.name}'. Expected a header with {', '.join(c.name for c in table.columns)}."
        )
    return best[1]


def _first_record(head: bytes, delimiter: bytes) -> bytes:
    lines = head.split(b"\n", 64)[:64]
    for count in range(1, len(lines) + 1):
        record = b"\n".join(lines[:count]).rstrip(b"\r")
        try:
            split(record, delimiter)
        except Incomplete:
            continue
        except Malformed:
            break
        return record
    return lines[0].rstrip(b"\r")


def check_required(table: Table, names: tuple[str, ...]) -> None:
    """Refuse when a required column is missing or stands twice."""
    found = {c.name for n in names if (c := table.column(n)) is not None}
    for column in table.required:
        if column.name in found:
            count = sum(n.strip().casefold() == column.name.casefold() for n in names)
            if count > 1:
                raise Refusal(
                    f"the required column '{column.name}' stands {count} times in the header. "
                    "Keep one."
                )
            continue
        unknown = [name for name in names if name and table.column(name) is None]
        close = difflib.get_close_matches(
            column.name, [name.casefold() for name in unknown], n=1, cutoff=0.6
        )
        meant = f" Is it '{close[0]}'? Rename it." if close else ""
        raise Refusal(
            f"the required column '{column.name}' is missing. Expected {', '.join(_names(table))}; "
            f"found {', '.join(name for name in names if name) or 'no names'}.{meant}"
        )


def _names(table: Table) -> list[str]:
    return [f"{c.name} (required)" if c.required else c.name for c in table.columns]
