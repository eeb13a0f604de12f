"""The figures of the overview, read from one published file. Figures that stand for a share carry n and interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

import duckdb

from orchestration.pages.charts import Point

_Z = 1.959964
MONTHS = 36
MOST_COMBINATIONS = 14


@dataclass(frozen=True)
class Overview:
    """All that the page shows."""

    version: str
    as_of: date
    currency: str
    totals: dict[str, Any]
    nps: Point | None
    volumes: dict[str, list[Point]]
    rates: dict[str, list[Point]]
    sources: list[str]
    combinations: list[tuple[frozenset[str], int]]
    combinations_left: int
    states: list[tuple[str, int]]
    domains: list[tuple[str, int]]
    sizes: list[tuple[str, int]]
    links: list[tuple[str, int]]
    health: dict[str, Any]
    gates: list[tuple[str, int, int, int]]
    arrivals: list[tuple[str, Any, int, int, int]]
    benchmark: dict[str, float]


def read(con: duckdb.DuckDBPyConnection, version: str) -> Overview:
    """Everything from an open file."""
    [(as_of, currency)] = con.execute(
        "select max(as_of_date), max(reporting_currency) from marts.customer_360"
    ).fetchall()
    months = _months(con, as_of)
    combinations = con.execute(
        "select sources, count(*) as customers from marts.customer_360 where sources is not null "
        "group by sources order by customers desc, sources"
    ).fetchall()
    held = [(frozenset(str(sources).replace(" ", "").split(",")), count) for sources, count in combinations]  # fmt: skip
    sizes: dict[str, int] = {}
    for names, count in held:
        for name in names:
            sizes[name] = sizes.get(name, 0) + count
    return Overview(
        version=version,
        as_of=as_of or date.today(),
        currency=currency or "",
        totals=_totals(con),
        nps=_nps_now(months),
        volumes={
            "voc": _volume(months, "feedback_items"),
            "operational": _volume(months, "orders"),
            "financial": _volume(months, "revenue"),
            "interaction": _volume(months, "contacts"),
        },
        rates={
            "voc": _quarters(months),
            "operational": _rate(months, "late_deliveries", "promised_deliveries"),
            "financial": _rate(months, "failed_payments", "payments"),
            "interaction": _rate(months, "abandoned_contacts", "contacts"),
        },
        sources=sorted(sizes, key=lambda name: (-sizes[name], name)),
        combinations=held[:MOST_COMBINATIONS],
        combinations_left=sum(count for _, count in held[MOST_COMBINATIONS:]),
        states=con.execute(
            "select coalesce(lifecycle_state, 'nothing done yet'), count(*) from marts.customer_360 group by 1 "
            "order by 2 desc"
        ).fetchall(),
        domains=_domains(con),
        sizes=con.execute(
            "select case when profile_count < 6 then profile_count::varchar else '6 and more' end as size, count(*) "
            "from marts.customer_360 group by 1 order by 1"
        ).fetchall(),
        links=con.execute(
            "select rule_id, count(*) from identity.links group by 1 order by 2 desc limit 8"
        ).fetchall(),
        health=_health(con),
        gates=con.execute(
            "select layer, count(*), count(*) filter (where not is_success and severity = 'warn'), "
            "count(*) filter (where not is_success and severity <> 'warn') from quality.gate_results "
            "where run_id = (select max(run_id) from quality.gate_results) group by layer order by min(evaluated_at)"
        ).fetchall(),
        arrivals=con.execute(
            "select source_id, max(loaded_at) filter (where status = 'loaded'), count(*)::bigint, "
            "coalesce(sum(rows_loaded), 0)::bigint, coalesce(sum(rows_quarantined), 0)::bigint "
            "from quality.files group by 1 order by 1"
        ).fetchall(),
        benchmark={
            measure: float(value)
            for measure, value in con.execute(
                "select measure, value from quality.identity_benchmark "
                "where run_id = (select max(run_id) from quality.identity_benchmark) and threshold is null"
            ).fetchall()
            if value is not None
        },
    )


def _totals(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = con.execute(
        """
        select
            count(*) as customers,
            sum(profile_count)::bigint as profiles,
            count(*) filter (where lifecycle_state in ('new', 'active', 'won_back')) as active,
            count(*) filter (where domain_count = 4) as whole,
            sum(revenue_amount) as revenue,
            sum(margin_amount) as margin,
            sum(open_ticket_count)::bigint as open_tickets,
            sum(complaint_count_365d)::bigint as complaints,
            avg(completeness) as completeness
        from marts.customer_360
        """
    )
    names = [column[0] for column in found.description or ()]
    [row] = found.fetchall()
    return dict(zip(names, row, strict=True))


def _months(con: duckdb.DuckDBPyConnection, as_of: date | None) -> list[dict[str, Any]]:
    wanted = (
        *("feedback_items", "orders", "revenue", "contacts", "late_deliveries", "promised_deliveries"),
        *("failed_payments", "payments", "abandoned_contacts", "nps_promoters", "nps_detractors", "nps_responses"),
    )  # fmt: skip
    if as_of is None:
        return []
    found = con.execute(
        f"select month, {', '.join(wanted)} from metrics.by_month "
        f"where month > date '{as_of}' - interval {MONTHS} month order by month"
    ).fetchall()
    return [dict(zip(("month", *wanted), row, strict=True)) for row in found]


def _volume(months: list[dict[str, Any]], metric: str) -> list[Point]:
    return [Point(row["month"], _float(row[metric])) for row in months]


def _rate(months: list[dict[str, Any]], above: str, below: str) -> list[Point]:
    return [
        Point(row["month"], *wilson(int(row[above] or 0), int(row[below] or 0)), n=row[below])
        for row in months
    ]


def _quarters(months: list[dict[str, Any]]) -> list[Point]:
    """NPS by quarter, on the axis of months: a month has too few answers to say much."""
    found: list[Point] = []
    for row in months:
        month: date = row["month"]
        if month.month % 3 != 1:
            found.append(Point(month, None))
            continue
        quarter = [
            other
            for other in months
            if (other["month"].year, (other["month"].month - 1) // 3)
            == (month.year, (month.month - 1) // 3)
        ]
        counts = [
            sum(int(other[name] or 0) for other in quarter)
            for name in ("nps_promoters", "nps_detractors", "nps_responses")
        ]
        found.append(Point(month, *net_promoter(*counts), n=counts[2]))
    return found


def _nps_now(months: list[dict[str, Any]]) -> Point | None:
    year = months[-12:]
    counts = [
        sum(int(row[name] or 0) for row in year)
        for name in ("nps_promoters", "nps_detractors", "nps_responses")
    ]
    return Point(year[-1]["month"], *net_promoter(*counts), n=counts[2]) if counts[2] else None


def wilson(hits: int, n: int) -> tuple[float | None, float | None, float | None]:
    """A share with its Wilson interval; unknown of nothing."""
    if n <= 0:
        return None, None, None
    share, square = hits / n, _Z**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return share, max(middle - half, 0.0), min(middle + half, 1.0)


def net_promoter(
    promoters: int, detractors: int, n: int
) -> tuple[float | None, float | None, float | None]:
    """NPS with the adjusted Wald interval for three outcomes: three answers added, ¾ at either end."""
    if n <= 0:
        return None, None, None
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = _Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    score = 100 * (promoters - detractors) / n
    return score, max(100 * (p - d - half), -100.0), min(100 * (p - d + half), 100.0)


def _domains(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    names = ("voc", "operational", "financial", "interaction")
    counts = ", ".join(f"count(*) filter (where has_{name})" for name in names)
    [row] = con.execute(f"select {counts} from marts.customer_360").fetchall()
    return list(zip(names, row, strict=True))


def _health(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    [row] = con.execute(
        """
        select
            sum(rows_landed)::bigint, sum(rows_quarantined)::bigint, sum(rows_superseded + rows_deleted)::bigint,
            sum(rows_attributed)::bigint, sum(rows_unattributed)::bigint, sum(abs(rows_difference))::bigint
        from quality.reconciliation
        """
    ).fetchall()
    names = ("landed", "quarantined", "replaced", "attributed", "unattributed", "lost")
    health = dict(zip(names, row, strict=True))
    [[health["refused_files"]]] = con.execute(
        "select count(*) from quality.files where status = 'refused'"
    ).fetchall()
    [[health["to_review"]]] = con.execute("select count(*) from identity.review_queue").fetchall()
    return health


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
