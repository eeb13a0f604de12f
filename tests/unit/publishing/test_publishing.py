"""A new version is built beside and swapped in whole: readers see one version or the other, never half of one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.database import open_published
from orchestration.publishing import status
from orchestration.publishing.build import _copy_file, build_file, swap
from orchestration.publishing.give import give
from orchestration.publishing.versions import current, prune, remove_unfinished, versions
from orchestration.settings import Settings
from orchestration.transformation.manifest import Column, PublishedRelation


def _relation(name: str, order_by: tuple[str, ...] = ()) -> PublishedRelation:
    columns = (
        Column("customer_id", "varchar", "Whose it is; it's quoted."),
        Column("n", "bigint", ""),
    )
    return PublishedRelation(f"model.{name}", "core", name, f"About {name}.", columns, order_by)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    made.temporary.mkdir(parents=True)
    return made


def _build(settings: Settings, value: int) -> None:
    """What a run leaves: facts that are served, and books that only the working database has."""
    for file in (settings.build_database, settings.served_database):
        file.unlink(missing_ok=True)
    with duckdb.connect(str(settings.served_database)) as con:
        con.execute("create schema core; create schema changes")
        con.execute(
            f"create table core.facts as select 'c' || i as customer_id, {value}::bigint as n "
            "from range(10) as r(i)"
        )
        con.execute("create table changes.facts as select 'c1' as customer_id")
        con.execute("create table core.gone as select 'c1' as customer_id, 1::bigint as n")
    with duckdb.connect(str(settings.build_database)) as con:
        con.execute("create schema core; create schema state")
        con.execute(
            "create table state.books as select 'c' || (9 - i) as customer_id, i as n from range(3) as r(i)"
        )
        # As dbt writes it: with the name of the working database.
        con.execute('create view core.shown as select * from "scv"."state"."books"')


def _file(settings: Settings, target: Path, *relations: PublishedRelation) -> dict[str, int]:
    return build_file(
        settings.build_database, target, relations, settings.temporary, settings.served_database
    )


def _publish(settings: Settings, name: str, value: int, keep: int = 9) -> Path:
    _build(settings, value)
    beside = settings.versions / f".{name}"
    _file(settings, beside / "scv.duckdb", _relation("facts"), _relation("shown", ("customer_id",)))
    return give(settings, beside, name, keep)


def test_a_row_that_is_looked_up_is_found_by_an_index(settings: Settings) -> None:
    _build(settings, 1)
    looked_up = replace(_relation("shown"), primary_key=("customer_id",))
    target = settings.versions / "one" / "scv.duckdb"
    _file(settings, target, looked_up)
    with duckdb.connect(str(target), read_only=True) as con:
        asked = "select * from core.shown where customer_id = 'c8'"
        assert "Index Scan" in con.execute(f"explain analyze {asked}").fetchall()[0][1]
        assert con.execute(asked).fetchall() == [("c8", 1)]


def test_a_row_that_is_looked_up_lies_in_few_blocks(settings: Settings) -> None:
    _build(settings, 1)
    values = ", ".join(f"hash(i + {n}) as v{n}" for n in range(40))
    with duckdb.connect(str(settings.build_database)) as con:
        con.execute(
            f"create table core.wide as select 'c' || i as customer_id, {values} from range(300_000) as r(i)"
        )
    target = settings.versions / "one" / "scv.duckdb"
    _file(settings, target, replace(_relation("wide"), primary_key=("customer_id",)))
    # As the metrics are written into it afterwards.
    with open_published(target) as con:
        con.execute("create view core.more as from core.wide; checkpoint")
    with duckdb.connect(str(target), read_only=True) as con:
        groups = con.execute(
            "select count(distinct column_name), count(distinct block_id) "
            "from pragma_storage_info('core.wide') group by row_group_id"
        ).fetchall()
    assert len(groups) > 100
    assert all(columns == 41 and blocks <= 6 for columns, blocks in groups)


def test_a_copy_that_cannot_be_made_says_why(settings: Settings) -> None:
    _build(settings, 1)
    with pytest.raises(FileNotFoundError, match="none"):
        _copy_file(settings.served_database, settings.versions / "none" / "scv.duckdb")


def test_the_file_holds_what_is_published_and_no_more(settings: Settings) -> None:
    _build(settings, 1)
    target = settings.versions / "one" / "scv.duckdb"
    rows = _file(settings, target, _relation("facts"), _relation("shown"))
    assert rows == {"core.facts": 10, "core.shown": 3}
    with duckdb.connect(str(target), read_only=True) as con:
        assert con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by all"
        ).fetchall() == [("core.facts",), ("core.shown",)]
    # What is served stays as the run left it: the next run changes it.
    with duckdb.connect(str(settings.served_database), read_only=True) as con:
        assert con.execute("select count(*) from duckdb_tables()").fetchone() == (3,)


def test_the_file_holds_tables_sorted_with_their_words(settings: Settings) -> None:
    _publish(settings, "20260101T000000.000Z-aaaaaa", 1)
    with duckdb.connect(str(settings.published), read_only=True) as con:
        assert con.execute("select current_database()").fetchone() == ("scv",)
        assert con.execute("from core.facts").fetchall() == [(f"c{i}", 1) for i in range(10)]
        # A view of the working database is a table here: it may name nothing outside this file.
        assert con.execute(
            "select distinct table_type from information_schema.tables"
        ).fetchall() == [("BASE TABLE",)]
        assert con.execute("from core.shown").fetchall() == [("c7", 2), ("c8", 1), ("c9", 0)]
        assert con.execute(
            "select comment from duckdb_tables() where table_name = 'facts'"
        ).fetchone() == ("About facts.",)
        assert con.execute(
            "select comment from duckdb_columns() where table_name = 'facts' and column_name = 'customer_id'"
        ).fetchone() == ("Whose it is; it's quoted.",)


def test_the_link_is_relative_so_that_the_warehouse_can_be_moved(settings: Settings) -> None:
    _publish(settings, "20260101T000000.000Z-aaaaaa", 1)
    moved = settings.warehouse.rename(settings.warehouse.with_name("moved"))
    with duckdb.connect(str(moved / "scv.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from core.facts").fetchone() == (10,)


def test_a_reader_goes_on_with_the_version_it_opened(settings: Settings) -> None:
    _publish(settings, "20260101T000000.000Z-aaaaaa", 1)
    old = duckdb.connect(str(settings.published), read_only=True)
    _publish(settings, "20260102T000000.000Z-bbbbbb", 2)
    for path in settings.versions.glob("20260101*"):
        shutil.rmtree(path)
    new = duckdb.connect(str(settings.published), read_only=True)
    assert old.execute("select distinct n from core.facts").fetchall() == [(1,)]
    assert new.execute("select distinct n from core.facts").fetchall() == [(2,)]
    old.close()
    new.close()


_READERS = """
import sys, threading, time, duckdb
path, last, seen = sys.argv[1], int(sys.argv[2]), {}
def read(reader):
    mine = seen[reader] = []
    while not mine or mine[-1] < last:
        with duckdb.connect(path, read_only=True, config={"threads": 1}) as con:
            rows, different, value = con.execute(
                "select count(*), count(distinct n), min(n) from core.facts"
            ).fetchall()[0]
            assert con.execute("select count(*) from core.shown").fetchall() == [(3,)]
        assert (rows, different) == (10, 1), (rows, different)
        assert not mine or value >= mine[-1], "an older version came after a newer one"
        mine.append(value)
        time.sleep(0.2)
