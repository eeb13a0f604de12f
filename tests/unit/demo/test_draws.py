"""Chance as a pure function."""

from __future__ import annotations

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orchestration.demo.disguises import typing_error, unclean, wide
from orchestration.demo.draws import Dice, expanded, power, scrambled
from orchestration.demo.persons import mobile_number

NUMBERS = np.arange(5_000, dtype=np.int64)
# Written down once: another value would mean another company for every seed.
KNOWN_WORDS = [4658913645659858495, 9274972596048131330, 2721368073957055574]


def test_known_draws_never_change() -> None:
    keys = np.asarray([0, 1, 2], dtype=np.int64)
    assert Dice(7).words("purpose", keys).tolist() == KNOWN_WORDS


def test_draws_do_not_depend_on_their_neighbours() -> None:
    dice = Dice(3)
    whole = dice.unit("anything", NUMBERS, NUMBERS * 2)
    parts = [dice.unit("anything", part, part * 2) for part in np.array_split(NUMBERS, 7)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_purposes_and_seeds_are_independent() -> None:
    one, two = Dice(1).unit("a", NUMBERS), Dice(1).unit("b", NUMBERS)
    three = Dice(2).unit("a", NUMBERS)
    for other in (two, three):
        assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.05


def test_shares_come_out() -> None:
    dice = Dice(5)
    assert abs(float(dice.chance(0.3, "share", NUMBERS).mean()) - 0.3) < 0.03
    picked = np.bincount(dice.pick((1, 2, 7), "pick", NUMBERS), minlength=3) / len(NUMBERS)
    assert np.allclose(picked, (0.1, 0.2, 0.7), atol=0.03)
    assert abs(float(dice.count(np.full(5_000, 2.4), "count", NUMBERS).mean()) - 2.4) < 0.05


@given(st.integers(2, 16), st.text(min_size=1, max_size=5))
def test_scrambling_is_one_to_one(bits: int, purpose: str) -> None:
    every = np.arange(1 << bits, dtype=np.int64)
    assert sorted(scrambled(every, bits, purpose).tolist()) == every.tolist()


@given(st.lists(st.integers(0, 6), max_size=30))
def test_expansion_counts_within_rows(counts: list[int]) -> None:
    rows, inside = expanded(np.asarray(counts, dtype=np.int64))
    expected = [(row, i) for row, count in enumerate(counts) for i in range(count)]
    assert list(zip(rows.tolist(), inside.tolist(), strict=True)) == expected


@given(st.floats(0, 1.5), st.integers(0, 9))
def test_power_is_repeated_multiplication(base: float, exponent: int) -> None:
    assert np.isclose(float(power(np.asarray([base]), exponent)[0]), base**exponent)


@given(st.text(max_size=12), st.integers(0, 2**64 - 1))
def test_typing_error_is_one_slip(text: str, word: int) -> None:
    wrong = typing_error(text, word)
    assert abs(len(wrong) - len(text)) <= 1
    assert wrong[:1] == text[:1]


def test_phone_numbers_are_nobody_elses() -> None:
    index = np.arange(0, 1 << 24, 997, dtype=np.int64)
    for country in range(5):
        numbers = mobile_number(np.full(len(index), country, dtype=np.int64), index)
        assert numbers.n_unique() == len(index)
        assert numbers.str.len_chars().n_unique() == 1


def test_full_width_and_unclean_keep_what_can_be_read() -> None:
    assert unicodedata.normalize("NFKC", wide("+86 138-00", 0)) == "+86 138-00"
    for word in range(3):
        assert unclean("Chan", word).replace("\u200b", "").strip() == "Chan"
        assert unclean("Chan", word) != "Chan"
