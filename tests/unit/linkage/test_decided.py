"""Decisions hold against every other evidence, and what they do not touch stays as it was."""

from __future__ import annotations

import random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from orchestration.linkage.components import connected_components
from orchestration.linkage.decided import Pair, decided_components

NODES = 14
pair = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(
    lambda found: found[0] < found[1]
)
pair_lists = st.lists(pair, max_size=25)
few_pairs = st.lists(pair, max_size=5, unique=True)


def table(pairs: list[Pair]) -> pa.Table:
    return pa.table(
        {
            "node_1": pa.array([one for one, _ in pairs], pa.int64()),
            "node_2": pa.array([other for _, other in pairs], pa.int64()),
        }
    )


def clusters(edges: list[Pair], links: list[Pair], unlinks: list[Pair]) -> list[int]:
    found = decided_components(NODES, table(edges), table(links), table(unlinks))
    assert found.column("node").to_pylist() == list(range(NODES))
    numbers: list[int] = found.column("cluster").to_pylist()
    return numbers


@given(pair_lists, few_pairs, few_pairs)
def test_unlinked_are_never_together_and_links_hold_where_they_can(
    edges: list[Pair], links: list[Pair], unlinks: list[Pair]
) -> None:
    cluster = clusters(edges, links, unlinks)
    assert all(cluster[one] != cluster[other] for one, other in unlinks)
    linked = connected_components(NODES, table(links)).column("cluster").to_pylist()
    if all(linked[one] != linked[other] for one, other in unlinks):
        assert all(cluster[one] == cluster[other] for one, other in links)


@given(pair_lists, few_pairs, few_pairs, st.randoms(use_true_random=False))
def test_edges_join_all_that_no_decision_parts_in_any_order(
    edges: list[Pair], links: list[Pair], unlinks: list[Pair], dice: random.Random
) -> None:
    cluster = clusters(edges, links, unlinks)
    whole = connected_components(NODES, table([*edges, *links])).column("cluster").to_pylist()
    torn = {whole[one] for one, other in unlinks if whole[one] == whole[other]}
    for node in range(NODES):
        assert cluster[node] == min(n for n in range(NODES) if cluster[n] == cluster[node])
        if whole[node] not in torn:
            assert cluster[node] == whole[node]
    # No edge is left out without need: its two sides hold profiles that were unlinked.
    for one, other in edges:
        if cluster[one] != cluster[other]:
            sides = {cluster[one], cluster[other]}
            assert any({cluster[a], cluster[b]} == sides for a, b in unlinks)
    dice.shuffle(edges)
    dice.shuffle(unlinks)
    assert clusters(edges, links, unlinks) == cluster
