"""The documented query for any day: on the day of the run it is the 360, on other days it tells what was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.support import AS_OF

GUIDE = (REPOSITORY / "docs" / "as-of-any-day.md").read_text()
[QUERY] = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)
MEASURES = (
    "order_count, order_amount, last_order_at, net_paid_amount, interaction_count, last_interaction_at, "
    "ticket_count, open_ticket_count, subscription_count, last_nps_score"
)


@pytest.fixture(scope="module")
def published(warehouse: Path) -> Any:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield con


def on(day: str) -> str:
    asked, count = re.subn(r"cast\('[0-9-]+' as date\)", f"cast('{day}' as date)", QUERY)
    assert count == 1
    return asked


def test_on_the_day_of_the_run_it_is_the_360(published: Any) -> None:
    # Who was created since, and has no period on the as-of day of a demo of the past, did nothing either.
    wrong = published.execute(
        f"(select customer_id, {MEASURES} from marts.customer_360 "
        f"where customer_id in (select customer_id from ({on(AS_OF)}))) "
        f"except select customer_id, {MEASURES} from ({on(AS_OF)})"
    ).fetchall()
    assert wrong == []
    [(rows, customers)] = published.execute(
        f"select count(*), count(distinct customer_id) from ({on(AS_OF)})"
    ).fetchall()
    assert rows == customers > 0


def test_before_anything_there_is_nobody_and_later_there_is_more(published: Any) -> None:
    def told(day: str) -> tuple[int, int]:
        [(customers, orders)] = published.execute(
            f"select count(*), coalesce(sum(order_count), 0) from ({on(day)})"
        ).fetchall()
        return customers, orders

    early, middle, late = told("1990-01-01"), told("2024-06-30"), told(AS_OF)
    assert early == (0, 0)
    assert 0 < middle[0] < late[0]
    assert 0 < middle[1] < late[1]
