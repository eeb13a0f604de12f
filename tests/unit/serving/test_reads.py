"""The policy on trees that the engine writes: what is not known to be harmless is refused."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.serving.reads import Policy

POLICY = Policy(
    "served", frozenset({("core", "orders")}), frozenset({"count", "count_star", "lower", "getenv"})
)


def _tree(query: str) -> str:
    [[tree]] = duckdb.connect().execute("select json_serialize_sql(?::varchar)", [query]).fetchall()
    return str(tree)


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from core.orders",
        "from served.core.orders",
        "from orders",
        "with mine as (select lower(x) from core.orders) from mine",
        "select 1 union all select 2",
        "from range(3)",
    ],
)
def test_harmless(query: str) -> None:
    assert POLICY.allows(_tree(query))


@pytest.mark.parametrize(
    "query",
    [
        "from core.others",
        "from other.core.orders",
        "from '/etc/passwd'",
        "with core as (select 1) from core.others",
        "select upper('x')",
        "select getenv('x')",
        "from read_text('x')",
        "select (from range(3)), (from glob('*'))",
        "select 1; select 2",
        "drop table core.orders",
        "values (lower('x'), quack_nop_authorization('a', 'b'))",
        "select x from core.orders order by upper(x)",
        "select count(*) filter (where upper(x) = 'X') from core.orders",
        "select count(*) over (partition by upper(x)) from core.orders",
    ],
)
def test_refused(query: str) -> None:
    assert not POLICY.allows(_tree(query))


@pytest.mark.parametrize("tree", ["", "[]", "{}", '{"error": false}', '{"error": true, "statements": [{}]}', "null"])  # fmt: skip
def test_what_is_no_tree_is_refused(tree: str) -> None:
    assert not POLICY.allows(tree)
