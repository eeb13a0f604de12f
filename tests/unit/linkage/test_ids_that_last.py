"""Ids over whole histories of runs, on the SQL that the warehouse runs: given once, inherited by the majority, never reused.

A history is a list of runs; a run says which records there are and which of them belong together.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.sql import Models

# Which records there are in a run, and the group each is in.
Grouping = Mapping[str, object]
# Small companies side by side in one warehouse: SQL takes as long for sixty as for one.
COMPANIES, RECORDS, RUNS = 60, 7, 6


@st.composite
def histories(draw: st.DrawFn) -> list[Grouping]:
    """Runs in which records come, go, return, meet and part."""
    dice = random.Random(draw(st.integers(0, 10**9)))
    history = []
    for _ in range(RUNS):
        share = dice.choice((0.5, 0.9, 1.0))
        grouping: dict[str, object] = {"R0": "always there"}
        for company in range(COMPANIES):
            groups = dice.choice((1, 2, 3))
            for number in range(RECORDS):
                if dice.random() < share:
                    grouping[f"{company}.{number}"] = (company, dice.randrange(groups))
        history.append(grouping)
    return history


FEW = examples(max_examples=2, phases=(Phase.explicit, Phase.reuse, Phase.generate))

TABLES = """
create schema if not exists state;
create or replace table int_profiles (node bigint, source_id varchar, source_record_id varchar);
create or replace table int_clusters (node bigint, cluster bigint);
create or replace table int_edges (rule_id varchar, group_value varchar, node_1 bigint, node_2 bigint);
create or replace table int_decisions (
    node_1 bigint, node_2 bigint, decision varchar, decision_id varchar, decided_at timestamp, decided_by varchar,
    reason varchar
);
create or replace table identity_rules as
    select 'email' as rule_id, 'Same e-mail address' as description
    union all select 'phone', 'Same phone number';
drop table if exists state.identity_registry;
"""


class Warehouse:
    """The identity models from clusters on, run by run."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute(TABLES)
        self.models = Models(con, {"identity_registry": "state"})
        self.now = datetime(2026, 1, 1)
        self.runs = 0

    def run(
        self,
        grouping: Grouping,
        dice: random.Random | None = None,
        rule: str = "email",
        decided: tuple[str, str, str] | None = None,
    ) -> dict[str, str]:
        """One run; returns the customer of each record."""
        self.runs += 1
        self.now += timedelta(days=1)
        order = sorted(grouping)
        node = {name: number for number, name in enumerate(order)}
        first: dict[object, int] = {}
        for name in order:
            first.setdefault(grouping[name], node[name])
        profiles = [(node[name], "crm", name) for name in order]
        clusters = [(node[name], first[grouping[name]]) for name in order]
        edges = [
            (rule, "value", first[grouping[name]], node[name])
            for name in order
            if node[name] != first[grouping[name]]
        ]
        for rows in (profiles, clusters, edges):
            if dice:
                dice.shuffle(rows)
        for name in ("int_profiles", "int_clusters", "int_edges", "int_decisions"):
            self.con.execute(f"delete from {name}")
        self._insert("int_profiles", profiles)
        self._insert("int_clusters", clusters)
        self._insert("int_edges", edges)
        if decided:
            one, other, decision = decided
            row = (node[one], node[other], decision, "d1", self.now, "Ada", "two sisters")
            self._insert("int_decisions", [row])
        about = (self.now, f"run-{self.runs}")
        for model in ("int_last_known", "int_assignments", "int_assignment_reasons"):
            self.models.build(model, *about)
        key = "source_id, source_record_id, valid_from"
        self.models.upsert("identity_registry", key, *about)
        return self.now_of("int_assignments")

    def derive(self) -> None:
        """What is read from the registry alone."""
        for model in ("int_customer_deaths", "customers", "identity_events"):
            self.models.build(model, self.now, "derived")

    def now_of(self, table: str) -> dict[str, str]:
        rows = self.con.execute(f"select source_record_id, customer_id from {table}").fetchall()
        return dict(rows)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        return self.con.execute(query).fetchall()

    def _insert(self, table: str, rows: list[tuple[object, ...]]) -> None:
        if rows:
            # One row at a time would take longer than all that is tested.
            arriving = pa.table(
                [list(column) for column in zip(*rows, strict=True)], self._columns(table)
            )
            self.con.register("arriving_rows", arriving)
            self.con.execute(f"insert into {table} by name select * from arriving_rows")

    def _columns(self, table: str) -> list[str]:
        return [str(row[0]) for row in self.con.execute(f"describe {table}").fetchall()]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")
        yield connection


