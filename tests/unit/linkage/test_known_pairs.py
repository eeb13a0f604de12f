"""A run that scores only what is new finds the same as one that scores everything, pair by pair."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.linkage import candidates, frequencies, known_pairs
from orchestration.linkage.comparisons import feature_columns
from orchestration.linkage.matching import FREQUENCIES, match
from orchestration.linkage.model import Model
from tests.unit.linkage.identities import _LISTS, Person, features, hand_made_model

MODEL = hand_made_model()
SCHEMA = pa.schema(
    [("node", pa.int64()), ("party", pa.string()), ("names", pa.string())]
    + [(c, pa.list_(pa.string()) if c in _LISTS else pa.string()) for c in feature_columns()]
)

people = st.lists(
    st.fixed_dictionaries(
        {
            "given": st.sampled_from(["anna", "anne", "otto", "mary", None]),
            "family": st.sampled_from(["smith", "smyth", "wong", None]),
            "birth": st.sampled_from(["19800229", "19800228", None]),
            "email": st.sampled_from(["a@x.org", "b@x.org", "anna@y.org", None]),
            "phone": st.sampled_from(["+491511", "+491512", None]),
            "city": st.sampled_from(["ulm", "bonn", None]),
        }
    ),
    min_size=2,
    max_size=25,
)


def matched(
    population: Sequence[Person], known: Path | None, model: Model | None = MODEL
) -> tuple[list[tuple[object, ...]], int]:
    """The weighed pairs of a population, and how many had to be scored."""
    rows = [
        {"node": i, "party": "person"} | features(person) for i, person in enumerate(population)
    ]
    with duckdb.connect() as con:
        con.register("given_rows", pa.Table.from_pylist(rows, SCHEMA))
        con.execute("create table features as from given_rows")
        con.execute("create table rule_pairs (node_1 bigint, node_2 bigint)")
        con.execute(
            f"create table {FREQUENCIES} (column_name varchar, value_print ubigint, carriers bigint)"
        )
        found = match(con, "features", "rule_pairs", model, known)
        return con.execute(f"from {found.pairs} order by all").fetchall(), found.scored


@settings(deadline=None, max_examples=6)
@given(days=st.lists(people, min_size=2, max_size=2), cap=st.sampled_from([3, 20, 20_000]))
def test_only_what_is_new_is_scored_and_nothing_else_differs(
    days: list[list[Person]], cap: int
) -> None:
    # A low cap makes groups too large on one day and small enough on the next.
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "AT_LEAST", cap)
        patch.setattr(candidates, "RULES", dict.fromkeys(candidates.RULES, 0))
        for population in days:
            found, scored = matched(population, Path(folder))
            everything, at_most = matched(population, None)
            assert found == everything
            assert scored <= at_most
        assert matched(days[-1], Path(folder)) == (everything, 0)
        shuffled = days[-1][::-1]
        assert matched(shuffled, Path(folder))[1] == 0, "who comes first does not matter"


def test_one_new_profile_is_scored_against_the_rest_only(tmp_path: Path) -> None:
    rest = [{"given": f"a{i}", "family": "wong", "birth": "19800229"} for i in range(20)]
    _, all_pairs = matched(rest, tmp_path)
    assert all_pairs == 190
    one_more = {"given": "otto", "family": "wong", "birth": "19800229"}
    _, new_pairs = matched([*rest, one_more], tmp_path)
    assert new_pairs == 20


@pytest.mark.parametrize("profiles", [1, 3])
def test_profiles_that_tell_nothing_apart_are_not_weighed(profiles: int, tmp_path: Path) -> None:
    alike = [{"given": "anna", "email": "a@x.org"}] * profiles
    assert matched(alike, tmp_path, model=None) == ([], 0)


def test_many_pairs_are_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{"given": f"a{i % 3}", "family": "wong", "birth": "19800229"} for i in range(20)]
    at_once = matched(many, None)
    monkeypatch.setattr(known_pairs, "_AT_ONCE", 30)
    assert matched(many, None) == at_once


def test_another_model_scores_everything_anew(tmp_path: Path) -> None:
    rest = [{"given": "otto", "family": "wong", "birth": f"1980022{i}"} for i in range(5)]
    _, scored = matched(rest, tmp_path)
    assert scored == 10
    other = replace(MODEL, share_same=MODEL.share_same * 2)
    found, scored = matched(rest, tmp_path, other)
    assert scored == 10
    assert found == matched(rest, None, other)[0]
    assert len(list(tmp_path.glob("*.parquet"))) == 1, "what the old one weighed is put away"


def test_who_weighs_too_little_at_last_is_left_out_by_every_run(tmp_path: Path) -> None:
    namesakes = [{"given": "otto", "family": "wong", "birth": f"1980022{i}"} for i in (1, 8)]
    common = replace(MODEL, name_dependence=2.0**40)
    assert matched(namesakes, tmp_path) != ([], 1)
    assert matched(namesakes, tmp_path, common) == ([], 1)
    assert matched(namesakes, tmp_path, common) == ([], 0)


def test_what_cannot_be_read_is_scored_again(tmp_path: Path) -> None:
    rest = [{"given": "otto", "family": "wong", "birth": f"1980022{i}"} for i in range(5)]
    found, _ = matched(rest, tmp_path)
    [kept] = tmp_path.glob("*.parquet")
    kept.write_bytes(kept.read_bytes()[:100])
    assert matched(rest, tmp_path) == (found, 10)


def test_frequencies_stay_those_the_model_was_learned_with(tmp_path: Path) -> None:
    rows = [{"node": i, "party": "person"} | features({"city": "ulm"}) for i in range(4)]
    with duckdb.connect() as con:
        con.register("given_rows", pa.Table.from_pylist(rows, SCHEMA))
        frequencies.count(con, "given_rows", MODEL, FREQUENCIES)
        frequencies.save(con, FREQUENCIES, MODEL.frequencies(tmp_path))
        asked = frequencies.chances("given_rows", FREQUENCIES, MODEL, "city")
        [before] = con.execute(asked).fetchall()
        con.register("more", pa.Table.from_pylist([*rows, rows[0]], SCHEMA))
        kept = f"'{MODEL.frequencies(tmp_path)}'"
        [after] = con.execute(frequencies.chances("more", kept, MODEL, "city")).fetchall()
    assert before == after
