"""The gate on the file itself, before readers get it: every relation is there with the rows that were copied."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.shared import no_rows
from orchestration.gates.rules import GateFacts, Rule

CUSTOMER_360 = "marts.customer_360"


def suite(facts: GateFacts) -> list[Rule]:
    """Row counts as copied, and the one relation that everybody reads whole in itself."""
    if not facts.expected_rows:
        return []
    relations = list(facts.expected_rows)
    first = CUSTOMER_360 if CUSTOMER_360 in relations else relations[0]
    rules = [_rows_as_built(first, facts.expected_rows)]
    if {CUSTOMER_360, "identity.customers"} <= set(relations):
        rules.append(_one_row_per_customer())
    return rules


def _rows_as_built(relation: str, expected: Mapping[str, int]) -> Rule:
    # A relation that is missing makes the query fail, and with it the check.
    counts = " union all ".join(
        f"select '{name}' as relation, count(*) as rows_held, {rows} as rows_built "
        f"from {'{batch}' if name == relation else name}"
        for name, rows in expected.items()
    )
    return no_rows(
        relation,
        "every_relation_holds_the_rows_as_built",
        f"{len(expected)} relations, each with the rows of the working database",
        f"select * from ({counts}) as counted where rows_held <> rows_built order by relation",
    )


def _one_row_per_customer() -> Rule:
    return no_rows(
        CUSTOMER_360,
        "one_row_per_live_customer",
        "as many rows as live customers, in this file alone",
        """
        select held.total as rows_in_360, live.total as live_customers
        from (select count(*) as total from {batch}) as held
        cross join (select count(*) as total from identity.customers where is_live) as live
        where held.total <> live.total
        """,
    )
