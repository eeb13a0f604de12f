"""Decisions hold against every other evidence, and what they do not touch stays as it was."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from orchestration.linkage.components import labels
from orchestration.linkage.decided import Pair
from orchestration.linkage.refinement import clusters as refined

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


def components(found: list[Pair]) -> list[int]:
    first, second = (np.array([pair[i] for pair in found], dtype=np.int64) for i in (0, 1))
    return [int(label) for label in labels(NODES, first, second)]


def clusters(edges: list[Pair], links: list[Pair], unlinks: list[Pair]) -> list[int]:
    evidence = table(edges).append_column("weight", pa.array([10.0] * len(edges), pa.float64()))
    found = refined(NODES, evidence, table(links), table(unlinks))
    assert found.column("node").to_pylist() == list(range(NODES))
    numbers: list[int] = found.column("cluster").to_pylist()
    return numbers


@given(pair_lists, few_pairs, few_pairs)
def test_unlinked_are_never_together_and_links_hold_where_they_can(
    edges: list[Pair], links: list[Pair], unlinks: list[Pair]
) -> None:
    cluster = clusters(edges, links, unlinks)
    assert all(cluster[one] != cluster[other] for one, other in unlinks)
    linked = components(links)
    if all(linked[one] != linked[other] for one, other in unlinks):
        assert all(cluster[one] == cluster[other] for one, other in links)


@given(pair_lists, few_pairs, few_pairs, st.randoms(use_true_random=False))
def test_edges_join_all_that_no_decision_parts_in_any_order(
    edges: list[Pair], links: list[Pair], unlinks: list[Pair], dice: random.Random
) -> None:
    cluster = clusters(edges, links, unlinks)
    whole = components([*edges, *links])
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
