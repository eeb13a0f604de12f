"""Killed anywhere: no row lost, none twice, readers keep what they have, the next run needs no hand.

The short form of `make torture`, with moments drawn by a fixed seed.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publishing.give import give
from orchestration.publishing.versions import newest_given, remove_unfinished, versions
from orchestration.settings import REPOSITORY, Settings
from tests.support import DemoCompany, run_scv, start_scv
from tests.torture.kills import (
    Company,
    Moment,
    content,
    differences,
    finish,
    kill_at,
    landed,
    outcomes,
    published_opens,
)


def _published_tables(warehouse: Path) -> dict[str, list[Any]]:
    """Every published table as rows, but for what says when and by which run it was made."""
    found = {}
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        names = con.execute(
            # Metrics are views over these tables.
            "select table_schema, table_name from information_schema.tables "
            "where table_schema <> 'metrics' order by all"
        ).fetchall()
        for schema, name in names:
            if (schema, name) in {("quality", "runs"), ("quality", "gate_results")}:
                continue
            found[f"{schema}.{name}"] = con.execute(
                f'select * from "{schema}"."{name}" order by all'
            ).fetchall()
    return found


@pytest.mark.timeout(1800)
def test_a_run_keeps_others_out_and_one_that_was_killed_is_continued(
    company: DemoCompany, tmp_path: Path
) -> None:
    own = Company(company.copy(tmp_path / "own").home)
    before = published_opens(own)
    reader = duckdb.connect(str(own.warehouse / "scv.duckdb"), read_only=True)

    def another() -> None:
        second = run_scv("run", "--wait", "0.2", *own.options(), cwd=tmp_path)
        assert second.returncode == 1
        assert "Another run" in second.stderr

    draw = random.Random(1)
    assert kill_at(own, Moment("staging", draw.uniform(0, 1)), tmp_path, another) != "ended"
    assert published_opens(own) == before
    assert kill_at(own, Moment("publish", draw.uniform(0, 2)), tmp_path) != "ended"
    assert str(published_opens(own)) >= str(before)

    finish(own, tmp_path)
    assert str(published_opens(own)) > str(before)
    assert differences(content(Company(company.home)), content(own)) == []
    assert _published_tables(own.warehouse) == _published_tables(company.warehouse)
    ended = outcomes(own)
    # The second one may have died after readers had its version.
    assert (len(ended), ended[0], ended[1], ended[3]) == (4, "published", "died", "published")
    # A reader that opened the version before goes on with it.
    assert reader.execute("select count(*) > 0 from marts.customer_360").fetchone() == (True,)
    reader.close()


def test_a_load_that_is_killed_again_and_again_brings_every_row_once(
    company: DemoCompany, tmp_path: Path
) -> None:
    own = Company(tmp_path / "own")
    for name in ("landing", "config"):
        shutil.copytree(company.home / name, own.home / name)
    options = ("load", *own.options()[:-2])
    draw = random.Random(2)
    for _ in range(4):
        load = start_scv(*options, cwd=tmp_path, has_own_group=True)
        assert load.stderr is not None
        for line in load.stderr:
            if "load: [" in line:
                break
        time.sleep(draw.uniform(0, 0.5))
        os.killpg(load.pid, signal.SIGKILL)
        load.communicate()
    done = run_scv(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert differences(landed(Company(company.home)), landed(own)) == []


_STEPS = ("rename", "symlink", "replace", "fsync", "unlink")


def _publish_and_die(settings: Settings, name: str, steps: int) -> None:
    """Publish a file, and die without a word before the step of this number."""
    left = [steps]

    def dying(work: Any) -> Any:
        def step(*arguments: Any, **named: Any) -> Any:
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            return work(*arguments, **named)

        return step

    for each in _STEPS:
        setattr(os, each, dying(getattr(os, each)))
    give(settings, settings.versions / f".{name}", name, keep=2)


def test_a_publish_that_dies_before_any_of_its_steps_leaves_a_whole_version(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    # Processes that begin anew: one that is forked would hold the engine's threads in no state at all.
    processes = multiprocessing.get_context("spawn")
    given, code, number = "", 9, 0
    while code:
        number += 1
        name = f"20260101T000000.000Z-{number:06d}"
        remove_unfinished(settings)
        beside = settings.versions / f".{name}"
        beside.mkdir(parents=True)
        with duckdb.connect(str(beside / "scv.duckdb")) as con:
            con.execute(f"create table t as select '{name}' as version")
        process = processes.Process(
            target=_publish_and_die, args=(settings, name, max(number - 2, 0) if number > 1 else 99)
        )
        process.start()
        process.join(60)
        code = 9 if number == 1 else process.exitcode or 0
        with duckdb.connect(str(settings.published), read_only=True) as con:
            version = str(con.execute("select version from t").fetchall()[0][0])
        assert version in (given, name), "readers have the one before or the new one"
        assert newest_given(settings) == version >= given
        given = version
    assert number > 6, "no step was died before"
    assert given == name
    remove_unfinished(settings)
    assert len(versions(settings)) <= 3


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="needs the right to mount a small disk",
)
def test_a_full_disk_is_told_and_costs_nothing(company: DemoCompany, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    scv = f"{sys.executable} -P -c 'from orchestration.cli import main; main()'"
    load = f"{scv} load --landing {company.landing} --config {company.config} --warehouse {disk}/warehouse"
    script = f"""
        mount -t tmpfs -o size=600k tmpfs {disk} || exit 77
        {load} > /dev/null 2> {tmp_path}/full; echo $? >> {tmp_path}/codes
        mount -o remount,size=200m {disk}
        {load} > /dev/null 2>&1; echo $? >> {tmp_path}/codes
        mount -o remount,ro {disk}
        {load} > /dev/null 2> {tmp_path}/readonly; echo $? >> {tmp_path}/codes
        cp -r {disk}/warehouse {tmp_path}/warehouse
    """
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    if done.returncode == 77:
        pytest.skip("no small disk can be mounted here")
    assert (tmp_path / "codes").read_text().split() == ["1", "0", "1"]
    assert "the disk is full" in (tmp_path / "full").read_text()
    assert "Read-only file system" in (tmp_path / "readonly").read_text()
    for name in ("full", "readonly"):
        assert "Traceback" not in (tmp_path / name).read_text()
    assert differences(landed(Company(company.home)), landed(Company(tmp_path))) == []
