"""What two registries differ by, in the words of people: customers new, gone, merged, split; records moved. Pure SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

LARGEST = 20
_EXAMPLES = 3

_PREPARE = """
create or replace temp table diff_before as
    select source_id, source_record_id, customer_id from {before} where valid_to is null;
create or replace temp table diff_after as
    select source_id, source_record_id, customer_id, rule_id, reason from {after} where valid_to is null;
create or replace temp table diff_both as
    select
        source_id,
        source_record_id,
        diff_before.customer_id as from_customer_id,
        diff_after.customer_id as to_customer_id,
        diff_after.rule_id,
        diff_after.reason
    from diff_before
    inner join diff_after using (source_id, source_record_id)
"""

_FIGURES = """
select
    (select count(*) from diff_after) as profiles,
    (select count(distinct customer_id) from diff_before) as customers_before,
    (select count(distinct customer_id) from diff_after) as customers_after,
    (select count(*) from (select customer_id from diff_after except select customer_id from diff_before))
        as customers_new,
    (select count(*) from (select customer_id from diff_before except select customer_id from diff_after))
        as customers_gone,
    (select count(*) from (
        select to_customer_id from diff_both group by 1 having count(distinct from_customer_id) > 1
    )) as customers_merged,
    (select count(*) from (
        select from_customer_id from diff_both group by 1 having count(distinct to_customer_id) > 1
    )) as customers_split,
    (select count(*) from diff_both where from_customer_id != to_customer_id) as records_moved
"""

_LARGEST = """
with sizes_before as (select customer_id, count(*) as profiles from diff_before group by 1),

sizes_after as (select customer_id, count(*) as profiles from diff_after group by 1),

flows as (
    select
        from_customer_id,
        to_customer_id,
        count(*) as records,
        list(source_id || ':' || source_record_id order by source_id, source_record_id)[:{examples}] as profiles,
        min(rule_id) as rule_id,
        min(reason) as reason
    from diff_both
    where from_customer_id != to_customer_id
    group by 1, 2
)

select
    case
        when to_customer_id not in (select customer_id from sizes_before) then 'split off'
        when from_customer_id not in (select customer_id from sizes_after) then 'merged'
        else 'moved'
    end as change,
    flows.records,
    flows.from_customer_id,
    flows.to_customer_id,
    sizes_before.profiles as size_before,
    sizes_after.profiles as size_after,
    flows.profiles,
    flows.rule_id,
    flows.reason
from flows
inner join sizes_before on flows.from_customer_id = sizes_before.customer_id
inner join sizes_after on flows.to_customer_id = sizes_after.customer_id
order by flows.records desc, size_after desc, flows.from_customer_id, flows.to_customer_id
limit {limit}
"""


def differences(
    con: duckdb.DuckDBPyConnection, before: str, after: str, truth: Path | None
) -> dict[str, Any]:
    """Figures and the largest changes; with a truth also how good either is."""
    for statement in _PREPARE.format(before=before, after=after).split(";"):
        con.execute(statement).fetchall()
    [figures] = _rows(con, _FIGURES)
    found: dict[str, Any] = {
        **figures,
        "largest_changes": _rows(con, _LARGEST.format(examples=_EXAMPLES, limit=LARGEST)),
    }
    if truth is not None:
        found["benchmark"] = _scores(con, truth)
    return found


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _scores(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, dict[str, float | None]]:
    from orchestration.linkage import benchmark, truth

    truth.read(con, folder)
    scores: dict[str, dict[str, float | None]] = {}
    for when in ("before", "after"):
        for figure in benchmark.against_truth(con, f"diff_{when}"):
            if figure.measure in ("precision", "recall", "f1"):
                scores.setdefault(figure.measure, {})[when] = figure.value
    return scores
