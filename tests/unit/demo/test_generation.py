"""Making the demo: the same bytes for the same seed, whole or not at all, nobody else's files."""

from __future__ import annotations

import hashlib
import json
import shutil
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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Two tiny demos by seed; a test that changes one works on a copy."""
    homes = {seed: tmp_path_factory.mktemp(f"seed{seed}") for seed in (1, 2)}
    for seed, home in homes.items():
        assert generate(SMALL, seed, home / "landing").is_new
    return homes


@pytest.fixture
def home(small: dict[int, Path], tmp_path: Path) -> Path:
    shutil.copytree(small[1], tmp_path / "demo")
    return tmp_path / "demo"


def test_another_seed_gives_other_customers(small: dict[int, Path]) -> None:
    one, two = (hashes(small[seed] / "landing") for seed in (1, 2))
    assert one["shopify/customer/customer.csv"] != two["shopify/customer/customer.csv"]
    assert one["shopify/product/product.csv"] == two["shopify/product/product.csv"]


def test_second_call_does_nothing(home: Path) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    again = generate(SMALL, 1, home / "landing")
    assert not again.is_new and again.rows > 0 and again.files > 50
    assert stamps == {path: path.stat().st_mtime_ns for path in home.rglob("*")}


def test_other_arguments_replace_only_what_the_demo_wrote(
    home: Path, small: dict[int, Path]
) -> None:
    mine = home / "landing" / "my_crm" / "profiles" / "mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("source_record_id\n1\n")
    generate(SMALL, 2, home / "landing")
    found = hashes(home)
    assert found.pop("landing/my_crm/profiles/mine.csv")
    assert found == hashes(small[2])


@pytest.mark.parametrize("place", ["landing", "config", "truth"])
def test_strange_folder_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir()
    (tmp_path / place / "precious.csv").write_text("a\n1\n")
    with pytest.raises(UsageError, match="did not make"):
        generate(SMALL, 1, tmp_path / "landing")
    assert [path.name for path in (tmp_path / place).iterdir()] == ["precious.csv"]


def test_interrupted_making_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(company, "_facts", broken)
    with pytest.raises(KeyboardInterrupt):
        generate(SMALL, 1, tmp_path / "landing")
    assert list(tmp_path.iterdir()) == []


def test_interrupted_exchange_is_not_taken_for_whole(home: Path, small: dict[int, Path]) -> None:
    marker = home / "demo.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "is_complete": False}))
    (home / "landing" / "shopify" / "customer" / "customer.csv").unlink()
    assert generate(SMALL, 1, home / "landing").is_new
    assert hashes(home) == hashes(small[1])


@pytest.mark.parametrize("customers", [0, -1, 1 << 24])
def test_impossible_size_is_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(UsageError, match="between 1 and"):
        generate(customers, 1, tmp_path / "landing")


def test_one_customer_is_enough(tmp_path: Path) -> None:
    summary = generate(1, 1, tmp_path / "landing")
    assert summary.profiles > 7
