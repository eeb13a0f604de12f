"""The steward's file: a log that only grows, whose last word about a pair holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from orchestration.errors import UsageError
from orchestration.linkage import decisions
from orchestration.linkage.decisions import Decision

ANN, BOB, CID = ("crm", "A:1"), ("shop", "B1"), ("crm", "C1")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / decisions.FILE_NAME


def test_a_decision_is_one_row_and_the_same_again_is_none(path: Path) -> None:
    assert decisions.add(path, "link", (ANN, BOB), "Ada", "she  called,\nand said so", now=NOON)
    assert decisions.add(path, "link", (BOB, ANN), "Eve", "again") is None
    assert decisions.read(path) == [
        Decision("2026-03-01T12:00:00Z", "Ada", "link", *ANN, *BOB, "she called, and said so")
    ]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_opposite_decision_is_the_last_word_also_of_one_instant_or_a_date_to_come(
    path: Path,
) -> None:
    for decision in ("link", "unlink", "link"):
        assert decisions.add(path, decision, (ANN, BOB), "Ada", decision, now=NOON)
    pair = frozenset({ANN, BOB})
    assert [each.decision for each in decisions.read(path)] == ["link", "unlink", "link"]
    last = decisions.newest(decisions.read(path), pair)
    assert last is not None
    assert last.decided_at == "2026-03-01T12:00:02Z"
    with path.open("a") as file:
        file.write("2999-01-01,Eve,unlink,shop,B1,crm,A:1,typing error in the year\n")
    assert decisions.newest(decisions.read(path), pair).decision == "unlink"  # type: ignore[union-attr]
    assert decisions.add(path, "link", (ANN, BOB), "Ada", "no", now=NOON)
    assert decisions.newest(decisions.read(path), pair).reason == "no"  # type: ignore[union-attr]
    assert decisions.newest(decisions.read(path), frozenset({ANN, CID})) is None


def test_what_stewards_wrote_themselves_stays_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    text = (
        "ticket,reason,decision,decided_by,decided_at,source_id_1,source_record_id_1,source_id_2,source_record_id_2\r\n"
        'T-1,"two, sisters",unlink,Eve,2026-01-01,crm,A:1,shop,B1'
    )
    path.write_bytes(text.encode())
    assert decisions.add(path, "link", (ANN, CID), "Ada", "one person", now=NOON)
    assert path.read_bytes().startswith(text.encode())
    assert path.read_text().splitlines()[-1] == (
        ",one person,link,Ada,2026-03-01T12:00:00Z,crm,A:1,crm,C1"
    )
    assert len(decisions.read(path)) == 2


def test_a_new_file_begins_with_what_is_remembered(path: Path) -> None:
    known = Decision("2026-01-01T00:00:00Z", "Eve", "unlink", *ANN, *BOB, "sisters")
    assert decisions.add(path, "unlink", (ANN, BOB), "Ada", "sisters", [known]) is None
    assert decisions.add(path, "link", (ANN, CID), "Ada", "one person", [known])
    assert [each.decided_by for each in decisions.read(path)] == ["Eve", "Ada"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("a,b\n1,2\n", "lacks the columns"), ("decided_at;decided_by\n", "lacks the columns")],
)
def test_a_file_of_another_shape_is_left_alone(path: Path, text: str, told: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        decisions.add(path, "link", (ANN, BOB), "Ada", "why")
    assert path.read_text() == text


def test_wrong_use_is_told(path: Path) -> None:
    with pytest.raises(UsageError, match="same profile"):
        decisions.add(path, "link", (ANN, ANN), "Ada", "why")
    with pytest.raises(UsageError, match="--why"):
        decisions.add(path, "link", (ANN, BOB), "Ada", "  ")
    for text in ("crm", ":1", "crm:"):
        with pytest.raises(UsageError, match="SOURCE:ID"):
            decisions.record(text)
    assert decisions.record("crm:derived:email:1") == ("crm", "derived:email:1")


def test_two_stewards_at_once_lose_no_decision(path: Path) -> None:
    def decide(number: int) -> None:
        decisions.add(path, "link", (ANN, ("shop", str(number))), "Ada", "why")

    threads = [Thread(target=decide, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(decisions.read(path)) == 8