readers = [threading.Thread(target=read, args=(number,)) for number in range(4)]
for reader in readers: reader.start()
for reader in readers: reader.join()
assert all(mine and mine[-1] == last for mine in seen.values()), "a reader failed"
print(min(len(set(mine)) for mine in seen.values()))
"""


def test_20_readers_during_20_publishes_see_only_whole_versions(settings: Settings) -> None:
    _publish(settings, "20260101T000000.000Z-000000", 0)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", _READERS, str(settings.published), "20"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)  # Four readers each.
    ]
    for number in range(1, 21):
        # Three are kept: those that readers saw first are removed meanwhile.
        _publish(settings, f"20260101T000000.000Z-{number:06d}", number, keep=3)
        time.sleep(0.2)
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        assert int(out) > 1, "a reader saw one version only: nothing was tested"
    assert len(versions(settings)) == 3


def test_old_versions_go_and_the_current_one_stays(settings: Settings) -> None:
    names = [f"2026010{day}T000000.000Z-aaaaaa" for day in range(1, 6)]
    targets = [_publish(settings, name, 1) for name in names]
    swap(settings.published, targets[0])
    assert prune(settings, keep=2) == [names[2], names[1]]
    assert [(version.name, version.is_current) for version in versions(settings)] == [
        (names[4], False),
        (names[3], False),
        (names[0], True),
    ]
    assert current(settings) == targets[0].resolve()


def test_what_a_killed_run_left_is_cleared_and_never_listed(settings: Settings) -> None:
    _publish(settings, "20260101T000000.000Z-aaaaaa", 1)
    half = settings.versions / ".20260102T000000.000Z-bbbbbb"
    half.mkdir()
    (half / "scv.duckdb").write_bytes(b"half a file")
    assert len(versions(settings)) == 1
    remove_unfinished(settings)
    assert not half.exists()


def test_the_status_page_is_replaced_whole_and_notes_a_look(settings: Settings) -> None:
    assert status.read(settings) == {}
    status.write(settings, {"last_run": {"outcome": "published"}, "last_check": None})
    status.note_unchanged(settings, {"run_id": "r2", "outcome": "unchanged", "seconds": 0.1})
    page = status.read(settings)
    assert page["last_run"] == {"outcome": "published"}
    assert page["last_check"]["outcome"] == "unchanged"
