"""Clusters that hold: average linkage inside each component, so that one wrong edge does not make two persons one.

Two groups are joined while the mean weight over all their pairs speaks for it: a pair of which nothing is known
counts nothing, a pair that disagrees counts against. Weights are clipped so that no single pair decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from orchestration.linkage.components import Floats, Ints, as_table, split_labels
from orchestration.linkage.decided import joined_pairs, pairs


@dataclass(frozen=True)
class Refinement:
    """How components are refined; weights in bits."""

    low_weight: float = 0.01
    least: float = -2.0
    most: float = 15.0
    unknown: float = 0.0
    join_above: float = 0.0
    largest_component: int = 300


DEFAULT = Refinement()


# A decision outweighs whatever else is known of any group of profiles.
_DECIDED = 1e9


def clusters(
    nodes: int,
    evidence: pa.Table,
    links: pa.Table,
    unlinks: pa.Table,
    how: Refinement = DEFAULT,
) -> pa.Table:
    """`node, cluster` of every node, and how firm that is, from `node_1, node_2, weight` and the pairs that stewards decided.

    An unlink holds against every link, and both hold against the evidence.
    """
    ordered = evidence.sort_by([("node_1", "ascending"), ("node_2", "ascending")])
    parts = [tuple(ordered.column(i).to_numpy() for i in range(3))]
    for decided, weight in (
        (joined_pairs(links, unlinks), _DECIDED),
        (pairs(unlinks), -1000 * _DECIDED),
    ):
        if decided:
            one, other = np.array(decided, dtype=np.int64).T
            parts.append((one, other, np.full(len(decided), weight)))
    first, second, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    refined = _refine(nodes, first, second, weights, how)
    return (
        as_table(refined.cluster)
        .append_column("component", pa.array(refined.component))
        .append_column("side", pa.array(refined.side))
        .append_column("join_weight", pa.array(refined.join_weight, from_pandas=True))
    )


@dataclass(frozen=True)
class _Refined:
    """Of every node: its cluster, named by the smallest node; the component it was drawn in; the last join that made it.

    A join has two sides, 0 and 1, and a weight: the mean over all pairs across. There is none where a node is alone.
    """

    cluster: Ints
    component: Ints
    side: Ints
    join_weight: Floats


def _refine(nodes: int, first: Ints, second: Ints, weight: Floats, how: Refinement) -> _Refined:
    """Edges may come in any order."""
    component = split_labels(nodes, first, second, weight, how.low_weight, how.largest_component)
    inside = component[first] == component[second]
    first, second = first[inside], second[inside]
    weight = weight[inside]
    weight = np.where(np.abs(weight) < _DECIDED, np.clip(weight, how.least, how.most), weight)
    order = np.argsort(component[first], kind="stable")
    first, second, weight = first[order], second[order], weight[order]
    members = np.argsort(component, kind="stable")
    names, starts = np.unique(component[members], return_index=True)
    ends = np.append(starts[1:], nodes)
    place = np.empty(nodes, dtype=np.int64)
    place[members] = np.arange(nodes)
    edge_starts = np.searchsorted(component[first], names)
    edge_ends = np.searchsorted(component[first], names, side="right")
    found = _Refined(
        cluster=np.arange(nodes, dtype=np.int64),
        component=component,
        side=np.zeros(nodes, np.int64),
        join_weight=np.full(nodes, np.nan),
    )
    for start, end, edge_start, edge_end in zip(starts, ends, edge_starts, edge_ends, strict=True):
        size = end - start
        if size == 1:
            continue
        of_component = members[start:end]
        edges = slice(edge_start, edge_end)
        if size == 2:
            joined = weight[edges][-1]
            if joined > how.join_above:
                found.cluster[of_component] = of_component.min()
                found.side[of_component[1]] = 1
                found.join_weight[of_component] = joined
            continue
        matrix = np.full((size, size), how.unknown)
        i, j = place[first[edges]] - start, place[second[edges]] - start
        # Of several weights of one pair the last counts: a decision stands behind the evidence, an unlink behind a link.
        matrix[i, j] = weight[edges]
        matrix[j, i] = weight[edges]
        # Distances must not be negative: the most that agreement tells is distance 0.
        most = matrix.max()
        distance = most - matrix
        np.fill_diagonal(distance, 0)
        tree = linkage(squareform(distance, checks=False), "average")
        for one, other, step in _parts(tree, most - how.join_above):
            same = of_component[one + other]
            found.cluster[same] = same.min()
            found.side[of_component[other]] = 1
            found.join_weight[same] = most - tree[step, 2]
    return found


def _parts(tree: Floats, distance: float) -> Iterable[tuple[list[int], list[int], int]]:
    """The groups joined strictly below a distance: both sides of the last join, and its place in the tree.

    scipy's own cut checks more than it cuts.
    """
    nodes = len(tree) + 1
    members = {place: [place] for place in range(nodes)}
    joins: dict[int, tuple[list[int], list[int], int]] = {}
    # Steps come in order of their distance.
    for step in range(np.searchsorted(tree[:, 2], distance)):
        one, other = tree[step, :2].astype(int)
        joins.pop(one, None)
        joins.pop(other, None)
        joins[nodes + step] = (members.pop(one), members.pop(other), step)
        members[nodes + step] = joins[nodes + step][0] + joins[nodes + step][1]
    return joins.values()
