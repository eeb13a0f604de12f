"""Connected components in memory: what belongs together when edges are taken as they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components as label_components


def connected_components(nodes: int, edges: pa.Table) -> pa.Table:
    """`node, cluster` of every node 0…nodes-1; a cluster is named by its smallest node, whatever the edge order."""
    first = edges.column(0).to_numpy()
    second = edges.column(1).to_numpy()
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(nodes, nodes))
    count, labels = label_components(graph, directed=False)
    smallest = np.full(count, nodes, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(nodes, dtype=np.int64))
    return pa.table({"node": np.arange(nodes, dtype=np.int64), "cluster": smallest[labels]})
