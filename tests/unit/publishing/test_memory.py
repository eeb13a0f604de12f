"""What cannot be computed again outlives the working database: saved with every version, sharing what did not change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing import memory
from orchestration.publishing.build import swap
from orchestration.publishing.disk import disk_bytes
from orchestration.publishing.restore import restore_if_lost
from orchestration.publishing.versions import FILE_NAME
from orchestration.settings import Settings

_TABLES = """
create schema raw; create schema state;
create table raw.canonical__profiles (
    source_record_id varchar, amount decimal(18, 4), _loaded_at timestamp, _extra json
);
insert into raw.canonical__profiles
    select 'A' || i, i / 4, timestamp '2026-01-01', '{"tier": "gold"}' from range(1000) as r(i);
create table state.files (file_id bigint, rows_loaded bigint);
insert into state.files values (1, 1000);
create table state.quarantine (
    quarantine_id varchar, record json, quarantined_at timestamp, resolved_at timestamp
);
insert into state.quarantine values ('q1', '{"a": "1"}', timestamp '2026-01-01', null);
create table state.identity_registry (
    source_id varchar, source_record_id varchar, customer_id varchar, valid_from timestamp, valid_to timestamp
);
insert into state.identity_registry
    select 'crm', 'A' || i, 'c' || i, timestamp '2026-01-01', null from range(1000) as r(i);
"""
_TABLE_NAMES = (
    "raw.canonical__profiles",
    "state.files",
    "state.quarantine",
    "state.identity_registry",
)
_LATER = """
insert into raw.canonical__profiles values ('B1', 0.25, timestamp '2026-02-01', null);
insert into state.files values (2, 1);
update state.quarantine set resolved_at = timestamp '2026-02-01';
update state.identity_registry set valid_to = timestamp '2026-02-01' where source_record_id = 'A1';
insert into state.identity_registry values ('crm', 'A1', 'c2', timestamp '2026-02-01', null);
"""


class Warehouse:
    """A warehouse of four tables whose versions are published without anything else."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.build.mkdir(parents=True)
        self.change(_TABLES)
        self.number = 0

    def change(self, sql: str) -> None:
        with duckdb.connect(str(self.settings.build_database)) as con:
            con.execute(sql)

    def load(self) -> None:
        """The end of the first load; what is built above it comes later."""
        with duckdb.connect(str(self.settings.build_database)) as con:
            memory.keep_first_load(con, self.settings.first_load)
        self.change(
            "create schema if not exists staging; create or replace table staging.profiles as select 1 as n"
        )

    def publish(self) -> dict[str, memory.Kept]:
        self.number += 1
        name = f"2026010{self.number}T000000.000Z-aaaaaa"
        folder = self.settings.versions / name
        with duckdb.connect(str(self.settings.build_database)) as con:
            memory.save(con, folder / memory.FOLDER, self.settings, name)
        (folder / FILE_NAME).touch()
        swap(self.settings.published, folder / FILE_NAME)
        return memory.read_manifest(folder / memory.FOLDER)

    def content(self) -> dict[str, list[object]]:
        with duckdb.connect(str(self.settings.build_database)) as con:
            return {
                table: [
                    con.execute(f"describe {table}").fetchall(),
                    con.execute(f"select * from {table} order by all").fetchall(),
                ]
                for table in _TABLE_NAMES
            }

    def lose(self) -> None:
        self.settings.build_database.unlink()

    def part_sizes(self) -> list[int]:
        folder = self.settings.published.resolve().parent / memory.FOLDER
        return [path.stat().st_nlink for path in sorted(folder.glob("*.parquet"))]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30)))


def silently(_: str) -> None:
    pass


def test_a_lost_working_database_comes_back_with_every_row_and_type(warehouse: Warehouse) -> None:
    warehouse.publish()
    warehouse.change(_LATER)
    warehouse.publish()
    before = warehouse.content()
    warehouse.lose()
    # What the lost one was about to write must not be taken for the new one's.
    log = warehouse.settings.build_database.with_name("scv.duckdb.wal")
    log.write_bytes(b"half a page")
    said: list[str] = []
    assert restore_if_lost(warehouse.settings, said.append)
    assert warehouse.content() == before
    assert "is lost" in said[0]
    assert not restore_if_lost(warehouse.settings, silently), "it is there"


