"""Components of one list of edges, four ways, each in a process of its own and each from a DuckDB table to a DuckDB table.

    python -m benchmarks.peers.edges make|group|ours|identifiers|propagation|splink DATABASE [EDGES]

`make` writes the list: profiles of persons who have three on average, one in fifty edges leads to somebody else's. `group`
is the least that can be asked of a list: it is grouped once by its first end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.peers.work import tell, work
from orchestration import sql

_NODES_A_PERSON = 3
_SPARE = 2654435761  # Coprime with what follows: numbers of profiles tell nothing of who belongs together.


def make(con: duckdb.DuckDBPyConnection, edges: int) -> None:
    """Half as many profiles as edges; the same list every time."""
    nodes, persons = edges // 2, edges // 2 // _NODES_A_PERSON
    drawn = f"""
        select
            e, hash(e) % {nodes} as one,
            hash(e, 1) % {_NODES_A_PERSON} as which,
            case when hash(e, 2) % 50 = 0 then hash(e, 3) % {persons} end as stranger
        from range({edges}) as drawn (e)
    """
    one = f"cast((one * {_SPARE}) % {nodes} as bigint)"
    person = f"coalesce(stranger, least(one // {_NODES_A_PERSON}, {persons - 1}))"
    other = f"cast((({person} * {_NODES_A_PERSON} + which) * {_SPARE}) % {nodes} as bigint)"
    con.execute(
        f"create table edges as select {one} as node_1, {other} as node_2 from ({drawn})"
    ).fetchall()
    # The same as systems have it: who carries which value, one row an edge.
    con.execute(
        f"create table carried as select {one} as node, "
        f"'u' || {person} || '-' || which as identifier from ({drawn})"
    ).fetchall()
    con.execute(f"create table nodes as select range as node from range({nodes})").fetchall()


def group(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create temp table found as select node_1 as node, min(node_2) as component from edges group by node_1"
    ).fetchall()


def ours(con: duckdb.DuckDBPyConnection) -> None:
    _label(con, "select node_1, node_2 from edges")


def identifiers(con: duckdb.DuckDBPyConnection) -> None:
    """From texts: whoever carries a value is tied to the first who does."""
    _label(
        con,
        "select node as node_1, first as node_2 from carried "
        "inner join (select identifier, min(node) as first from carried group by 1) using (identifier) "
        "where node != first",
    )


def _label(con: duckdb.DuckDBPyConnection, edges: str) -> None:
    from orchestration.linkage.components import as_table, labels

    nodes = con.execute("select count(*) from nodes").fetchall()[0][0]
    ends = con.execute(edges).fetchnumpy()
    con.register("labelled", as_table(labels(nodes, ends["node_1"], ends["node_2"])))
    con.execute(
        "create temp table found as select node, cluster as component from labelled"
    ).fetchall()
    con.unregister("labelled")


def propagation(con: duckdb.DuckDBPyConnection) -> None:
    """Every profile takes the smallest number among its neighbours', and then what that one took, until none changes."""
    con.execute(
        "create or replace temp table ties as select node_1, node_2 from edges where node_1 != node_2 "
        "union select node_2, node_1 from edges where node_1 != node_2"
    ).fetchall()
    con.execute("create temp table found as select node, node as component from nodes").fetchall()
    is_changed = True
    while is_changed:
        con.execute(
            """
            create temp table taken as
            select ties.node_1 as node, min(found.component) as component
            from ties inner join found on ties.node_2 = found.node group by 1;

            create temp table nearer as
            select node, least(found.component, coalesce(taken.component, found.component)) as component
            from found left join taken using (node);

            create temp table next as
            select nearer.node, further.component
            from nearer inner join nearer as further on nearer.component = further.node;
            """
        ).fetchall()
        is_changed = con.execute(
            "select coalesce(bool_or(next.component != found.component), false) "
            "from next inner join found using (node)"
        ).fetchall()[0][0]
        con.execute(
            "drop table found; drop table taken; drop table nearer; alter table next rename to found"
        ).fetchall()


def splink(con: duckdb.DuckDBPyConnection) -> None:
    """Splink's own components, over the same list."""
    from splink import DuckDBAPI
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    api = DuckDBAPI(con)
    clusters = cluster_pairwise_predictions_at_threshold(
        api.register("nodes"),
        api.register("edges"),
        node_id_column_name="node",
        edge_id_column_name_left="node_1",
        edge_id_column_name_right="node_2",
        db_api=api,
    )
    con.execute(
        f"create temp table found as select node, min(cluster_id) over (partition by cluster_id) as component "
        f"from {clusters.physical_name}"
    ).fetchall()


WAYS: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {
    "group": group,
    "ours": ours,
    "identifiers": identifiers,
    "propagation": propagation,
    "splink": splink,
}


def main(way: str, database: Path, edges: int | None) -> None:
    """Do it one way, and tell what it took and a sum that is the same where the components are."""
    if edges is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(database)) as con:
            make(con, edges)
        return
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute(f"attach {sql.path(database)} as given (read_only)").fetchall()
        for table in ("edges", "nodes", "carried"):
            con.execute(f"create view {table} as from given.{table}").fetchall()
        if way in ("ours", "identifiers"):
            import orchestration.linkage.components  # noqa: F401  # Its import is no work.
        with work() as told:
            WAYS[way](con)
        told["components"], told["sum"] = con.execute(
            "select count(distinct component), cast(sum(hash(node, component) % 1000000) as bigint) from found"
        ).fetchall()[0]
        tell(told)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
