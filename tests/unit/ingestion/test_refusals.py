"""Files that cannot be taken in: what is said of them, and what is passed over without a word."""

from __future__ import annotations

import os
from typing import Any

import pytest

from orchestration.errors import UsageError
from orchestration.ingestion.landing import scan

ROW = "p1,fee,1,EUR,2024-01-05\n"


def test_missing_required_column(door: Any) -> None:
    door.payments("p1,fee,1,EUR\n", header="payment_id,kind,total,currency")
    door.load()
    reason = door.reason()
    assert "shop/payments/a.csv" in reason
    assert "'amount'" in reason and "occurred_at (required)" in reason
    assert "found payment_id, kind, total, currency" in reason


def test_missing_required_column_names_what_may_be_meant(door: Any) -> None:
    door.payments(ROW, header="payment id,kind,amount,currency,occurred_at")
    door.load()
    assert "Is it 'payment id'?" in door.reason()


def test_required_column_that_stands_twice(door: Any) -> None:
    door.payments(
        "p1,p2,fee,1,EUR,2024-01-05\n",
        header="payment_id,Payment_ID,kind,amount,currency,occurred_at",
    )
    door.load()
    assert "2 times" in door.reason()


def test_empty_file(door: Any) -> None:
    door.put("shop/payments/a.csv", "")
    door.load()
    assert "empty" in door.reason() and "payment_id" in door.reason()


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_header_alone_is_a_delivery_of_no_rows(door: Any, end: str) -> None:
    door.put("shop/payments/a.csv", "payment_id,kind,amount,currency,occurred_at" + end)
    door.load()
    assert door.files("status, rows_in_file") == [("loaded", 0)]


def test_no_header(door: Any) -> None:
    door.put("shop/payments/a.csv", "secret name,1,2\nother,3,4\n")
    door.load()
    assert "no header" in door.reason()
    assert "secret name" not in door.reason()


def test_unknown_table_type_and_place(door: Any) -> None:
    door.payments(ROW, "shop/paymnts/a.csv")
    door.put("shop/payments/a.txt", "x")
    door.put("shop/a.csv", "x")
    door.put("a.csv", "x")
    door.load()
    reasons = dict(door.files("source_id || table_name || file_name, reason"))
    assert "Is 'payments' meant?" in reasons["shoppaymntsa.csv"]
    assert ".parquet" in reasons["shoppaymentsa.txt"]
    assert "move it to shop/<table>/a.csv" in reasons["shopa.csv"]
    assert "<source_id>/<table>/a.csv" in reasons["a.csv"]


def test_unknown_table_of_a_known_system_names_its_tables(door: Any) -> None:
    door.sources("source_id,system\ncrm,hubspot\n")
    door.put("crm/contacts/a.csv", "x")
    door.load()
    assert "no table of 'hubspot'" in door.reason()
    assert "contact" in door.reason()


def test_directory_named_like_a_file(door: Any) -> None:
    door.payments(ROW, "shop/payments/x.csv/part-0.csv")
    (door.settings.landing / "shop" / "payments" / "y.csv").mkdir()
    door.load()
    assert door.files() == [("x.csv/part-0.csv", "loaded")]


def test_what_is_passed_over(door: Any) -> None:
    for name in (
        ".hidden.csv",
        "_SUCCESS",
        ".a.csv.crc",
        "a.csv.crc",
        ".DS_Store",
        "Thumbs.db",
        "~$book.xlsx",
        "_delta_log/0.json",
        ".git/x.csv",
        "a.csv.part",
    ):
        door.put(f"shop/payments/{name}", "x")
    door.payments(ROW, "shop/payments/_part.csv")
    door.load()
    assert door.files() == [("_part.csv", "loaded")]


@pytest.mark.parametrize(
    "name",
    [
        "a'b\"c.csv",
        "[1]*?.csv",
        "日本 語.csv",
        "a..b.csv",
        "a\nb.csv",
        "%s {x} $1.csv",
        "UPPER.CSV",
    ],
)
def test_hostile_names(door: Any, name: str) -> None:
    door.payments(ROW, f"sho'p \"; drop/payments/dt=[x]*/{name}")
    door.load()
    assert door.files() == [(f"dt=[x]*/{name}", "loaded")]
    assert door.values("_source_id") == ["sho'p \"; drop"]


def test_name_that_is_not_utf8(door: Any) -> None:
    folder = door.payments(ROW).parent
    os.rename(folder / "a.csv", os.path.join(os.fsencode(folder), b"caf\xe9.csv"))
    door.load()
    assert door.files() == [("caf\\xe9.csv", "loaded")]


def test_link_that_leads_in_circles(door: Any) -> None:
    folder = door.payments(ROW).parent
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.csv").symlink_to("nothing")
    assert [file.file_name for file in scan(door.settings.landing)] == ["a.csv"]


def test_missing_landing_folder(door: Any) -> None:
    with pytest.raises(UsageError, match="--landing"):
        scan(door.settings.landing / "nowhere")


def test_inactive_source_is_set_aside(door: Any) -> None:
    door.sources("source_id,is_active\nshop,false\n")
    door.payments(ROW)
    summary = door.load()
    assert (summary.outcomes, summary.inactive_sources) == ((), ("shop",))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("shop,nosuch,,,,,,,,", "system"),
        ("shop,,,Mars/Base,,,,,,", "timezone"),
        ("shop,,,,Germany,,,,,", "default_country"),
        ("shop,,,,,sometimes,,,,", "delivery"),
        ("shop,,,,,,x,,,", "freshness_hours"),
        ("shop,,,,,,,explode,,", "on_failure"),
        ("shop,,,,,,,,perhaps,", "is_active"),
        ("shop,,weather,,,,,,,", "domain"),
        (",canonical,,,,,,,,", "source_id"),
        ("shop,,,,,,,,,\nshop,,,,,,,,,", "source_id"),
        ("shop,,,,,,,,,first", "trust_tier"),
    ],
)
def test_bad_seed_values_name_row_and_column(door: Any, row: str, column: str) -> None:
    door.sources(
        "source_id,system,domain,timezone,default_country,delivery,freshness_hours,on_failure,"
        f"is_active,trust_tier\n{row}\n"
    )
    with pytest.raises(UsageError, match=rf"line \d+, column {column}"):
        door.load()


def test_unknown_seed_column(door: Any) -> None:
    door.sources("source_id,time_zone\nshop,UTC\n")
    with pytest.raises(UsageError, match="time_zone"):
        door.load()
