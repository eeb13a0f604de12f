"""Clusters that hold: average linkage inside each component, so that one wrong edge does not make two persons one.

Two groups are joined while the mean weight over all their pairs speaks for it: a pair of which nothing is known
counts nothing, a pair that disagrees counts against. Weights are clipped so that no single pair decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.linkage.average import trees
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
    members = np.argsort(component, kind="stable")
    names, starts, sizes = np.unique(component[members], return_index=True, return_counts=True)
    group = np.searchsorted(names, component[first])
    place = np.empty(nodes, dtype=np.int64)
    place[members] = np.arange(nodes) - np.repeat(starts, sizes)
    low, high = np.sort([place[first], place[second]], axis=0)
    found = _Refined(
        cluster=np.arange(nodes, dtype=np.int64),
        component=component,
        side=np.zeros(nodes, np.int64),
        join_weight=np.full(nodes, np.nan),
    )
    for size in np.unique(sizes[sizes > 1]):
        of_size = sizes == size
        row, edges = np.cumsum(of_size) - 1, of_size[group]
        of_groups = members[starts[of_size][:, None] + np.arange(size)]
        weights = np.full((len(of_groups), size, size), how.unknown)
        # Of several weights of one pair the last counts: a decision stands behind the evidence, an unlink behind a link.
        row, i, j = row[group[edges]], low[edges], high[edges]
        weights[row, i, j] = weight[edges]
        weights[row, j, i] = weight[edges]
        _cut(found, of_groups, weights, how.join_above)
    return found


def _cut(found: _Refined, groups: Ints, weights: Floats, join_above: float) -> None:
    """Tell of every group of one size, a row of nodes each, how it falls into clusters."""
    size = groups.shape[1]
    # Distances must not be negative: the most that agreement tells is distance 0.
    most = weights.max(axis=(1, 2))
    distance = most[:, None, None] - weights
    distance[:, np.arange(size), np.arange(size)] = 0
    tree = trees(distance)
    near = tree[:, :, 2] < (most - join_above)[:, None]
    label = np.tile(np.arange(size), (len(groups), 1))
    # Steps come in order of their distance.
    for step in range(size - 1):
        joined = np.flatnonzero(near[:, step])
        one, other = (tree[joined, step, side][:, None] == label[joined] for side in (0, 1))
        row, member = np.nonzero(one | other)
        first = (one | other).argmax(axis=1)
        nodes = groups[joined[row], member]
        label[joined[row], member] = size + step
        found.cluster[nodes] = groups[joined, first][row]
        found.side[nodes] = other[row, member]
        found.join_weight[nodes] = (most[joined] - tree[joined, step, 2])[row]
