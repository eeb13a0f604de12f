"""The budgets of docs/performance.md, at twice what they allow: a change that makes things slow is seen here first.

Each is a ratio of two times of one machine and moment. That nothing new takes no time stands in test_run.py, that no
step is quadratic in test_plans.py; what only shows at size, `make bench` measures.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import cost
from orchestration.settings import REPOSITORY
from tests.support import DemoCompany

_SCV = REPOSITORY / ".venv" / "bin" / "scv"


def _cpu(command: Sequence[str | Path]) -> float:
    """The least of three: what else the machine does only ever adds."""
    return min(cost(command).cpu_seconds for _ in range(3))


def test_gates_take_a_small_share_of_a_run(company: DemoCompany) -> None:
    stages: dict[str, float] = company.summary["stage_seconds"]
    gates = sum(seconds for stage, seconds in stages.items() if stage.startswith("gate "))
    assert gates <= 0.30 * sum(stages.values()), stages


def test_identity_takes_its_share_of_a_run_and_no_more(company: DemoCompany) -> None:
    # Twice what it was measured to take (0.16 of all stages at 300 customers, 0.17 at 1,000).
    cpu: dict[str, float] = company.summary["stage_cpu_seconds"]
    assert cpu["identity"] <= 0.35 * sum(cpu.values()), cpu


def test_help_costs_little_more_than_starting_python(company: DemoCompany) -> None:
    assert _cpu([_SCV, "--help"]) <= 10 * _cpu([sys.executable, "-c", "import pathlib"])
