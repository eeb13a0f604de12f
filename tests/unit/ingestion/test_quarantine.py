"""Quarantine: rows come back under their old number, and the books stay balanced."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ScvError, UsageError
from orchestration.ingestion import load as loading
from orchestration.ingestion import quarantine, staged_refusals, state
from orchestration.ingestion.contracts import Column, Contracts


def _with_column(contracts: Contracts, name: str, **changes: Any) -> Contracts:
    system = contracts.systems["canonical"]
    table = system.tables["payments"]
    columns = tuple(
        dataclasses.replace(column, **changes) if column.name == name else column
        for column in table.columns
    )
    tables = {**system.tables, "payments": dataclasses.replace(table, columns=columns)}
    return Contracts({**contracts.systems, "canonical": dataclasses.replace(system, tables=tables)})


@pytest.fixture
def quarantined(door: Any) -> Any:
    door.payments("p1,fee,1,EUR,2024-01-05\np2,bogus,2,EUR,2024-01-05\np3,fee,,EUR,2024-01-05\n")
    door.load()
    return door


def test_listing_and_showing(quarantined: Any) -> None:
    first, second = quarantine.listing(quarantined.con)
    assert (first.line_number, second.line_number) == (3, 4)
    assert second.reason == "amount: required and missing"
    assert '"kind":"bogus"' in quarantine.show(quarantined.con, first.quarantine_id).record
    assert quarantine.listing(quarantined.con, source="nobody") == []
    with pytest.raises(UsageError):
        quarantine.show(quarantined.con, "raw-0-0")


def test_corrected_contract_brings_rows_in(
    quarantined: Any, contracts: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected = _with_column(contracts, "kind", accepted=("fee", "bogus"))
    monkeypatch.setattr(quarantine, "load_contracts", lambda repository: corrected)
    result = quarantine.replay(quarantined.con, quarantined.settings)
    assert (result.tried, result.replayed) == (2, 1)
    assert quarantined.rows("payment_id, _file_row") == [("p1", 1), ("p2", 2)]
    assert quarantined.files("rows_in_file, rows_loaded, rows_quarantined") == [(3, 2, 1)]
    quarantined.assert_balanced()
    assert quarantine.replay(quarantined.con, quarantined.settings).replayed == 0


def test_corrected_rows_come_in(quarantined: Any, tmp_path: Path) -> None:
    first, second = quarantine.listing(quarantined.con)
    records = tmp_path / "corrected.jsonl"
    records.write_text(
        f'{{"quarantine_id":"{first.quarantine_id}","payment_id":"p2","kind":"fee",'
        '"amount":12345678901234.5678,"currency":"EUR","occurred_at":"2024-01-05","is_captive":"?"}\n'
        f'{{"quarantine_id":"{second.quarantine_id}","record":{{"payment_id":"p3"}}}}\n'
    )
    result = quarantine.replay(quarantined.con, quarantined.settings, records=records)
    assert (result.tried, result.replayed) == (2, 1)
    assert second.quarantine_id in str(result)
    assert quarantined.rows()[1] == ("p2", Decimal("12345678901234.5678"))
    assert quarantined.values("_extra")[1] == '{"is_captive":"?"}'
    assert quarantined.files("rows_loaded, rows_quarantined, rows_with_bad_values") == [(2, 1, 1)]
    quarantined.assert_balanced()


def test_replayed_number_is_read_as_its_file_was(
    door: Any, contracts: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "payment_id;kind;amount;currency;occurred_at"
    door.payments("p1;fee;12,5;EUR;2024-01-05\np2;bogus;1.234;EUR;2024-01-05\n", header=header)
    door.load()
    corrected = _with_column(contracts, "kind", accepted=("fee", "bogus"))
    monkeypatch.setattr(quarantine, "load_contracts", lambda repository: corrected)
    quarantine.replay(door.con, door.settings)
    assert door.values("amount") == [Decimal("12.5"), Decimal("1234")]


@pytest.mark.parametrize(
    "content", ["", "not json\n", '{"payment_id":"p2"}\n', '{"quarantine_id":"raw-9-9"}\n', "[1]\n"]
)
def test_unusable_corrections(quarantined: Any, tmp_path: Path, content: str) -> None:
    records = tmp_path / "corrected.jsonl"
    records.write_text(content)
    with pytest.raises(UsageError):
        quarantine.replay(quarantined.con, quarantined.settings, records=records)
    assert len(quarantine.listing(quarantined.con)) == 2


def test_dismissed_rows_stay_in_the_books(quarantined: Any) -> None:
    first, _ = quarantine.listing(quarantined.con)
    assert quarantine.dismiss(quarantined.con, [first.quarantine_id]) == 1
    assert len(quarantine.listing(quarantined.con)) == 1
    assert quarantined.files("rows_quarantined") == [(2,)]
    assert quarantine.show(quarantined.con, first.quarantine_id).resolution == "dismissed"
    with pytest.raises(UsageError):
        quarantine.dismiss(quarantined.con, [first.quarantine_id])


def test_record_keeps_the_names_and_texts_that_were_sent(door: Any) -> None:
    door.put(
        "shop/payments/a.csv",
        'Payment_ID, KIND,amount,currency,occurred_at,Näme\np1,fee,x,EUR,2024-01-05," a ""b"" "\n',
    )
    door.load()
    assert door.quarantined("record") == [
        (
            '{"Payment_ID":"p1","KIND":"fee","amount":"x","currency":"EUR",'
            '"occurred_at":"2024-01-05","Näme":" a \\"b\\" "}',
        )
    ]


def test_new_column_of_a_contract_is_added_to_raw(
    door: Any, contracts: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.payments("p1,fee,1,EUR,2024-01-05\n")
    door.load()
    system = contracts.systems["canonical"]
    table = system.tables["payments"]
    wider = dataclasses.replace(table, columns=(*table.columns, Column("tip", "decimal(18,4)")))
    grown = Contracts(
        {"canonical": dataclasses.replace(system, tables={**system.tables, "payments": wider})}
    )
    monkeypatch.setattr(loading, "load_contracts", lambda repository: grown)
    door.sources("source_id\n")
    door.payments(
        "p2,fee,1,EUR,2024-01-05,0.5\n",
        "shop/payments/b.csv",
        "payment_id,kind,amount,currency,occurred_at,tip",
    )
    door.load()
    assert door.values("tip") == [None, Decimal("0.5000")]


def test_type_of_a_contract_may_change_only_without_loss(
    door: Any, contracts: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.payments("p1,fee,1,EUR,2024-01-05\n")
    door.load()
    with pytest.raises(ScvError, match="payment_id"):
        state.ensure(door.con, _with_column(contracts, "payment_id", data_type="bigint"))
    state.ensure(door.con, _with_column(contracts, "amount", data_type="varchar"))
    assert door.values("amount") == ["1.0000"]


def test_what_staging_refused_is_listed_and_shown(quarantined: Any) -> None:
    quarantined.con.execute(
        "create schema staging; create table staging.payments_versions as "
        "select 'shop' as source_id, 'p9' as payment_id, null as method, 1 as _file_id, 9 as _file_row, "
        "now()::timestamp as _loaded_at, 'quarantined' as _outcome, 'amount: below zero' as _reject_reason"
    ).fetchall()
    (entry,) = staged_refusals.listing(quarantined.con, "shop", "payments")
    assert (entry.quarantine_id, entry.file_name) == ("staging-payments-1-9", "a.csv")
    shown = staged_refusals.show(quarantined.con, entry.quarantine_id)
    assert shown.record == '{"source_id": "shop", "payment_id": "p9"}'
    assert staged_refusals.listing(quarantined.con, "nobody") == []
    for unknown in ("staging-payments-1-8", "staging-nothing"):
        with pytest.raises(UsageError):
            staged_refusals.show(quarantined.con, unknown)
