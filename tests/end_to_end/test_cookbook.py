"""The cookbook: every question has a query that runs, answers, and says what the page shows it says."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from orchestration.settings import REPOSITORY

PAGE = (REPOSITORY / "docs" / "cookbook.md").read_text()
QUESTIONS = re.findall(r"^### (\d+)\. (.+)$", PAGE, re.MULTILINE)
# What a company of sixty customers has none of.
MAY_BE_EMPTY = {6}


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cookbook", REPOSITORY / "docs" / "cookbook.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        yield con


def test_there_are_thirty_questions_each_with_one_query() -> None:
    assert [int(number) for number, _ in QUESTIONS] == list(range(1, 31))
    assert len(_script().queries(PAGE)) == len(QUESTIONS)


@pytest.mark.parametrize("number", range(1, 31))
def test_a_query_answers_in_the_columns_that_the_page_shows(
    con: duckdb.DuckDBPyConnection, number: int
) -> None:
    query = _script().queries(PAGE)[number - 1]
    answer = con.execute(query)
    names = [column[0] for column in answer.description or ()]
    rows = answer.fetchall()
    assert rows or number in MAY_BE_EMPTY
    assert f"{query}```\n\n| {' | '.join(names)} |\n" in PAGE


def test_writing_results_twice_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    script = _script()
    once = script.with_results(PAGE, con)
    assert script.with_results(once, con) == once
    assert script.queries(once) == script.queries(PAGE)
