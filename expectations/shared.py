"""The few forms that the rules of every layer take."""

from __future__ import annotations

from great_expectations.expectations import ExpectTableRowCountToEqual, UnexpectedRowsExpectation

from orchestration.gates.results import ERROR
from orchestration.gates.rules import Rule


def no_rows(
    relation: str,
    name: str,
    expected: str,
    query: str,
    severity: str = ERROR,
    source_id: str | None = None,
) -> Rule:
    """A query that must find nothing. It selects keys and counts, never a person's values."""
    expectation = UnexpectedRowsExpectation(unexpected_rows_query=query, description=expected)
    return Rule(relation, name, expected, expectation, severity, source_id)


def row_count(relation: str, name: str, expected: str, rows: int) -> Rule:
    """A relation that must have exactly so many rows."""
    return Rule(relation, name, expected, ExpectTableRowCountToEqual(value=rows))