def partition(customers: Mapping[str, str]) -> set[frozenset[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for name, customer in customers.items():
        groups[customer].add(name)
    return {frozenset(group) for group in groups.values()}


@FEW
@given(history=histories())
def test_what_holds_in_every_history(
    con: duckdb.DuckDBPyConnection, history: list[Grouping]
) -> None:
    warehouse = Warehouse(con)
    before: dict[str, str] = {}
    merged_before: dict[str, str] = {}
    given_before: set[str] = set()
    for grouping in history:
        now = warehouse.run(grouping)
        warehouse.derive()
        # Every record is in one customer, and customers are the clusters.
        assert partition(now) == partition({name: str(group) for name, group in grouping.items()})
        # Who stays together alone, and whom nobody joins, keeps the id.
        for group in partition(before) & partition(now):
            one = next(iter(group))
            assert now[one] == before[one]
        # An id that goes, goes to who had more: no part of it would have been the largest claim to any cluster.
        parts = Counter((before[name], now[name]) for name in now if name in before)
        for (customer, heir), count in parts.items():
            if customer not in now.values():
                assert parts[heir, heir] >= count
        # An ended id leads to one that is not merged itself; once merged, it is so for ever.
        customers = {
            customer: (is_live, merged_into)
            for customer, is_live, merged_into in warehouse.ask(
                "select customer_id, is_live, merged_into from customers"
            )
        }
        assert set(now.values()) == {name for name, (is_live, _) in customers.items() if is_live}
        for customer, (is_live, merged_into) in customers.items():
            if merged_into is not None:
                assert not is_live
                assert customers[str(merged_into)][1] is None
        merged = {name: str(into) for name, (_, into) in customers.items() if into is not None}
        for customer, into in merged_before.items():
            assert merged[customer] in (into, merged.get(into))
        # Ids are given once.
        fresh = set(now.values()) - given_before
        assert not fresh & set(before.values())
        assert given_before <= set(customers)
        before, merged_before, given_before = now, merged, set(customers)


@FEW
@given(history=histories(), seed=st.integers(0, 99))
def test_order_of_input_changes_nothing_and_rerunning_neither(
    con: duckdb.DuckDBPyConnection, history: list[Grouping], seed: int
) -> None:
    dice = random.Random(seed)
    plain = Warehouse(con)
    ids = [plain.run(grouping) for grouping in history]
    books = plain.ask("select * from state.identity_registry order by all")
    shuffled = Warehouse(con)
    assert [shuffled.run(grouping, dice) for grouping in history] == ids
    assert shuffled.ask("select * from state.identity_registry order by all") == books
    # Once more, and once more from the saved registry alone.
    assert shuffled.run(history[-1], dice) == ids[-1]
    assert shuffled.ask("select * from state.identity_registry order by all") == books


@FEW
@given(history=histories())
def test_events_tell_the_whole_story(
    con: duckdb.DuckDBPyConnection, history: list[Grouping]
) -> None:
    """Replaying the events gives the customers of the last run: no change is left out."""
    warehouse = Warehouse(con)
    for grouping in history:
        now = warehouse.run(grouping)
    warehouse.derive()
    events = warehouse.ask(
        "select event_type, customer_id, other_customer_id, source_record_id, occurred_at, run_id, reason "
        "from identity_events"
    )
    assert len(events) == len({(row[0], row[1], row[3], row[4]) for row in events})
    assert all(row[5] and row[6] for row in events)
    for kind, customer, other, *_ in events:
        assert (other is not None) == (kind in ("split", "merged", "reassigned"))
        assert customer != other
    given_ids = {row[1] for row in events if row[0] in ("created", "split")}
    assert given_ids == {row[0] for row in warehouse.ask("select customer_id from customers")}
    ended = {row[1] for row in events if row[0] == "merged"}
    assert ended == {
        row[0]
        for row in warehouse.ask("select customer_id from customers where merged_into is not null")
    }
    assert not ended & set(now.values())


def test_a_deleted_record_that_returns_gets_its_id_back(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 1})
    assert warehouse.run({"R0": 0}) == {"R0": first["R0"]}
    assert warehouse.run({"R0": 0, "R1": 1}) == first
    warehouse.derive()
    assert warehouse.ask(
        "select event_type, reason from identity_events where source_record_id = 'R1' order by occurred_at"
    ) == [
        ("removed", "the profile was deleted, or is no longer delivered"),
        ("absorbed", "The profile returned"),
    ]


def test_who_returns_takes_no_id_from_who_stayed(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 0, "R2": 0})
    assert warehouse.run({"R0": 0})["R0"] == first["R0"]
    # Two of three return, but as somebody else: the one that never left keeps the id.
    back = warehouse.run({"R0": 0, "R1": 1, "R2": 1})
    assert back["R0"] == first["R0"]
    assert back["R1"] == back["R2"] != first["R0"]