def test_the_first_load_is_a_part_of_all_its_tables(warehouse: Warehouse) -> None:
    warehouse.load()
    warehouse.change(_LATER)
    kept = warehouse.publish()
    names = {part for table in kept.values() for part in table.parts}
    assert len(names) == 5 and memory.FIRST_LOAD in names, "three grew, and the books are whole"
    warehouse.load()
    before = warehouse.content()
    assert memory.FIRST_LOAD in {p for t in warehouse.publish().values() for p in t.parts}
    warehouse.lose()
    assert restore_if_lost(warehouse.settings, silently)
    assert warehouse.content() == before


def test_who_was_erased_does_not_live_on_in_the_first_load(warehouse: Warehouse) -> None:
    warehouse.load()
    warehouse.publish()
    _erase(warehouse)
    kept = warehouse.publish()
    assert all(memory.FIRST_LOAD not in table.parts for table in kept.values())


def test_only_what_cannot_be_computed_again_is_a_first_load(warehouse: Warehouse) -> None:
    warehouse.change("create schema core; create table core.dim_customer as select 'Ada' as name")
    warehouse.load()
    assert not warehouse.settings.first_load.exists()


def test_a_version_shares_what_did_not_change(warehouse: Warehouse) -> None:
    first = warehouse.publish()
    again = warehouse.publish()
    assert again == first
    assert warehouse.part_sizes() == [2, 2, 2, 2], "every part is one file under two names"
    size = disk_bytes(warehouse.settings.versions)
    warehouse.change(_LATER)
    later = warehouse.publish()
    for table in _TABLE_NAMES:
        is_whole = table == "state.files"
        assert len(later[table].parts) == (1 if is_whole else 2), table
        assert later[table].parts[0] == first[table].parts[0] or is_whole
    # A thousand rows are not written again for one.
    assert disk_bytes(warehouse.settings.versions) - size < size / 2


def _erase(warehouse: Warehouse) -> None:
    warehouse.change("delete from raw.canonical__profiles where source_record_id = 'A5'")


def _set_the_clock_back(warehouse: Warehouse) -> None:
    warehouse.change(
        "insert into raw.canonical__profiles values ('B2', 1, timestamp '2025-01-01', null)"
    )


def _grow_a_column(warehouse: Warehouse) -> None:
    warehouse.change(
        "alter table raw.canonical__profiles add column email varchar;"
        "insert into raw.canonical__profiles values ('B3', 1, timestamp '2026-03-01', null, 'b@example.org')"
    )


def _change_a_type(warehouse: Warehouse) -> None:
    warehouse.change(
        "alter table raw.canonical__profiles alter column amount type varchar;"
        "insert into raw.canonical__profiles values ('B3', 'many', timestamp '2026-03-01', null)"
    )


def _lose_a_part(warehouse: Warehouse) -> None:
    folder = warehouse.settings.published.resolve().parent / memory.FOLDER
    next(folder.glob("raw.*.parquet")).unlink()


def _come_from_elsewhere(warehouse: Warehouse) -> None:
    """Another working database with as many rows and the same instants."""
    warehouse.change("update state.saved set version = 'another'")
    warehouse.change("update raw.canonical__profiles set _extra = null")


@pytest.mark.parametrize(
    "happening",
    [
        _erase,
        _set_the_clock_back,
        _grow_a_column,
        _change_a_type,
        _lose_a_part,
        _come_from_elsewhere,
    ],
)
def test_whatever_happened_between_two_versions_the_newer_is_whole(
    warehouse: Warehouse, happening: Callable[[Warehouse], None]
) -> None:
    warehouse.publish()
    happening(warehouse)
    warehouse.publish()
    before = warehouse.content()
    warehouse.lose()
    assert restore_if_lost(warehouse.settings, silently)
    assert warehouse.content() == before


def test_parts_are_put_together_when_they_are_many(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MANY_PARTS", 2)
    counts = []
    for month in range(2, 6):
        warehouse.change(
            f"insert into raw.canonical__profiles values ('C', 1, timestamp '2026-0{month}-01', null)"
        )
        counts.append(len(warehouse.publish()["raw.canonical__profiles"].parts))
    assert counts == [1, 2, 1, 2]


def test_nothing_published_is_nothing_to_restore(warehouse: Warehouse) -> None:
    warehouse.lose()
    assert not restore_if_lost(warehouse.settings, silently)
    assert not warehouse.settings.build_database.exists()


def test_a_version_without_memory_is_passed_over(warehouse: Warehouse) -> None:
    warehouse.publish()
    before = warehouse.content()
    warehouse.publish()
    newest = warehouse.settings.published.resolve().parent / memory.FOLDER
    (newest / memory.MANIFEST).write_text("{")
    warehouse.lose()
    assert restore_if_lost(warehouse.settings, silently)
    assert warehouse.content() == before
