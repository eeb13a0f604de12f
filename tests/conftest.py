"""Shared by all tests: the command line, and one small demo warehouse that is built once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support import CUSTOMERS, SEED, DemoCompany, Scv, run_scv

# Files of minutes, the longest first; most of the others take seconds.
LONGEST = (
    "test_small_company_identity",
    "test_small_company",
    "test_killed",
    "test_daily_loads",
    "test_bad_day",
    "test_run",
    "test_golden_record",
    "test_forty_customers",
    "test_contoso",
    "test_identity_benchmark",
    "test_postgres",
    "test_bad_days",
    "test_known_pairs",
    "test_systems_fixtures",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: begun last, one would keep a process busy when the others have nothing left."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session")
def scv() -> Scv:
    """Runs the command line: `scv("run", "--json", …)`."""
    return run_scv


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this session, also when several processes run the tests."""
    root = tmp_path_factory.getbasetemp()
    return root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root


@pytest.fixture(scope="session")
def company(shared: Path) -> DemoCompany:
    """The demo company with its warehouse; built once."""
    home = shared / "company"
    built = DemoCompany(home)
    with FileLock(str(shared / "company.lock")):
        if not (home / "summary.json").is_file():
            shutil.rmtree(home, ignore_errors=True)
            made = run_scv(
                *("demo", "--customers", CUSTOMERS, "--seed", SEED, "--landing", built.landing)
            )
            assert made.returncode == 0, made.stderr
            done = run_scv("run", "--json", *built.options())
            assert done.returncode == 0, done.stderr[-4000:]
            (home / "summary.json").write_text(done.stdout)
    return built


@pytest.fixture(scope="session")
def warehouse(company: DemoCompany) -> Path:
    """The warehouse folder of the demo company. Read it only."""
    return company.warehouse
