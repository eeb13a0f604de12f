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
    """`node, cluster` of every node, from `node_1, node_2, weight` and the pairs that stewards decided.

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
    return as_table(refine(nodes, first, second, weights, how))


def refine(
    nodes: int, first: Ints, second: Ints, weight: Floats, how: Refinement = DEFAULT
) -> Ints:
    """The cluster of every node, named by its smallest node. Edges may come in any order."""
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
    cluster = np.arange(nodes, dtype=np.int64)
    for start, end, edge_start, edge_end in zip(starts, ends, edge_starts, edge_ends, strict=True):
        size = end - start
        if size == 1:
            continue
        of_component = members[start:end]
        edges = slice(edge_start, edge_end)
        if size == 2:
            if weight[edges][-1] > how.join_above:
                cluster[of_component] = of_component.min()
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
        for part in _parts(tree, most - how.join_above):
            same = of_component[part]
            cluster[same] = same.min()
    return cluster


def _parts(tree: Floats, distance: float) -> Iterable[list[int]]:
    """The groups that are joined strictly below a distance: scipy's own cut checks more than it cuts."""
    parts = {place: [place] for place in range(len(tree) + 1)}
    # Steps come in order of their distance.
    for step in range(np.searchsorted(tree[:, 2], distance)):
        one, other = tree[step, :2].astype(int)
        parts[len(tree) + 1 + step] = parts.pop(one) + parts.pop(other)
    return parts.values()
