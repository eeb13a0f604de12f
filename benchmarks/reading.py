"""The read side: how long one customer's row, one customer's life and a board's aggregate take, for one and many readers,
while nothing else happens or while a run goes on.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import duckdb

_CUSTOMERS = 200
_BOARD = 20
_READERS = 16
# While a run goes on readers come and go, as people do: so many questions of each kind, then a rest.
_AT_ONCE = 10
_REST_SECONDS = 1.0

_ROW = "select * from marts.customer_360 where customer_id = ?"
_LIFE = "select * from core.customer_timeline where customer_id = ? order by occurred_at"
_AGGREGATE = """
select date_trunc('month', ordered_at) as month, source_id, count(*), sum(total_amount_reporting)
from core.fct_orders group by all order by all
"""

_Done = TypeVar("_Done")


def read(published: Path) -> dict[str, float]:
    """95th percentiles in milliseconds, on connections that are open."""
    with _opened(published) as (con, customers):
        return _p95(_round(con, customers, _BOARD))


def read_meanwhile(published: Path, work: Callable[[], _Done]) -> tuple[_Done, dict[str, float]]:
    """The same, from when some work begins to when it ends; and what that work returned."""
    took: dict[str, list[float]] = defaultdict(list)
    with _opened(published) as (con, customers), ThreadPoolExecutor(1) as worker:
        working, others = worker.submit(work), cycle(customers)
        while not working.done():
            for name, each in _round(con, list(islice(others, _AT_ONCE)), _AT_ONCE).items():
                took[name] += each
            time.sleep(_REST_SECONDS)
        return working.result(), _p95(took)


@contextmanager
def _opened(published: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """The published file, and some of its customers in no order."""
    with duckdb.connect(str(published), read_only=True) as con:
        found = con.execute(
            f"select customer_id from marts.customer_360 order by hash(customer_id) limit {_CUSTOMERS}"
        ).fetchall()
        yield con, [row[0] for row in found]


def _round(
    con: duckdb.DuckDBPyConnection, customers: Sequence[str], boards: int
) -> dict[str, list[float]]:
    """Milliseconds of every question: of each customer alone, of the board, and of the row by many at once."""

    def ask(query: str, rounds: Sequence[Sequence[str]]) -> list[float]:
        took = []
        with con.cursor() as reader:
            for values in rounds:
                started = time.perf_counter()
                reader.execute(query, values).fetchall()
                took.append(1000 * (time.perf_counter() - started))
        return took

    each = [[customer] for customer in customers]
    took = {
        "customer_360_row_ms": ask(_ROW, each),
        "timeline_ms": ask(_LIFE, each),
        "aggregate_ms": ask(_AGGREGATE, [[]] * boards),
    }
    with ThreadPoolExecutor(_READERS) as pool:
        jobs = [pool.submit(ask, _ROW, each) for _ in range(_READERS)]
        took[f"customer_360_row_ms_{_READERS}_readers"] = [
            ms for job in jobs for ms in job.result()
        ]
    return took


def _p95(took: dict[str, list[float]]) -> dict[str, float]:
    return {name: sorted(each)[int(0.95 * (len(each) - 1))] for name, each in took.items()}
