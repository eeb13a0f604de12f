"""Makes what Superset imports: the database, datasets, a dashboard for each domain and one for a customer.

python bundle.py /path/to/scv.duckdb bundle.zip
"""

from __future__ import annotations

import json
import sys
import uuid
import zipfile
from typing import Any

import duckdb
import yaml

SPACE = uuid.UUID("5c0e1b7e-7b1f-4d0c-9a53-0d6e2f9f3a10")
DATABASE = "Single Customer View"

DATASETS = {
    "by_month": ("metrics", "month"),
    "by_group": ("metrics", "month"),
    "customer_360": ("marts", None),
    "customer_timeline": ("core", "occurred_at"),
}
# Dashboard → charts: title, kind, dataset, what.
DASHBOARDS: dict[str, list[tuple[str, str, str, Any]]] = {
    "Voice of customer": [
        ("NPS by quarter", "quarter", "by_month", "100.0 * (sum(nps_promoters) - sum(nps_detractors)) / nullif(sum(nps_responses), 0)"),
        ("Feedback by month", "bar", "by_month", ["feedback_items", "complaints"]),
        ("CSAT by touchpoint", "group", "by_group", ("touchpoint", "csat_satisfied", "csat_responses")),
    ],
    "Operational": [
        ("Orders by month", "bar", "by_month", ["orders", "cancelled_orders"]),
        ("Late deliveries", "line", "by_month", ["late_delivery_rate"]),
        ("Tickets by month", "bar", "by_month", ["tickets", "reopened_tickets"]),
    ],
    "Financial": [
        ("Revenue by month", "bar", "by_month", ["revenue", "refunded_amount"]),
        ("Failed payments", "line", "by_month", ["payment_failure_rate"]),
        ("Most valuable customers", "table", "customer_360", ["customer_id", "revenue_amount", "margin_amount", "order_count", "lifecycle_state"]),
    ],
    "Interaction": [
        ("Contacts by month", "bar", "by_month", ["contacts", "inbound_contacts"]),
        ("Contacts given up", "line", "by_month", ["abandon_rate"]),
        ("Campaign answers", "line", "by_month", ["campaign_response_rate"]),
    ],
    "Customer": [
        ("Who", "table", "customer_360", ["customer_id", "display_name", "sources", "lifecycle_state", "revenue_amount", "last_nps_score"]),
        ("What happened", "table", "customer_timeline", ["occurred_at", "customer_id", "domain", "event_type", "source_id", "channel", "amount", "currency", "score"]),
    ],
}  # fmt: skip


def _id(*names: str) -> str:
    """The same thing has the same id in every import, so that importing again updates it."""
    return str(uuid.uuid5(SPACE, "/".join(names)))


def _measure(sql: str, label: str) -> dict[str, Any]:
    return {"expressionType": "SQL", "sqlExpression": sql, "label": label, "hasCustomLabel": True}


def _chart(title: str, kind: str, dataset: str, what: Any) -> dict[str, Any]:
    common = {"adhoc_filters": [], "row_limit": 1000, "color_scheme": "supersetColors"}
    if kind == "quarter":
        viz = "echarts_timeseries_line"
        params = {
            **common,
            "x_axis": "month",
            "time_grain_sqla": "P3M",
            "metrics": [_measure(what, title)],
            "groupby": [],
            "markerEnabled": True,
        }
    elif kind in ("line", "bar"):
        viz = "echarts_timeseries_line" if kind == "line" else "echarts_timeseries_bar"
        params = {
            **common,
            "x_axis": "month",
            "time_grain_sqla": "P1M",
            "metrics": [_measure(f"max({name})", name) for name in what],
            "groupby": [],
            "show_legend": True,
        }
    elif kind == "group":
        viz = "echarts_timeseries_bar"
        dimension, above, below = what
        params = {
            **common,
            "x_axis": "member",
            "metrics": [_measure(f"sum({above}) * 1.0 / nullif(sum({below}), 0)", "share")],
            "groupby": [],
            "orientation": "horizontal",
            "adhoc_filters": [
                {
                    "clause": "WHERE",
                    "expressionType": "SQL",
                    "sqlExpression": f"dimension = '{dimension}' and {below} > 0",
                }
            ],
        }
    else:
        viz = "table"
        by = "revenue_amount" if "revenue_amount" in what else what[0]
        params = {
            **common,
            "query_mode": "raw",
            "all_columns": what,
            "row_limit": 200,
            "order_by_cols": [json.dumps([by, False])],
        }
    return {
        "slice_name": title,
        "viz_type": viz,
        "params": {"viz_type": viz, **params},
        "cache_timeout": None,
        "uuid": _id("chart", title),
        "version": "1.0.0",
        "dataset_uuid": _id("dataset", dataset),
    }


