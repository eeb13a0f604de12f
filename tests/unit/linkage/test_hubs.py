"""A front desk's address and a switchboard's number on a quarter of all records make no hairball of a customer."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import duckdb

from orchestration.linkage.benchmark import against_truth
from tests.unit.linkage.identities import Identities, Person

PERSONS = 500
# A shared value and how many records carry it: from a whole company to a family's telephone.
HUBS = [("email", 330), ("phone", 150), *(("email", size) for size in (60, 31, 25, 9, 6, 4, 4))]
GOAL = {"precision": 0.95, "recall": 0.98}
LARGEST = 15


def records() -> tuple[list[Person], list[int]]:
    """Two or three records of each person, and who each is of."""
    dice = random.Random(11)

    def word() -> str:
        return "".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(3))

    given, family = [word() for _ in range(70)], [word() for _ in range(150)]
    made: list[Person] = []
    of: list[int] = []
    for number in range(PERSONS):
        person = {
            "given": dice.choice(given),
            "family": dice.choice(family),
            "birth": f"{dice.randint(1940, 2005)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}",
            "own_email": f"{word()}{number}@{word()}.com",
            "own_phone": f"+44{dice.randint(10**9, 10**10)}",
        }
        for _ in range(dice.randint(2, 3)):
            left_out = dice.choice(["birth", "own_phone", ""])
            made.append({name: value for name, value in person.items() if name != left_out})
            of.append(number)
    for place, (kind, size) in enumerate(HUBS):
        value = f"desk{place}@hub.com" if kind == "email" else f"+4420{place:08}"
        for record in dice.sample(made, size):
            # Of several values the one that most carry is compared: the worst that can happen.
            record.setdefault(kind, value)
    for record in made:
        for kind in ("email", "phone"):
            record.setdefault(kind, record.get(f"own_{kind}"))
    return made, of


def test_shared_values_join_no_strangers(tmp_path: Path) -> None:
    made, of = records()
    with duckdb.connect(":memory:") as con:
        Identities(con, made, tmp_path, is_learned=True)
        con.execute("create table truth (source_id varchar, source_record_id varchar, label int)")
        con.executemany(
            "insert into truth values ('s', ?, ?)", [(str(i), who) for i, who in enumerate(of)]
        )
        found = {figure.measure: figure.value for figure in against_truth(con)}
        customers = con.execute("select customer_id from identity.crosswalk").fetchall()
    assert max(Counter(customers).values()) <= LARGEST
    assert {measure: found[measure] for measure in GOAL} == {
        measure: value for measure in GOAL if (value := found[measure]) and value >= GOAL[measure]
    }
