"""Every format, encoding and dialect of the input contract gives the same rows."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

CHINESE = (
    "payment_id,kind,amount,currency,occurred_at,description\n"
    "p1,fee,1,CNY,2024-01-05,王小明在上海浦东新区买了一台洗衣机，服务很好\n"
    "p2,fee,2,CNY,2024-01-05,客服态度一般 但是退款很快\n"
)
WESTERN = (
    "payment_id,kind,amount,currency,occurred_at,description\n"
    "p1,fee,1,EUR,2024-01-05,Müßiggang ist aller Laster Anfang – “schön” für 5 €\n"
    "p2,fee,2,EUR,2024-01-05,Où est l’élève? À la plage – ça va\n"
)


def test_bom(door: Any) -> None:
    door.payments(
        "p1,fee,1,EUR,2024-01-05\n", header="\ufeffpayment_id,kind,amount,currency,occurred_at"
    )
    door.put(
        "shop/payments/b.json",
        '\ufeff{"payment_id":"p2","kind":"fee","amount":1,"currency":"EUR","occurred_at":"2024-01-05"}',
    )
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (WESTERN, "utf-8-sig"),
        (WESTERN, "cp1252"),
        (WESTERN, "utf-16"),
    ],
)
def test_gb18030_and_other_encodings(door: Any, text: str, encoding: str) -> None:
    door.put("shop/payments/a.csv", text.encode(encoding))
    door.load()
    expected = [line.split(",", 5)[5] for line in text.splitlines()[1:]]
    assert door.values("description") == expected
    assert door.files("rows_with_damaged_text") == [(0,)]


@pytest.mark.parametrize(
    "words", ["Zoë", "année", "Ærø Ålborg", "¿Qué tal?", "naïve façade", "ÄÖÜ"]
)
def test_few_western_letters_are_not_taken_for_chinese(door: Any, words: str) -> None:
    filler = "".join(f"q{n},fee,1,EUR,2024-01-05,plain\n" for n in range(50))
    text = f"payment_id,kind,amount,currency,occurred_at,description\n{filler}p1,fee,1,EUR,2024-01-05,{words}\n"
    door.put("shop/payments/a.csv", text.encode("cp1252"))
    door.load()
    assert door.values("description")[-1] == words


@pytest.mark.parametrize("name", ["王伟", "欧阳娜娜", "刘洋,镕基"])
def test_few_chinese_names(door: Any, name: str) -> None:
    text = f'payment_id,kind,amount,currency,occurred_at,description\np1,fee,1,CNY,2024-01-05,"{name}"\n'
    door.put("shop/payments/a.csv", text.encode("gb18030"))
    door.load()
    assert door.values("description") == [name]


def test_utf8_with_one_broken_byte_stays_utf8(door: Any) -> None:
    door.put("shop/payments/a.csv", CHINESE.encode().replace("客".encode(), b"\xe5\xae"))
    door.load()
    assert door.values("description")[1] == "\ufffd服态度一般 但是退款很快"
    assert door.files("rows_with_damaged_text, encoding") == [(1, "utf-8")]


def test_header_in_another_order_and_case(door: Any) -> None:
    door.put(
        "shop/payments/a.csv",
        '"CURRENCY" , Occurred_At,"Kind", AMOUNT ,payment_ID\nEUR,2024-01-05,fee,1.5,p1\n',
    )
    door.load()
    assert door.rows("payment_id, kind, amount, currency") == [
        ("p1", "fee", Decimal("1.5000"), "EUR")
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(door: Any, delimiter: str) -> None:
    header = delimiter.join(["payment_id", "kind", "amount", "currency", "occurred_at"])
    row = delimiter.join(["p1", "fee", "1.50", "EUR", "2024-01-05"])
    door.put("shop/payments/a.csv", f"{header}\n{row}\n")
    door.load()
    assert door.values("amount") == [Decimal("1.5000")]


def test_decimal_comma(door: Any) -> None:
    header = "payment_id;kind;amount;currency;occurred_at;reference_price"
    rows = [("p1", "1.234,50", "12,5"), ("p2", "1.234", "1.000"), ("p3", "7", "0,5")]
    door.payments(
        "".join(f"{key};fee;{a};EUR;2024-01-05;{b}\n" for key, a, b in rows), header=header
    )
    door.load()
    assert door.rows("amount, reference_price") == [
        (Decimal("1234.5000"), Decimal("12.5000")),
        (Decimal("1234.0000"), Decimal("1000.0000")),
        (Decimal("7.0000"), Decimal("0.5000")),
    ]


def test_ambiguous_number_is_not_guessed(door: Any) -> None:
    door.payments('p1,fee,"1,234",EUR,2024-01-05\np2,fee,5,EUR,2024-01-05\n')
    door.payments(
        'p3,fee,"1,234",EUR,2024-01-05\np4,fee,"1,234.5",EUR,2024-01-05\n', "shop/payments/b.csv"
    )
    door.load()
    assert door.rows() == [
        ("p2", Decimal("5.0000")),
        ("p3", Decimal("1234.0000")),
        ("p4", Decimal("1234.5000")),
    ]
    assert len(door.quarantined()) == 1


def test_compressed(door: Any) -> None:
    door.put_gzip(
        "shop/payments/a.csv.gz",
        "payment_id,kind,amount,currency,occurred_at\np1,fee,1,EUR,2024-01-05\n",
    )
    door.load()
    assert door.values("payment_id") == ["p1"]


def test_formula_like_text_stays_text(door: Any) -> None:
    door.payments(
        "=cmd(),fee,1,EUR,2024-01-05\n'+1,fee,1,EUR,2024-01-05\n@x,fee,1,EUR,2024-01-05\n"
    )
    door.load()
    assert door.values("payment_id") == ["=cmd()", "'+1", "@x"]


def test_extra_columns_and_columns_that_stand_twice(door: Any) -> None:
    door.payments(
        'p1,fee,1,EUR,2024-01-05,gold,a,b,"say ""hi"""\np2,fee,1,EUR,2024-01-05,,,,\n',
        header="payment_id,kind,amount,currency,occurred_at,Tier,method,method,näme",
    )
    door.load()
    assert door.rows("payment_id, method, _extra") == [
        (
            "p1",
            "a",
            json.dumps(
                {"Tier": "gold", "method_2": "b", "näme": 'say "hi"'},
                ensure_ascii=False,
                separators=(",", ":"),
            ),
        ),
        ("p2", None, None),
    ]


