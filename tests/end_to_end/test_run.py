"""The whole way on a small demo company: published once, nothing twice, stopped where something is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.support import DemoCompany, run_scv
from tests.warm import run_warm


def _sums(warehouse: Path) -> dict[str, int]:
    """Size and time of every file that readers may open."""
    files = (path for path in (warehouse / "versions").rglob("*") if path.is_file())
    return {str(path): path.stat().st_mtime_ns for path in files}


def test_a_run_says_what_it_made(company: DemoCompany) -> None:
    summary = company.summary
    assert summary["exit_code"] == 0
    assert summary["outcome"] == "published"
    assert list(summary["gates"]) == ["raw", "staging", "identity", "core", "marts", "published"]
    assert summary["rows_in"] > 0
    assert summary["customers"] > 0
    assert {"load", "staging", "identity", "core", "marts", "publish"} <= set(
        summary["stage_seconds"]
    )
    assert Path(summary["published"]["path"]).is_symlink()


def test_what_is_published_is_whole_in_itself(company: DemoCompany) -> None:
    with duckdb.connect(str(company.warehouse / "scv.duckdb"), read_only=True) as con:
        schemas = con.execute(
            "select distinct table_schema from information_schema.tables order by 1"
        ).fetchall()
        assert schemas == [("core",), ("identity",), ("marts",), ("metrics",), ("quality",)]
        undescribed = con.execute(
            "select schema_name, table_name from duckdb_tables() where comment is null"
        ).fetchall()
        assert undescribed == []
        last = con.execute(
            "select outcome from quality.runs order by started_at desc limit 1"
        ).fetchone()
        assert last == ("published",)
        assert con.execute("select count(*) from quality.gate_results").fetchone() != (0,)
        customers = con.execute("select count(*) from marts.customer_360").fetchone()
    assert customers == (company.summary["customers"],)
    with duckdb.connect(str(company.warehouse / "quality.duckdb"), read_only=True) as con:
        # The catalogue is not called `quality`, or this name would be ambiguous.
        assert con.execute("select count(*) > 0 from quality.files").fetchone() == (True,)
        assert con.execute(
            "select count(*) from quality.reconciliation where rows_difference <> 0"
        ).fetchone() == (0,)


def test_one_life_is_one_read(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        out_of_order = con.execute(
            "select count(*) from (select (customer_id, occurred_at) as place, "
            "lag(place) over (order by rowid) as before from core.customer_timeline) where place < before"
        ).fetchone()
        assert out_of_order == (0,)
        assert con.execute("select count(*) > 1000 from core.customer_timeline").fetchone() == (
            True,
        )


def test_nothing_outside_the_warehouse_is_written(company: DemoCompany) -> None:
    assert sorted(path.name for path in company.home.iterdir()) == [
        "config", "demo.json", "landing", "summary.json", "truth", "warehouse",
    ]  # fmt: skip
    for name in ("target", "logs", "dbt_packages", "warehouse"):
        assert not (REPOSITORY / name / "manifest.json").exists()
    config = (company.warehouse / "build" / "dagster" / "dagster.yaml").read_text()
    assert "telemetry:\n  enabled: false" in config


def test_nothing_changed_takes_no_time_and_changes_nothing(
    company: DemoCompany, tmp_path: Path
) -> None:
    own = company.copy(tmp_path / "own")
    # The copy lies elsewhere, so its first run looks at everything: the fingerprint names paths.
    parts = json.loads((own.warehouse / "build" / "fingerprint.json").read_text())
    from datetime import date

    from orchestration.running.fingerprint import fingerprint
    from orchestration.settings import Settings

    settings = Settings(own.landing, own.warehouse, date(2026, 6, 30), own.config)
    parts.update(fingerprint(settings))
    (own.warehouse / "build" / "fingerprint.json").write_text(json.dumps(parts))
    before = _sums(own.warehouse)
    started = time.monotonic()
    done = run_scv("run", "--json", *own.options(), cwd=tmp_path)
    assert time.monotonic() - started < 3
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["outcome"]) == (0, "unchanged")
    assert set(summary) == set(company.summary)
    assert _sums(own.warehouse) == before


@pytest.fixture
def damaged(company: DemoCompany, tmp_path: Path) -> DemoCompany:
    """A company of one's own whose working database lost a row that the books know, on the day when all are counted."""
    own = company.copy(tmp_path / "own")
    with duckdb.connect(str(own.warehouse / "build" / "scv.duckdb")) as con:
        con.execute(
            "delete from raw.canonical__feedback where rowid = (select max(rowid) from raw.canonical__feedback)"
        )
        con.execute("delete from gates.whole_checks")
    return own


