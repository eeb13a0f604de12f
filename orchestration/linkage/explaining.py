"""Why two profiles are, or are not, one customer: everything that the working database knows of the pair.

Facts only; the sentences are made of them in `wording.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.linkage.decisions import UNLINK, Record
from orchestration.linkage.model import Model
from orchestration.linkage.surroundings import Around, Step, around, ways
from orchestration.linkage.weighing import Weighed, weigh_pair


class Profile(NamedTuple):
    """One of the two."""

    name: str
    node: int
    customer_id: str


class Shared(NamedTuple):
    """A value that both have: the rule that would join by it (none: no rule does), and why it does not."""

    value_type: str
    value: str
    rule_id: str | None
    rule: str | None
    suppressed_reason: str | None


class Decided(NamedTuple):
    """A decision about the two, or one that keeps other profiles of their two customers apart."""

    decision: str
    decided_at: str
    decided_by: str
    reason: str
    status: str
    profiles: Sequence[str]


@dataclass(frozen=True)
class Explained:
    """What is known of a pair. `weight` is what counts when clusters are drawn: the model's, put right by rules."""

    first: Profile
    second: Profile
    shared: tuple[Shared, ...]
    decisions: tuple[Decided, ...]
    decisions_around: tuple[Decided, ...]
    weighed: Weighed | None
    weight: float | None
    # The rule that holds for the pair.
    rule: str | None
    # One of the two says nothing of the person, and those whom it could be of contradict each other.
    is_torn: bool
    links: tuple[str, ...]
    path: tuple[Step, ...]
    around: Around | None

    @property
    def are_one(self) -> bool:
        return self.first.customer_id == self.second.customer_id


def explain(
    con: duckdb.DuckDBPyConnection, state: Path, first: Record, second: Record
) -> Explained:
    """Look up everything about two profiles in the working database."""
    if first == second:
        raise UsageError("Both names are of the same profile; name two.")
    one, other = _profile(con, first), _profile(con, second)
    model = Model.load(state)
    evidence = con.execute(
        "select evidence.weight, rules.description, evidence.is_torn from identity.int_evidence as evidence "
        "left join seeds.identity_rules as rules using (rule_id) where node_1 = ? and node_2 = ?",
        sorted((one.node, other.node)),
    ).fetchone()
    are_one = one.customer_id == other.customer_id
    links, path = ways(con, one.name, other.name, one.customer_id) if are_one else ((), ())
    decided = _decisions(con, one, other)
    return Explained(
        one,
        other,
        tuple(Shared(*row) for row in con.execute(_SHARED, [one.node, other.node]).fetchall()),
        tuple(each for each in decided if set(each.profiles) == {one.name, other.name}),
        tuple(
            each
            for each in decided
            if set(each.profiles) != {one.name, other.name} and each.status == "in force"
        ),
        weigh_pair(
            con,
            "identity.int_match_features",
            sql.path(model.frequencies(state)),
            model,
            one.node,
            other.node,
        )
        if model and model.active
        else None,
        evidence[0] if evidence else None,
        evidence[1] if evidence else None,
        bool(evidence and evidence[2]),
        links,
        path,
        None if are_one else around(con, one.customer_id, other.customer_id),
    )


def _profile(con: duckdb.DuckDBPyConnection, record: Record) -> Profile:
    try:
        row = con.execute(
            "select profiles.node, crosswalk.customer_id from identity.int_profiles as profiles "
            "inner join identity.crosswalk as crosswalk using (source_id, source_record_id) "
            "where source_id = ? and source_record_id = ?",
            list(record),
        ).fetchone()
    except duckdb.CatalogException:
        raise UsageError("No run has built identities yet. Start one with `scv run`.") from None
    if row is None:
        raise UsageError(
            f"The warehouse knows no profile {record[0]}:{record[1]}. See identity.crosswalk for its names."
        )
    return Profile(f"{record[0]}:{record[1]}", int(row[0]), str(row[1]))


# Values that both carry: with every rule that reads them, with the reason that keeps them out, or read by no rule.
_SHARED = """
with shared as (
    select distinct token_type, token_value, coalesce(a.suppressed_reason, b.suppressed_reason) as reason
    from identity.int_tokens as a
    inner join identity.int_tokens as b using (token_type, token_value)
    where a.node = $1 and b.node = $2
),

joining as (
    select
        one.token_type || coalesce(' and ' || two.token_type, '') as value_type,
        one.token_value || coalesce(' & ' || two.token_value, '') as group_value,
        rules.rule_id,
        rules.description
    from seeds.identity_rules as rules
    inner join shared as one on rules.token_1 = one.token_type and one.reason is null
    left join shared as two on rules.token_2 = two.token_type and two.reason is null
    where rules.is_active and (rules.token_2 is null or two.token_value is not null)
)

select
    joining.*,
    case when groups.nodes is null then 'a person and an organisation are two kinds of customer'
        else groups.suppressed_reason end
from joining
left join identity.int_rule_groups as groups
    on joining.rule_id = groups.rule_id and joining.group_value = groups.group_value
        and list_has_all(groups.nodes, [$1, $2])
union all
select token_type, token_value, null, null, reason
from shared
where reason is not null or token_type not in (
    select unnest([token_1, coalesce(token_2, token_1)]) from seeds.identity_rules where is_active
)
order by rule_id nulls last, value_type, group_value
"""


def _decisions(con: duckdb.DuckDBPyConnection, one: Profile, other: Profile) -> list[Decided]:
    """About the two; and unlinks between their two customers, which keep all of both apart."""
    rows = con.execute(
        f"""
        with named as (
            select *, list_sort([source_id_1 || ':' || source_record_id_1, source_id_2 || ':' || source_record_id_2])
                as profiles
            from identity.decisions
            where status != 'refused'
        )

        select decision, strftime(decided_at, '%Y-%m-%d'), decided_by, coalesce(reason, ''), status, profiles
        from named
        where profiles = list_sort([$1, $2])
            or (decision = '{UNLINK}' and $3 != $4 and list_sort([customer_id_1, customer_id_2]) = list_sort([$3, $4]))
        order by status = 'in force' desc, named.decided_at desc, decision_id
        limit 10
        """,
        [one.name, other.name, one.customer_id, other.customer_id],
    ).fetchall()
    return [Decided(*row) for row in rows]
