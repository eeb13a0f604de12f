"""What lies around two profiles: the links that join them, directly or over others, and their customers as wholes."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import duckdb

from orchestration.linkage.decisions import LINK
from orchestration.linkage.refinement import DEFAULT


class Step(NamedTuple):
    """One link on the way from one to the other."""

    profiles: tuple[str, str]
    explanation: str


class Around(NamedTuple):
    """The two customers as wholes: their sizes, the mean weight of their pairs, and the pair most against."""

    profiles: tuple[int, int]
    mean_weight: float
    most_against: tuple[str, str] | None
    least_weight: float | None


_LINKS = f"""
select links.source_id_1 || ':' || links.source_record_id_1, links.source_id_2 || ':' || links.source_record_id_2,
    links.explanation, links.probability, links.rule_id
from identity.links as links
inner join identity.crosswalk as crosswalk
    on links.source_id_1 = crosswalk.source_id and links.source_record_id_1 = crosswalk.source_record_id
where crosswalk.customer_id = $1
union all
select source_id_1 || ':' || source_record_id_1, source_id_2 || ':' || source_record_id_2,
    'Decided by ' || decided_by || coalesce(': ' || reason, ''), 1, 'decision'
from identity.decisions
where status = 'in force' and decision = '{LINK}' and customer_id_1 = $1
order by 4 desc, 5, 1, 2
"""


def ways(
    con: duckdb.DuckDBPyConnection, one: str, other: str, customer_id: str
) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    """What joins the two directly; else the fewest links that lead from one to the other."""
    direct: list[str] = []
    nearby: dict[str, list[tuple[str, str]]] = {}
    for left, right, explanation, *_ in con.execute(_LINKS, [customer_id]).fetchall():
        if {left, right} == {one, other}:
            direct.append(explanation)
        nearby.setdefault(left, []).append((right, explanation))
        nearby.setdefault(right, []).append((left, explanation))
    if direct:
        return tuple(direct), ()
    came: dict[str, tuple[str, str]] = {one: (one, "")}
    todo = deque([one])
    while todo and other not in came:
        here = todo.popleft()
        for there, explanation in nearby.get(here, []):
            if there not in came:
                came[there] = (here, explanation)
                todo.append(there)
    steps: list[Step] = []
    here = other
    while here in came and here != one:
        before, explanation = came[here]
        steps.append(Step((before, here), explanation))
        here = before
    return (), tuple(steps[::-1])


_AROUND = """
with members as (
    select int_profiles.node, crosswalk.customer_id, source_id || ':' || source_record_id as name
    from identity.int_profiles
    inner join identity.crosswalk as crosswalk using (source_id, source_record_id)
    where crosswalk.customer_id in ($1, $2)
),

pairs as (
    select one.name as name_1, other.name as name_2, evidence.weight
    from identity.int_evidence as evidence
    inner join members as one on evidence.node_1 = one.node
    inner join members as other on evidence.node_2 = other.node
    where one.customer_id != other.customer_id
)

select
    (select count(*) from members where customer_id = $1) as profiles_1,
    (select count(*) from members where customer_id = $2) as profiles_2,
    coalesce(sum(least(greatest(weight, $3), $4)), 0),
    arg_min([name_1, name_2], weight),
    min(weight)
from pairs
"""


def around(con: duckdb.DuckDBPyConnection, one: str, other: str) -> Around:
    """What all pairs of two customers say of their being one."""
    row: tuple[Any, ...] | None = con.execute(
        _AROUND, [one, other, DEFAULT.least, DEFAULT.most]
    ).fetchone()
    assert row is not None
    first, second, total, pair, least = row
    return Around((first, second), total / (first * second), tuple(pair) if pair else None, least)
