"""Identity figures: the same as counting every pair by hand, and clear words where a truth cannot be used."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import UsageError
from orchestration.linkage import benchmark, card, truth

Record = tuple[str, str]
# Who each of up to a dozen records is, and which customer it became.
labelled = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["c1", "c2", "c3", "c4"])),
    min_size=1,
    max_size=12,
)


def warehouse(records: list[Record]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute("create table truth (source_id varchar, source_record_id varchar, label varchar)")
    con.execute("create schema identity")
    con.execute(
        "create table identity.crosswalk "
        "(source_id varchar, source_record_id varchar, customer_id varchar)"
    )
    for number, (person, customer) in enumerate(records):
        con.execute("insert into truth values ('s', ?, ?)", [str(number), person])
        con.execute("insert into identity.crosswalk values ('s', ?, ?)", [str(number), customer])
    return con


def values(figures: list[benchmark.Figure]) -> dict[str, float | None]:
    return {figure.measure: figure.value for figure in figures}


@given(labelled)
def test_pairs_from_group_sizes_are_the_pairs_counted_one_by_one(records: list[Record]) -> None:
    found = values(benchmark.against_truth(warehouse(records)))
    pairs = list(combinations(records, 2))
    right = sum(one == other for one, other in pairs)
    made = sum(one[1] == other[1] for one, other in pairs)
    true = sum(one[0] == other[0] for one, other in pairs)
    assert (found["pairs_right"], found["pairs_made"], found["pairs_true"]) == (right, made, true)
    assert found["precision"] == (pytest.approx(right / made) if made else None)
    assert found["recall"] == (pytest.approx(right / true) if true else None)
    cells, persons, customers = (
        Counter(records),
        Counter(person for person, _ in records),
        Counter(customer for _, customer in records),
    )
    precision = sum(cells[r] / customers[r[1]] for r in records) / len(records)
    recall = sum(cells[r] / persons[r[0]] for r in records) / len(records)
    assert found["bcubed_precision"] == pytest.approx(precision)
    assert found["bcubed_recall"] == pytest.approx(recall)


def test_only_records_that_both_know_are_scored_and_the_others_counted() -> None:
    con = warehouse([("A", "c1"), ("A", "c1"), ("B", "c2")])
    con.execute("insert into truth values ('s', 'gone', 'A')")
    con.execute("insert into identity.crosswalk values ('s', 'unlabelled', 'c1')")
    found = values(benchmark.against_truth(con))
    assert (found["records"], found["records_missing"]) == (3, 1)
    assert (found["precision"], found["recall"], found["f1"]) == (1, 1, 1)


def test_curve_says_what_every_threshold_would_give() -> None:
    con = warehouse([("A", "c1"), ("A", "c1"), ("A", "c1"), ("B", "c2")])
    assert benchmark.threshold_curve(con) == []
    con.execute(
        "create table identity.int_profiles as select row_number() over () - 1 as node, "
        "source_id, source_record_id from truth"
    )
    con.execute(
        "create table identity.int_pair_scores as select * from (values "
        "(0, 1, 9.5), (1, 2, 4.1), (2, 3, 4.9), (0, 3, -2.5)) as pairs (node_1, node_2, match_weight)"
    )
    curve = {
        (figure.measure, figure.threshold): figure.value
        for figure in benchmark.threshold_curve(con)
    }
    assert curve[("curve_precision", 8.0)] == 1
    assert curve[("curve_recall", 8.0)] == pytest.approx(1 / 3)
    assert curve[("curve_precision", 4.0)] == pytest.approx(2 / 3)
    assert curve[("curve_recall", 4.0)] == pytest.approx(2 / 3)
    assert curve[("curve_precision", -4.0)] == pytest.approx(1 / 2)


def test_suspicions_count_customers_merged_too_far_and_pairs_merged_too_little() -> None:
    con = duckdb.connect(":memory:")
    con.execute("create schema identity")
    con.execute(
        "create table identity.golden_values (customer_id varchar, attribute varchar, "
        "compared_as varchar, source_id varchar, source_record_id varchar, value_rank integer)"
    )

    def say(customer: str, record: str, rank: int | None = 1, **said: str) -> None:
        for attribute, value in said.items():
            con.execute(
                "insert into identity.golden_values values (?, ?, ?, 's', ?, ?)",
                [customer, attribute, value, record, rank],
            )

    for number, name in enumerate(["ann", "ann", "bob", "cid", "dan"]):
        say("c1", f"a{number}", given_name=name)
    for number, name in enumerate(["ann", "ann", "bob", "cid"]):
        say("c2", f"b{number}", given_name=name)
    for number, name in enumerate("wxyz"):
        say("c3", f"c{number}", None, family_name=name)
    for customer in ("c4", "c5", "c6"):
        say(customer, customer, full_name="eve fox", email="eve@fox.com", phone=customer)
    say("c7", "c7", given_name="eve", family_name="fox", email="eve@fox.com")
    say("c8", "c8", full_name="other", email="eve@fox.com")
    found = values(benchmark.suspicions(con))
    assert found == {
        "customers_over_3_given_names": 1,
        "customers_over_3_family_names": 0,
        "customers_over_3_birth_dates": 0,
        "customer_pairs_same_name_and_email": 6,
        "customer_pairs_same_name_and_phone": 0,
        "customer_pairs_same_name_and_address_line": 0,
    }


def test_moved_ids_are_of_profiles_known_before() -> None:
    con = duckdb.connect(":memory:")
    con.execute("create schema state")
    con.execute(
        """
        create table state.identity_registry as select * from (values
            ('s', '1', 'c1', timestamp '2026-01-01', 'r1'),
            ('s', '2', 'c2', timestamp '2026-01-01', 'r1'),
            ('s', '2', 'c1', timestamp '2026-01-02', 'r2'),
            ('s', '3', 'c3', timestamp '2026-01-01', 'r1'),
            ('s', '3', 'c3', timestamp '2026-01-02', 'r2'),
            ('s', '4', 'c4', timestamp '2026-01-02', 'r2')
        ) as periods (source_id, source_record_id, customer_id, valid_from, run_id)
        """
    )
    found = values(benchmark.moved_ids(con, "r2"))
    assert found == {"ids_moved": 1, "ids_moved_share": pytest.approx(1 / 3)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source_id,person_id\ns,p\n", "no column source_record_id"),
        ("source_id,source_record_id,colour\ns,1,red\n", "no column person_id (or customer_id"),
        ("source_id,source_record_id,person_id\n", "names no profile"),
        ("source_id,source_record_id,person_id\ns,1,\n", "names no profile"),
        ("source_id,source_record_id,person_id\ns,1,p\ns,1,q\n", "several persons: s:1"),
        ("", "no column source_id"),
    ],
)
def test_a_truth_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "profiles.csv").write_text(text)
    with pytest.raises(UsageError) as problem:
        truth.check(tmp_path)
    assert told in str(problem.value)


def test_a_truth_that_is_not_there_or_no_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no truth"):
        truth.check(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="holds no CSV file"):
        truth.check(tmp_path)
    (tmp_path / "t.csv").write_bytes(b"source_id,source_record_id,person_id\n\xff\xfe\x00,1,p\n")
    with pytest.raises(UsageError, match="cannot be read as CSV"):
        truth.check(tmp_path)


def test_labels_may_have_several_names_and_files_repeat_a_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Source_Record_ID,SOURCE_ID,cluster,x\n1,s, p ,\n2,s,p,\n")
    (tmp_path / "b.csv").write_text("source_id,source_record_id,label\ns,2,p\ns,3,q\n")
    con = duckdb.connect(":memory:")
    assert truth.read(con, tmp_path) == 3
    assert con.execute("select label from truth order by source_record_id").fetchall() == [
        ("p",),
        ("p",),
        ("q",),
    ]


def test_scored_again_a_run_has_the_newer_figures(tmp_path: Path) -> None:
    con = duckdb.connect(":memory:")
    con.execute("create schema state")
    con.execute(
        "create table state.identity_benchmark "
        "(run_id varchar, measured_at timestamp, measure varchar, value double)"
    )
    con.execute("insert into state.identity_benchmark values ('r0', now(), 'f1', .5)")
    card.keep(con, "r1", "demo", [benchmark.Figure("f1", 0.7)])
    card.keep(con, "r1", None, [benchmark.Figure("ids_moved", 0)])
    card.keep(con, "r1", "demo", [benchmark.Figure("f1", 0.8), benchmark.Figure("x", None)])
    assert con.execute(
        "select run_id, truth, measure, value from state.identity_benchmark order by all"
    ).fetchall() == [
        ("r0", None, "f1", 0.5),
        ("r1", "demo", "f1", 0.8),
        ("r1", "demo", "x", None),
        ("r1", None, "ids_moved", 0),
    ]


def test_a_first_run_can_move_nothing() -> None:
    con = duckdb.connect(":memory:")
    con.execute("create schema state")
    con.execute(
        "create table state.identity_registry as select 's' as source_id, '1' as source_record_id, "
        "'c1' as customer_id, timestamp '2026-01-01' as valid_from, 'r1' as run_id"
    )
    assert values(benchmark.moved_ids(con, "r1")) == {"ids_moved": 0, "ids_moved_share": None}
