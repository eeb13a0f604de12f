"""Exit codes, messages and streams of the command line."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orchestration import cli, database, run
from orchestration.errors import GateError, ScvError
from orchestration.linkage.model import FILE_NAME
from orchestration.settings import Settings


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--as-of", "yesterday"],
        ["run", "--landing", "nowhere"],
        ["run", "--demo", "--landing", "nowhere"],
        ["run", "--config", "nowhere"],
        ["run", "--keep", "0"],
        ["run", "--warehouse", ""],
        ["run", "--landing", ".", "--warehouse", "warehouse"],
        ["run", "--truth", "nowhere"],
        ["identity", "benchmark"],
        ["identity", "retrain"],
        ["status"],
        ["quarantine", "list"],
        ["quarantine", "show"],
        ["load", "--again", "nothing.csv"],
        ["demo", "--customers", "0", "--landing", "x"],
    ],
)
def test_wrong_use_is_2_with_one_message(scv: Any, tmp_path: Path, arguments: list[str]) -> None:
    done = scv(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "warehouse").exists(), "a wrong call left something behind"


def test_after_retraining_is_asked_for_nothing_of_the_model_is_left(
    scv: Any, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse")
    database.create(settings.build_database)
    model, fingerprint = settings.state / FILE_NAME, settings.build / "fingerprint.json"
    settings.state.mkdir()
    for path in (model, fingerprint):
        path.write_text("{}")
    done = scv("identity", "retrain", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "learns anew" in done.stdout
    assert not model.exists()
    assert not fingerprint.exists(), "the next run would think that nothing changed"


def test_help_and_version_are_quick(scv: Any, tmp_path: Path) -> None:
    started = time.monotonic()
    assert "run" in scv("--help", cwd=tmp_path).stdout
    assert scv("--version", cwd=tmp_path).stdout.startswith("scv ")
    # Two processes; importing dbt alone takes longer than this.
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize(
    ("problem", "code", "told"),
    [
        (ScvError("The thing is broken; mend it."), 1, "mend it"),
        (GateError("The raw gate stopped the run."), 3, "raw gate"),
        (KeyboardInterrupt(), 1, "Interrupted"),
        (RuntimeError("what nobody thought of"), 1, "unexpected error: RuntimeError"),
        (OSError(errno.EROFS, "Read-only file system", "/w/.lock"), 1, "scv: /w/.lock cannot be"),
    ],
)
def test_every_end_has_its_exit_code_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    problem: BaseException,
    code: int,
    told: str,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise problem

    monkeypatch.setattr(run, "run", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--landing", str(tmp_path)])
    assert ended.value.code == code
    streams = capsys.readouterr()
    assert told in streams.err
    assert "Traceback" not in streams.err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr(run, "run", fail)
    with pytest.raises(RuntimeError):
        cli.main(["--debug", "run", "--landing", str(tmp_path)])


def test_status_and_versions_of_a_warehouse(scv: Any, company: Any, tmp_path: Path) -> None:
    page = json.loads(
        scv("status", "--json", "--warehouse", company.warehouse, cwd=tmp_path).stdout
    )
    assert page["last_run"]["outcome"] == "published"
    assert {source["source_id"] for source in page["sources"]} >= {"shopify", "branch"}
    shown = scv("status", "--warehouse", company.warehouse, cwd=tmp_path).stdout
    assert page["published"]["version"] in shown
    kept = json.loads(
        scv("versions", "--json", "--warehouse", company.warehouse, cwd=tmp_path).stdout
    )
    assert [version["is_current"] for version in kept] == [True]


def test_the_quarantine_can_be_listed_and_shown(scv: Any, company: Any, tmp_path: Path) -> None:
    place = ("--warehouse", company.warehouse)
    entries = json.loads(scv("quarantine", "list", "--json", *place, cwd=tmp_path).stdout)
    assert entries
    assert all("record" not in entry for entry in entries), "a list shows no person's values"
    show = ("quarantine", "show", entries[0]["quarantine_id"], "--json", *place)
    assert "--record" in json.loads(scv(*show, cwd=tmp_path).stdout)["record"]
    assert json.loads(json.loads(scv(*show, "--record", cwd=tmp_path).stdout)["record"])
    for refused in ("replay", "dismiss"):
        done = scv("quarantine", refused, "staging-orders-1-1", *place, cwd=tmp_path)
        assert done.returncode == 2
        assert "corrected row" in done.stderr


def test_what_libraries_print_does_not_reach_standard_output(tmp_path: Path) -> None:
    code = (
        "import os, sys; from orchestration import show\n"
        "with show.summary_alone():\n"
        "    print('a library prints'); os.write(1, b'100% of a progress bar')\n"
        "show.as_json({'run_id': 'r1'})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"run_id": "r1"}
    assert "a library prints" in done.stderr
