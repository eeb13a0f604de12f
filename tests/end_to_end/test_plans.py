"""How the engine goes about each model: nothing is compared with everything.

A join that the engine cannot hash compares every row of one side with every row of the other. On a small company it takes
no time, on a large one it takes all of it: two such joins were half of the run of a hundred thousand customers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from tests.support import DemoCompany

_COMPARE_ALL = {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "IE_JOIN"}
# What may, and why it stays small.
_SMALL = {
    "control_totals": "files that a source names are compared with its own totals by pattern",
    "int_match_features": "a limit that is one number",
}


def _operators(plan: list[dict[str, Any]]) -> Iterator[str]:
    for node in plan:
        yield str(node["name"]).strip()
        yield from _operators(node["children"])


def _comparing_all(company: DemoCompany) -> dict[str, set[str]]:
    compiled = company.warehouse / "build" / "dbt" / "compiled"
    models = sorted(path for path in compiled.rglob("*.sql") if "models" in path.parts)
    assert len(models) > 150
    found: dict[str, set[str]] = {}
    with duckdb.connect() as con:
        build = company.warehouse / "build"
        con.execute(f"attach '{build / 'served.duckdb'}' as served (read_only)")
        con.execute(f"attach '{build / 'scv.duckdb'}' as scv (read_only); use scv")
        for path in models:
            query = path.read_text()
            plan = con.execute(f"explain (format json) {query}").fetchall()[0][1]
            slow = _COMPARE_ALL & set(_operators(json.loads(plan)))
            if slow:
                found[path.stem] = slow
    return found


def test_no_model_compares_every_row_with_every_row(company: DemoCompany) -> None:
    assert set(_comparing_all(company)) == set(_SMALL)
