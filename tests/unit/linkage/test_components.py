"""Connected components: the same as following every edge by hand, in any order."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orchestration.linkage.components import labels, split_labels

NODES = 30
Edges = list[tuple[int, int]]
edge_lists = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=60)


def components(edges: Edges, nodes: int = NODES) -> list[int]:
    first, second = (np.array([edge[i] for edge in edges], dtype=np.int64) for i in (0, 1))
    return [int(label) for label in labels(nodes, first, second)]


def by_hand(edges: Edges) -> list[int]:
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
def test_clusters_are_what_following_every_edge_gives(edges: Edges, dice: random.Random) -> None:
    found = components(edges)
    assert found == by_hand(edges)
    dice.shuffle(edges)
    assert components(edges) == found


def test_a_long_chain_is_one_component() -> None:
    assert set(components([(node, node + 1) for node in range(NODES - 1)])) == {0}


def test_without_edges_everyone_is_alone() -> None:
    assert components([], 3) == [0, 1, 2]


def test_a_component_that_is_too_large_falls_apart_at_its_weakest_edges() -> None:
    first = np.arange(9)
    weight = np.array([5.0, 5, 5, 1.5, 5, 5, 5, 5, 5])
    found = split_labels(10, first, first + 1, weight, low=0.5, largest=7)
    assert found.tolist() == [0, 0, 0, 0, 4, 4, 4, 4, 4, 4]
    assert set(split_labels(10, first, first + 1, weight, low=0.5, largest=10)) == {0}


def test_however_much_holds_a_component_together_it_falls_apart_at_once() -> None:
    # A step of one bit at a time would label all nodes a thousand million times.
    first = np.arange(9)
    weight = np.array([1e9, 1e9, 1e9, 999.5, 1e9, 1e9, 1e9, 1e9, 1e9])
    found = split_labels(10, first, first + 1, weight, low=0.5, largest=7)
    assert found.tolist() == [0, 0, 0, 0, 4, 4, 4, 4, 4, 4]
    torn = split_labels(10, first, first + 1, weight, low=0.5, largest=3)
    assert torn.tolist()[4:] == [4, 5, 6, 7, 8, 9]
