"""What is exported is what is published: every row and value, in order, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import duckdb
import fastexcel
import openpyxl
import pytest

from orchestration.errors import UsageError
from orchestration.exporting import export as exporting
from orchestration.exporting.export import export
from orchestration.settings import Settings

TEXTS = [
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "-1+1|x",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "+852 (12) 345-678",
    "-12.5",
    "plain, with a comma",
    'quoted "so"',
    "两行\n文字",
    "bell \x07 <&>",
    None,
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A published version with what is hard to export."""
    settings = Settings(landing=tmp_path / "landing", warehouse=tmp_path / "warehouse")
    version = settings.versions / "v1" / "scv.duckdb"
    version.parent.mkdir(parents=True)
    with duckdb.connect(str(version)) as con:
        con.execute(
            "create schema core; create table core.notes (note_id bigint, body varchar, day date, written_at timestamp, "
            "amount decimal(18, 4), is_open boolean, share double)"
        )
        for place, body in enumerate(TEXTS):
            con.execute(
                "insert into core.notes values (?, ?, date '2026-02-28', timestamp '2026-02-28 13:14:15', 12.3456, "
                "true, 'nan')",
                [place, body],
            )
        con.execute("comment on table core.notes is 'One note.'")
        con.execute("comment on column core.notes.body is 'What it says.'")
        con.execute(
            "create table core.fct_visits as select 'c' || (i % 7) as customer_id, "
            "timestamp '2024-01-01' + interval (i) day as visited_at, true as has_happened, "
            "timestamp '2020-01-01' as updated_at from range(800) as visits (i) order by customer_id, visited_at"
        )
    settings.published.symlink_to(version)
    return settings


def test_parquet_holds_facts_by_year_in_the_order_of_customers(settings: Settings) -> None:
    written = {one.relation: one for one in export(settings, "parquet")}
    folder = settings.versions / "v1" / "parquet" / "core" / "fct_visits"
    assert written["core.fct_visits"].path == folder
    assert sorted(path.name for path in folder.iterdir()) == [
        f"event_year={year}" for year in (2024, 2025, 2026)
    ]
    con = duckdb.connect()
    read = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    [[rows, wrong]] = con.execute(
        f"select count(*), count(*) filter (where event_year <> year(visited_at)) from {read}"
    ).fetchall()
    assert (rows, wrong) == (800, 0)
    for part in folder.glob("*/*.parquet"):
        found = con.execute(f"select customer_id, visited_at from '{part}'").fetchall()
        assert found == sorted(found)
    notes = f"'{settings.versions}/v1/parquet/core/notes/notes.parquet'"
    bodies = con.execute(f"select body from {notes} order by note_id").fetchall()
    assert [body for (body,) in bodies] == TEXTS
    kept = con.execute(f"select key, value from parquet_kv_metadata({notes})").fetchall()
    assert (b"description", b"One note.") in kept


def test_a_csv_gives_a_spreadsheet_nothing_to_run(settings: Settings) -> None:
    [one] = export(settings, "csv", ["core.notes"])
    assert one.path.read_bytes().startswith(b"\xef\xbb\xbf")
    with one.path.open(newline="", encoding="utf-8-sig") as file:
        bodies = [row["body"] for row in csv.DictReader(file)]
    assert [body.startswith("'") for body in bodies] == [True] * 6 + [False] * 7
    assert [body.removeprefix("'") for body in bodies[:12]] == TEXTS[:12]
    [raw] = export(settings, "csv", ["core.notes"], is_raw=True)
    with raw.path.open(newline="", encoding="utf-8") as file:
        assert [row["body"] for row in csv.DictReader(file)][:12] == TEXTS[:12]


def test_a_workbook_holds_texts_figures_and_days_and_what_columns_mean(settings: Settings) -> None:
    [one] = export(settings, "xlsx", ["core.notes"])
    book = openpyxl.load_workbook(one.path)
    [header, *rows] = book["notes"].iter_rows(values_only=True)
    assert header[:2] == ("note_id", "body")
    shown = [body.replace("\x07", "") if body else body for body in TEXTS]
    assert [row[1] for row in rows] == shown
    assert all(cell.data_type != "f" for row in book["notes"].iter_rows() for cell in row)
    first = rows[0]
    assert first[0] == 0
    assert first[2] in (date(2026, 2, 28), datetime(2026, 2, 28))
    assert first[3] == datetime(2026, 2, 28, 13, 14, 15)
    assert first[4:] == (12.3456, True, "nan")
    meanings = list(book["what columns mean"].iter_rows(values_only=True))
    assert ("body", "varchar", "What it says.") in meanings
    # A second reader, stricter in other places.
    assert fastexcel.read_excel(one.path).load_sheet("notes").height == len(TEXTS)


def test_what_no_sheet_holds_is_refused_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 799)
    with pytest.raises(UsageError, match=r"core\.fct_visits has more"):
        export(settings, "xlsx")
    assert not (settings.versions / "v1" / "xlsx").exists()


def test_an_export_again_replaces_and_one_that_fails_leaves_what_was_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "out"
    for _ in range(2):
        export(settings, "parquet", folder=where)
    before = {path: path.read_bytes() for path in where.rglob("*.parquet")}
    assert len(before) == 4

    def fail(*_: object) -> Path:
        raise OSError("the disk is full")

    monkeypatch.setattr(exporting, "_write", fail)
    with pytest.raises(OSError, match="the disk is full"):
        export(settings, "parquet", folder=where)
    assert {path: path.read_bytes() for path in where.rglob("*.parquet")} == before
    assert not (where / ".unfinished").exists()


def test_a_relation_that_is_not_there_is_named_with_those_that_are(settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"core\.nothing.*core\.fct_visits"):
        export(settings, "csv", ["core.nothing"])
