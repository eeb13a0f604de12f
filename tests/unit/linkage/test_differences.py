"""What two registries differ by is counted as a person would count it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.linkage.differences import LARGEST, differences

Customers = dict[str, str]


def compared(before: Customers, after: Customers, truth: Path | None = None) -> dict[str, object]:
    with duckdb.connect(":memory:") as con:
        for name, customers in (("old", before), ("new", after)):
            con.execute(
                f"create table {name} (source_id varchar, source_record_id varchar, customer_id varchar, "
                "valid_to timestamp, rule_id varchar, reason varchar)"
            )
            con.executemany(
                f"insert into {name} values ('s', ?, ?, null, 'email', 'they share a mailbox')",
                list(customers.items()),
            )
        con.execute("insert into old values ('s', 'z', 'c9', now(), null, null)")
        return differences(con, "old", "new", truth)


def figures(found: dict[str, object]) -> dict[str, object]:
    names = ("customers_new", "customers_gone", "customers_merged", "customers_split")
    return {name.removeprefix("customers_"): found[name] for name in names} | {
        "moved": found["records_moved"]
    }


def test_nothing_changed_is_nothing() -> None:
    found = compared({"a": "c1", "b": "c1"}, {"a": "c1", "b": "c1"})
    assert set(figures(found).values()) == {0}
    assert (found["customers_before"], found["customers_after"]) == (1, 1)
    assert found["largest_changes"] == []


def test_merges_splits_and_moves() -> None:
    before = {"a": "c1", "b": "c1", "c": "c2", "d": "c3", "e": "c3", "f": "c4", "g": "c4"}
    after = {"a": "c1", "b": "c1", "c": "c1", "d": "c3", "e": "c5", "f": "c4", "g": "c3"}
    found = compared(before, after)
    assert figures(found) == {"new": 1, "gone": 1, "merged": 2, "split": 2, "moved": 3}
    changes = found["largest_changes"]
    assert isinstance(changes, list)
    assert {(c["change"], c["from_customer_id"], c["to_customer_id"]) for c in changes} == {
        ("merged", "c2", "c1"),
        ("split off", "c3", "c5"),
        ("moved", "c4", "c3"),
    }
    assert changes[0] | {"profiles": ["s:c"], "size_before": 1, "size_after": 3} == changes[0]
    assert {change["reason"] for change in changes} == {"they share a mailbox"}


def test_the_largest_come_first_and_no_more_than_twenty() -> None:
    before = {f"r{i}-{j}": f"c{i}" for i in range(30) for j in range(i + 1)}
    after = dict.fromkeys(before, "c0")
    changes = compared(before, after)["largest_changes"]
    assert isinstance(changes, list)
    assert [change["records"] for change in changes] == list(range(30, 30 - LARGEST, -1))
    assert len(changes[0]["profiles"]) == 3


def test_a_truth_says_which_is_better(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("source_id,source_record_id,label\ns,a,p\ns,b,p\ns,c,q\n")
    found = compared({"a": "c1", "b": "c1", "c": "c1"}, {"a": "c1", "b": "c1", "c": "c2"}, tmp_path)
    scores = found["benchmark"]
    assert isinstance(scores, dict)
    assert scores["precision"] == {"before": pytest.approx(1 / 3), "after": 1.0}
    assert scores["recall"] == {"before": 1.0, "after": 1.0}
