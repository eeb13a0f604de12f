"""Households: whoever hangs together lives together, unless it is too many."""

from __future__ import annotations

import pyarrow as pa

from orchestration.linkage.households import households

Pair = tuple[str, str, float]


def lived(pairs: list[Pair], max_members: int = 4) -> dict[str, str]:
    one, other, confidence = zip(*pairs, strict=True) if pairs else ((), (), ())
    table = pa.table(
        {
            "customer_id_1": pa.array(one, pa.string()),
            "customer_id_2": pa.array(other, pa.string()),
            "confidence": pa.array(confidence, pa.float64()),
        }
    )
    found = households(table, max_members)
    return dict(
        zip(
            found.column("customer_id").to_pylist(),
            found.column("first_customer_id").to_pylist(),
            strict=True,
        )
    )


def test_pairs_that_hang_together_are_one_household() -> None:
    pairs = [("c", "d", 0.8), ("b", "c", 0.8), ("x", "y", 0.8)]
    expected = {"b": "b", "c": "b", "d": "b", "x": "x", "y": "x"}
    assert lived(pairs) == lived(pairs[::-1]) == expected


def test_too_many_are_taken_apart_at_their_weaker_pairs() -> None:
    pairs = [("a", "b", 0.95), ("b", "c", 0.8), ("c", "d", 0.95), ("d", "e", 0.8)]
    assert lived(pairs) == {"a": "a", "b": "a", "c": "c", "d": "c"}


def test_too_many_that_nothing_takes_apart_are_none() -> None:
    assert (
        lived([(first, second, 1.0) for first, second in zip("abcde", "bcdef", strict=True)]) == {}
    )


def test_nobody_is_nobody() -> None:
    assert lived([]) == {}
