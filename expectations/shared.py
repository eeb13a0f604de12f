"""The form that most rules take."""

from __future__ import annotations

from great_expectations.expectations import UnexpectedRowsExpectation

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
