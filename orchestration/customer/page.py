"""One customer, read from what is published: who it is, from which profiles and why, the four domains, the last events.

Reads the published version alone, so it never waits for a run; what somebody asks for is shown and nothing is logged.
"""

from __future__ import annotations

from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.publishing.reading import open_published
from orchestration.settings import Settings
from orchestration.sql import text

Page = dict[str, Any]
Rows = list[dict[str, Any]]

# An identifier that more customers share names nobody.
MOST_FOUND = 20


def customer_page(settings: Settings, asked: str, events: int) -> Page:
    """The page of the one customer that `asked` names: an id, an e-mail, a telephone number or SOURCE:ID."""
    with open_published(settings) as con:
        found = find(con, asked.strip())
        if not found:
            raise UsageError(
                "No customer of that name is known. Name one by customer_id, e-mail, telephone number or SOURCE:ID."
            )
        if len(found) > 1:
            raise UsageError(
                f"{'More than ' if len(found) > MOST_FOUND else ''}{min(len(found), MOST_FOUND)} customers have it; "
                f"name one of {', '.join(found[:MOST_FOUND])}."
            )
        return _page(con, found[0], events)


def find(con: duckdb.DuckDBPyConnection, asked: str) -> list[str]:
    """Live customers that a text names; an id that was merged away leads to its survivor."""
    known = _id(con, asked)
    while known and not known["is_live"] and known["merged_into"]:
        known = _id(con, known["merged_into"])
    if known and not known["is_live"]:
        raise UsageError(
            "That customer is no more: every record of it was deleted. Its past is in core.dim_customer_history."
        )
    if known:
        return [known["customer_id"]]
    source, _, record = asked.partition(":")
    digits = "".join(sign for sign in asked if sign.isdigit())
    found = _rows(
        con,
        f"""
        select customer_id from identity.crosswalk
        where source_id = {text(source)} and source_record_id = {text(record)}
        union
        select customer_id from identity.golden_values
        where
            (attribute = 'email' and (compared_as = lower({text(asked)}) or lower(attribute_value) = lower({text(asked)})))
            or (
                attribute = 'phone' and length('{digits}') >= 6
                and (compared_as = '+{digits}' or regexp_replace(attribute_value, '[^0-9]', '', 'g') = '{digits}')
            )
        order by customer_id limit {MOST_FOUND + 1}
        """,
    )
    return [row["customer_id"] for row in found]


def _id(con: duckdb.DuckDBPyConnection, customer: str) -> dict[str, Any] | None:
    found = _rows(
        con,
        f"select customer_id, is_live, merged_into from identity.customers where customer_id = {text(customer)}",
    )
    return found[0] if found else None


def _page(con: duckdb.DuckDBPyConnection, customer: str, events: int) -> Page:
    is_it = f"customer_id = {text(customer)}"
    [measures] = _rows(con, f"select * from marts.customer_360 where {is_it}")
    return {
        "customer_id": customer,
        "customer_360": measures,
        "golden_values": _rows(
            con,
            "select attribute, attribute_value, source_id, source_record_id, observed_at, is_winner, reason "
            f"from identity.golden_values where {is_it} "
            "order by attribute, is_winner desc, value_rank nulls last, source_id, source_record_id",
        ),
        "profiles": _rows(
            con,
            "select source_id, source_record_id, match_status, valid_from from identity.crosswalk "
            f"where {is_it} order by source_id, source_record_id",
        ),
        "links": _rows(
            con,
            # One row a pair: a rule says more than that the two are alike.
            f"""
            select
                links.source_id_1, links.source_record_id_1, links.source_id_2, links.source_record_id_2,
                first(links.rule_id order by links.rule_id = 'model', links.rule_id) as rule_id,
                max(links.probability) as probability,
                first(links.explanation order by links.rule_id = 'model', links.rule_id) as explanation
            from identity.links as links
            inner join identity.crosswalk as crosswalk
                on links.source_id_1 = crosswalk.source_id and links.source_record_id_1 = crosswalk.source_record_id
            where crosswalk.{is_it}
            group by 1, 2, 3, 4
            order by 1, 2, 3, 4
            """,
        ),
        "was_also": _rows(
            con,
            f"""
            with recursive ends as (
                select customer_id from identity.customers where merged_into = {text(customer)}
                union
                select customers.customer_id from identity.customers as customers
                inner join ends on customers.merged_into = ends.customer_id
            )
            select customer_id from ends order by customer_id
            """,
        ),
        "events": _rows(
            con,
            "select occurred_at, domain, event_type, source_id, source_key, channel, summary, amount, currency, score "
            f"from core.customer_timeline where {is_it} "
            f"order by occurred_at desc, domain, event_type, source_id, source_key limit {events}",
        ),
    }


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Rows:
    # Values are written into the query: the engine's client imports half a data library to bind one.
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
