"""The gate on the file itself, before readers get it: every relation is there with the rows that were copied."""

from __future__ import annotations

from expectations.shared import no_rows, row_count
from orchestration.gates.rules import GateFacts, Rule

CUSTOMER_360 = "marts.customer_360"


def suite(facts: GateFacts) -> list[Rule]:
    """Row counts as copied, and the one relation that everybody reads whole in itself."""
    rules = [
        row_count(relation, "rows_as_built", f"{rows} rows, as in the working database", rows)
        for relation, rows in facts.expected_rows.items()
    ]
    if CUSTOMER_360 in facts.expected_rows and "identity.customers" in facts.expected_rows:
        rules.append(
            no_rows(
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
        )
    return rules
