"""Damaged files: what is wrong costs as little as it can, and every row is found again."""

from __future__ import annotations

import gzip
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import ScvError

GOOD = "p1,fee,1.50,EUR,2024-01-05\np2,fee,2.50,EUR,2024-01-05\n"


def test_truncated_gzip(door: Any) -> None:
    whole = gzip.compress(("payment_id,kind,amount,currency,occurred_at\n" + GOOD * 500).encode())
    door.put("shop/payments/a.csv.gz", whole[:-20])
    door.load()
    assert "truncated" in door.reason()
    assert "shop/payments/a.csv.gz" in door.reason()
    assert door.rows() == []


def test_damaged_gzip(door: Any) -> None:
    door.put("shop/payments/a.csv.gz", b"this is not gzip at all")
    door.load()
    assert "gzip" in door.reason()


def test_stray_quote_in_row_500_000(door: Any) -> None:
    def row(number: int) -> str:
        text = '"stray' if number == 500_000 else ("text" if number % 9 else '"said ""so"""')
        return f"p{number},fee,1,EUR,2024-01-05,{text}\n"

    door.put(
        "shop/payments/a.csv",
        "payment_id,kind,amount,currency,occurred_at,description\n"
        + "".join(row(number) for number in range(1, 500_101)),
    )
    door.load()
    ((line, reason, record),) = door.quarantined()
    assert line == 500_001
    assert "quote" in reason
    assert "p500000" in record
    (counts,) = door.con.execute(
        "select count(*), max(_file_row) from raw.canonical__payments"
    ).fetchall()
    assert counts == (500_099, 500_100)
    assert door.files("rows_in_file, rows_loaded, rows_quarantined") == [(500_100, 500_099, 1)]


def test_two_stray_quotes_do_not_swallow_the_rows_between(door: Any) -> None:
    rows = [f"p{n},fee,{n},EUR,2024-01-05,text" for n in range(10)]
    rows[3] = 'p3,fee,3,EUR,2024-01-05,"text'
    rows[7] = 'p7,fee,7,EUR,2024-01-05,text"'
    door.payments("\n".join(rows), header="payment_id,kind,amount,currency,occurred_at,description")
    door.load()
    assert [line for line, _, _ in door.quarantined()] == [5]
    assert door.values("payment_id") == [f"p{n}" for n in range(10) if n != 3]
    door.assert_balanced()


def test_rows_with_too_few_and_too_many_fields(door: Any) -> None:
    door.payments("p1,fee,1,EUR,2024-01-05\np2,fee\np3,fee,1,EUR,2024-01-05,x,y\n")
    door.load()
    assert door.values("payment_id") == ["p1"]
    assert [(line, reason[-30:]) for line, reason, _ in door.quarantined()] == [
        (3, "of this file: expected 5 fields, found 2"[-30:]),
        (4, "of this file: expected 5 fields, found 7"[-30:]),
    ]
    assert door.quarantined("record")[0][0] == '{"_raw":"p2,fee"}'


def test_delimiters_at_the_end_that_stand_for_nothing(door: Any) -> None:
    door.payments("p1,fee,1,EUR,2024-01-05,,\np2,fee,1\np3,fee,1,EUR,2024-01-05\n")
    door.load()
    assert door.values("payment_id") == ["p1", "p3"]


def test_backslash_before_quotes(door: Any) -> None:
    door.payments(
        'p1,fee,1,EUR,2024-01-05,"she said \\"no\\", twice"\np2,fee,1,EUR,2024-01-05,x\n',
        header="payment_id,kind,amount,currency,occurred_at,description",
    )
    door.load()
    assert door.values("description") == ['she said "no", twice', "x"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(door: Any, end: str) -> None:
    door.put(
        "shop/payments/a.csv",
        end.join(["payment_id,kind,amount,currency,occurred_at", *GOOD.splitlines()]),
    )
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]


def test_mixed_line_ends_and_blank_lines(door: Any) -> None:
    door.put(
        "shop/payments/a.csv",
        "payment_id,kind,amount,currency,occurred_at\r\n\n"
        "p1,fee,1,EUR,2024-01-05\np2,fee,1,EUR,2024-01-05\r\n   \n\r\n"
        "p3,fee,bad,EUR,2024-01-05\rp4,fee,1,EUR,2024-01-05\n\n\n",
    )
    door.load()
    assert door.values("payment_id") == ["p1", "p2", "p4"]
    assert door.quarantined("line_number") == [(7,)]


