"""The marts gate: nothing was lost on the way, to the row and to the cent, and the answers add up to the facts."""

from __future__ import annotations

from expectations.shared import no_rows, one_row_per_live_customer
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule

CUSTOMER_360 = "marts.customer_360"
ROWS = "quality.reconciliation"
AMOUNTS = "quality.reconciliation_amounts"
TOTALS = "quality.control_totals"

# Cancelled orders keep their amount and are worth nothing.
_ORDER_AMOUNT = "sum(total_amount_reporting) filter (where not is_cancelled or total_amount < 0)"

# A measure of the 360 → the fact it counts, by what, and the column that dates the fact.
_TIES = (
    ("order_count", "core.fct_orders", "count(*)", "ordered_at"),
    ("order_amount", "core.fct_orders", _ORDER_AMOUNT, "ordered_at"),
    ("invoice_count", "core.fct_invoices", "count(*)", "issued_at"),
    ("invoiced_amount", "core.fct_invoices", "sum(total_amount_reporting)", "issued_at"),
    ("payment_count", "core.fct_payments", "count(*)", "occurred_at"),
    (
        "net_paid_amount",
        "core.fct_payments",
        "sum(signed_amount_reporting) filter (where is_settled)",
        "occurred_at",
    ),
    ("subscription_count", "core.fct_subscriptions", "count(*)", "started_at"),
    ("web_session_count", "core.fct_web_sessions", "count(*)", "started_at"),
    ("survey_invitation_count", "core.fct_survey_invitations", "count(*)", "sent_at"),
    ("ticket_count", "core.fct_tickets", "count(*)", "opened_at"),
    ("interaction_count", "core.fct_interactions", "count(*)", "started_at"),
    ("feedback_count", "core.fct_feedback", "count(*)", "submitted_at"),
)


def suite(facts: GateFacts) -> list[Rule]:
    """Reconciliation, and the measures of the 360 against the facts they count."""
    rules = []
    if facts.has(ROWS):
        rules.append(_rows_balance())
    if facts.has(AMOUNTS):
        rules.append(_amounts_balance())
    if facts.has(TOTALS):
        rules += [_totals_agree(), _totals_tell()]
    if facts.has(CUSTOMER_360, "identity.customers"):
        rules += one_row_per_live_customer(CUSTOMER_360)
    measures = facts.column_names(CUSTOMER_360) if facts.has(CUSTOMER_360) else []
    for measure, fact, total, happened_at in _TIES:
        if measure in measures and facts.has(fact):
            rules.append(_ties_out(measure, fact, total, happened_at))
    return rules


def _rows_balance() -> Rule:
    return no_rows(
        ROWS,
        "rows_balance",
        "landed = attributed + unattributed + quarantined + superseded + deleted, per entity and source",
        """
        select entity, source_id, rows_landed, rows_difference from {batch}
        where rows_difference is distinct from 0 order by abs(rows_difference) desc, entity, source_id
        """,
    )


def _amounts_balance() -> Rule:
    return no_rows(
        AMOUNTS,
        "amounts_balance",
        "the same sums in money, per column, source and original currency, to the cent",
        """
        select * from {batch}
        where amount_difference is distinct from 0 order by abs(amount_difference) desc, entity, source_id
        """,
    )


def _totals_agree() -> Rule:
    return no_rows(
        TOTALS,
        "arrived_as_the_source_counted",
        "rows and sums of files as their source says in control_totals; where the source is wrong, it sends the total anew",
        """
        select source_id, table_name, file_name, measure, currency, total_stated, total_arrived
        from {batch} where status = 'differs' order by all
        """,
    )


def _totals_tell() -> Rule:
    return no_rows(
        TOTALS,
        "totals_can_be_compared",
        "every control total is of files that came whole, and of a column that can be read",
        """
        select source_id, table_name, file_name, measure, currency, status
        from {batch} where status not in ('agrees', 'differs') order by all
        """,
        WARN,
    )


def _ties_out(measure: str, fact: str, total: str, happened_at: str) -> Rule:
    return no_rows(
        CUSTOMER_360,
        f"{measure}_ties_out_with_{fact.split('.')[1]}",
        f"sum of {measure} = {total} of the attributed rows of {fact} up to the as-of day",
        f"""
        select '{measure}' as measure, in_360.total as total_in_360, in_core.total as total_in_core
        from (select coalesce(sum({measure}), 0) as total, max(as_of_date) as as_of_date from {{batch}}) as in_360
        cross join lateral (
            select coalesce({total}, 0) as total from {fact}
            where customer_id is not null and {happened_at} < in_360.as_of_date + interval 1 day
        ) as in_core
        where in_360.as_of_date is not null and in_360.total is distinct from in_core.total
        """,
    )
