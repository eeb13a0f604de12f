"""What is on the dashboards: one for each domain, and one page for a customer.

A chart takes its figures from the saved metrics of `datasets.py` by name; nothing is computed here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from datasets import TIMES, number_format


@dataclass(frozen=True)
class Chart:
    """One chart; `width` in twelfths of a row, `height` in Superset's grid units."""

    title: str
    dataset: str
    params: dict[str, Any]
    width: int = 6
    height: int = 50


@dataclass(frozen=True)
class Filter:
    """One choice of the reader; of one customer where `first_by` names the metric that orders them."""

    name: str
    dataset: str | None = None
    column: str | None = None
    first_by: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Dashboard:
    """A page: rows of charts, and what they can be narrowed down by."""

    title: str
    slug: str
    rows: tuple[tuple[Chart, ...], ...]
    filters: tuple[Filter, ...] = field(default=(Filter("Time"),))


def _only(condition: str) -> list[dict[str, Any]]:
    return [{"clause": "WHERE", "expressionType": "SQL", "sqlExpression": condition}]


def _where(dataset: str) -> list[dict[str, Any]]:
    """Rows up to the as-of day: later ones would stretch the axis with nothing."""
    return _only("has_happened") if dataset.startswith("core.fct_") else []


def _figure(title: str, dataset: str, metric: str) -> Chart:
    params = {
        "viz_type": "big_number_total",
        "metric": metric,
        "header_font_size": 0.4,
        "y_axis_format": number_format(metric),
        "adhoc_filters": _where(dataset),
    }
    return Chart(title, dataset, params, 3, 18)


def _over_time(
    title: str, dataset: str, *metrics: str, by: str | None = None, grain: str = "P1M", is_bar: bool = True
) -> Chart:  # fmt: skip
    params = {
        "viz_type": "echarts_timeseries_bar" if is_bar else "echarts_timeseries_line",
        "x_axis": TIMES[dataset],
        "time_grain_sqla": grain,
        "metrics": list(metrics),
        "groupby": [by] if by else [],
        "row_limit": 10000,
        "stack": "Stack" if by else None,
        "markerEnabled": not is_bar,
        "show_legend": bool(by) or len(metrics) > 1,
        "legendOrientation": "top",
        "rich_tooltip": True,
        "y_axis_format": number_format(metrics[0]),
        "x_axis_time_format": "smart_date",
        "adhoc_filters": _where(dataset),
        "color_scheme": "supersetColors",
    }
    return Chart(title, dataset, params)


def _rate(title: str, dataset: str, metric: str, grain: str = "P1M") -> Chart:
    return _over_time(title, dataset, metric, grain=grain, is_bar=False)


def _ranking(title: str, dataset: str, metric: str, by: str, where: str = "true") -> Chart:
    params = {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": by,
        "metrics": [metric],
        "groupby": [],
        "orientation": "horizontal",
        "x_axis_sort": metric,
        "x_axis_sort_asc": True,
        "truncateXAxis": False,
        "show_legend": False,
        "show_value": True,
        "row_limit": 20,
        "y_axis_format": number_format(metric),
        "adhoc_filters": _where(dataset) + _only(f"{by} is not null and {where}"),
        "color_scheme": "supersetColors",
    }
    return Chart(title, dataset, params)


def _rows(
    title: str, dataset: str, columns: list[str], by: str, *, first: bool = False, where: str = "",
    width: int = 12, height: int = 60,
) -> Chart:  # fmt: skip
    params = {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": columns,
        "order_by_cols": [json.dumps([by, first])],
        "row_limit": 1000,
        "page_length": 0,
        "include_search": False,
        "table_timestamp_format": "%Y-%m-%d %H:%M",
        "show_cell_bars": False,
        "adhoc_filters": _where(dataset) + (_only(where) if where else []),
    }
    return Chart(title, dataset, params, width, height)


def _domain(title: str, slug: str, dataset: str, *rows: tuple[Chart, ...]) -> Dashboard:
    return Dashboard(title, slug, rows, (Filter("Time"), Filter("Source", dataset, "source_id")))


_FEEDBACK, _ORDERS, _TICKETS = "core.fct_feedback", "core.fct_orders", "core.fct_tickets"
_PAYMENTS, _CONTACTS, _CUSTOMERS = (
    "core.fct_payments",
    "core.fct_interactions",
    "marts.customer_360",
)

