"""What layers come to is held against earlier published runs, and against a level only where one is set."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.gates.arrivals import TABLES
from orchestration.gates.levels import judge_layer
from orchestration.gates.thresholds import Threshold, Thresholds, default_thresholds
from orchestration.running import record


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Nine published runs of a warehouse in which a fifth of the orders is of nobody."""
    con = duckdb.connect()
    con.execute(TABLES)
    record.prepare(con)
    con.execute("create schema core; create schema identity")
    for number in range(9):
        _build(con, unattributed=0.2 + number / 1000, customers=800 + number)
        _judge(con, f"r{number}")
        con.execute(
            f"insert into state.runs (run_id, outcome, started_at) values ('r{number}', 'published', now())"
        )
    yield con
    con.close()


def _build(con: duckdb.DuckDBPyConnection, unattributed: float, customers: int) -> None:
    con.execute(
        "create or replace table core.fct_orders as select 'crm' as source_id, 'o' || i as order_id, "
        f"case when i >= {unattributed * 1000:.0f} then 'c' || i end as customer_id from range(1000) as r(i)"
    )
    con.execute(
        f"create or replace table identity.crosswalk as select 'c' || (i % {customers}) as customer_id "
        "from range(1000) as r(i)"
    )


def _judge(
    con: duckdb.DuckDBPyConnection, run_id: str, thresholds: Thresholds | None = None
) -> dict[str, str]:
    for layer in ("identity", "core"):
        judge_layer(con, layer, run_id, thresholds or default_thresholds())
    return dict(con.execute("select check_name, verdict from gates.judged").fetchall())


def test_a_run_like_the_others_passes(con: duckdb.DuckDBPyConnection) -> None:
    _build(con, 0.21, 803)
    assert set(_judge(con, "now").values()) == {"pass"}


def test_rows_that_suddenly_belong_to_nobody_stop_with_their_keys(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _build(con, 0.6, 803)
    assert _judge(con, "now")["unattributed_rise"] == "error"
    ((source, keys),) = con.execute(
        "select source_id, keys from gates.judged where check_name = 'unattributed_rise'"
    ).fetchall()
    assert source == "crm"
    assert len(keys) == 20 and keys[0] == "order_id=o0"


def test_customers_that_fall_together_stop(con: duckdb.DuckDBPyConnection) -> None:
    _build(con, 0.2, 300)
    assert _judge(con, "now")["merge_rate_shift"] == "error"


def test_a_run_that_did_not_publish_is_no_history(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update state.runs set outcome = 'stopped' where run_id in ('r0', 'r1')")
    _build(con, 0.6, 300)
    assert _judge(con, "now") == {}


def test_a_level_counts_where_it_is_set(con: duckdb.DuckDBPyConnection) -> None:
    rows = {("unattributed_share", "crm", "fct_orders", ""): Threshold(0.1, 0.15)}
    assert _judge(con, "now", Thresholds(rows)) == {"unattributed_share": "error"}