def test_line_numbers_after_values_of_several_lines(door: Any) -> None:
    door.payments(
        'p1,fee,1,EUR,2024-01-05,"one\n\ntwo, three"\np2,fee,bad,EUR,2024-01-05,x\n'
        'p3,fee,1,EUR,2024-01-05,"a\nb"\np4,fee,bad,EUR,2024-01-05,x\n',
        header="payment_id,kind,amount,currency,occurred_at,description",
    )
    door.load()
    assert door.quarantined("line_number") == [(5,), (8,)]
    assert door.values("description") == ["one\n\ntwo, three", "a\nb"]


def test_values_of_10_000_characters_and_lines_beyond_the_readers_default(door: Any) -> None:
    long, longer = "x" * 10_000, "y" * 3_000_000
    door.payments(
        f'p1,fee,1,EUR,2024-01-05,{long}\np2,fee,1,EUR,2024-01-05,"{longer}"\n',
        header="payment_id,kind,amount,currency,occurred_at,description",
    )
    door.put(
        "shop/payments/b.jsonl",
        '{"payment_id":"p3","kind":"fee","amount":1,"currency":"EUR","occurred_at":"2024-01-05",'
        f'"description":"{longer}"}}\n',
    )
    door.load()
    assert door.values("length(description)") == [10_000, 3_000_000, 3_000_000]


def test_nul_bytes(door: Any) -> None:
    door.payments("p\x001,fee,1,EUR,2024-01-05\np2,fee,1,EUR,2024-01-05\n")
    door.load()
    assert door.values("payment_id") == ["p\ufffd1", "p2"]
    assert door.files("rows_with_damaged_text") == [(1,)]


@pytest.mark.parametrize(
    ("text", "read_as", "is_damaged"),
    [
        ("Müller", "latin-1", True),
        ("Привет", "cp1252", True),
        ("中国李", "latin-1", True),
        ("“naïve” café…” Þórður Ñuñoa 5 €", "utf-8", False),
        ("中国李 Привет", "utf-8", False),
    ],
)
def test_text_that_went_through_another_encoding_is_flagged(
    door: Any, text: str, read_as: str, is_damaged: bool
) -> None:
    spoilt = text.encode().decode(read_as)
    door.put("crm/profiles/p.csv", f"source_record_id,full_name\n1,{spoilt}\n")
    door.load()
    assert door.files("rows_with_damaged_text") == [(int(is_damaged),)]


def test_damaged_text_is_kept_and_counted(door: Any) -> None:
    door.payments(
        "p1,fee,1,EUR,2024-01-05,caf\u00c3\u00a9\np2,fee,1,EUR,2024-01-05,S\u00c3O PAULO\n"
        "p3,fee,1,EUR,2024-01-05,\u951f\u65a4\u62f7\np4,fee,1,EUR,2024-01-05,\ufffd\n",
        header="payment_id,kind,amount,currency,occurred_at,description",
    )
    door.load()
    assert door.values("description")[0] == "caf\u00c3\u00a9"
    assert door.files("rows_with_damaged_text") == [(3,)]


def test_type_that_changes_half_way(door: Any) -> None:
    numbers = "".join(f"p{n},fee,{n}.5,EUR,2024-01-05,1\n" for n in range(30_000))
    words = "".join(f"w{n},fee,unknown,EUR,2024-01-05,soon\n" for n in range(100))
    door.payments(
        numbers + words, header="payment_id,kind,amount,currency,occurred_at,reference_price"
    )
    door.load()
    assert door.files("rows_in_file, rows_loaded, rows_quarantined") == [(30_100, 30_000, 100)]
    assert door.quarantined("line_number")[0] == (30_002,)
    reason = door.quarantined("reason")[0][0]
    assert "amount" in reason and "decimal(18,4)" in reason and "unknown" not in reason


def test_bad_optional_value_is_null_and_its_text_stays(door: Any) -> None:
    door.put(
        "shop/profiles/a.csv",
        "source_record_id,birth_date,party_type,is_deleted\nc1,1985-13-24,PERSON,maybe\nc2,,,\n",
    )
    door.load()
    assert door.rows("source_record_id, birth_date, party_type, _extra", "profiles") == [
        ("c1", None, "person", '{"birth_date":"1985-13-24","is_deleted":"maybe"}'),
        ("c2", None, None, None),
    ]
    assert door.files("rows_with_bad_values") == [(1,)]


