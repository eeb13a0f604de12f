"""Excel workbooks: sheets, headers, cells, and where a row stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import openpyxl

HEADER = ["payment_id", "kind", "amount", "currency", "occurred_at"]


def _put(door: Any, sheets: dict[str, list[list[Any]]]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(door.put("shop/payments/a.xlsx", ""))


def _row(key: str, amount: Any = 1) -> list[Any]:
    return [key, "fee", amount, "EUR", "2024-01-05"]


def test_xlsx(door: Any) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "empty"
    sheet = book.create_sheet("data")
    sheet.append(["Payment_ID", "kind", "amount", "currency", "occurred_at", "description", "day"])
    sheet.append(
        [
            12345.0,
            "fee",
            19.99,
            "EUR",
            dt.datetime(2024, 1, 5, 10, 30),
            "=cmd()",
            dt.date(2024, 1, 5),
        ]
    )
    sheet["F2"].data_type = "s"
    sheet.append([None] * 7)
    sheet.append(["00123", "fee", "x", "EUR", dt.date(2024, 1, 6), None, None])
    path = door.put("shop/payments/a.xlsx", "")
    book.save(path)
    door.load()
    assert door.rows("payment_id, amount, occurred_at, description") == [
        ("12345", Decimal("19.9900"), dt.datetime(2024, 1, 5, 10, 30), "=cmd()")
    ]
    assert door.quarantined("line_number") == [(4,)]
    door.assert_balanced()


def test_xlsx_that_does_not_begin_in_the_first_row(door: Any) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for column, name in enumerate(HEADER):
        book.active.cell(3, column + 2, name)
        book.active.cell(5, column + 2, "?")
    path = door.put("shop/payments/a.xlsx", "")
    book.save(path)
    door.load()
    assert door.quarantined("line_number") == [(5,)]


def test_every_sheet_of_the_table_is_read(door: Any) -> None:
    _put(
        door,
        {
            "2009": [HEADER, _row("p1"), _row("p2", "x")],
            "2010": [["Report"], ["AMOUNT", "Payment_ID", *HEADER[3:], "kind"], [2, "p3", "EUR", 1700000000, "fee"]],
        },
    )  # fmt: skip
    door.load()
    assert door.rows("payment_id, amount, _extra") == [
        ("p1", Decimal("1.0000"), '{"_sheet":"2009"}'),
        ("p3", Decimal("2.0000"), '{"_sheet":"2010"}'),
    ]
    ((line, _, record),) = door.quarantined()
    assert line == 3
    assert '"_sheet":"2009"' in record
    assert len(set(door.values("_file_row"))) == 2
    door.assert_balanced()


def test_sheets_of_something_else_are_named(door: Any) -> None:
    _put(
        door,
        {
            "About": [["Exported by", "the till"]],
            "Data": [HEADER, _row("p1")],
            "Legend": [["kind", "meaning"], ["fee", "what it costs"]],
        },
    )
    door.load()
    assert door.rows("payment_id, _extra") == [("p1", None)]
    (reason,) = door.files("reason")[0]
    assert "'About', 'Legend'" in reason


def test_a_sheet_that_lacks_a_required_column_costs_the_file(door: Any) -> None:
    _put(door, {"Jan": [HEADER, _row("p1")], "Feb": [["id", *HEADER[1:]], _row("p2")]})
    door.load()
    assert "sheet 'Feb'" in door.reason()
    assert "payment_id" in door.reason()
    assert door.rows() == []


def test_an_empty_workbook_and_one_without_a_header(door: Any) -> None:
    _put(door, {"empty": []})
    door.load()
    assert "empty" in door.reason()
    _put(door, {"notes": [["nothing", "of ours"]]})
    door.load()
    assert "no header" in door.files("reason")[-1][0]
