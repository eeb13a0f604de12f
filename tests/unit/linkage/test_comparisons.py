"""What is asked before a dear distance changes nothing of what counts as few keystrokes apart."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.linkage.comparisons import _is_edit

# Few letters, one of two bytes, so that texts are often near one another.
texts = st.text(alphabet="ab1ü", min_size=1, max_size=9)


@settings(deadline=None, max_examples=150)
@given(
    pairs=st.lists(st.tuples(texts, texts), min_size=1, max_size=40), most=st.sampled_from([1, 2])
)
def test_few_keystrokes_apart_is_what_the_distance_says(
    pairs: list[tuple[str, str]], most: int
) -> None:
    with duckdb.connect() as con:
        con.execute("create table pairs (x_l varchar, x_r varchar)")
        con.executemany("insert into pairs values (?, ?)", pairs)
        wrong = con.execute(
            f"select x_l, x_r from pairs where ({_is_edit('x', most)}) != (damerau_levenshtein(x_l, x_r) <= {most})"
        ).fetchall()
    assert not wrong


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [
        ("4917012345", "4917012345", 1, True),
        ("4917012345", "4917012354", 1, True),
        ("4917012345", "491701234", 1, True),
        ("4917012345", "4917012399", 1, False),
        ("19850312", "98503121", 2, True),
        ("19850312", "19850543", 2, False),
    ],
)
def test_keystrokes_are_letters_more_less_others_and_in_changed_places(
    one: str, other: str, most: int, expected: bool
) -> None:
    with duckdb.connect() as con:
        found = con.execute(
            f"select {_is_edit('x', most)} from (select ? as x_l, ? as x_r)", [one, other]
        ).fetchone()
    assert found == (expected,)
