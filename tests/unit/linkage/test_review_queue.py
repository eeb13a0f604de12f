"""What a person should look at: weak joins, joins that guards prevented, hairballs; decided pairs are gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from orchestration.linkage.comparisons import COMPARISONS, levels_in_words
from orchestration.linkage.refinement import clusters
from tests.sql import Models

WEAK, NAMESAKE, CONTRADICTED, HAIRBALL, DECIDED = (0, 3), (4, 5), (6, 8), (9, None), (14, 15)
HAIR = range(9, 14)
# node_1, node_2, weight, match_weight, and levels that differ from "the same given name".
EVIDENCE = [
    *((0, 1, 9.0, 9.0, {}), (0, 2, 9.0, 9.0, {}), (1, 2, 9.0, 9.0, {}), (0, 3, 5.0, 5.0, {"email": 4})),
    (4, 5, 0.0, 5.0, {}),
    *((6, 7, 9.0, 9.0, {}), (6, 8, 1.5, 1.5, {}), (7, 8, -10.0, -10.0, {"birth_date": 0})),
    *((i, j, 9.0, 9.0, {}) for i in HAIR for j in HAIR if i < j),
    (14, 15, 5.0, 5.0, {}),
    (16, 17, -3.0, -3.0, {}),
]  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        con.execute(
            f"""
            create table int_profiles as select i as node, 's' as source_id, i::varchar as source_record_id
                from range(18) as r(i);
            create table int_match_features as select i as node, null::varchar as family, null::varchar as birth,
                null::varchar as national_id,
                case when i between {HAIR[0]} and {HAIR[-1]} then 'name' || i else 'ann' end as given_root
                from range(18) as r(i);
            create table int_decisions (node_1 bigint, node_2 bigint, decision varchar);
            create table int_evidence (node_1 bigint, node_2 bigint, weight double, match_weight double);
            create table int_pair_scores (node_1 bigint, node_2 bigint,
                {", ".join(f"gamma_{c.name} tinyint" for c in COMPARISONS)});
            """
        )
        for one, other, weight, match_weight, levels in EVIDENCE:
            con.execute(
                "insert into int_evidence values (?, ?, ?, ?)", [one, other, weight, match_weight]
            )
            gammas = [
                {"given_name": 7, **levels}.get(c.name, -1)  # 7: the same
                for c in COMPARISONS
            ]
            con.execute(
                f"insert into int_pair_scores values ({', '.join('?' * (2 + len(gammas)))})",
                [one, other, *gammas],
            )
        con.register("levels", levels_in_words())
        con.execute("create table int_comparison_levels as from levels")
        yield con


def queue(con: duckdb.DuckDBPyConnection, *unlinks: tuple[int, int]) -> list[dict[str, object]]:
    for one, other in unlinks:
        con.execute("insert into int_decisions values (?, ?, 'unlink')", [one, other])
    evidence = con.execute("select node_1, node_2, weight from int_evidence").to_arrow_table()
    kinds = [
        con.execute(
            f"select node_1, node_2 from int_decisions where decision = '{kind}'"
        ).to_arrow_table()
        for kind in ("link", "unlink")
    ]
    con.register("found", clusters(18, evidence, *kinds))
    con.execute(
        "create or replace table int_clusters as from found; create or replace table int_assignments as "
        "select node, 'c' || cluster as customer_id from int_clusters"
    )
    Models(con).build("review_queue", datetime(2026, 1, 1), "run")
    rows = con.execute("from review_queue order by review_rank").to_arrow_table().to_pylist()
    return [
        {**row, "pair": (int(row["source_record_id_1"]), int(row["source_record_id_2"] or -1))}
        for row in rows
    ]


def test_each_doubt_is_there_once_with_its_evidence(con: duckdb.DuckDBPyConnection) -> None:
    found = {row["pair"]: row for row in queue(con, DECIDED)}
    assert set(found) == {WEAK, NAMESAKE, CONTRADICTED, (9, -1)}
    weak = found[WEAK]
    assert weak["kind"] == "doubtful merge"
    assert {weak["profiles_1"], weak["profiles_2"]} == {3, 1}
    # Nothing is known of two of the three pairs across.
    assert weak["weight"] == pytest.approx(5 / 3, abs=1e-3)
    assert weak["customer_id_1"] == weak["customer_id_2"] == "c0"
    assert weak["agreement"] == "given name the same, e-mail the same"
    assert found[NAMESAKE]["reason"] == "Kept apart because a name alone is too little."
    assert found[CONTRADICTED]["reason"] == "Kept apart by different birth dates."
    assert found[CONTRADICTED]["weight"] == pytest.approx(-4.25)
    assert found[9, -1]["kind"] == "suspected over-merge"
    assert str(found[9, -1]["reason"]).startswith("5 given names, ")


def test_the_most_valuable_comes_first(con: duckdb.DuckDBPyConnection) -> None:
    found = queue(con)
    values = [row["pairs_expected"] for row in found]
    assert values == sorted(values, reverse=True) and [r["review_rank"] for r in found] == [
        *range(1, len(found) + 1)
    ]
    # One pair nearly sure to be wrong against four of which two may be.
    places = [row["pair"] for row in found]
    assert places.index(NAMESAKE) < places.index(CONTRADICTED)


def test_a_decision_takes_a_doubt_out(con: duckdb.DuckDBPyConnection) -> None:
    keys = {row["pair"]: row["review_id"] for row in queue(con)}
    after = {row["pair"]: row["review_id"] for row in queue(con, NAMESAKE, WEAK)}
    assert set(keys) - set(after) == {NAMESAKE, WEAK}
    assert all(keys[pair] == key for pair, key in after.items()), "the others keep their key"


def test_what_joins_nobody_is_listed_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        create table int_tokens as select * from (values
            (0, 'email', 'test@test.com', 'test address'), (1, 'email', 'test@test.com', 'test address'),
            (2, 'email', 'ann@mail.com', null)
        ) as t (node, token_type, token_value, suppressed_reason);
        create table identity_rules as select * from (values
            ('email', 'email', null), ('phone_and_name', 'phone', 'name')) as r (rule_id, token_1, token_2);
        create table int_rule_groups as select * from (values
            ('phone_and_name', '+44 & ann', 31, 'shared by 31 profiles, more than 30'),
            ('email', 'ann@mail.com', 2, null)
        ) as g (rule_id, group_value, profile_count, suppressed_reason)
        """
    )
    Models(con).build("suppressed_values", datetime(2026, 1, 1), "run")
    assert con.execute("from suppressed_values order by all nulls first").fetchall() == [
        (None, "email", "test@test.com", 2, "test address"),
        ("phone_and_name", "phone and name", "+44 & ann", 31, "shared by 31 profiles, more than 30"),
    ]  # fmt: skip
