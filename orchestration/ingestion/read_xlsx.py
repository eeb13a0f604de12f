"""Excel workbooks: the first sheet with data, every cell as the text it shows.

A workbook is small by nature (a million rows at most), so it alone is held in memory.
"""

from __future__ import annotations

from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingestion.contracts import Table
from orchestration.ingestion.landed import Landed, Reading, distinct_names, unreadable
from orchestration.ingestion.read_parquet import read_parquet
from orchestration.ingestion.refusal import Refusal


def read_xlsx(reading: Reading, path: Path) -> Landed:
    """Read one workbook: its header is the first row that names columns of the contract."""
    try:
        book = fastexcel.read_excel(path)
        sheet = _first_with_data(book)
    except fastexcel.FastExcelError:
        raise unreadable("an Excel workbook (.xlsx)") from None
    if sheet is None:
        raise Refusal("the workbook is empty: no sheet holds anything.")
    header = _header_row(sheet, reading.table)
    names = [str(column[header].as_py() or "").strip() for column in sheet.columns]
    body = sheet.slice(header + 1)
    used = [
        position
        for position, name in enumerate(names)
        if name or body.column(position).null_count < body.num_rows
    ]
    unique = distinct_names(tuple(names[position] for position in used))
    table = pa.table({n: body.column(p) for n, p in zip(unique, used, strict=True)})
    row = pa.array(range(header + 2, header + 2 + table.num_rows), pa.int64())
    filled = [any(column[i].is_valid for column in table.columns) for i in range(table.num_rows)]
    table = table.append_column("_sheet_row", row).filter(pa.array(filled, pa.bool_()))
    scratch = reading.scratch / "sheet"
    pq.write_table(table, scratch)
    landed = read_parquet(reading, scratch)
    return Landed(
        relation=landed.relation,
        row=landed.row,
        line='"_sheet_row"',
        columns=tuple(column for column in landed.columns if column.name != "_sheet_row"),
        rows=landed.rows,
        may_be_damaged=True,
    )


def _first_with_data(book: fastexcel.ExcelReader) -> pa.RecordBatch | None:
    for name in book.sheet_names:
        # Without skip_rows empty rows at the top would be left out and the row numbers be wrong.
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        batch = sheet.to_arrow()
        if batch.num_columns and batch.num_rows:
            return batch
    return None


def _header_row(sheet: pa.RecordBatch, table: Table) -> int:
    for position in range(min(sheet.num_rows, 20)):
        names = (str(column[position].as_py() or "") for column in sheet.columns)
        if any(table.column(name) for name in names):
            return position
    raise Refusal(
        "no header was recognised: the first rows of the sheet hold none of the columns of "
        f"'{table.name}'. Expected a header with {', '.join(c.name for c in table.columns)}."
    )