def _payment(**values: object) -> dict[str, object]:
    return {
        "payment_id": "p1",
        "kind": "fee",
        "amount": 1,
        "currency": "EUR",
        "occurred_at": "2024-01-05",
        **values,
    }


def test_json_line_that_is_no_object(door: Any) -> None:
    good = json.dumps(_payment())
    door.put("shop/payments/a.jsonl", f'{good}\n[1, 2]\n\n"text"\n{{"payment_id": \n{good}\n')
    door.load()
    assert len(door.rows()) == 2
    assert door.quarantined("line_number, record") == [
        (2, '{"_raw":"[1, 2]"}'),
        (4, '{"_raw":"\\"text\\""}'),
        (5, '{"_raw":"{\\"payment_id\\": "}'),
    ]
    door.assert_balanced()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([_payment(), _payment(payment_id="p2")]),
        json.dumps([_payment(), _payment(payment_id="p2")], indent=2),
        json.dumps(_payment()) + "\n" + json.dumps(_payment(payment_id="p2")),
        json.dumps(_payment(), indent=1) + "\n" + json.dumps(_payment(payment_id="p2"), indent=1),
        json.dumps(_payment()) + "\r\n" + json.dumps(_payment(payment_id="p2")) + "\n",
    ],
)
def test_json_layouts(door: Any, content: str) -> None:
    door.put("shop/payments/a.json", content)
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]


def test_json_numbers_keep_every_digit(door: Any) -> None:
    door.put(
        "shop/payments/a.jsonl",
        '{"Payment_ID":123456789012345678901,"kind":"fee","amount":12345678901234.5678,'
        '"currency":"EUR","occurred_at":1700000000123,"method":1.10,'
        '"text":"costs: 1.50, \\"or\\" 2e5","deep":{"n":[0.10,1e2,true,null],"t":"a 1.0"}}\n',
    )
    door.load()
    ((key, amount, at, method, extra),) = door.rows(
        "payment_id, amount, occurred_at, method, _extra"
    )
    assert (key, amount, method) == (
        "123456789012345678901",
        Decimal("12345678901234.5678"),
        "1.10",
    )
    assert at == dt.datetime(2023, 11, 14, 22, 13, 20, 123000)
    assert (
        extra
        == '{"text":"costs: 1.50, \\"or\\" 2e5","deep":{"n":[0.10,1e2,true,null],"t":"a 1.0"}}'
    )


def test_a_json_key_that_stands_twice_costs_its_line(door: Any) -> None:
    good = json.dumps(_payment())
    door.put(
        "shop/payments/a.jsonl",
        f'{good}\n{good[:-1]}, "amount": 2}}\n{good[:-1]}, "note": 1, "note": 2}}\nno JSON\n'
        f'{good[:-1]}, "Amount": 2}}\n',
    )
    door.load()
    assert len(door.rows()) == 2
    assert [(line, reason[:11]) for line, reason, _ in door.quarantined()] == [
        (2, "a key stand"),
        (3, "a key stand"),
        (4, "the line is"),
    ]
    door.assert_balanced()


def test_json_nested_value_in_a_text_column(door: Any) -> None:
    door.put(
        "shop/payments/a.jsonl",
        json.dumps(_payment(method={"card": 1.5}, amount=None))
        + "\n"
        + json.dumps(_payment(method={"card": 1.5})),
    )
    door.load()
    assert door.values("method") == ['{"card":1.5}']
    assert len(door.quarantined()) == 1


def test_empty_json(door: Any) -> None:
    door.put("shop/payments/a.jsonl", "")
    door.put("shop/payments/b.json", "[]")
    door.load()
    assert [status for _, status in door.files()] == ["loaded", "loaded"]


