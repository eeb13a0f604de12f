"""Which pairs are looked at: profiles that share one of several combinations of values, counted before they are joined.

A value that too many share tells little and costs much: each rule takes its smallest groups first, as far as its
share of the pairs goes. What one rule leaves out another, narrower one mostly finds.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

# From narrow to wide. Each is a set of SQL expressions over the features that must all be equal, and how many pairs it may
# take for each profile that has them all. What many strangers have in common (a town, a year, a mailbox's name) finds hardly
# anybody whom nothing else does; a whole name that few bear finds who changed all the rest.
RULES: dict[tuple[str, ...], float] = {
    ("national_id",): 10,
    ("organization",): 10,
    ("email",): 3,
    ("phone",): 10,
    ("email_name",): 3,
    ("birth", "given"): 10,
    ("birth", "family"): 10,
    ("birth",): 1,
    ("names",): 2,
    ("given", "birth_year"): 0.5,
    ("family", "birth_year"): 0.5,
    ("birth_day", "given"): 1,
    ("birth_day", "family"): 1,
    ("postal", "given"): 2,
    ("postal", "family"): 2,
    ("postal", "birth_year"): 1,
    ("birth_day", "postal"): 2,
    ("birth_day", "city"): 0.5,
    ("birth_year", "city", "gender"): 0.5,
    ("given", "city"): 0.5,
    ("family", "city"): 0.5,
    ("address",): 2,
    ("address[1:8]", "given[1]"): 1,
    ("given[1:3]", "family[1:3]", "region"): 1,
    ("family[1:4]", "given[1:2]"): 1,
    ("phone[-7:]", "given[1]"): 2,
    ("rare_domain", "email_name[1:3]"): 1,
}

# Where there are few profiles, each rule may take so many pairs: weighing them takes no time.
AT_LEAST = 100_000


@dataclass(frozen=True)
class Blocked:
    """What one rule gave: pairs taken, pairs left out because their groups were too large, the largest group taken."""

    rule: str
    pairs: int
    pairs_left_out: int
    largest_group: int


def block(con: duckdb.DuckDBPyConnection, features: str, also: str, into: str) -> list[Blocked]:
    """Fill table `into` (`join_key_l`, `join_key_r`, each pair once) and tell what each rule gave.

    Pairs of table `also` (node_1, node_2), which are none of the rules' choice, are added.
    """
    report, selects = [], []
    for position, (rule, pairs_per_profile) in enumerate(RULES.items()):
        keys = ", ".join(rule)
        filled = " and ".join(f"{key} is not null and {key} != ''" for key in rule)
        sizes = con.execute(
            f"select n, count(*), count(*) * n * (n - 1) // 2 from (select count(*) as n from {features} "
            f"where {filled} group by {keys}, party) group by n order by n"
        ).fetchall()
        budget = max(AT_LEAST, pairs_per_profile * sum(size * groups for size, groups, _ in sizes))
        taken, largest, total = 0, 0, sum(pairs for _, _, pairs in sizes)
        for size, _, pairs in sizes:
            if taken + pairs > budget:
                break
            taken, largest = taken + pairs, size
        report.append(Blocked(" + ".join(rule), taken, total - taken, largest))
        if largest < 2:
            continue
        con.execute(
            f"create or replace temp table block_{position} as select list(node order by node) as nodes "
            f"from {features} where {filled} group by {keys}, party having count(*) between 2 and {largest}"
        )
        selects.append(f"select nodes from block_{position}")
    groups = " union ".join(selects) or "select []::bigint[] as nodes where false"
    con.execute(
        f"create or replace temp table {into} as with groups as ({groups}), "
        "firsts as (select nodes, unnest(range(1, len(nodes))) as i from groups), "
        "pairs as (select nodes[i] as join_key_l, unnest(nodes[i + 1:]) as join_key_r from firsts) "
        f"select distinct join_key_l, join_key_r from (from pairs union all select node_1, node_2 from {also})"
    )
    for position in range(len(RULES)):
        con.execute(f"drop table if exists block_{position}")
    return report


def sample(con: duckdb.DuckDBPyConnection, features: str, into: str, pairs: int) -> None:
    """Fill table `into` with about `pairs` pairs of random profiles, every profile in as many as the others."""
    profiles = count(con, f"select count(*) from {features}")
    group = max(2, min(profiles, round(2 * pairs / max(1, profiles)) + 1))
    con.execute(
        f"create or replace temp table {into} as with shuffled as (select node, "
        f"(row_number() over (order by hash(node + 7919), node) - 1) // {group} as sample_group from {features}) "
        "select l.node as join_key_l, r.node as join_key_r from shuffled as l "
        "inner join shuffled as r on l.sample_group = r.sample_group and l.node < r.node"
    )


def within(con: duckdb.DuckDBPyConnection, clusters: str, largest: int, into: str) -> None:
    """Fill table `into` with every pair of profiles inside one component of 3 to `largest` profiles."""
    con.execute(
        f"create or replace temp table {into} as with groups as (select list(node order by node) as nodes "
        f"from {clusters} group by cluster having count(*) between 3 and {largest}), "
        "firsts as (select nodes, unnest(range(1, len(nodes))) as i from groups) "
        "select nodes[i] as join_key_l, unnest(nodes[i + 1:]) as join_key_r from firsts"
    )


def count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one whole number that a query gives."""
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
