"""From a column back to what landed: through joins, unions, stars and names that hide one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.pages.lineage import Lineage

MODELS = {
    "staging.stg_shop__orders": "select o.id as order_id, o.total - o.tax as net, u.mail as email "
    'from "scv"."raw"."shop__order" as o left join "scv"."raw"."shop__user" as u on o.user_id = u.id',
    "staging.orders": 'with parts as (select order_id, net, email from "scv"."raw"."canonical__orders" '
    'union all by name select * from "scv"."staging"."stg_shop__orders") select * from parts',
    "core.fct_orders": 'with orders as (select * from "scv"."staging"."orders") '
    "select orders.order_id, upper(email) as email, 'EUR' as currency, net, x.customer_id "
    'from orders left join "scv"."identity"."int_python" as x on orders.email = x.email',
}


@pytest.fixture
def lineage(tmp_path: Path) -> Lineage:
    nodes: dict[str, Any] = {}
    for qualified, text in MODELS.items():
        schema, alias = qualified.split(".")
        (tmp_path / f"{alias}.sql").write_text(text)
        nodes[qualified] = _node(schema, alias, f"{alias}.sql")
    nodes["identity.int_python"] = _node("identity", "int_python", "int_python.py")
    sources = {
        f"raw.{system}__{table}": {
            "schema": "raw",
            "identifier": f"{system}__{table}",
            "source_name": system,
            "name": table,
            "columns": dict.fromkeys(columns),
        }
        for system, table, columns in (
            ("shop", "order", ("id", "total", "tax", "user_id")),
            ("shop", "user", ("id", "mail")),
            ("canonical", "orders", ("order_id", "net", "email")),
        )
    }
    manifest = {"nodes": nodes, "sources": sources}
    return Lineage.of(manifest, tmp_path)


def _node(schema: str, alias: str, path: str) -> dict[str, str]:
    return {
        "resource_type": "model",
        "schema": schema,
        "alias": alias,
        "original_file_path": path,
    }


@pytest.mark.parametrize(
    ("column", "landed"),
    [
        ("order_id", {("canonical", "orders", "order_id"), ("shop", "order", "id")}),
        (
            "net",
            {("canonical", "orders", "net"), ("shop", "order", "total"), ("shop", "order", "tax")},
        ),
        ("email", {("canonical", "orders", "email"), ("shop", "user", "mail")}),
        ("currency", set()),
        ("customer_id", set()),
    ],
)
def test_a_column_leads_back_to_what_landed(
    lineage: Lineage, column: str, landed: set[tuple[str, str, str]]
) -> None:
    assert lineage.landed("core.fct_orders", column) == landed