def test_parquet(door: Any) -> None:
    path = door.put("shop/payments/a.parquet", "")
    duckdb.execute(
        "copy (select 123.0::double as payment_id, 'FEE' as Kind, 1.25::decimal(10,2) as amount, "
        "'EUR' as currency, timestamptz '2024-01-05 10:00:00+02' as occurred_at, true as is_captive, "
        "date '2024-02-01' as updated_at, {'a': [1, 2]} as nested union all by name "
        "select 5.5 as payment_id, 'fee' as Kind, null as amount) "
        f"to '{path}' (format parquet)"
    ).fetchall()
    door.load()
    assert door.rows("payment_id, kind, amount, occurred_at, is_captive, updated_at, _extra") == [
        (
            "123",
            "fee",
            Decimal("1.2500"),
            dt.datetime(2024, 1, 5, 8),
            True,
            dt.datetime(2024, 2, 1),
            '{"nested":{"a":[1,2]}}',
        )
    ]
    assert door.quarantined("line_number") == [(2,)]


def test_parquet_with_a_column_that_the_reader_would_add(door: Any) -> None:
    path = door.put("shop/payments/a.parquet", "")
    duckdb.execute(
        "copy (select 'p1' as payment_id, 'fee' as kind, 1.5 as amount, 'EUR' as currency, "
        "date '2024-01-05' as occurred_at, 7 as file_row_number, 8 as rowid) "
        f"to '{path}' (format parquet)"
    ).fetchall()
    door.load()
    assert door.rows("payment_id, amount, _file_row, _extra") == [
        ("p1", Decimal("1.5000"), 1, '{"file_row_number":"7","rowid":"8"}')
    ]


def test_parquet_of_no_rows(door: Any) -> None:
    path = door.put("shop/payments/a.parquet", "")
    duckdb.execute(
        "copy (select 'p' as payment_id, 'fee' as kind, 1 as amount, 'EUR' as currency, "
        f"timestamp '2024-01-01' as occurred_at where false) to '{path}' (format parquet)"
    ).fetchall()
    door.load()
    assert door.files("status, rows_in_file") == [("loaded", 0)]


def test_times_in_the_zone_of_the_source(door: Any) -> None:
    door.sources("source_id,timezone\nshop,America/New_York\n")
    door.payments(
        "p1,fee,1,EUR,2024-07-05 10:00:00\np2,fee,1,EUR,2024-07-05T10:00:00Z\n"
        "p3,fee,1,EUR,2024-07-05T10:00:00+02:00\np4,fee,1,EUR,1700000000\np5,fee,1,EUR,7/5/2024\n"
    )
    door.load()
    assert door.values("occurred_at") == [
        dt.datetime(2024, 7, 5, 14),
        dt.datetime(2024, 7, 5, 10),
        dt.datetime(2024, 7, 5, 8),
        dt.datetime(2023, 11, 14, 22, 13, 20),
    ]
    assert "ISO 8601" in door.quarantined()[0][1]


def test_the_night_the_clock_is_changed(door: Any) -> None:
    door.sources("source_id,timezone\nshop,America/New_York\n")
    door.payments(
        "p1,fee,1,EUR,2024-03-10 01:59:59\np2,fee,1,EUR,2024-03-10 02:30:00\np3,fee,1,EUR,2024-03-10 03:00:00\n"
        "p4,fee,1,EUR,2024-11-03 00:59:59\np5,fee,1,EUR,2024-11-03 01:30:00\np6,fee,1,EUR,2024-11-03 02:00:00\n"
        "p7,fee,1,EUR,2024-02-29 23:00:00\n"
    )
    door.load()
    assert door.values("occurred_at") == [
        dt.datetime(2024, 3, 10, 6, 59, 59),
        # The hour that there was not is the one after it; of the hour that came twice the later one is meant.
        dt.datetime(2024, 3, 10, 7, 30),
        dt.datetime(2024, 3, 10, 7),
        dt.datetime(2024, 11, 3, 4, 59, 59),
        dt.datetime(2024, 11, 3, 6, 30),
        dt.datetime(2024, 11, 3, 7),
        dt.datetime(2024, 3, 1, 4),
    ]


def test_a_number_that_is_a_minute_and_a_millisecond_is_neither(door: Any) -> None:
    door.put(
        "shop/profiles/a.csv",
        "source_record_id,created_at,birth_date\nc1,202402031230,202402031230\nc2,199513312359,19850203\n",
    )
    door.load()
    assert door.rows("created_at, birth_date", "profiles") == [
        (None, None),
        (dt.datetime(1976, 4, 28, 4, 21, 52, 359000), dt.date(1985, 2, 3)),
    ]
    assert door.files("rows_with_bad_values") == [(1,)]


@pytest.mark.parametrize(
    ("word", "value"),
    [("TRUE", True), ("on", True), ("1.0", True), ("Off", False), ("0.0", False), ("n", False)],
)
def test_writings_of_true_and_false(door: Any, word: str, value: bool) -> None:
    door.payments(
        f"p1,fee,1,EUR,2024-01-05,{word}\n",
        header="payment_id,kind,amount,currency,occurred_at,is_captive",
    )
    door.load()
    assert door.values("is_captive") == [value]
