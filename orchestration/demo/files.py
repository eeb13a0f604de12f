"""Writing landed files: every format, delimiter, encoding and clock that the sources use.

Belongs here: bytes. Does not: which rows and columns (sources/) or which faults (dirt.py).
Files grow portion by portion; how customers are cut into portions never shows in the bytes.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal
from xml.sax.saxutils import escape

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["csv", "csv.gz", "jsonl", "parquet", "xlsx"]
ROWS_PER_GROUP = 65_536
SCHEMA_FILES = (
    (
        "[Content_Types].xml",
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns='
        '"http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    ),
    (
        "_rels/.rels",
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns='
        '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
    ),
    (
        "xl/workbook.xml",
        '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns='
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns='
        '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
    ),
)


@dataclass(frozen=True)
class Layout:
    """How one table is written."""

    format: Format = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal_comma: bool = False


@dataclass
class Part:
    """One file being written, in portions."""

    path: Path
    layout: Layout
    stream: IO[bytes] | None = None
    packed: pa.CompressedOutputStream | None = None
    parquet: pq.ParquetWriter | None = None
    sheets: list[pl.DataFrame] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    tail: list[bytes] = field(default_factory=list)
    is_started: bool = False

    def add(self, frame: pl.DataFrame) -> None:
        """Appends rows; the first portion also writes the header."""
        if not len(frame) and self.is_started:
            return
        is_first, self.is_started = not self.is_started, True
        if self.layout.format == "parquet":
            self.tables.append(arrow_of(frame))
            if sum(len(table) for table in self.tables) >= ROWS_PER_GROUP:
                self._groups(whole_only=True)
        elif self.layout.format == "xlsx":
            self.sheets.append(frame)
        else:
            self._write(self._text(frame, is_first))

    def add_last(self, frame: pl.DataFrame) -> None:
        """Rows for the end of a text file; kept as bytes, for a frame would keep its portion alive."""
        self.tail.append(self._text(frame, is_first=False))

    def close(self) -> None:
        for data in self.tail:
            self._write(data)
        if self.layout.format == "xlsx":
            self.path.write_bytes(workbook(pl.concat(self.sheets)))
        if self.layout.format == "parquet":
            self._groups(whole_only=False)
        if self.parquet is not None:
            self.parquet.close()
        for stream in (self.packed, self.stream):
            if stream is not None:
                stream.close()

    def _text(self, frame: pl.DataFrame, is_first: bool) -> bytes:
        out = io.BytesIO()
        if self.layout.format == "jsonl":
            frame.write_ndjson(out)
        else:
            frame.write_csv(
                out,
                include_header=is_first,
                separator=self.layout.delimiter,
                datetime_format="%Y-%m-%d %H:%M:%S",
                float_precision=2,
                decimal_comma=self.layout.decimal_comma,
            )
        data = out.getvalue()
        if self.layout.encoding == "utf-8":
            return data
        name = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(
            self.layout.encoding, self.layout.encoding
        )
        mark = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(self.layout.encoding, b"")
        return (mark if is_first else b"") + data.decode("utf-8").encode(name)

    def _write(self, data: bytes) -> None:
        if self.stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.stream = self.path.open("wb")
            if self.layout.format == "csv.gz":
                # Arrow brings its own zlib, so the bytes do not depend on the Python that runs.
                self.packed = pa.CompressedOutputStream(pa.PythonFile(self.stream), "gzip")
        if self.packed is not None:
            self.packed.write(data)
        else:
            self.stream.write(data)

    def _groups(self, whole_only: bool) -> None:
        """Writes row groups of one fixed size, so that portions do not show."""
        if not self.tables:
            return
        rows = pa.concat_tables(self.tables).combine_chunks()
        while len(rows) >= ROWS_PER_GROUP or (not whole_only and len(rows)):
            if self.parquet is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.parquet = pq.ParquetWriter(self.path, rows.schema, compression="snappy")
            group = rows.slice(0, ROWS_PER_GROUP).combine_chunks()
            self.parquet.write_table(group, row_group_size=ROWS_PER_GROUP)
            rows = rows.slice(ROWS_PER_GROUP)
        self.tables = [rows] if len(rows) else []


def arrow_of(frame: pl.DataFrame) -> pa.Table:
    """The frame as plain Arrow types, without hints that only one library understands."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields)).combine_chunks()


def workbook(frame: pl.DataFrame) -> bytes:
    """A one-sheet Excel file of texts and numbers, the same bytes for the same rows."""
    rows = [tuple(frame.columns), *frame.rows()]
    lines = []
    for row in rows:
        cells = []
        for value in row:
            if value is None:
                cells.append("<c/>")
            elif isinstance(value, bool):
                cells.append(f'<c t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, (int, float)):
                cells.append(f"<c><v>{value}</v></c>")
            else:
                cells.append(f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>')
        lines.append(f"<row>{''.join(cells)}</row>")
    sheet = (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns='
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{''.join(lines)}</sheetData></worksheet>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, text in (*SCHEMA_FILES, ("xl/worksheets/sheet1.xml", sheet)):
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED
            archive.writestr(entry, text)
    return out.getvalue()
