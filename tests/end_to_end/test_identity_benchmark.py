"""Floors on identity: invented persons with a known truth, through the product's own door with default settings.

Below a floor a change to identity made it worse. A floor follows what is reached, never what is hoped for.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.support import REPOSITORY, DemoCompany
from tests.warm import run_warm

FLOORS = {
    "fake_1000": {"precision": 0.995, "recall": 0.91, "f1": 0.955, "bcubed_f1": 0.96},
    "demo": {"precision": 0.99, "recall": 0.98, "f1": 0.985},
}


@pytest.fixture(scope="module")
def fake_1000(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a landing of Splink's fake_1000, its truth, and the warehouse of a run that scored itself."""
    home = tmp_path_factory.mktemp("fake_1000", numbered=False)
    source = REPOSITORY / "tests" / "fixtures" / "splink_fake_1000" / "fake_1000.csv"
    profiles = home / "landing" / "people" / "profiles"
    profiles.mkdir(parents=True)
    (home / "truth").mkdir()
    con = duckdb.connect(":memory:")
    con.execute(f"create table people as from read_csv('{source}', all_varchar = true)")
    con.execute(
        "copy (select unique_id as source_record_id, first_name as given_name, "
        "surname as family_name, dob as birth_date, city, email from people) "
        f"to '{profiles / 'profiles.csv'}'"
    )
    con.execute(
        "copy (select 'people' as source_id, unique_id as source_record_id, cluster from people) "
        f"to '{home / 'truth' / 'people.csv'}'"
    )
    done = run_warm(
        *("run", "--json", "--as-of", "2026-06-30", "--landing", home / "landing"),
        *("--warehouse", home / "warehouse", "--truth", home / "truth"),
    )
    assert done.returncode == 0, done.stderr[-4000:]
    (home / "summary.json").write_text(done.stdout)
    return home


def card(database: Path, truth: str) -> dict[str, float]:
    with duckdb.connect(str(database), read_only=True) as con:
        return dict(
            con.execute(
                "select measure, value from quality.identity_benchmark "
                "where truth = ? and threshold is null",
                [truth],
            ).fetchall()
        )


def test_invented_persons_are_found(fake_1000: Path) -> None:
    found = card(fake_1000 / "warehouse" / "scv.duckdb", "fake_1000")
    assert found["records"] == 1000
    assert found["pairs_true"] == 2031
    for measure, floor in FLOORS["fake_1000"].items():
        assert found[measure] >= floor, (measure, found)


def test_a_run_shows_what_it_scored(fake_1000: Path) -> None:
    summary = json.loads((fake_1000 / "summary.json").read_text())
    found = card(fake_1000 / "warehouse" / "scv.duckdb", "fake_1000")
    assert summary["benchmark"]["f1"] == found["f1"]


def test_the_demo_is_scored_when_somebody_asks(company: DemoCompany, tmp_path: Path) -> None:
    own = company.copy(tmp_path / "company")
    assert card(own.warehouse / "quality.duckdb", "company") == {}, "no truth was named to the run"
    done = run_warm(
        *("identity", "benchmark", "--json", "--warehouse", own.warehouse),
        *("--truth", own.home / "truth"),
    )
    assert done.returncode == 0, done.stderr
    found = card(own.warehouse / "quality.duckdb", "company")
    assert json.loads(done.stdout).items() >= found.items()
    for measure, floor in FLOORS["demo"].items():
        assert found[measure] >= floor, (measure, found)


def test_the_truth_of_something_else_is_refused(
    company: DemoCompany, fake_1000: Path, tmp_path: Path
) -> None:
    own = company.copy(tmp_path / "company")
    done = run_warm(
        *("identity", "benchmark", "--warehouse", own.warehouse, "--truth", fake_1000 / "truth")
    )
    assert done.returncode == 2
    assert "the truth of other sources" in done.stderr
