"""What is measured is what there is."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks import floor
from benchmarks.measure import cost
from benchmarks.reading import read, read_meanwhile
from orchestration.publishing.disk import disk_bytes
from tests.support import DemoCompany


def test_the_floor_reads_every_row_that_landed(
    company: DemoCompany, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floor.main(company.landing, tmp_path / "floor.duckdb")
    told = capsys.readouterr()
    # Damaged files and workbooks are the product's own business.
    assert int(told.out) > 0.95 * company.summary["rows_in"]
    assert int(told.out) <= 1.05 * company.summary["rows_in"]


def test_a_command_costs_what_it_and_its_children_use() -> None:
    found = cost([sys.executable, "-c", "sum(range(3_000_000)); print('done')"])
    assert found.output == "done\n"
    assert found.cpu_seconds > 0
    assert found.memory > 5_000_000


def test_a_command_that_fails_ends_the_measurement() -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        cost([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_is_linked_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(os.urandom(100_000))
    alone = disk_bytes(tmp_path)
    os.link(tmp_path / "one", tmp_path / "other")
    assert disk_bytes(tmp_path) == alone >= 100_000


def test_a_command_and_its_folder_are_looked_at_while_it_runs(tmp_path: Path) -> None:
    work = "import time; held = b'x' * 50_000_000; open('big', 'wb').write(held); time.sleep(1.5)"
    found = cost(
        [sys.executable, "-c", f"import os; os.chdir({str(tmp_path)!r}); {work}"], tmp_path
    )
    assert max(each.memory for each in found.samples) > 50_000_000
    assert found.samples[0].disk < max(each.disk for each in found.samples) == 50_000_000
    assert found.began_at <= found.samples[0].at <= found.began_at + found.seconds


def test_readers_are_timed_on_what_is_published(company: DemoCompany) -> None:
    found = read(company.warehouse / "scv.duckdb")
    assert len(found) == 4
    assert all(0 < milliseconds < 5_000 for milliseconds in found.values())


def test_readers_read_until_the_work_is_done(company: DemoCompany) -> None:
    done, found = read_meanwhile(
        company.warehouse / "scv.duckdb", lambda: time.sleep(0.2) or "done"
    )
    assert done == "done"
    assert list(found) == list(read(company.warehouse / "scv.duckdb"))
