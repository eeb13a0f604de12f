"""Writes the results into `docs/cookbook.md`: runs its queries on a published file and puts a table after each."""

from __future__ import annotations

import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

PAGE = Path(__file__).with_name("cookbook.md")
# A query, and the table that an earlier writing put after it.
_QUERY = re.compile(r"```sql\n(?P<query>.*?)```\n(?:\n(?:\|[^\n]*\n)+)?", re.DOTALL)


def queries(page: str) -> list[str]:
    """Every query of the page, in order."""
    return [found["query"] for found in _QUERY.finditer(page)]


def with_results(page: str, con: duckdb.DuckDBPyConnection) -> str:
    """The page with what its queries answer now."""

    def run(found: re.Match[str]) -> str:
        answer = con.execute(found["query"])
        names = [column[0] for column in answer.description or ()]
        lines = [names, ["---"] * len(names), *(map(_shown, row) for row in answer.fetchall())]
        table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
        return f"```sql\n{found['query']}```\n\n{table}"

    return _QUERY.sub(run, page)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool | date | str):
        return str(value)
    return f"{value:,.4f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        PAGE.write_text(with_results(PAGE.read_text(), connection))
