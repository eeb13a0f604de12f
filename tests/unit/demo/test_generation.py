"""Making the demo: the same bytes for the same seed, whole or not at all, nobody else's files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from orchestration.demo import company
from orchestration.demo.company import DemoSummary, generate
from orchestration.errors import UsageError

SMALL = 8


def hashes(home: Path) -> dict[str, str]:
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_same_bytes_whatever_the_portions(
    demo: DemoSummary, tmp_path: Path
) -> None:
    again = generate(demo.customers, demo.seed, tmp_path / "landing", portion=500)
    assert hashes(again.landing.parent) == hashes(demo.landing.parent)


def test_another_seed_gives_other_customers(tmp_path: Path) -> None:
    first = generate(SMALL, 1, tmp_path / "one" / "landing")
    second = generate(SMALL, 2, tmp_path / "two" / "landing")
    assert (
        hashes(first.landing)["shopify/customer/customer.csv"]
        != (hashes(second.landing)["shopify/customer/customer.csv"])
    )


def test_second_call_does_nothing(tmp_path: Path) -> None:
    first = generate(SMALL, 1, tmp_path / "landing")
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    second = generate(SMALL, 1, tmp_path / "landing")
    assert first.is_new and not second.is_new
    assert (first.rows, first.files, first.profiles) == (second.rows, second.files, second.profiles)
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


def test_other_arguments_replace_only_what_the_demo_wrote(tmp_path: Path) -> None:
    generate(SMALL, 1, tmp_path / "landing")
    mine = tmp_path / "landing" / "my_crm" / "profiles" / "mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("source_record_id\n1\n")
    generate(SMALL, 2, tmp_path / "landing")
    assert mine.read_text() == "source_record_id\n1\n"
    fresh = generate(SMALL, 2, tmp_path / "other" / "landing")
    theirs = hashes(tmp_path / "landing")
    theirs.pop("my_crm/profiles/mine.csv")
    assert theirs == hashes(fresh.landing)


@pytest.mark.parametrize("place", ["landing", "config", "truth"])
def test_strange_folder_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir()
    (tmp_path / place / "precious.csv").write_text("a\n1\n")
    with pytest.raises(UsageError, match="did not make"):
        generate(SMALL, 1, tmp_path / "landing")
    assert [path.name for path in (tmp_path / place).iterdir()] == ["precious.csv"]


def test_interrupted_making_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(company, "_facts", broken)
        with pytest.raises(KeyboardInterrupt):
            generate(SMALL, 1, tmp_path / "landing")
    assert not (tmp_path / "landing").exists()
    assert generate(SMALL, 1, tmp_path / "landing").is_new


def test_interrupted_exchange_is_not_taken_for_whole(tmp_path: Path) -> None:
    generate(SMALL, 1, tmp_path / "landing")
    before = hashes(tmp_path / "landing")
    marker = tmp_path / "demo.json"
    content = json.loads(marker.read_text())
    marker.write_text(json.dumps({**content, "is_complete": False}))
    (tmp_path / "landing" / "shopify" / "customer" / "customer.csv").unlink()
    assert generate(SMALL, 1, tmp_path / "landing").is_new
    assert hashes(tmp_path / "landing") == before


@pytest.mark.parametrize("customers", [0, -1, 1 << 24])
def test_impossible_size_is_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(UsageError, match="between 1 and"):
        generate(customers, 1, tmp_path / "landing")


def test_one_customer_is_enough(tmp_path: Path) -> None:
    summary = generate(1, 1, tmp_path / "landing")
    assert summary.profiles > 7
