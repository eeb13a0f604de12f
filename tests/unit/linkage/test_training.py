"""What is learned without labels comes back from data made with known shares."""

import numpy as np
import pytest

from orchestration.linkage.training import learn

SAME = [np.array(s) for s in ([0.1, 0.2, 0.7], [0.05, 0.95], [0.2, 0.8], [0.3, 0.7], [0.2, 0.8])]
CHANCE = [
    np.array(s)
    for s in ([0.98, 0.015, 0.005], [0.99, 0.01], [0.999, 0.001], [0.98, 0.02], [0.97, 0.03])
]
# The last three are of the home, not of the person: relatives share them.
RELATIVES = [*CHANCE[:2], *(np.array(s) for s in ([0.05, 0.95], [0.1, 0.9], [0.3, 0.7]))]
PERSONAL = [True, True, False, False, False]
PROFILES = 20_000
ALL_PAIRS = PROFILES * (PROFILES - 1) / 2


def expected(shares: list[np.ndarray], pairs: float) -> np.ndarray:
    """How many of `pairs` pairs show each pattern of levels."""
    return pairs * np.einsum("i,j,k,l,m->ijklm", *shares).ravel()


@pytest.fixture(scope="module")
def candidates() -> tuple[np.ndarray, np.ndarray]:
    patterns = np.stack([i.ravel() for i in np.indices([len(s) for s in SAME])], axis=1)
    counts = expected(SAME, 8_000) + expected(RELATIVES, 5_000) + expected(CHANCE, ALL_PAIRS)
    # Candidates share something; the other strangers are never looked at.
    taken = (patterns[:, 0] == 2) | (patterns[:, 2] == 1) | (patterns[:, 3] == 1)
    return patterns[taken], counts[taken]


def test_shares_of_one_person_and_of_relatives_are_found(
    candidates: tuple[np.ndarray, np.ndarray],
) -> None:
    patterns, counts = candidates
    learned = learn(patterns, counts, CHANCE, PERSONAL, [1.0] * 5, ALL_PAIRS)
    assert learned.share_same * ALL_PAIRS == pytest.approx(8_000, rel=0.1)
    assert learned.share_relatives * ALL_PAIRS == pytest.approx(5_000, rel=0.2)
    for found, true in zip(learned.same, SAME, strict=True):
        assert found == pytest.approx(true, abs=0.05)
    # Strangers who share two things by chance are as many as relatives here, which blurs what these share.
    assert learned.relatives[2] == pytest.approx(RELATIVES[2], abs=0.2)


def test_a_missing_value_is_no_evidence(candidates: tuple[np.ndarray, np.ndarray]) -> None:
    patterns, counts = candidates
    empty = np.column_stack([patterns, np.full(len(patterns), -1)])
    with_empty = learn(
        empty,
        counts,
        [*CHANCE, np.array([0.5, 0.5])],
        [*PERSONAL, True],
        [1.0] * 5 + [0.0],
        ALL_PAIRS,
    )
    without = learn(patterns, counts, CHANCE, PERSONAL, [1.0] * 5, ALL_PAIRS)
    assert with_empty.share_same == pytest.approx(without.share_same, rel=1e-6)


def test_the_same_person_among_random_pairs_does_not_pass_for_chance(
    candidates: tuple[np.ndarray, np.ndarray],
) -> None:
    patterns, counts = candidates
    share = 8_000 / ALL_PAIRS
    seen = [c + share * (s - c) for c, s in zip(CHANCE, SAME, strict=True)]
    learned = learn(patterns, counts, seen, PERSONAL, [1.0] * 5, ALL_PAIRS)
    for found, true in zip(learned.chance, CHANCE, strict=True):
        assert found == pytest.approx(true, rel=0.05, abs=1e-5)