def test_corrupted_parquet_xlsx_and_json_are_refused_and_the_rest_is_loaded(door: Any) -> None:
    for name in ("a.parquet", "b.xlsx"):
        door.put(f"shop/payments/{name}", b"PAR1 this is no such file")
    door.put("shop/payments/c.json", '[{"payment_id": "p1"}, {"payment_id": ')
    door.payments(GOOD, "shop/payments/d.csv")
    door.load()
    assert [status for _, status in door.files()] == ["refused"] * 3 + ["loaded"]
    assert len(door.rows()) == 2


def test_binary_with_no_lines_is_refused(door: Any) -> None:
    door.put("shop/payments/a.csv", bytes(range(1, 256)) * 100)
    door.load()
    assert "no header" in door.reason()


@pytest.mark.parametrize("table", ["profiles", "payments"])
def test_a_header_that_stands_in_the_middle_is_no_row(door: Any, table: str) -> None:
    text = {
        "profiles": "Source_Record_ID,full_name,email\nc1,Ann,ann@mail.com\n",
        "payments": "payment_id,kind,amount,currency,occurred_at\np1,fee,1.50,EUR,2024-01-05\n",
    }[table]
    door.put(f"shop/{table}/a.csv", text + text)
    door.load()
    assert door.files("rows_loaded, rows_quarantined") == [(2, 1)]
    assert door.quarantined("line_number, reason") == [(3, "the header stands here again")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_in_the_middle(door: Any, end: str, encoding: str) -> None:
    part = end.join(
        ["\ufeffpayment_id,kind,amount,currency,occurred_at", '"p,1",fee,1,EUR,2024-01-05', ""]
    )
    more = end.join(['\ufeff"p,2",fee,1,EUR,2024-01-05', "p\ufeff3,fee,1,EUR,2024-01-05"])
    door.put("shop/payments/a.csv", (part + more).encode(encoding))
    line = '{"payment_id":"p4","kind":"fee","amount":1,"currency":"EUR","occurred_at":"2024-01-05"}'
    door.put("shop/payments/b.jsonl", f"{line}\n\ufeff{line}\n")
    door.load()
    assert door.values("payment_id") == ["p,1", "p,2", "p\ufeff3", "p4", "p4"]
    assert door.quarantined("line_number") == []


def test_text_that_breaks_off_inside_a_character_is_still_utf8(door: Any) -> None:
    text = f"payment_id,kind,amount,currency,occurred_at,description\n{GOOD.replace('05', '05,x')}"
    door.put("shop/payments/a.csv", (text + "p3,fee,1,EUR,2024-01-05,客").encode()[:-1])
    door.load()
    assert door.values("description") == ["x", "x", "\ufffd"]
    assert door.files("encoding, rows_with_damaged_text") == [("utf-8", 1)]


def test_damage_inside_a_parquet_file_costs_that_file_alone(door: Any) -> None:
    names = ["payment_id", "kind", "amount", "currency", "occurred_at"]
    table = pa.table([["p1"], ["fee"], [1.5], ["EUR"], ["2024-01-05"]], names=names)
    path = door.put("shop/payments/a.parquet", "")
    pq.write_table(table, path)
    # The footer stays good, so the rows can be counted; the amounts cannot be read.
    page = pq.read_metadata(path).row_group(0).column(2).data_page_offset
    whole = path.read_bytes()
    path.write_bytes(whole[:page] + b"\xff" * 20 + whole[page + 20 :])
    door.payments(GOOD, "shop/payments/b.csv")
    door.load()
    assert "damaged" in door.reason()
    assert [status for _, status in door.files()] == ["refused", "loaded"]


def test_a_machine_without_room_refuses_no_file(door: Any) -> None:
    door.payments(
        "".join(f"p{n},fee,1,EUR,2024-01-05,{n:0200}\n" for n in range(30_000)),
        header="payment_id,kind,amount,currency,occurred_at,description",
    )
    door.con.execute("set memory_limit = '5MB'; set max_temp_directory_size = '0MB'")
    with pytest.raises(ScvError, match="Make room"):
        door.load()
    door.con.execute("set memory_limit = '1GB'")
    assert door.load().files["loaded"] == 1
