"""Decisions of stewards made consistent: which profiles they join, where links and unlinks contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa

Pair = tuple[int, int]


def joined_pairs(links: pa.Table, unlinks: pa.Table) -> list[Pair]:
    """Pairs that must be one: each linked profile with the first of its group.

    `links` are in order of worth: an unlink holds against every link, and of two links that cannot both hold the
    first does.
    """
    linked, unlinked = pairs(links), pairs(unlinks)
    nodes = {node for pair in linked for node in pair}
    hostile = [pair for pair in unlinked if pair[0] in nodes and pair[1] in nodes]
    groups = apart(nodes, linked, hostile)
    return [(first, node) for node, first in sorted(groups.items()) if node != first]


def pairs(table: pa.Table) -> list[Pair]:
    """The first two columns as pairs."""
    return list(zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True))


def apart(nodes: Iterable[int], links: Iterable[Pair], unlinks: Iterable[Pair]) -> dict[int, int]:
    """Node → smallest node of its group, joined link by link, passing over those that would join what is unlinked."""
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
    for one, other in links:
        keep, gone = sorted((root(one), root(other)))
        if keep == gone or gone in hostile[keep]:
            continue
        parent[gone] = keep
        for enemy in hostile.pop(gone, set()):
            hostile[enemy].discard(gone)
            hostile[enemy].add(keep)
            hostile[keep].add(enemy)
    return {node: root(node) for node in parent}
