"""The core gate: one row per live customer, and facts that name only those.

That no row and no cent was lost on the way from staging is the reconciliation's to say, at the marts gate; how much
is attributed, it shows.
"""

from __future__ import annotations

from expectations.shared import judged, no_rows, one_row_per_live_customer
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule

DIM_CUSTOMER = "core.dim_customer"
CUSTOMERS = "identity.customers"
PAYMENTS = "core.fct_payments"


def suite(facts: GateFacts) -> list[Rule]:
    """Customers and the customers of facts."""
    rules = []
    if facts.has(DIM_CUSTOMER, CUSTOMERS):
        rules += one_row_per_live_customer(DIM_CUSTOMER)
    if facts.has(PAYMENTS) and "order_id" in facts.column_names(PAYMENTS):
        rules.append(_no_more_back_than_paid())
    for relation in sorted(facts.known):
        is_fact = relation.startswith("core.fct_")
        if is_fact and "customer_id" in facts.column_names(relation):
            rules.append(_customer_is_live(relation))
    return rules + judged(facts, "core")


def _no_more_back_than_paid() -> Rule:
    # The charge may be in a system that sends nothing, so this is shown and stops nobody.
    return no_rows(
        PAYMENTS,
        "no_more_is_refunded_than_was_paid",
        "of an order, refunds and chargebacks together do not exceed what was charged for it in the same currency",
        """
        select source_id, order_id, currency,
            sum(amount) filter (where kind in ('charge', 'fee', 'penalty')) as amount_paid,
            sum(amount) filter (where kind in ('refund', 'chargeback')) as amount_back
        from {batch} where is_settled and order_id is not null
        group by source_id, order_id, currency having amount_paid < amount_back order by all
        """,
        WARN,
    )


def _customer_is_live(relation: str) -> Rule:
    return no_rows(
        relation,
        "customer_of_a_fact_is_live",
        "every customer that the fact names is live; null is allowed, and counted",
        f"""
        select facts.source_id, facts.customer_id, count(*) as rows_affected from {{batch}} as facts
        anti join {CUSTOMERS} as customers
            on facts.customer_id = customers.customer_id and customers.is_live
        where facts.customer_id is not null group by all order by all
        """,
    )