def test_an_id_merged_away_never_comes_back(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 0, "R2": 2, "R3": 2})
    # While one record of it is gone, the other is merged away.
    warehouse.run({"R1": 0, "R2": 2, "R3": 2})
    merged = warehouse.run({"R1": 2, "R2": 2, "R3": 2})
    assert set(merged.values()) == {first["R2"]}
    alone = warehouse.run({"R0": 0, "R1": 2, "R2": 2, "R3": 2})
    assert alone["R0"] not in first.values()
    # The survivor vanishes whole, and the id that was merged into it still leads to it.
    warehouse.run({"R0": 0})
    warehouse.derive()
    assert warehouse.ask(
        f"select is_live, merged_into from customers where customer_id = '{first['R0']}'"
    ) == [(False, first["R2"])]


def test_what_is_left_of_a_customer_keeps_its_id_when_most_go_elsewhere(
    con: duckdb.DuckDBPyConnection,
) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 0, "R2": 0, "R3": 1, "R4": 1, "R5": 1, "R6": 1})
    now = warehouse.run({"R0": 1, "R1": 1, "R2": 0, "R3": 1, "R4": 1, "R5": 1, "R6": 1})
    assert now["R2"] == first["R2"]
    assert now["R0"] == now["R1"] == first["R3"]


def test_merging_and_splitting_for_ever_finds_new_ids(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    seen: set[str] = set()
    for _ in range(10):
        warehouse.run({"R0": 0, "R1": 0, "R2": 0})
        now = warehouse.run({"R0": 1, "R1": 0, "R2": 0})
        assert now["R0"] not in seen
        seen.add(now["R0"])


def test_events_name_the_rule_and_the_reason(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 0, "R2": 2})
    warehouse.run({"R0": 0, "R1": 0, "R2": 0, "R3": 0}, rule="phone")
    warehouse.run({"R0": 0, "R1": 0, "R2": 1, "R3": 0}, decided=("R0", "R2", "unlink"))
    warehouse.run({"R0": 0, "R1": 0, "R2": 0, "R3": 0}, decided=("R0", "R2", "link"))
    warehouse.derive()
    told = {
        (run, kind, rule): reason
        for run, kind, rule, reason in warehouse.ask(
            "select run_id, event_type, rule_id, reason from identity_events"
        )
    }
    assert told == {
        (
            "run-1",
            "created",
            "email",
        ): "first seen with 2 profile(s); Same e-mail address: crm R0 and crm R1",
        ("run-1", "created", None): "first seen with 1 profile(s)",
        ("run-2", "absorbed", "phone"): "Same phone number: crm R0 and crm R3",
        ("run-2", "merged", "phone"): (
            "1 profile(s) now belong to the other customer; Same phone number: crm R0 and crm R2"
        ),
        ("run-3", "split", "decision"): (
            "1 profile(s) no longer belong with the rest; A steward decided (Ada): two sisters: crm R2 and crm R0"
        ),
        ("run-4", "merged", "decision"): (
            "1 profile(s) now belong to the other customer; A steward decided (Ada): two sisters: crm R0 and crm R2"
        ),
    }
    [(origin,)] = warehouse.ask(
        "select other_customer_id from identity_events where event_type = 'split'"
    )
    assert origin == first["R0"]


def test_a_registry_of_an_older_release_is_read_on(con: duckdb.DuckDBPyConnection) -> None:
    warehouse = Warehouse(con)
    first = warehouse.run({"R0": 0, "R1": 0, "R2": 2})
    for column in ("rule_id", "reason", "end_run_id"):
        con.execute(f"alter table state.identity_registry drop column {column}")
    for column in ("rule_id", "reason", "end_run_id"):
        # What `append_new_columns` does.
        warehouse.models.build("int_last_known", warehouse.now, "older")
        con.execute(f"alter table state.identity_registry add column {column} varchar")
    assert warehouse.run({"R0": 0, "R1": 0, "R2": 2}) == first
