"""A headless run leaves the same history as any other, and leaves all of it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from orchestration.running.headless import prepare_home
from orchestration.running.headless_log import HeadlessEventLog


@dg.multi_asset(
    specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])],
    check_specs=[dg.AssetCheckSpec("is_there", asset="second")],
)
def both() -> object:
    yield dg.MaterializeResult(asset_key="first", metadata={"rows": 1})
    yield dg.MaterializeResult(asset_key="second", metadata={"rows": 2})
    yield dg.AssetCheckResult(asset_key="second", check_name="is_there", passed=True)


@dg.asset(deps=["second"])
def third() -> None:
    return


@dg.asset(deps=["third"])
def broken() -> None:
    raise ValueError("it broke")


DEFINITIONS = dg.Definitions(
    assets=[both, third, broken],
    jobs=[dg.define_asset_job("all", executor_def=dg.in_process_executor)],
)


def _history(home: Path, module: str, log: str) -> dict[str, list[tuple[object, ...]]]:
    """What two runs leave, but for what every run has of its own."""
    prepare_home(home)
    settings = home / "headless.yaml"
    text = settings.read_text().replace("headless_log", module).replace("HeadlessEventLog", log)
    settings.write_text(text)
    with dg.DagsterInstance.from_config(str(home), settings.name) as instance:
        job = DEFINITIONS.resolve_job_def("all")
        runs = [
            job.execute_in_process(instance=instance, raise_on_error=False).run_id for _ in "ab"
        ]
    found = {}
    for name in ("index", *runs):
        with sqlite3.connect(home / "history" / "runs" / f"{name}.db") as con:
            tables = ["event_logs"]
            if name == "index":
                tables += ["asset_keys", "asset_event_tags", "asset_check_executions"]
            for table in tables:
                known = f"{name if name == 'index' else runs.index(name)}.{table}"
                found[known] = [
                    tuple(_common(value, runs) for value in row)
                    for row in con.execute(f"select * from {table} order by id")
                ]
    return found


def _common(value: object, runs: list[str]) -> object:
    if not isinstance(value, str):
        return value
    for number, run in enumerate(runs):
        value = value.replace(run, f"run{number}")
    value = re.sub(r"\d+(\.\d+)?(ms|s)\b|\d{10}\.\d+|\d{4}-\d\d-\d\d[ T][\d:.]+", "time", value)
    # Keys by chance, durations, numbers of this process, and hashes made of a run's id.
    value = re.sub(r'"log_key": "\w+"|\b\d+\.\d+(e-\d+)?|[0-9a-f]{64}', "own", value)
    return re.sub(r"process( \()?pid: \d+|\"pid\".*?\}\}", "own", value)


def test_the_history_is_the_same(tmp_path: Path) -> None:
    shown = _history(tmp_path / "one", "event_log", "RunEventLog")
    headless = _history(tmp_path / "other", "headless_log", "HeadlessEventLog")
    assert headless.keys() == shown.keys()
    for table, rows in shown.items():
        assert len(rows) > 2 or table.endswith("executions")
        assert headless[table] == rows, table


def test_what_a_step_told_is_written_with_the_next_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write_down = HeadlessEventLog._write_down

    def counted(log: HeadlessEventLog) -> None:
        written.extend(1 for held in log._held.values() if held.in_transaction())
        write_down(log)

    monkeypatch.setattr(HeadlessEventLog, "_write_down", counted)
    stored: list[int] = []
    store = HeadlessEventLog._store
    monkeypatch.setattr(
        HeadlessEventLog, "_store", lambda log, *given: (stored.append(1), store(log, *given))[1]
    )
    prepare_home(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path), "headless.yaml") as instance:
        run = DEFINITIONS.resolve_job_def("all").execute_in_process(
            instance=instance, raise_on_error=False
        )
        with sqlite3.connect(tmp_path / "history" / "runs" / f"{run.run_id}.db") as con:
            assert con.execute("select count(*) from event_logs").fetchone() == (len(stored),)
    assert len(written) < len(stored)
