"""Shared by all tests: the command line, and one small demo warehouse that is built once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support import CUSTOMERS, SEED, DemoCompany, Scv, run_scv


@pytest.fixture(scope="session")
def scv() -> Scv:
    """Runs the command line: `scv("run", "--json", …)`."""
    return run_scv


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    """The demo company with its warehouse; built once, also when several processes run the tests."""
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    home = root / "company"
    built = DemoCompany(home)
    with FileLock(str(root / "company.lock")):
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
