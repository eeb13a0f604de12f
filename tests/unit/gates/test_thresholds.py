"""Thresholds: the row that names most decides, a company's file adds to the repository's, and mistakes are told where they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.gates.thresholds import (
    Threshold,
    default_thresholds,
    load_holidays,
    load_thresholds,
)
from orchestration.settings import REPOSITORY, Settings


def _own(tmp_path: Path, text: str, name: str = "quality_thresholds") -> Settings:
    (tmp_path / f"{name}.csv").write_text(text)
    return Settings(tmp_path / "landing", tmp_path / "warehouse", config=tmp_path)


def test_the_row_that_names_most_decides(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        "source_id,table_name,column_name,check_name,warn_at,fail_at\n"
        ",orders,,null_rise,0.3,\nshop,,,null_rise,0.4,\nshop,orders,email,null_rise,0.5,0.6\n",
    )
    known = load_thresholds(own)
    assert known.of("null_rise", "shop", "orders", "email") == Threshold(0.5, 0.6)
    assert known.of("null_rise", "shop", "orders", "phone") == Threshold(0.4)
    assert known.of("null_rise", "crm", "orders", "phone") == Threshold(0.3)
    assert known.of("null_rise", "crm", "tickets") == default_thresholds().of("null_rise")
    assert known.of("volume_drop", "shop") == default_thresholds().of("volume_drop")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("check_name,warn_at\nvolume_dorp,1\n", "line 2, column check_name: 'volume_dorp'"),
        ("check_name,fail_at\nvolume_drop,much\n", "line 2, column fail_at: 'much'"),
        ("check,warn_at\nvolume_drop,1\n", "the columns are"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_thresholds(_own(tmp_path, text))


@pytest.mark.parametrize(
    ("check", "measured", "verdict"),
    [
        ("volume_drop", 0.6, "error"), ("volume_drop", 0.7, "warn"), ("volume_drop", 0.8, "pass"),
        ("volume_rise", 1.6, "error"), ("volume_rise", 1.2, "pass"), ("late_rows", 1.0, "warn"),
        ("min_rows", 0.0, "pass"),
    ],
)  # fmt: skip
def test_small_is_bad_for_some_and_large_for_the_others(
    check: str, measured: float, verdict: str
) -> None:
    assert default_thresholds().of(check).verdict(check, measured) == verdict


def test_holidays_are_read_and_a_bad_date_is_told(tmp_path: Path) -> None:
    own = _own(tmp_path, "country,holiday_date,name\nde,2026-10-03,x\n,2026-10-03,y\n", "holidays")
    assert load_holidays(own) == {date(2026, 10, 3): frozenset({"DE", ""})}
    with pytest.raises(UsageError, match="line 2, column holiday_date"):
        load_holidays(_own(tmp_path, "country,holiday_date\nDE,3.10.2026\n", "holidays"))


def test_the_guide_names_every_check() -> None:
    guide = (REPOSITORY / "docs" / "quality.md").read_text()
    checks = {check for check, *_ in default_thresholds().rows}
    assert [check for check in sorted(checks) if f"`{check}`" not in guide] == []
