"""A test that found something names keys of the rows, and no value of a person."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from orchestration.transformation.evidence import personal_columns, sample_keys

_ROWS = "select 'crm' as source_id, 'A' || i as source_record_id, 'ann@example.org' as email from range(30) as r(i)"
_PERSONAL = frozenset({"email"})


def _node(column: str) -> dict[str, Any]:
    return {"test_metadata": {"kwargs": {"column_name": column}}}


def test_keys_are_named_and_nothing_else() -> None:
    keys = sample_keys(duckdb.connect(), _ROWS, {}, _PERSONAL)
    assert keys[0] == "source_id=crm, source_record_id=A0"
    assert len(keys) == 20


@pytest.mark.parametrize(
    ("column", "keys"),
    [
        ("customer_id", ("customer_id=ann@example.org",)),
        ("email", ()),
        ("lower(email) || source_id", ()),
    ],
)
def test_the_column_that_a_test_is_about_is_shown_unless_it_is_personal(
    column: str, keys: tuple[str, ...]
) -> None:
    query = "select 'ann@example.org' as unique_field"
    assert sample_keys(duckdb.connect(), query, _node(column), _PERSONAL) == keys


def test_a_query_that_does_not_run_is_no_second_failure() -> None:
    assert sample_keys(duckdb.connect(), "select * from nothing", {}, _PERSONAL) == ()


def test_what_the_manifest_marks_is_personal_and_an_indirect_key_is_not() -> None:
    columns = {
        name: {"name": name, "config": {"meta": {"pii": pii}}}
        for name, pii in (("Email", "email"), ("customer_ref", "indirect"), ("status", None))
    }
    manifest = {"nodes": {"m": {"columns": columns}}, "sources": {}}
    assert personal_columns(manifest) == {"email"}
