"""The small company on each of its days, built once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.small_company import Day, SmallCompany, day


@pytest.fixture(scope="session")
def small_company(shared: Path) -> SmallCompany:
    """As it is after its third day. Read it only."""
    day(shared, 3)
    return SmallCompany(shared / "small_company")


@pytest.fixture(scope="session")
def day_1(shared: Path) -> Day:
    return day(shared, 1)


@pytest.fixture(scope="session")
def day_2(shared: Path) -> Day:
    return day(shared, 2)


@pytest.fixture(scope="session")
def day_3(shared: Path) -> Day:
    return day(shared, 3)


@pytest.fixture(scope="session")
def day_4(shared: Path) -> Day:
    return day(shared, 4)


@pytest.fixture(params=["day_1", "day_2", "day_3", "day_4"])
def any_day(request: pytest.FixtureRequest) -> Iterator[Day]:
    yield request.getfixturevalue(request.param)