def _dashboard(title: str, charts: list[tuple[str, str, str, Any]]) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": [], "parents": ["ROOT_ID"]},
    }
    for place, (name, kind, *_) in enumerate(charts):
        row, chart = f"ROW-{place}", f"CHART-{place}"
        position["GRID_ID"]["children"].append(row)
        position[row] = {
            "id": row,
            "type": "ROW",
            "children": [chart],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        position[chart] = {
            "id": chart,
            "type": "CHART",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", row],
            "meta": {
                "chartId": place + 1,
                "width": 12,
                "height": 60 if kind == "table" else 40,
                "sliceName": name,
                "uuid": _id("chart", name),
            },
        }
    return {
        "dashboard_title": title,
        "slug": title.lower().replace(" ", "-"),
        "css": "",
        "published": True,
        "uuid": _id("dashboard", title),
        "position": position,
        "metadata": {"color_scheme": "supersetColors", "cross_filters_enabled": True},
        "version": "1.0.0",
    }


def _columns(file: str, schema: str, name: str) -> list[dict[str, Any]]:
    """Columns with their meaning, as the file describes them."""
    with duckdb.connect(file, read_only=True) as con:
        found = con.execute(
            "select column_name, data_type, comment from duckdb_columns() "
            "where schema_name = ? and table_name = ? order by column_index",
            [schema, name],
        ).fetchall()
    return [
        {
            "column_name": column,
            "type": kind,
            "description": comment,
            "is_dttm": kind in ("DATE", "TIMESTAMP"),
            "is_active": True,
            "groupby": True,
            "filterable": True,
        }
        for column, kind, comment in found
    ]


def bundle(file: str) -> dict[str, Any]:
    """Every file of the bundle by its path."""
    made: dict[str, Any] = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/scv.yaml": {
            "database_name": DATABASE,
            "sqlalchemy_uri": f"duckdb:///{file}",
            "expose_in_sqllab": True,
            "allow_run_async": False,
            "allow_ctas": False,
            "allow_cvas": False,
            "allow_dml": False,
            "allow_file_upload": False,
            "extra": {"engine_params": {"connect_args": {"read_only": True}}},
            "uuid": _id("database"),
            "version": "1.0.0",
        },
    }  # fmt: skip
    for name, (schema, time) in DATASETS.items():
        made[f"datasets/scv/{name}.yaml"] = {
            "table_name": name,
            "main_dttm_col": time,
            "schema": schema,
            "catalog": None,
            "sql": None,
            "uuid": _id("dataset", name),
            "database_uuid": _id("database"),
            "metrics": [],
            "columns": _columns(file, schema, name),
            "version": "1.0.0",
        }
    for title, charts in DASHBOARDS.items():
        made[f"dashboards/{title.replace(' ', '_')}.yaml"] = _dashboard(title, charts)
        for name, kind, dataset, what in charts:
            made[f"charts/{name.replace(' ', '_')}.yaml"] = _chart(name, kind, dataset, what)
    return made


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[2], "w") as archive:
        for path, content in bundle(sys.argv[1]).items():
            archive.writestr(f"scv/{path}", yaml.safe_dump(content, sort_keys=False))
