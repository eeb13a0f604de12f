"""Connected components in memory: what belongs together when edges are taken as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components as label_components

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def labels(nodes: int, first: Ints, second: Ints) -> Ints:
    """The component of every node 0…nodes-1, named by its smallest node, whatever the order of the edges."""
    # Half as wide where they fit: what counts is how much memory is walked through.
    narrow = np.int32 if nodes <= np.iinfo(np.int32).max else np.int64
    ends = (first.astype(narrow), second.astype(narrow))
    graph = coo_array((np.ones(len(first), dtype=np.int8), ends), shape=(nodes, nodes))
    count, found = label_components(graph, directed=False)
    smallest = np.full(count, nodes, dtype=np.int64)
    np.minimum.at(smallest, found, np.arange(nodes, dtype=np.int64))
    return np.asarray(smallest[found], dtype=np.int64)


def split_labels(
    nodes: int, first: Ints, second: Ints, weight: Floats, low: float, largest: int
) -> Ints:
    """Components over edges of at least `low`; those above `largest` nodes are drawn again at higher weights."""
    taken = weight >= low
    found = labels(nodes, first[taken], second[taken])
    threshold = low
    while True:
        sizes = np.bincount(found, minlength=nodes)
        is_large = sizes[found] > largest
        inner = taken & (found[first] == found[second])
        held_by = weight[inner & is_large[first]]
        if not len(held_by):
            return found
        # As many steps of one bit as it takes to lose an edge: weights may be a thousand, or a steward's word.
        threshold += max(1.0, np.floor(held_by.min() - threshold) + 1)
        taken = inner & (~is_large[first] | (weight >= threshold))
        found = labels(nodes, first[taken], second[taken])


def split_components(
    nodes: int, first: Ints, second: Ints, weight: Floats, low: float, largest: int
) -> pa.Table:
    """The same as a table `node, cluster`."""
    return as_table(split_labels(nodes, first, second, weight, low, largest))


def as_table(cluster: Any) -> pa.Table:
    return pa.table({"node": np.arange(len(cluster), dtype=np.int64), "cluster": cluster})
