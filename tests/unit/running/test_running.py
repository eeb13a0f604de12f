"""Lock, fingerprint, run ids and seeds of a run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ScvError, UsageError
from orchestration.running import looks, record
from orchestration.running.fingerprint import fingerprint, forget, remember, remembered
from orchestration.running.lock import warehouse_lock
from orchestration.running.run_id import new_run_id
from orchestration.running.seeds import complete_seeds
from orchestration.settings import REPOSITORY, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    (made.landing / "crm" / "orders").mkdir(parents=True)
    (made.landing / "crm" / "orders" / "o.csv").write_text("order_id\n1\n")
    made.build.mkdir(parents=True)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("models/core/fct_orders.sql", "seeds/sources.csv", "dbt_project.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("select 1")
    return folder


def test_nothing_changed_is_seen_as_such(settings: Settings, project: Path) -> None:
    assert remembered(settings) is None
    parts = fingerprint(settings, project)
    remember(settings, parts)
    assert remembered(settings) == fingerprint(settings, project)
    forget(settings)
    assert remembered(settings) is None


def test_whatever_a_run_depends_on_changes_the_fingerprint(
    settings: Settings, project: Path
) -> None:
    before = fingerprint(settings, project)
    (settings.landing / "crm" / "orders" / "p.csv").write_text("order_id\n2\n")
    after = fingerprint(settings, project)
    assert [name for name in before if before[name] != after[name]] == ["landing"]
    (project / "models" / "core" / "fct_orders.sql").write_text("select 2, 3")
    assert fingerprint(settings, project)["code"] != after["code"]
    assert (
        fingerprint(replace(settings, as_of=date(2026, 7, 1)), project)["as_of"] != after["as_of"]
    )
    config = settings.landing.parent / "config"
    config.mkdir()
    (config / "sources.csv").write_text("source_id\n")
    assert fingerprint(replace(settings, config=config), project)["config"] != after["config"]


def test_a_file_rewritten_in_the_same_size_is_seen(settings: Settings, project: Path) -> None:
    path = settings.landing / "crm" / "orders" / "o.csv"
    before = fingerprint(settings, project)
    path.write_text("order_id\n2\n")
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 1_000_000))
    assert fingerprint(settings, project)["landing"] != before["landing"]


def test_deciding_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, orchestration.run, orchestration.cli, orchestration.publishing.status;"
        "heavy = {'dbt', 'dagster', 'great_expectations', 'pandas', 'polars', 'sqlalchemy'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_second_writer_waits_and_gets_its_turn(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    said: list[str] = []
    is_held, order = threading.Event(), []

    def first() -> None:
        with warehouse_lock(path, said.append):
            is_held.set()
            time.sleep(0.3)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    is_held.wait()
    with warehouse_lock(path, said.append, timeout=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
    assert "Another run is writing" in said[0]


def test_a_second_writer_ends_with_a_message(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with (
        warehouse_lock(path, lambda _: None),
        pytest.raises(ScvError, match="--wait"),
        warehouse_lock(path, lambda _: None, timeout=0.1),
    ):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from orchestration.running.lock import warehouse_lock\n"
        "with warehouse_lock(Path(sys.argv[1]), print): print('held', flush=True); time.sleep(60)"
    )
    path = tmp_path / ".lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    with warehouse_lock(path, lambda _: None, timeout=0.5):
        pass


def test_run_ids_sort_by_time_also_when_the_clock_jumped_back(settings: Settings) -> None:
    future = "29990101T000000.000Z-abcdef"
    assert new_run_id(settings) < future
    (settings.versions / future).mkdir(parents=True)
    assert new_run_id(settings) > future


def test_runs_without_work_come_into_the_books_with_the_next_run(settings: Settings) -> None:
    looks.note(settings, {"run_id": "r1", "seconds": 0.25, "as_of": "2026-06-30"})
    with looks.path(settings).open("a") as file:
        file.write('{"run_id": "r2", "sec')  # The machine died.
    with duckdb.connect() as con:
        record.prepare(con)
        for _ in range(2):
            record.add_looks(con, looks.taken(settings))
        found = con.execute(
            "select run_id, outcome, as_of, seconds, ended_at - started_at from state.runs"
        ).fetchall()
    assert found == [("r1", "unchanged", date(2026, 6, 30), 0.25, timedelta(seconds=0.25))]


def test_a_companys_seeds_stand_for_ours(settings: Settings, project: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.csv").write_text("source_id\nmine\n")
    (project / "seeds" / "sources.csv").write_text("source_id\nours\n")
    (project / "seeds" / "rates.csv").write_text("currency\n")
    configured = replace(settings, config=config)
    complete_seeds(configured, project)
    assert (configured.own_seeds / "sources.csv").read_text() == "source_id\nmine\n"
    assert not (configured.own_seeds / "rates.csv").exists(), "ours are read where they lie"
    (config / "sourcs.csv").write_text("source_id\nmine\n")
    with pytest.raises(UsageError, match="sourcs"):
        complete_seeds(configured, project)


def test_what_a_companys_seed_leaves_out_is_empty(settings: Settings, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.csv").write_text(
        '\ufeffTimezone, source_id ,owner\nAsia/Shanghai, mine ,"A, B"\n,,\n', encoding="utf-8"
    )
    configured = replace(settings, config=config)
    complete_seeds(configured)
    header, row = (configured.own_seeds / "sources.csv").read_text().splitlines()
    assert header == (REPOSITORY / "seeds" / "sources.csv").read_text().splitlines()[0]
    assert row == 'mine,,,"A, B",,Asia/Shanghai,,,,,'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source_id;system\nmine;canonical\n", "'source_id;system' is not known"),
        ("source_id,owner\nmine,A, B\n", "row 2"),
        ("", "header"),
        ("source_id,Source_ID\nmine,mine\n", "header"),
    ],
)
def test_a_seed_that_cannot_be_read_says_where(
    settings: Settings, tmp_path: Path, text: str, told: str
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.csv").write_text(text)
    with pytest.raises(UsageError, match=told):
        complete_seeds(replace(settings, config=config))


def test_a_seed_that_nothing_reads_is_refused(
    settings: Settings, project: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sorces.csv").write_text("source_id\n")
    with pytest.raises(UsageError, match=r"sorces\.csv"):
        complete_seeds(replace(settings, config=config), project)
