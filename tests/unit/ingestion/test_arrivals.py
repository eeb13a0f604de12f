"""Exactly once: what counts as new, what waits, and what a killed load leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.ingestion import arrival
from orchestration.ingestion import load as loading
from orchestration.settings import REPOSITORY

ROW = "p1,fee,1,EUR,2024-01-05\n"


def test_second_run_does_nothing_and_reads_nothing(
    door: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.payments(ROW)
    door.payments("x", "shop/payments/bad.csv", header="nothing")
    assert door.load().files == {"loaded": 1, "refused": 1, "duplicate": 0, "waiting": 0}
    monkeypatch.setattr(arrival, "take_in", None)
    before = door.files("*")
    again = door.load()
    assert (again.outcomes, again.files_unchanged) == ((), 2)
    assert door.files("*") == before
    assert len(door.rows()) == 1


def test_same_file_under_two_names(door: Any) -> None:
    door.payments(ROW)
    door.payments(ROW, "shop/payments/dt=2026-11-01/b.csv")
    door.payments(ROW, "other/payments/a.csv")
    summary = door.load()
    assert summary.files["duplicate"] == 1
    assert door.files() == [
        ("a.csv", "loaded"),
        ("a.csv", "loaded"),
        ("dt=2026-11-01/b.csv", "duplicate"),
    ]
    assert len(door.rows()) == 2
    door.load()
    assert len(door.files()) == 3


def test_two_files_with_the_same_name_and_other_content(door: Any) -> None:
    door.payments(ROW)
    door.load()
    door.payments("p2,fee,1,EUR,2024-01-05\n")
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]
    assert door.values("_file_id") == sorted(set(door.values("_file_id")))


def test_touched_file_is_no_arrival(door: Any) -> None:
    path = door.payments(ROW)
    door.load()
    os.utime(path, (1, 1))
    assert door.load().outcomes == ()
    assert len(door.files()) == 1


def test_a_file_that_was_refused_first_belongs_to_the_delivery_it_came_with(door: Any) -> None:
    door.payments(ROW)
    door.payments(ROW, "shop/payments/b.csv", header="nothing")
    door.load()
    door.payments("p2,fee,1,EUR,2024-01-05\n", "shop/payments/b.csv")
    door.load()
    door.payments("p3,fee,1,EUR,2024-01-05\n", "shop/payments/b.csv")
    door.load()
    first, refused, corrected, third = door.files("delivered_at")
    assert first == refused == corrected
    assert third > first


def test_in_a_full_delivery_an_unchanged_file_is_noted(door: Any) -> None:
    door.sources("source_id,delivery\nshop,full\n")
    path = door.payments(ROW)
    door.load()
    os.utime(path, (1, 1))
    assert door.load().files["duplicate"] == 1
    assert [status for _, status in door.files()] == ["loaded", "duplicate"]
    assert len(door.rows()) == 1


def test_content_that_changes_behind_the_same_size_and_time(door: Any) -> None:
    path = door.payments(ROW)
    door.load()
    times = path.stat()
    time.sleep(0.02)
    path.write_text(path.read_text().replace("p1", "p2"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]


def test_again_makes_the_same_bytes_a_new_arrival(door: Any) -> None:
    path = door.payments(ROW)
    door.load()
    door.load(again=[path])
    assert door.values("payment_id") == ["p1", "p1"]
    assert len(set(door.values("_file_id"))) == 2
    with pytest.raises(UsageError, match="landing folder"):
        door.load(again=[Path("elsewhere.csv")])


def test_refused_file_is_looked_at_again_when_its_bytes_or_its_contract_change(
    door: Any, contracts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.payments(ROW, header="id,kind,amount,currency,occurred_at")
    door.load()
    assert door.load().outcomes == ()
    monkeypatch.setattr("orchestration.ingestion.state.READER", 99)
    assert door.load().files["refused"] == 1
    assert len(door.files()) == 1
    door.payments(ROW)
    assert door.load().files["loaded"] == 1
    assert [status for _, status in door.files()][-1] == "loaded"


def test_file_still_being_written_waits(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_GAP_SECONDS", 0.25)
    path = door.payments(ROW)
    door.payments("p9,fee,1,EUR,2024-01-05\n", "shop/payments/whole.csv")
    stop = threading.Event()

    def write() -> None:
        with path.open("a") as file:
            while not stop.is_set():
                file.write("p2,fee,1,EUR,2024-01-05\n")
                file.flush()
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        summary = door.load()
    finally:
        stop.set()
        writer.join()
    assert summary.files == {"loaded": 1, "refused": 0, "duplicate": 0, "waiting": 1}
    assert door.values("payment_id") == ["p9"]
    door.load()
    assert [status for _, status in door.files()] == ["loaded", "loaded"]
    assert door.values("payment_id")[:2] == ["p9", "p1"]


def test_old_file_is_not_taken_for_whole_and_new_one_is_not_made_to_wait(door: Any) -> None:
    path = door.payments(ROW)
    os.utime(path, (time.time() + 3600, time.time() + 3600))
    assert door.load().files["loaded"] == 1


def test_file_that_changes_while_it_is_read_waits(
    door: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = door.payments(ROW)
    insert = arrival._insert

    def slow(*arguments: Any) -> Any:
        outcome = insert(*arguments)
        with path.open("a") as file:
            file.write("p2,fee,1,EUR,2024-01-05\n")
        return outcome

    monkeypatch.setattr(arrival, "_insert", slow)
    assert door.load().files["waiting"] == 1
    assert door.rows() == [] and door.quarantined() == []
    monkeypatch.setattr(arrival, "_insert", insert)
    door.load()
    assert door.values("payment_id") == ["p1", "p2"]
    assert [status for _, status in door.files()] == ["loaded"]


def test_counts_that_do_not_add_up_load_nothing(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    door.payments(ROW)
    monkeypatch.setattr("orchestration.ingestion.typing_pass.Pass.is_good", "_r < 0")
    monkeypatch.setattr(
        "orchestration.ingestion.typing_pass.Pass.select_bad",
        lambda self, file: "select 1, 1, 'x', null where false",
    )
    door.load()
    assert "do not add up" in door.reason()
    assert door.rows() == []


def test_file_ids_grow_by_source_table_and_path(door: Any) -> None:
    for name in ("b/payments/z.csv", "b/payments/a.csv", "a/payments/c.csv"):
        door.payments(f"{name},fee,1,EUR,2024-01-05\n", name)
    door.load()
    assert door.values("payment_id") == ["a/payments/c.csv", "b/payments/a.csv", "b/payments/z.csv"]
    assert len(set(door.values("_loaded_at"))) == 1


def test_progress_of_a_large_file(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "_LARGE", 1)
    monkeypatch.setattr("orchestration.ingestion.watch._EVERY_SECONDS", 0.01)
    door.payments("".join(f"p{n},fee,{n % 7},EUR,2024-01-05\n" for n in range(300_000)))
    events: list[Any] = []
    door.load(report=events.append)
    steps = list(dict.fromkeys(event.step for event in events))
    assert steps == ["looking", "reading", "loading", "loaded"]
    assert any(
        0 < event.bytes_done < event.bytes_total for event in events if event.step != "looking"
    )
    assert events[-1].rows == 300_000


@pytest.mark.parametrize("threads", [1, 4])
def test_several_at_once_load_what_one_after_the_other_loads(door: Any, threads: int) -> None:
    door.con.execute(f"set threads = {threads}").fetchall()
    for source in ("shop", "branch", "web"):
        for part in range(4):
            door.payments(ROW * (part + 1), f"{source}/payments/{part}.csv")
        door.payments(ROW, f"{source}/payments/again.csv")
        door.put(f"{source}/feedback/bad.csv", "feedback_id\n")
        door.put(f"{source}/nothing/a.csv", "x\n1\n")
    positions = []
    summary = door.load(report=lambda event: positions.append((event.file_name, event.position)))
    assert summary.files == {"loaded": 12, "refused": 6, "duplicate": 3, "waiting": 0}
    assert sorted({position for _, position in positions}) == list(range(1, 22))
    assert door.files("source_id, table_name, file_name, status") == sorted(
        door.files("source_id, table_name, file_name, status")
    ), "ids grow in the order of the folder, whoever comes first"
    assert [
        row[0]
        for row in door.con.execute("select _file_id from raw.canonical__payments").fetchall()
    ] == (sorted(door.values("_file_id"))), "and so do the rows of a table"
    assert door.con.execute("select current_setting('threads')").fetchall() == [(threads,)]
    door.assert_balanced()


KILLED = """
import sys, duckdb
from pathlib import Path
from orchestration.settings import Settings
from orchestration.ingestion.load import load
settings = Settings(Path(sys.argv[1]), Path(sys.argv[2]))
con = duckdb.connect(str(settings.build_database))
load(con, settings, run_id="killed", report=lambda e: print(e.step, e.file_name, flush=True))
"""


@pytest.mark.parametrize("moment", ["reading b.csv", "loading b.csv"])
def test_killed_load(door: Any, moment: str) -> None:
    door.payments(ROW)
    rows = "".join(f"p{n},fee,{n % 7},EUR,2024-01-05\n" for n in range(150_000))
    door.payments(rows, "shop/payments/b.csv")
    door.con.close()
    settings = door.settings
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(settings.landing), str(settings.warehouse)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(moment):
            time.sleep(0.03)
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait() == -signal.SIGKILL
    door.con = duckdb.connect(str(settings.build_database))
    assert [name for name, _ in door.files()] == ["a.csv"]
    assert len(door.rows()) == 1
    door.load()
    assert door.files() == [("a.csv", "loaded"), ("b.csv", "loaded")]
    assert len(door.rows()) == 150_001
    door.assert_balanced()
