"""Groups linked all at once are linked as scipy links each of them, also where several are equally near."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from orchestration.linkage.average import trees


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 10), st.integers(0, 20), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_trees_are_those_of_scipy(size: int, groups: int, values: int, seed: int) -> None:
    """Distances of few different values are often equal."""
    dice = np.random.default_rng(seed)
    upper = np.triu(dice.integers(0, values, (groups, size, size)) / 8, 1)
    distance = upper + upper.transpose(0, 2, 1)
    found = trees(distance)
    for of_group, tree in zip(distance, found, strict=True):
        asked = linkage(squareform(of_group, checks=False), "average")
        assert np.array_equal(tree, asked[:, :3])