def test_a_gate_that_stops_is_3_and_leaves_readers_what_they_had(
    company: DemoCompany, damaged: DemoCompany, tmp_path: Path
) -> None:
    before = _sums(damaged.warehouse)
    done = run_warm("run", "--json", *damaged.options(), cwd=tmp_path)
    assert done.returncode == 3, done.stderr[-3000:]
    summary = json.loads(done.stdout)
    assert (summary["outcome"], summary["exit_code"]) == ("stopped", 3)
    for part in (
        "raw gate",
        "state.files",
        "tables_hold_every_row",
        "expected",
        "observed",
        "file_name=",
    ):
        assert part in done.stderr
    assert "readers go on with version" in done.stderr
    assert _sums(damaged.warehouse) == before
    # What happened can be seen all the same.
    with duckdb.connect(str(damaged.warehouse / "quality.duckdb"), read_only=True) as con:
        last = con.execute(
            "select outcome, stopped_by from quality.runs order by started_at desc limit 1"
        ).fetchone()
        assert last == ("stopped", "raw")
        failed = con.execute(
            "select layer, sample_keys from quality.gate_results where not is_success and severity = 'error'"
        ).fetchall()
        assert [layer for layer, _ in failed] == ["raw"]
        assert con.execute("select count(*) > 0 from quality.reconciliation").fetchone() == (True,)
    page = json.loads((damaged.warehouse / "status.json").read_text())
    assert page["last_run"]["outcome"] == "stopped"
    assert page["published"]["version"] == company.summary["published"]["version"]
    assert (damaged.warehouse / "reports" / "index.html").is_file()


def test_sql_that_does_not_run_is_1_and_names_the_model(
    company: DemoCompany, tmp_path: Path
) -> None:
    own = company.copy(tmp_path / "own")
    code = tmp_path / "code"
    for name in ("orchestration", "expectations", "models", "macros", "seeds"):
        shutil.copytree(
            REPOSITORY / name, code / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("dbt_project.yml", "profiles.yml", "pyproject.toml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, code / name)
    (code / "tests" / "dbt").mkdir(parents=True)
    (code / "models" / "staging" / "broken.sql").write_text("select nonesuch from (select 1 as n)")
    before = _sums(own.warehouse)
    done = run_scv("run", *own.options(), cwd=tmp_path, code=code)
    assert done.returncode == 1, done.stderr[-3000:]
    assert "model broken (staging.broken)" in done.stderr
    assert "nonesuch" in done.stderr
    assert "Traceback" not in done.stderr
    assert _sums(own.warehouse) == before


def test_no_library_reports_home(tmp_path: Path) -> None:
    code = (
        "import os; from orchestration.settings import Settings; from pathlib import Path\n"
        "os.environ.update(Settings(Path('l'), Path('w')).environment())\n"
        "from dbt.flags import get_flags\n"
        "assert os.environ['DBT_SEND_ANONYMOUS_USAGE_STATS'] == 'false'\n"
        "assert os.environ['DO_NOT_TRACK'] == '1'\n"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)
    assert "send_anonymous_usage_stats: false" in (REPOSITORY / "dbt_project.yml").read_text()
