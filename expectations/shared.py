"""Rules that more than one layer has, and the form that most rules take."""

from __future__ import annotations

from great_expectations.expectations import UnexpectedRowsExpectation

from orchestration.gates.results import ERROR
from orchestration.gates.rules import GateFacts, Rule

JUDGED = "gates.judged"


def no_rows(
    relation: str,
    name: str,
    expected: str,
    query: str,
    severity: str = ERROR,
    source_id: str | None = None,
) -> Rule:
    """A query that must find nothing. It selects keys and counts, never a person's values."""
    expectation = UnexpectedRowsExpectation(unexpected_rows_query=query, description=expected)
    return Rule(relation, name, expected, expectation, severity, source_id)


def one_row_per_live_customer(relation: str) -> list[Rule]:
    """Two rules on a relation whose rows are customers: all that live are there, and no others."""
    return [
        no_rows(
            relation,
            "every_live_customer_is_here",
            "every live customer has a row",
            """
            select customers.customer_id from identity.customers as customers
            anti join {batch} as held on customers.customer_id = held.customer_id
            where customers.is_live order by all
            """,
        ),
        no_rows(
            relation,
            "only_live_customers_are_here",
            "no row whose customer is not live",
            """
            select held.customer_id from {batch} as held
            anti join identity.customers as customers
                on held.customer_id = customers.customer_id and customers.is_live
            order by all
            """,
        ),
    ]


def judged(facts: GateFacts, *schemas: str) -> list[Rule]:
    """What was held against history and thresholds before (`orchestration/gates/`), one rule a check."""
    checks = facts.con.execute(
        f"select distinct check_name from {JUDGED} where list_contains(?, split_part(relation, '.', 1)) order by all",
        [list(schemas)],
    ).fetchall()
    return [
        no_rows(
            JUDGED,
            check,
            "within its thresholds",
            f"""
            select relation, source_id, table_name, column_name, verdict from {{batch}}
            where check_name = '{check}' and verdict <> 'pass' order by all
            """,
        ).by_table()
        for (check,) in checks
    ]
