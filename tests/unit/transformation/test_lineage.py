"""Columns are followed through the compiled SQL to the relations they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.settings import Settings
from orchestration.transformation import lineage

_SQL = """
with orders as (
    select o.id as order_id, o.total - o.discount as net from "scv"."raw"."shop__orders" as o
    union all
    select id, amount from raw.till__sales
),
ranked as (
    select *, row_number() over (partition by order_id order by net) as n from orders
)
select ranked.order_id, ranked.net, customers.name, 1 as one
from ranked left join raw.shop__customers as customers on ranked.order_id = customers.order_id
where n = 1
"""
_COLUMNS = {
    "raw.shop__orders": ["id", "total", "discount"],
    "raw.till__sales": ["id", "amount"],
    "raw.shop__customers": ["order_id", "name"],
}


def _model(name: str) -> dict[str, Any]:
    path = f"models/{name}.sql"
    return {"resource_type": "model", "schema": "core", "name": name, "original_file_path": path}


def test_a_column_leads_to_what_it_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "orders.sql").write_text(_SQL)
    (tmp_path / "models" / "broken.sql").write_text("select from where")
    names = ("orders", "broken", "never_compiled")
    manifest = {"nodes": {name: _model(name) for name in names}, "sources": {}}
    found = lineage.column_lineage(manifest, tmp_path, _COLUMNS)
    assert found == {
        "orders": {
            "order_id": {("raw", "shop__orders", "id"), ("raw", "till__sales", "id")},
            "net": {
                ("raw", "shop__orders", "total"),
                ("raw", "shop__orders", "discount"),
                ("raw", "till__sales", "amount"),
            },
            "name": {("raw", "shop__customers", "name")},
        }
    }
    lineage.write(found, tmp_path / "lineage.json")
    kept = lineage.read(str(tmp_path / "lineage.json"))
    assert [tuple(origin) for origin in kept["orders"]["name"]] == [
        ("raw", "shop__customers", "name")
    ]
    assert lineage.read(None) == {}


def test_parts_of_a_union_by_name_agree_by_name_and_no_database_is_needed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    mapped = "select amount as total, id as order_id from raw.till__sales"
    union = (
        "select order_id, total from raw.shop__orders union all by name select * from core.mapped"
    )
    (tmp_path / "models" / "mapped.sql").write_text(mapped)
    (tmp_path / "models" / "both.sql").write_text(f"with both as ({union}) select * from both")
    nodes = {
        "both": {**_model("both"), "depends_on": {"nodes": ["mapped"]}},
        "mapped": _model("mapped"),
    }
    sources = {
        name: {"schema": "raw", "identifier": name, "columns": dict.fromkeys(columns)}
        for name, columns in (
            ("shop__orders", ("order_id", "total")),
            ("till__sales", ("id", "amount")),
        )
    }
    found = lineage.column_lineage({"nodes": nodes, "sources": sources}, tmp_path)
    assert found["both"] == {
        "order_id": {("raw", "shop__orders", "order_id"), ("core", "mapped", "order_id")},
        "total": {("raw", "shop__orders", "total"), ("core", "mapped", "total")},
    }


def test_a_database_that_is_held_has_no_columns_to_tell(tmp_path: Path) -> None:
    assert lineage.columns_of(Settings(tmp_path / "landing", tmp_path / "warehouse")) == {}
