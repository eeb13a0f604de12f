"""Components that honour decisions: links always hold, and two profiles that were unlinked are never in one cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from orchestration.linkage.components import connected_components

Pair = tuple[int, int]


def decided_components(nodes: int, edges: pa.Table, links: pa.Table, unlinks: pa.Table) -> pa.Table:
    """`node, cluster` of every node; a cluster is named by its smallest node, whatever the edge order.

    `links` are in order of worth: where links and unlinks contradict each other, an unlink holds against every
    link, and of two links that cannot both hold the first does.
    """
    joined = pa.concat_tables([links.select([0, 1]), edges.select([0, 1])])
    whole = connected_components(nodes, joined)
    cluster = whole.column("cluster").to_numpy().copy()
    torn = {int(cluster[one]) for one, other in pairs(unlinks) if cluster[one] == cluster[other]}
    if not torn:
        return whole
    members = np.flatnonzero(np.isin(cluster, np.array(sorted(torn))))
    inside = set(members.tolist())
    parts = apart(
        inside,
        [pair for pair in pairs(links) if pair[0] in inside],
        sorted({pair for pair in pairs(edges) if pair[0] in inside}),
        [pair for pair in pairs(unlinks) if pair[0] in inside and pair[1] in inside],
    )
    for node, smallest in parts.items():
        cluster[node] = smallest
    return pa.table({"node": whole.column("node"), "cluster": cluster})


def pairs(table: pa.Table) -> list[Pair]:
    """The first two columns as pairs."""
    return list(zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True))


def apart(
    nodes: Iterable[int], links: Iterable[Pair], edges: Iterable[Pair], unlinks: Iterable[Pair]
) -> dict[int, int]:
    """Node → smallest node of its cluster, joined edge by edge, passing over those that would join what is unlinked."""
    parent = {node: node for node in nodes}
    hostile: defaultdict[int, set[int]] = defaultdict(set)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in unlinks:
        hostile[one].add(other)
        hostile[other].add(one)
    for one, other in [*links, *edges]:
        keep, gone = sorted((root(one), root(other)))
        if keep == gone or gone in hostile[keep]:
            continue
        parent[gone] = keep
        for enemy in hostile.pop(gone, set()):
            hostile[enemy].discard(gone)
            hostile[enemy].add(keep)
            hostile[keep].add(enemy)
    return {node: root(node) for node in parent}
