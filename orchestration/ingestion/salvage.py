"""A damaged delimited file, taken apart so that damage costs the record it is in and no other.

Streams line by line with constant memory. Whatever parses to the right number of fields is written
to a clean copy, with its record and line number before it; a line that does not, even with the
lines after it, goes to the rejects alone and reading starts again at the next line.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from orchestration.ingestion.contracts import Column
from orchestration.ingestion.delimited import Field, Header, Incomplete, Malformed, quote, split
from orchestration.ingestion.values import FALSE_WORDS, TRUE_WORDS

# A value that is longer than this many lines or bytes is taken for a quote that nobody closed.
_MOST_LINES = 2_000
_MOST_BYTES = 8 << 20
_SHAPES = {
    "timestamp": re.compile(rb"\d{4}[-/]\d|-?\d{8,16}(\.\d+)?\Z"),
    "date": re.compile(rb"\d{4}[-/]\d|-?\d{8,16}(\.\d+)?\Z"),
    "boolean": re.compile(
        b"(" + b"|".join(re.escape(word.encode()) for word in TRUE_WORDS + FALSE_WORDS) + b")\\Z",
        re.I,
    ),
    "number": re.compile(rb"[+-]?[\d.,' ]*\d\Z"),
}


@dataclass(frozen=True)
class Salvaged:
    """What was found, and the longest record in bytes (readers need to know)."""

    rows: int
    rejected: int
    longest: int


@dataclass
class _Lines:
    """Physical lines with their numbers; lines looked at too far ahead are given back."""

    source: Iterator[tuple[int, bytes]]
    waiting: deque[tuple[int, bytes]]

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> tuple[int, bytes]:
        return self.waiting.popleft() if self.waiting else next(self.source)


def salvage(
    text: Path,
    header: Header,
    columns: tuple[Column | None, ...],
    clean: Path,
    rejects: Path,
    progress: Callable[[int], None],
) -> Salvaged:
    """Split `text` into `clean` (records that hold) and `rejects` (lines that do not)."""
    with text.open("rb") as source, clean.open("wb") as good, rejects.open("w") as bad:
        for _ in range(header.lines):
            source.readline()
        return _Salvager(header, columns, good, bad).run(source, progress)


class _Salvager:
    """The pass over one file."""

    def __init__(
        self,
        header: Header,
        columns: tuple[Column | None, ...],
        good: IO[bytes],
        bad: IO[str],
    ) -> None:
        self.delimiter = header.delimiter
        self.width = len(header.names)
        self.first_line = header.lines + 1
        self.shapes = _shapes(columns)
        self.whole = _whole_record(self.delimiter, self.width)
        self.good, self.bad = good, bad
        self.row = self.rows = self.rejected = self.longest = 0

    def run(self, source: IO[bytes], progress: Callable[[int], None]) -> Salvaged:
        lines = _Lines(_numbered(source, self.first_line, progress), deque())
        width, delimiter = self.width, self.delimiter
        for number, raw in lines:
            line = raw.removesuffix(b"\r")
            if b'"' in line:
                if self.whole.fullmatch(line):
                    self._keep(number, line)
                else:
                    self._careful(number, raw, lines)
            elif b"\r" in line or line.count(delimiter) != width - 1:
                self._careful(number, raw, lines)
            elif line.strip():
                self._keep(number, line)
        return Salvaged(self.rows, self.rejected, self.longest)

    def _careful(self, number: int, raw: bytes, lines: _Lines) -> None:
        line = raw.removesuffix(b"\r")
        if not line.strip():
            return
        if b'"' not in line and b"\r" in line:
            pieces = [piece for piece in line.split(b"\r") if piece.strip()]
            if len(pieces) > 1 and all(p.count(self.delimiter) == self.width - 1 for p in pieces):
                for piece in pieces:  # Lines of a system that ends them with a carriage return.
                    self._keep(number, piece)
                return
        try:
            fields = self._fields(line)
        except Malformed:
            self._reject(number, line, "text stands after a closing quote")
        except Incomplete:
            self._join(number, raw, lines)
        else:
            self._take(number, line, fields)

    def _join(self, number: int, raw: bytes, lines: _Lines) -> None:
        """Close a quote with one of the next lines, or give the first line up alone."""
        taken: list[tuple[int, bytes]] = []
        line = raw.removesuffix(b"\r")
        size = len(line)
        for following in lines:
            taken.append(following)
            size += len(following[1]) + 1
            if b'"' in following[1]:
                record = b"\n".join([raw, *(text for _, text in taken)]).removesuffix(b"\r")
                try:
                    fields = self._fields(record)
                except Incomplete:
                    fields = []
                except Malformed:
                    break
                if fields:
                    # Too wide or narrow: this quote may have closed in a good row further down.
                    if len(fields) != self.width or self._swallowed(line, taken):
                        break
                    self._take(number, record, fields)
                    return
            if len(taken) >= _MOST_LINES or size >= _MOST_BYTES:
                break
        lines.waiting.extendleft(reversed(taken))
        self._reject(number, line, "a quote is opened and not closed")

    def _swallowed(self, first: bytes, taken: list[tuple[int, bytes]]) -> bool:
        """Whether a 'value' of several lines is really rows between two stray quotes.

        Each line then has the right number of fields by itself, and what stands in the typed
        columns of the swallowed lines reads as those types; text with commas does not.
        """
        if self.width < 4 or first.count(self.delimiter) != self.width - 1:
            return False
        for _, text in taken:
            values = text.split(self.delimiter)
            if len(values) != self.width:
                return False
            shaped = [
                shape.match(value) is not None
                for value, shape in zip(
                    (v.strip(b' \r"') for v in values), self.shapes, strict=True
                )
                if shape is not None and value
            ]
            if not shaped or not all(shaped):
                return False
        return True

    def _fields(self, record: bytes) -> list[Field]:
        try:
            return split(record, self.delimiter)
        except Malformed:
            if b'\\"' not in record:
                raise
            return split(record, self.delimiter, backslash=True)

    def _take(self, number: int, record: bytes, fields: list[Field]) -> None:
        found = len(fields)
        while len(fields) > self.width and not fields[-1].value.strip():
            fields.pop()  # Delimiters at the end that stand for nothing.
        if len(fields) != self.width:
            self._reject(number, record, f"expected {self.width} fields, found {found}")
        elif found == self.width and all(field.is_plain for field in fields):
            self._keep(number, record)
        else:
            self._keep(number, self.delimiter.join(quote(field.value) for field in fields))

    def _keep(self, number: int, record: bytes) -> None:
        self.row += 1
        self.rows += 1
        self.longest = max(self.longest, len(record))
        self.good.write(
            b"%d%b%d%b%b\n" % (self.row, self.delimiter, number, self.delimiter, record)
        )

    def _reject(self, number: int, raw: bytes, reason: str) -> None:
        self.row += 1
        self.rejected += 1
        entry = {
            "file_row": self.row,
            "line_number": number,
            "reason": f"the line is no record of this file: {reason}",
            "raw": raw.decode("utf-8", "replace"),
        }
        self.bad.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _numbered(
    source: IO[bytes], first: int, progress: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    done = 0
    for number, line in enumerate(source, first):
        done += len(line)
        if not number % 100_000:
            progress(done)
        yield number, line.removesuffix(b"\n")


def _whole_record(delimiter: bytes, width: int) -> re.Pattern[bytes]:
    """A line that is one well-formed record: most lines, told at the speed of the engine."""
    escaped = re.escape(delimiter)
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r' + escaped + rb"]*+)"
    return re.compile(field + rb"(?:" + escaped + field + rb"){%d}" % (width - 1))


def _shapes(columns: tuple[Column | None, ...]) -> tuple[re.Pattern[bytes] | None, ...]:
    shapes: list[re.Pattern[bytes] | None] = []
    for column in columns:
        if column is None:
            shapes.append(None)
        elif column.accepted:
            words = b"|".join(re.escape(word.encode()) for word in column.accepted)
            shapes.append(re.compile(b"(" + words + b")\\Z", re.I))
        else:
            kind = column.data_type.partition("(")[0]
            shapes.append(
                _SHAPES.get("number" if kind in ("decimal", "double", "bigint") else kind)
            )
    return tuple(shapes)