DASHBOARDS = (
    _domain(
        "Voice of Customer", "voice-of-customer", _FEEDBACK,
        (
            _figure("NPS", _FEEDBACK, "nps"),
            _figure("CSAT", _FEEDBACK, "csat"),
            _figure("Easy by CES", _FEEDBACK, "ces_easy_share"),
            _figure("Response rate", "core.fct_survey_invitations", "response_rate"),
        ),
        (
            _rate("NPS by quarter", _FEEDBACK, "nps", "P3M"),
            _over_time("NPS answers by quarter", _FEEDBACK, "nps_promoters", "nps_passives", "nps_detractors", grain="P3M"),
        ),
        (
            _over_time("Feedback by month and kind", _FEEDBACK, "feedback_items", by="kind"),
            _ranking("CSAT by touchpoint", _FEEDBACK, "csat", "touchpoint", "metric = 'csat'"),
        ),
        (
            _rows("Newest complaints", _FEEDBACK, ["submitted_at", "customer_id", "source_id", "touchpoint", "language", "text"], "submitted_at", where="kind = 'complaint'"),
        ),
    ),
    _domain(
        "Operational", "operational", _ORDERS,
        (
            _figure("Orders", _ORDERS, "orders"),
            _figure("Late deliveries", _ORDERS, "late_delivery_rate"),
            _figure("Tickets reopened", _TICKETS, "ticket_reopen_rate"),
            _figure("Hours to solve a ticket", _TICKETS, "hours_to_solve"),
        ),
        (
            _over_time("Orders by month and channel", _ORDERS, "orders", by="channel"),
            _rate("Late deliveries by quarter", _ORDERS, "late_delivery_rate", "P3M"),
        ),
        (
            _over_time("Tickets by quarter", _TICKETS, "tickets", "reopened_tickets", grain="P3M"),
            _ranking("Tickets by topic", _TICKETS, "tickets", "topic"),
        ),
        (
            _ranking("Units returned by category", "core.fct_order_lines", "unit_return_rate", "category"),
            _over_time("Subscriptions started by quarter", "core.fct_subscriptions", "started_subscriptions", by="plan", grain="P3M"),
        ),
    ),
    _domain(
        "Financial", "financial", _PAYMENTS,
        (
            _figure("Revenue", _PAYMENTS, "revenue"),
            _figure("Refund rate", _PAYMENTS, "refund_rate"),
            _figure("Payments failed", _PAYMENTS, "payment_failure_rate"),
            _figure("Overdue", _CUSTOMERS, "overdue_amount"),
        ),
        (
            _over_time("Revenue and refunds by month", _PAYMENTS, "revenue", "refunded_amount"),
            _rate("Payments failed by quarter", _PAYMENTS, "payment_failure_rate", "P3M"),
        ),
        (
            _over_time("Invoiced by month", "core.fct_invoices", "invoiced_amount"),
            _ranking("Revenue by method of payment", _PAYMENTS, "revenue", "method"),
        ),
        (
            _rows("Most valuable customers", _CUSTOMERS, ["display_name", "customer_id", "country", "lifecycle_state", "revenue_amount", "margin_amount", "order_count", "overdue_amount"], "revenue_amount"),
        ),
    ),
    _domain(
        "Interaction", "interaction", _CONTACTS,
        (
            _figure("Contacts", _CONTACTS, "contacts"),
            _figure("Given up", _CONTACTS, "abandon_rate"),
            _figure("Seconds waited", _CONTACTS, "wait_seconds"),
            _figure("Campaigns answered", _CONTACTS, "campaign_response_rate"),
        ),
        (
            _over_time("Contacts by month and channel", _CONTACTS, "contacts", by="channel"),
            _rate("Contacts given up by quarter", _CONTACTS, "abandon_rate", "P3M"),
        ),
        (
            _ranking("Inbound contacts by topic", _CONTACTS, "inbound_contacts", "topic"),
            _ranking("Seconds waited by channel", _CONTACTS, "wait_seconds", "channel", "wait_seconds is not null"),
        ),
        (
            _over_time("Web sessions by month", "core.fct_web_sessions", "web_sessions", "known_web_sessions"),
            _rate("Campaigns answered by quarter", _CONTACTS, "campaign_response_rate", "P3M"),
        ),
    ),
    Dashboard(
        "Customer", "customer",
        (
            (
                _figure("Revenue", _CUSTOMERS, "customer_revenue_amount"),
                _figure("Margin", _CUSTOMERS, "customer_margin_amount"),
                _figure("Orders", _ORDERS, "orders"),
                _figure("Contacts", _CONTACTS, "contacts"),
            ),
            (
                _rows("Who", _CUSTOMERS, ["display_name", "party_type", "lifecycle_state", "country", "last_activity_at", "ticket_count", "complaint_count", "last_nps_score", "sources"], "revenue_amount", height=22),
            ),
            (
                _rows("Golden record: which value, from where and why", "identity.golden_values", ["attribute", "attribute_value", "source_id", "reason"], "attribute", first=True, where="is_winner", width=7),
                _rows("Records in the systems", "identity.crosswalk", ["source_id", "source_record_id", "match_status"], "source_id", first=True, width=5),
            ),
            (
                _over_time("Events by quarter and domain", "core.customer_timeline", "events", by="domain", grain="P3M"),
                _over_time("Revenue by quarter", _PAYMENTS, "revenue", grain="P3M"),
            ),
            (
                _rows("What happened", "core.customer_timeline", ["occurred_at", "domain", "event_type", "source_id", "channel", "summary", "amount", "currency", "score"], "occurred_at", height=90),
            ),
        ),
        (
            Filter("Name", _CUSTOMERS, "display_name"),
            Filter("Customer", _CUSTOMERS, "customer_id", "customer_revenue_amount", "Name"),
        ),
    ),
)  # fmt: skip
