"""What pages say in Chinese: figures in 万 and 亿, days as people write them, and English where nothing is translated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.pages.look import short
from orchestration.pages.words import CHINESE, ENGLISH, is_translated, say, speaking


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [(9_999, "9,999", "9,999"), (127_314, "127k", "12.7万"), (2_000_000_000, "2.0bn", "20.0亿")],
)
def test_large_figures(value: int, english: str, chinese: str) -> None:
    assert short(value) == english
    with speaking(CHINESE):
        assert short(value) == chinese


def test_days_and_values() -> None:
    day = date(2026, 6, 30)
    assert say("{day:%b %Y}", day=day) == "Jun 2026"
    with speaking(CHINESE):
        assert say("{day:%b %Y}", day=day) == "2026年6月"
        assert say("{n} rows", n=3) == "3 行"


def test_what_has_no_translation_is_said_in_english() -> None:
    with speaking(CHINESE):
        assert say("A source of their own") == "A source of their own"
        assert not is_translated("A source of their own")
        assert is_translated("Our customers")
    assert is_translated("A source of their own")


def test_files_beside_each_other() -> None:
    assert CHINESE.beside(Path("a/overview.html")) == Path("a/overview.zh.html")
    assert ENGLISH.beside(Path("a/overview.html")) == Path("a/overview.html")
