"""Clusters hold by all that speaks for and against them, not by one edge."""

import numpy as np
import pyarrow as pa

from orchestration.linkage.refinement import clusters

NOBODY = pa.table({"node_1": pa.array([], pa.int64()), "node_2": pa.array([], pa.int64())})


def refined(nodes: int, *evidence: tuple[int, int, float]) -> list[int]:
    columns = list(zip(*evidence, strict=True)) or [[], [], []]
    table = pa.table(
        {
            "node_1": pa.array(columns[0], pa.int64()),
            "node_2": pa.array(columns[1], pa.int64()),
            "weight": pa.array(columns[2], pa.float64()),
        }
    )
    found: list[int] = clusters(nodes, table, NOBODY, NOBODY).column("cluster").to_pylist()
    return found


def test_one_weak_bridge_does_not_join_two_groups_that_disagree() -> None:
    inside = [(0, 1, 9.0), (0, 2, 9.0), (1, 2, 9.0), (3, 4, 9.0), (3, 5, 9.0), (4, 5, 9.0)]
    across = [(one, other, -8.0) for one in (0, 1, 2) for other in (3, 4, 5)]
    bridged = [(one, other, 3.0 if (one, other) == (2, 3) else w) for one, other, w in across]
    assert refined(6, *inside, *bridged) == [0, 0, 0, 3, 3, 3]


def test_a_bridge_joins_groups_of_which_nothing_else_is_known() -> None:
    assert refined(4, (0, 1, 9.0), (1, 2, 3.0), (2, 3, 9.0)) == [0, 0, 0, 0]


def test_a_pair_without_evidence_stays_two() -> None:
    assert refined(2, (0, 1, 0.0)) == [0, 1]
    assert refined(2, (0, 1, 0.5)) == [0, 0]


def test_the_order_of_the_evidence_does_not_matter() -> None:
    dice = np.random.default_rng(3)
    pairs = [(i, j) for i in range(12) for j in range(i + 1, 12)]
    evidence = [(i, j, float(w)) for (i, j), w in zip(pairs, dice.normal(0, 6, 66), strict=True)]
    found = refined(12, *evidence)
    for _ in range(5):
        dice.shuffle(evidence)
        assert refined(12, *[(int(i), int(j), w) for i, j, w in evidence]) == found
