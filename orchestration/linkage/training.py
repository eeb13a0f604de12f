"""Learning, without labels, how much each degree of agreement tells: expectation–maximisation over counted patterns.

Three kinds of pairs are told apart: the same person, relatives (who share a surname, a home, a telephone, but not
what is a person's own), and strangers. Strangers are seen in random pairs; the other two are found among the
candidates. Pairs that are no candidates count as strangers, so the choice of candidates does not bend the result.
Prior knowledge (agreement is common within a person) counts like a hundred pairs and gives way to more.
Model: Fellegi and Sunter 1969; with a third class against dependence between fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PRIOR_PAIRS = 100.0
_LEAST = 1e-4
_LEAST_BY_CHANCE = 1e-6


@dataclass(frozen=True)
class Learned:
    """Shares of each level (index = its number, 0 is "different") per comparison, and of each kind of pair."""

    same: list[Floats]
    relatives: list[Floats]
    chance: list[Floats]
    share_same: float
    share_relatives: float
    # Per comparison: share of one person's pairs among all pairs in which both sides are known.
    density: list[float]


def learn(
    patterns: Ints,
    counts: Floats,
    random_shares: Sequence[Floats],
    is_personal: Sequence[bool],
    coverage: Sequence[float],
    all_pairs: float,
    rounds: int = 300,
) -> Learned:
    """Fit the model.

    patterns: one row per pattern of agreement, one column per comparison, -1 where a value is missing.
    is_personal: whether relatives agree on it only by chance.
    coverage: share of all pairs in which both sides of a comparison are known.
    """
    width = len(random_shares)
    same = [_prior(len(shares), equal=0.73, different=0.12) for shares in random_shares]
    relatives = [_prior(len(shares), equal=0.55, different=0.25) for shares in random_shares]
    prior_same, prior_relatives = [m.copy() for m in same], [m.copy() for m in relatives]
    chance = [np.maximum(shares, _LEAST_BY_CHANCE) for shares in random_shares]
    share_same = 0.1 * counts.sum() / all_pairs
    share_relatives = 0.05 * counts.sum() / all_pairs
    density = [0.0] * width
    for _ in range(rounds):
        for k in range(width):
            if is_personal[k]:
                relatives[k] = chance[k]
        logs = np.stack(
            [
                np.log(share_same) + _log(patterns, same),
                np.log(share_relatives) + _log(patterns, relatives),
                np.log(max(1 - share_same - share_relatives, 1e-9)) + _log(patterns, chance),
            ]
        )
        logs -= logs.max(axis=0)
        weights = np.exp(logs)
        weights = weights / weights.sum(axis=0) * counts
        before, share_same = share_same, max(weights[0].sum() / all_pairs, 1e-12)
        share_relatives = max(weights[1].sum() / all_pairs, 1e-12)
        for k in range(width):
            same[k] = _shares(patterns[:, k], weights[0], prior_same[k])
            if not is_personal[k]:
                relatives[k] = _shares(patterns[:, k], weights[1], prior_relatives[k])
            # Random pairs hold a few that are the same person: in small data they would pass for chance.
            known = weights[0][patterns[:, k] >= 0].sum()
            density[k] = float(min(0.5, known / max(coverage[k] * all_pairs, 1.0)))
            free = random_shares[k] - density[k] * same[k]
            chance[k] = _normal(
                np.maximum(free, np.maximum(_LEAST_BY_CHANCE, 0.02 * random_shares[k]))
            )
        if abs(np.log(share_same / before)) < 1e-6:
            break
    return Learned(same, relatives, chance, share_same, share_relatives, density)


def _prior(levels: int, equal: float, different: float) -> Floats:
    prior = np.full(levels, (1 - equal - different) / max(1, levels - 2))
    prior[-1], prior[0] = equal, different
    return _normal(prior)


def _normal(shares: Floats) -> Floats:
    result: Floats = shares / shares.sum()
    return result


def _log(patterns: Ints, shares: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns))
    for k, of_level in enumerate(shares):
        level = patterns[:, k]
        total += np.where(level >= 0, np.log(of_level)[np.maximum(level, 0)], 0.0)
    return total


def _shares(level: Ints, weights: Floats, prior: Floats) -> Floats:
    known = level >= 0
    counted = np.bincount(level[known], weights=weights[known], minlength=len(prior))
    return _normal(np.maximum(_normal(counted + _PRIOR_PAIRS * prior), _LEAST))
