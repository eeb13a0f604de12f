"""Connected components: the same as following every edge by hand, in any order."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from orchestration.linkage.components import connected_components

NODES = 30
edge_lists = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=60)


def as_table(edges: list[tuple[int, int]]) -> pa.Table:
    return pa.table(
        {
            "node_1": pa.array([one for one, _ in edges], pa.int64()),
            "node_2": pa.array([other for _, other in edges], pa.int64()),
        }
    )


def by_hand(edges: list[tuple[int, int]]) -> list[int]:
    cluster = list(range(NODES))
    changed = True
    while changed:
        changed = False
        for one, other in edges:
            smallest = min(cluster[one], cluster[other])
            if cluster[one] != smallest or cluster[other] != smallest:
                cluster[one] = cluster[other] = smallest
                changed = True
    return cluster


@given(edge_lists, st.randoms(use_true_random=False))
def test_clusters_are_what_following_every_edge_gives(
    edges: list[tuple[int, int]], random: object
) -> None:
    result = connected_components(NODES, as_table(edges))
    assert result.column("node").to_pylist() == list(range(NODES))
    assert result.column("cluster").to_pylist() == by_hand(edges)
    random.shuffle(edges)  # type: ignore[attr-defined]
    assert connected_components(NODES, as_table(edges)).equals(result)


def test_a_long_chain_is_one_customer() -> None:
    edges = [(node, node + 1) for node in range(NODES - 1)]
    assert set(connected_components(NODES, as_table(edges)).column("cluster").to_pylist()) == {0}


def test_without_edges_everyone_is_alone() -> None:
    assert connected_components(3, as_table([])).column("cluster").to_pylist() == [0, 1, 2]
