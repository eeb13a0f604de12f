"""What says nothing of the person joins nobody to somebody else, however often it comes."""

from pathlib import Path

import duckdb
import pytest

from orchestration.linkage import wording
from orchestration.linkage.explaining import explain
from tests.unit.linkage.identities import Identities, Person

MAILBOX = {"email": "family@mail.com"}
ANNA: Person = MAILBOX | {"given": "anna", "family": "smith", "birth": "19800229"}
OTTO: Person = MAILBOX | {"given": "otto", "family": "smith", "birth": "19751103"}


def test_why_it_counts_so_little_is_said(tmp_path: Path) -> None:
    with duckdb.connect(":memory:") as con:
        Identities(con, [ANNA, OTTO, MAILBOX], tmp_path)
        told = wording.as_document(explain(con, tmp_path, ("s", "0"), ("s", "2")))
    assert "those it could be of contradict each other" in " ".join(told["because"])


def customers(people: list[Person], state: Path) -> list[str]:
    with duckdb.connect(":memory:") as con:
        Identities(con, people, state)
        return [
            row[0]
            for row in con.execute(
                "select customer_id from identity.crosswalk where cast(source_record_id as int) < ? "
                "order by cast(source_record_id as int)",
                [len(people)],
            ).fetchall()
        ]


@pytest.mark.parametrize("orders", [1, 2, 6])
def test_orders_by_a_family_mailbox_do_not_make_two_people_one(tmp_path: Path, orders: int) -> None:
    anna, otto, *_ = customers([ANNA, OTTO, *[MAILBOX] * orders], tmp_path)
    assert anna != otto


def test_orders_by_the_mailbox_of_one_are_theirs(tmp_path: Path) -> None:
    found = customers([ANNA, ANNA | {"birth": None}, MAILBOX, MAILBOX], tmp_path)
    assert len(set(found)) == 1


def test_names_in_the_other_order_are_one_person(tmp_path: Path) -> None:
    ben: Person = MAILBOX | {"given": "benjamin", "family": "powell"}
    turned: Person = MAILBOX | {"given": "powell", "family": "ben"}
    assert len(set(customers([ben, turned, MAILBOX], tmp_path))) == 1
