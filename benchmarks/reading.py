"""The read side: how long one customer's row, one customer's life and a board's aggregate take, for one and many readers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

_CUSTOMERS = 200
_BOARD = 20
_READERS = 16

_ROW = "select * from marts.customer_360 where customer_id = ?"
_LIFE = "select * from core.customer_timeline where customer_id = ? order by occurred_at"
_AGGREGATE = """
select date_trunc('month', ordered_at) as month, source_id, count(*), sum(total_amount_reporting)
from core.fct_orders group by all order by all
"""


def read(published: Path) -> dict[str, float]:
    """95th percentiles in milliseconds, on connections that are open."""
    with duckdb.connect(str(published), read_only=True) as con:
        customers = [
            row[0]
            for row in con.execute(
                f"select customer_id from marts.customer_360 order by hash(customer_id) limit {_CUSTOMERS}"
            ).fetchall()
        ]

        def asked(query: str, rounds: list[list[str]]) -> Callable[[], list[float]]:
            def ask() -> list[float]:
                took = []
                with con.cursor() as reader:
                    for values in rounds:
                        started = time.perf_counter()
                        reader.execute(query, values).fetchall()
                        took.append(1000 * (time.perf_counter() - started))
                return took

            return ask

        each = [[customer] for customer in customers]
        figures = {
            "customer_360_row_ms": _p95(asked(_ROW, each)()),
            "timeline_ms": _p95(asked(_LIFE, each)()),
            "aggregate_ms": _p95(asked(_AGGREGATE, [[]] * _BOARD)()),
        }
        with ThreadPoolExecutor(_READERS) as pool:
            jobs = [pool.submit(asked(_ROW, each)) for _ in range(_READERS)]
            figures[f"customer_360_row_ms_{_READERS}_readers"] = _p95(
                [took for job in jobs for took in job.result()]
            )
        return figures


def _p95(took: list[float]) -> float:
    return sorted(took)[int(0.95 * (len(took) - 1))]
