"""Why two profiles are one customer or not: words made of the fields compared, numbers that are those of the run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.linkage import waterfall, wording
from orchestration.linkage.comparisons import COMPARISONS
from orchestration.linkage.explaining import explain
from orchestration.linkage.matching import FREQUENCIES
from orchestration.linkage.model import Model
from orchestration.linkage.weighing import weigh_pair
from tests.sql import Models
from tests.unit.linkage.identities import Identities, Person

ANN: Person = {"given": "ann", "family": "lee", "birth": "19800229", "email": "ann@mail.com"}
PEOPLE: list[Person] = [
    ANN,
    ANN | {"phone": "+441", "birth": "19800228"},
    {"given": "ann", "family": "lee", "phone": "+441"},
    {"given": "bob", "family": "ray", "birth": "19700101", "email": "bob@mail.com", "national_id": "7"},
    {"given": "eve", "family": "ray", "birth": "19950505", "email": "bob@mail.com", "national_id": "8"},
    {"given": "ann", "family": "lee"},
    {"given": "tom", "family": "fox", "email": "test@test.com", "suppressed": "a test value"},
    {"given": "tim", "family": "cox", "email": "test@test.com", "suppressed": "a test value"},
]  # fmt: skip
# One field of the second record changes from pair to pair.
BIRTHS = {
    "the same": "19800229",
    "one keystroke apart": "19800228",
    "different": "19991111",
    "": None,
}
FIRST_OF_BIRTHS = len(PEOPLE)
for place, birth in enumerate(BIRTHS.values()):
    both: Person = {
        "given": "abcd"[place] * 4,
        "family": "efgh"[place] * 4,
        "email": f"{place}@mail.com",
    }
    PEOPLE += [both | {"birth": "19800229"}, both | {"birth": birth}]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def identities(state: Path) -> Iterator[Identities]:
    with duckdb.connect(":memory:") as con:
        yield Identities(con, PEOPLE, state)


def told(identities: Identities, one: int, other: int) -> dict[str, Any]:
    names = ("s", str(one)), ("s", str(other))
    return wording.as_document(explain(identities.con, identities.state, *names))


def test_every_pair_weighs_what_it_weighed_in_the_run(identities: Identities) -> None:
    scored = identities.con.execute(
        "select node_1, node_2, match_weight, coalesce(weight, match_weight) from identity.int_pair_scores "
        "left join identity.int_evidence using (node_1, node_2, match_weight)"
    ).fetchall()
    assert len(scored) > 5
    for one, other, match_weight, weight in scored:
        weighed = weigh_pair(
            *(identities.con, "identity.int_match_features", FREQUENCIES),
            *(identities.model, other, one),
        )
        assert weighed.total == pytest.approx(match_weight)
        document = told(identities, one, other)
        assert document["evidence_bits"] == pytest.approx(weight)
        assert sum(step["bits"] for step in document["bits"]) == pytest.approx(weight, abs=0.02)


@pytest.mark.parametrize("words", BIRTHS)
def test_a_field_that_changes_changes_the_words(identities: Identities, words: str) -> None:
    first = FIRST_OF_BIRTHS + 2 * list(BIRTHS).index(words)
    document = told(identities, first, first + 1)
    [linked] = [link for link in document["links"] if link.startswith("Same e-mail address: ")]
    assert re.findall("birth date ([a-z ]+)", linked) == [words] * bool(words)
    because = " ".join(document["because"])
    assert re.findall(r"the birth date is ([a-z ]+) \(1980-02-29", because) == [words] * bool(words)


def test_two_that_only_others_join_are_told_the_way(identities: Identities) -> None:
    document = told(identities, 0, 2)
    assert document["are_one_customer"]
    if not document["links"]:
        assert [step["profiles"] for step in document["path"]] == [("s:0", "s:1"), ("s:1", "s:2")]
    identities.con.execute(
        "create or replace temp table held as select * from identity.links "
        "where source_record_id_1 = '0' and source_record_id_2 = '2'"
    )
    identities.con.execute(
        "delete from identity.links where source_record_id_1 = '0' and source_record_id_2 = '2'"
    )
    document = told(identities, 0, 2)
    identities.con.execute("insert into identity.links from held")
    assert [step["profiles"] for step in document["path"]] == [("s:0", "s:1"), ("s:1", "s:2")]
    assert "joined through others: s:0 → s:1 → s:2." in " ".join(document["because"])


def test_why_two_are_not_joined(identities: Identities) -> None:
    contradicted = told(identities, 3, 4)
    assert not contradicted["are_one_customer"]
    because = " ".join(contradicted["because"])
    assert "Both have the e-mail address bob@mail.com" in because
    assert "What speaks against one customer: " in because
    assert "the national id is one keystroke apart (7 / 8)" in because
    suppressed = " ".join(told(identities, 6, 7)["because"])
    assert "test@test.com, but it joins nobody: a test value." in suppressed
    assert "a name alone, which others may bear, is too little" in " ".join(
        told(identities, 0, 5)["because"]
    )


def test_decisions_are_told(state: Path) -> None:
    with duckdb.connect(":memory:") as con:
        identities = Identities(con, PEOPLE, state)
        identities.decide([(0, 1, "unlink"), (6, 7, "link")])
        apart, joined = told(identities, 0, 1), told(identities, 6, 7)
        around = told(identities, 1, 0)
    assert not apart["are_one_customer"] and joined["are_one_customer"]
    assert apart["because"][0] == (
        "Ada decided on 2026-01-01 that s:0 and s:1 are not one customer: she knows."
    )
    assert around["because"][0] == apart["because"][0]
    assert "Ada decided on 2026-01-01 that s:6 and s:7 are one customer" in joined["because"][0]


def test_the_page_draws_the_same_numbers(identities: Identities) -> None:
    document = told(identities, 0, 1)
    page = waterfall.page(document)
    drawn = re.findall(r'text-anchor="end" fill="#\w+">([+−][\d.]+)</text>', page)
    total = sum(step["bits"] for step in document["bits"])
    assert drawn == [wording.signed(step["bits"]) for step in document["bits"]] + [
        wording.signed(total)
    ]
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in waterfall.page({**document, "verdict": "<script>"})


def test_who_is_not_known_is_told(identities: Identities) -> None:
    with pytest.raises(UsageError, match="knows no profile s:999"):
        told(identities, 0, 999)
    with pytest.raises(UsageError, match="name two"):
        told(identities, 0, 0)
    with duckdb.connect(":memory:") as con, pytest.raises(UsageError, match="No run has built"):
        explain(con, identities.state, ("s", "0"), ("s", "1"))


def test_a_model_that_compares_nothing_leaves_rules_and_decisions(
    identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where all profiles are alike."""
    learned_nothing = replace(identities.model, comparisons={})
    monkeypatch.setattr(Model, "load", lambda state: learned_nothing)
    document = told(identities, 0, 1)
    assert document["are_one_customer"]
    assert "e-mail" in str(document)


def test_the_models_know_every_comparison(identities: Identities) -> None:
    known = Models(identities.con)._names["comparison_names"]()
    assert known == [comparison.name for comparison in COMPARISONS]
