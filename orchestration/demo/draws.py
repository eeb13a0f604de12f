"""Random numbers as pure functions of (seed, purpose, keys).

Belongs here: hashing, draws, bijections of whole numbers. Does not: anything about customers.
Because no draw depends on the draws before it, customers can be made in any portion and order and
every byte stays the same. Only exact arithmetic is used (no exp, log, sin), so results do not
depend on the processor either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)
FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
SECOND_FACTOR = np.uint64(0x94D049BB133111EB)


def mixed(words: Words) -> Words:
    """The finalising step of splitmix64: every input bit moves about half of the output bits."""
    words = (words ^ (words >> np.uint64(30))) * FIRST_FACTOR
    words = (words ^ (words >> np.uint64(27))) * SECOND_FACTOR
    return words ^ (words >> np.uint64(31))


def word_of(text: str) -> int:
    """A stable 64-bit number of a text (Python's own hash changes from process to process)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Dice:
    """All chance of one demo company."""

    seed: int

    def words(self, purpose: str, *keys: Ints) -> Words:
        """64 random bits for every combination of keys; the arrays run in parallel."""
        start = word_of(f"{self.seed}:{purpose}")
        state: Words = np.full(1, start, dtype=np.uint64)
        for key in keys:
            state = mixed((state + key.astype(np.uint64)) * GOLDEN_RATIO + GOLDEN_RATIO)
        return state

    def unit(self, purpose: str, *keys: Ints) -> Floats:
        """Uniform in [0, 1)."""
        bits = self.words(purpose, *keys) >> np.uint64(11)
        return bits.astype(np.float64) * (1.0 / (1 << 53))

    def below(self, bound: int | Ints, purpose: str, *keys: Ints) -> Ints:
        """Whole numbers from 0 to bound - 1."""
        return (self.unit(purpose, *keys) * bound).astype(np.int64)

    def between(self, low: int, high: int, purpose: str, *keys: Ints) -> Ints:
        """Whole numbers from low to high, both included."""
        return low + self.below(high - low + 1, purpose, *keys)

    def chance(self, probability: float | Floats, purpose: str, *keys: Ints) -> Bools:
        return self.unit(purpose, *keys) < probability

    def pick(self, weights: Sequence[float], purpose: str, *keys: Ints) -> Ints:
        """Positions in a list, drawn by weight."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        position = np.searchsorted(edges, self.unit(purpose, *keys) * edges[-1], side="right")
        drawn: Ints = np.minimum(position, len(weights) - 1).astype(np.int64)
        return drawn

    def count(self, mean: Floats, purpose: str, *keys: Ints) -> Ints:
        """Whole numbers with the given means: the whole part, and one more by chance."""
        return np.floor(mean + self.unit(purpose, *keys)).astype(np.int64)


def scrambled(numbers: Ints, bits: int, purpose: str) -> Ints:
    """A bijection of 0 .. 2**bits - 1: ids that look unordered and never collide."""
    mask = np.uint64((1 << bits) - 1)
    half = np.uint64(bits // 2)
    factor = np.uint64((word_of(purpose) | 1) & ((1 << bits) - 1))
    values = numbers.astype(np.uint64) & mask
    for _ in range(2):
        values = (values * factor + factor) & mask
        values = values ^ (values >> half)
    return values.astype(np.int64)


def power(base: Floats, exponent: int) -> Floats:
    """Whole powers by multiplication alone, which is exact on every machine."""
    result: Floats = np.ones_like(base)
    while exponent:
        if exponent & 1:
            result = result * base
        base = base * base
        exponent >>= 1
    return result


def expanded(counts: Ints) -> tuple[Ints, Ints]:
    """For counts [2, 0, 1]: the rows [0, 0, 2] and the position inside each row [0, 1, 0]."""
    rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = np.cumsum(counts) - counts
    return rows, np.arange(len(rows), dtype=np.int64) - starts[rows]
