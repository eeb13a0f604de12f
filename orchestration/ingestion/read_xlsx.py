"""Excel workbooks: every sheet that holds the table, every cell as the text it shows.

A workbook is small by nature (a million rows a sheet), so it alone is held in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingestion.contracts import Table
from orchestration.ingestion.delimited import check_required
from orchestration.ingestion.landed import Landed, Reading, distinct_names, unreadable
from orchestration.ingestion.read_parquet import read_parquet
from orchestration.ingestion.refusal import Refusal

# Columns that the reader adds: they say where a row stands.
_ROW, _SHEET = "_sheet_row", "_sheet"
# Rows of a sheet among which its header is looked for.
_TOP = 20


@dataclass(frozen=True)
class _Sheet:
    """One sheet with its header, as far as the contract knows the names."""

    name: str
    cells: pa.RecordBatch
    header: int
    names: tuple[str, ...]
    known: frozenset[str]


def read_xlsx(reading: Reading, path: Path) -> Landed:
    """Read one workbook: the sheets whose header names the columns of the contract, one after the other."""
    contract = reading.table
    try:
        sheets = _sheets(fastexcel.read_excel(path), contract)
    except fastexcel.FastExcelError:
        raise unreadable("an Excel workbook (.xlsx)") from None
    if not sheets:
        raise Refusal("the workbook is empty: no sheet holds anything.")
    chosen = _chosen(sheets, contract)
    table = _united([_rows(sheet, contract, len(chosen) > 1) for sheet in chosen])
    scratch = reading.scratch / "sheet"
    pq.write_table(table, scratch)
    return replace(
        landed := read_parquet(reading, scratch),
        line=f'"{_ROW}"',
        columns=tuple(column for column in landed.columns if column.name != _ROW),
        note=_passed_over(sheets, chosen, contract),
    )


def _sheets(book: fastexcel.ExcelReader, contract: Table) -> list[_Sheet]:
    """The sheets that hold anything."""
    found = []
    for name in book.sheet_names:
        # Without skip_rows empty rows at the top would be left out and the row numbers be wrong.
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_arrow()
        if not (cells.num_columns and cells.num_rows):
            continue
        rows = [
            tuple(str(column[position].as_py() or "").strip() for column in cells.columns)
            for position in range(min(cells.num_rows, _TOP))
        ]
        known = [frozenset(c.name for n in row if (c := contract.column(n))) for row in rows]
        header = max(range(len(rows)), key=lambda position: len(known[position]))
        found.append(_Sheet(name, cells, header, rows[header], known[header]))
    return found


def _chosen(sheets: list[_Sheet], contract: Table) -> list[_Sheet]:
    """The sheets of this table; a sheet that looks like one of them and lacks a column costs the file.

    One name alone is no header: a legend or a note may use a word of the contract.
    """
    most = max(len(sheet.known) for sheet in sheets)
    if not most:
        raise Refusal(
            "no header was recognised: the first rows of no sheet hold any of the columns of "
            f"'{contract.name}'. Expected a header with {', '.join(c.name for c in contract.columns)}."
        )
    chosen = [sheet for sheet in sheets if len(sheet.known) >= min(2, most)]
    for sheet in chosen:
        try:
            check_required(contract, sheet.names)
        except Refusal as refusal:
            where = f"sheet '{sheet.name}': " if len(sheets) > 1 else ""
            raise Refusal(f"{where}{refusal}") from None
    return chosen


def _rows(sheet: _Sheet, contract: Table, is_named: bool) -> pa.Table:
    """The rows below the header with where they stand; rows with nothing in them are none."""
    body = sheet.cells.slice(sheet.header + 1)
    used = [
        position
        for position, name in enumerate(sheet.names)
        if name or body.column(position).null_count < body.num_rows
    ]
    unique = distinct_names(tuple(sheet.names[position] for position in used))
    table = pa.table({n: body.column(p) for n, p in zip(unique, used, strict=True)})
    first = sheet.header + 2
    row = pa.array(range(first, first + table.num_rows), pa.int64())
    filled = [any(column[i].is_valid for column in table.columns) for i in range(table.num_rows)]
    table = table.append_column(_ROW, row)
    if is_named:
        table = table.append_column(_SHEET, pa.array([sheet.name] * table.num_rows, pa.string()))
    return table.filter(pa.array(filled, pa.bool_()))


def _united(tables: list[pa.Table]) -> pa.Table:
    """All rows under the names of the first sheet that has them: headers differ in order and case."""
    spelled: dict[str, str] = {}
    renamed = [
        table.rename_columns([spelled.setdefault(n.casefold(), n) for n in table.column_names])
        for table in tables
    ]
    return pa.concat_tables(renamed, promote_options="default")


def _passed_over(sheets: list[_Sheet], chosen: list[_Sheet], contract: Table) -> str | None:
    names = [f"'{sheet.name}'" for sheet in sheets if sheet not in chosen]
    if not names:
        return None
    return f"passed over, as no header of '{contract.name}' stands there: sheet {', '.join(names)}"
