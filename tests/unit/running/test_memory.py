"""How much the engine of a run may hold, and who goes first."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.machine import MEMORY, memory


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    memory.cache_clear()
    yield
    memory.cache_clear()


def _bytes(limit: str) -> float:
    with duckdb.connect() as con:
        con.execute(f"set memory_limit = '{limit}'")
        number, unit = (
            con.execute("select current_setting('memory_limit')").fetchall()[0][0].split()
        )
    return float(number) * {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]


def test_two_engines_fit_beside_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MEMORY, raising=False)
    with duckdb.connect() as con:
        whole = con.execute("select current_setting('memory_limit')").fetchall()[0][0]
    assert 2 * _bytes(memory()) == pytest.approx(_bytes(whole.replace(" ", "")), rel=0.02)


def test_it_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, "2GB")
    assert memory() == "2GB"


def test_what_is_no_amount_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, "lots")
    with pytest.raises(UsageError, match="8GB"):
        memory()


def test_a_run_lets_readers_go_first_and_never_goes_up() -> None:
    asked = (
        "import os; from orchestration.machine import step_back; step_back(); "
        "first = os.nice(0); os.nice(5); step_back(); print(first, os.nice(0))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["10", "15"]
