"""The identity gate: every profile belongs to exactly one customer that lives, and ended ids lead to one that does."""

from __future__ import annotations

from expectations.shared import judged, no_rows
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule

CROSSWALK = "identity.crosswalk"
CUSTOMERS = "identity.customers"
DECISIONS = "identity.decisions"


def suite(facts: GateFacts) -> list[Rule]:
    """The invariants of identity; keys are dbt's to test."""
    rules = []
    if facts.has(CROSSWALK, CUSTOMERS):
        rules += [_customer_lives(), _customer_has_profiles(), _merged_into_lives()]
    if facts.has(CROSSWALK, "staging.profiles"):
        rules.append(_profile_is_known())
    if facts.has(DECISIONS):
        rules += [_decision_is_readable(), _link_is_possible(), _unlinked_are_apart()]
    return rules + judged(facts, "identity")


def _profile_is_known() -> Rule:
    return no_rows(
        CROSSWALK,
        "every_profile_belongs_to_a_customer",
        "every live profile of staging is in the crosswalk",
        """
        select profiles.source_id, profiles.source_record_id from staging.profiles as profiles
        anti join {batch} as crosswalk
            on profiles.source_id = crosswalk.source_id and profiles.source_record_id = crosswalk.source_record_id
        order by all
        """,
    )


def _customer_lives() -> Rule:
    return no_rows(
        CROSSWALK,
        "customer_of_a_profile_lives",
        "every customer that the crosswalk names is live",
        """
        select crosswalk.source_id, crosswalk.source_record_id, crosswalk.customer_id from {batch} as crosswalk
        anti join identity.customers as customers
            on crosswalk.customer_id = customers.customer_id and customers.is_live
        order by all
        """,
    )


def _customer_has_profiles() -> Rule:
    return no_rows(
        CUSTOMERS,
        "live_customer_has_a_profile",
        "every live customer has at least one profile",
        """
        select customers.customer_id from {batch} as customers
        anti join identity.crosswalk as crosswalk on customers.customer_id = crosswalk.customer_id
        where customers.is_live order by all
        """,
    )


def _merged_into_lives() -> Rule:
    # An id that leads straight to one that leads nowhere can be on no cycle, so this is the acyclicity of merges too.
    return no_rows(
        CUSTOMERS,
        "merged_customer_leads_to_the_last_one",
        "an id that was merged is not live, and the one it was merged into lives, or its records have all vanished",
        """
        select customers.customer_id, customers.merged_into from {batch} as customers
        left join identity.customers as survivors on customers.merged_into = survivors.customer_id
        where customers.merged_into is not null
            and (customers.is_live or survivors.customer_id is null or survivors.merged_into is not null)
        order by all
        """,
    )


def _decision_is_readable() -> Rule:
    # One row that a person wrote wrongly must not stop everybody else's data.
    return no_rows(
        DECISIONS,
        "decision_can_be_read",
        "every row of identity_decisions names two profiles, link or unlink, and a date",
        "select decision_id, status_reason from {batch} where status = 'refused' order by all",
        WARN,
    )


def _link_is_possible() -> Rule:
    return no_rows(
        DECISIONS,
        "link_is_not_contradicted",
        "no link that a steward decided is made impossible by other decisions",
        "select decision_id from {batch} where status = 'contradicted' order by all",
        WARN,
    )


def _unlinked_are_apart() -> Rule:
    return no_rows(
        DECISIONS,
        "unlinked_profiles_are_apart",
        "two profiles that a steward parted are never one customer",
        """
        select decision_id from {batch}
        where decision = 'unlink' and status = 'in force' and customer_id_1 = customer_id_2 order by all
        """,
    )
