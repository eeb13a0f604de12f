"""The page of a run says what failed first, and loads nothing from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.gates import report
from orchestration.gates.results import ERROR, WARN, CheckResult


def _summary(run_id: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "outcome": "stopped",
        "message": "The raw gate stopped the run.",
        "as_of": "2026-06-30",
        "rows_in": 1234,
        "rows_quarantined": 5,
        "published": {"version": None},
    }


def _result(name: str, severity: str, is_success: bool) -> CheckResult:
    return CheckResult(
        "raw", "state.files", name, severity, is_success, "a < b", "2 rows", sample_keys=("k=<1>",)
    )


def test_failures_come_first_and_everything_is_escaped(tmp_path: Path) -> None:
    results = [
        _result("passing", ERROR, True),
        _result("warning", WARN, False),
        _result("failing", ERROR, False),
    ]
    report.write(tmp_path, _summary("r1"), results)
    page = (tmp_path / "index.html").read_text()
    assert page.index("failing") < page.index("warning") < page.index("passing")
    assert "k=&lt;1&gt;" in page
    assert "a &lt; b" in page
    for outside in ("http:", "https:", "<script", "<link", "<img", "@import", "url("):
        assert outside not in page


def test_the_newest_run_is_shown_and_old_pages_go(tmp_path: Path) -> None:
    for number in range(report.KEPT + 3):
        report.write(tmp_path, _summary(f"r{number:03d}"), [])
    assert f"r{report.KEPT + 2:03d}" in (tmp_path / "index.html").read_text()
    assert len(list((tmp_path / "runs").iterdir())) == report.KEPT
