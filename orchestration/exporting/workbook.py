"""One relation as an Excel workbook: a sheet with its rows and one that says what every column means.

Written as XML, row by row: nothing is held in memory, and a text is only ever a text, whatever it begins with; there is
no way to write a formula.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb

from orchestration import sql
from orchestration.publishing.reading import ReadRelation

# The header takes one of a sheet's 1,048,576 rows.
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
# Beyond this Excel rounds; longer figures are written as text.
_EXACT = 10**15
_AT_ONCE = 5_000
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = datetime(1899, 12, 30)
_DAY, _INSTANT, _HEAD = 1, 2, 3

_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_FIXED = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet {_MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
        '<xf fontId="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}  # fmt: skip


def write_workbook(con: duckdb.DuckDBPyConnection, relation: ReadRelation, path: Path) -> None:
    """Write one relation; the caller has made sure that a sheet holds it."""
    sheet = relation.name[:31]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _FIXED.items():
            book.writestr(name, _HEADER + content)
        book.writestr(
            "xl/workbook.xml",
            f'{_HEADER}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/>'
            '<sheet name="what columns mean" sheetId="2" r:id="r2"/></sheets></workbook>',
        )
        _sheet(book, 1, [column.name for column in relation.columns], _rows(con, relation))
        words = [(c.name, c.data_type.lower(), c.description) for c in relation.columns]
        about = [("", "", relation.description), *words]
        _sheet(book, 2, ["column", "type", "meaning"], about)


def _rows(con: duckdb.DuckDBPyConnection, relation: ReadRelation) -> Iterator[Sequence[Any]]:
    found = con.execute(f"select * from {sql.name(relation.schema)}.{sql.name(relation.name)}")
    while some := found.fetchmany(_AT_ONCE):
        yield from some


def _sheet(
    book: zipfile.ZipFile, number: int, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    with book.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as file:
        file.write(
            f'{_HEADER}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            "</sheetView></sheetViews><sheetData><row>".encode()
        )
        file.write("".join(_text(name, f' s="{_HEAD}"') for name in header).encode())
        file.write(b"</row>")
        for row in rows:
            file.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
        file.write(b"</sheetData></worksheet>")


def _cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal):
        # Not a number and the infinities have no cell of their own.
        is_figure = math.isfinite(value) and -_EXACT < value < _EXACT
        return f"<c><v>{value}</v></c>" if is_figure else _text(str(value))
    if isinstance(value, datetime):
        days = (value - _EPOCH).total_seconds() / 86_400
        return f'<c s="{_INSTANT}"><v>{days:.9f}</v></c>' if days >= 1 else _text(str(value))
    if isinstance(value, date):
        days = (datetime(value.year, value.month, value.day) - _EPOCH).days
        return f'<c s="{_DAY}"><v>{days}</v></c>' if days >= 1 else _text(str(value))
    return _text(str(value))


def _text(value: str, style: str = "") -> str:
    shown = escape(_NOT_IN_XML.sub("", value)[:_LONGEST_TEXT])
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{shown}</t></is></c>'
