"""Average linkage of many groups of one size at once: trees as scipy's `linkage` gives them, tie for tie.

Most groups are of few profiles, and what scipy checks before it links three of them takes longer than linking them.
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from orchestration.linkage.components import Floats, Ints

# Of larger groups there are few, and each is work enough for scipy.
_SMALL = 8


def trees(distance: Floats) -> Floats:
    """The joins of each group, the nearest first: both sides (as scipy numbers them) and how far apart they were.

    `distance` has a square for each group, with 0 from each member to itself.
    """
    groups, size, _ = distance.shape
    if size > _SMALL:
        found = [linkage(squareform(d, checks=False), "average")[:, :3] for d in distance]
        return np.stack(found) if found else np.empty((0, size - 1, 3))
    joins = _chained(distance)
    order = np.argsort(joins[:, :, 2], axis=1, kind="stable")
    joins = np.take_along_axis(joins, order[:, :, None], axis=1)
    every, label = np.arange(groups), np.tile(np.arange(size), (groups, 1))
    for step in range(size - 1):
        sides = label[every[:, None], joins[:, step, :2].astype(np.int64)]
        joins[:, step, :2] = np.sort(sides, axis=1)
        label[(label == sides[:, :1]) | (label == sides[:, 1:])] = size + step
    return joins


def _chained(distance: Floats) -> Floats:
    """Joins by chains of nearest neighbours, a step of every group at a time: each side named by its last member.

    A chain goes from a group's first member to the nearest, from there to the nearest, and so on, until two are nearest
    to each other; these are joined, and the chain goes on from what it came from. Of equally near ones the one that the
    chain came from goes first, then the first.
    """
    groups, size, _ = distance.shape
    far, weight = distance.copy(), np.ones((groups, size))
    far[:, np.arange(size), np.arange(size)] = np.inf
    chain, length = np.zeros((groups, size + 1), np.int64), np.zeros(groups, np.int64)
    joins, joined = np.zeros((groups, size - 1, 3)), np.zeros(groups, np.int64)
    at = np.arange(groups)
    while len(at):
        new = at[length[at] == 0]
        chain[new, 0] = (weight[new] > 0).argmax(axis=1)
        length[new] = 1
        end = chain[at, length[at] - 1]
        reach: Floats = np.where(weight[at] > 0, far[at, end], np.inf)
        nearest: Ints = reach.argmin(axis=1)
        # Where the chain has but its beginning, that is no neighbour of itself: it is infinitely far.
        before = chain[at, np.maximum(length[at] - 2, 0)]
        rows = np.arange(len(at))
        is_mutual = (length[at] > 1) & (reach[rows, before] <= reach[rows, nearest])
        onward = at[~is_mutual]
        chain[onward, length[onward]] = nearest[~is_mutual]
        length[onward] += 1
        done = at[is_mutual]
        apart = reach[rows, before][is_mutual]
        low = np.minimum(end, before)[is_mutual]
        high = np.maximum(end, before)[is_mutual]
        joins[done, joined[done]] = np.stack([low, high, apart], axis=1)
        of_low, of_high = weight[done, low][:, None], weight[done, high][:, None]
        mean = (of_low * far[done, low] + of_high * far[done, high]) / (of_low + of_high)
        far[done, high] = mean
        far[done, :, high] = mean
        weight[done, high] += weight[done, low]
        weight[done, low] = 0
        length[done] -= 2
        joined[done] += 1
        at = at[joined[at] < size - 1]
    return joins
