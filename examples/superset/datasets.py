"""What Superset's datasets are: the relations of the published file with their descriptions, and every metric once.

A metric is a saved metric of the relation it counts, with the expression that `metrics.definitions` gives: whatever it
is sliced by, it is the project's figure. What is on the dashboards lies in `dashboards.py`.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

# Relation → the time that its rows count for.
TIMES = {
    "marts.customer_360": None,
    "core.customer_timeline": "occurred_at",
    "core.fct_orders": "ordered_at",
    "core.fct_order_lines": "ordered_at",
    "core.fct_subscriptions": "started_at",
    "core.fct_tickets": "opened_at",
    "core.fct_payments": "occurred_at",
    "core.fct_invoices": "issued_at",
    "core.fct_interactions": "started_at",
    "core.fct_web_sessions": "started_at",
    "core.fct_feedback": "submitted_at",
    "core.fct_survey_invitations": "sent_at",
    "identity.crosswalk": None,
    "identity.golden_values": None,
    "metrics.by_month": "month",
    "metrics.totals": None,
}
_MONTHS = "metrics.by_month"
_OWN = {
    "core.customer_timeline": [
        {"metric_name": "events", "verbose_name": "Events", "expression": "count(*)"}
    ],
    "metrics.totals": [
        {"metric_name": "figure", "verbose_name": "Figure", "expression": "max(value)"}
    ],
}


def number_format(metric: str) -> str:
    """How Superset shows a figure."""
    if metric.endswith(("_rate", "_share", "_coverage")) or metric == "csat":
        return ".1%"
    if metric.endswith(("_seconds", "_mean", "_per_buyer")) or metric.startswith("hours_"):
        return ",.1f"
    return ",.0f"


def described(file: str) -> list[dict[str, Any]]:
    """Every dataset: columns with their meaning, and the metrics that count its rows."""
    with duckdb.connect(file, read_only=True) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name, data_type, comment "
            "from duckdb_columns() order by column_index"
        ).fetchall()
        meanings = dict(
            con.execute(
                "select schema_name || '.' || table_name, comment from duckdb_tables() "
                "union all select schema_name || '.' || view_name, comment from duckdb_views()"
            ).fetchall()
        )
        defined = con.execute(
            "select metric, label, description, kind, relations, formula from metrics.definitions order by metric"
        ).fetchall()
    held = {name: (kind, relations, formula) for name, _, _, kind, relations, formula in defined}
    made = []
    for relation, time in TIMES.items():
        schema, name = relation.split(".")
        metrics = [
            {
                "metric_name": metric,
                "verbose_name": label,
                "description": meaning,
                "expression": _expression(metric, held, relation),
                "d3format": number_format(metric),
            }
            for metric, label, meaning, _, relations, _ in defined
            if relation == (_MONTHS if "," in relations else relations)
        ]
        metrics += _OWN.get(relation, [])
        made.append(
            {
                "table_name": name,
                "schema": schema,
                "description": meanings[relation],
                "main_dttm_col": time,
                "metrics": metrics,
                "columns": [
                    {
                        "column_name": column,
                        "verbose_name": column.replace("_", " ").capitalize(),
                        "type": kind,
                        "description": comment,
                        "is_dttm": kind in ("DATE", "TIMESTAMP"),
                        "is_active": True,
                        "groupby": True,
                        "filterable": True,
                    }
                    for where, column, kind, comment in columns
                    # The place in the landed file is nothing to slice by.
                    if where == relation and not column.startswith("_")
                ],
            }
        )
    return made


def _expression(metric: str, held: dict[str, tuple[str, str, str]], relation: str) -> str:
    """The SQL of a metric over the rows of a relation."""
    kind, relations, formula = held[metric]
    if kind == "simple":
        if relation != _MONTHS:
            expression = formula.removesuffix(f" from {relations}")
            # Nothing counted is none, not unknown.
            return f"coalesce({expression}, 0)" if "then 1 else 0 end" in formula else expression
        # Sums alone may be added up over months; every part of a figure over several relations is one.
        assert formula.startswith(("sum(", "coalesce(sum(")), metric
        return f"sum({metric})"
    return re.sub(
        r"\b[a-z_]\w*\b",
        lambda found: (
            f"({_expression(found[0], held, relation)})" if found[0] in held else found[0]
        ),
        formula,
    )
