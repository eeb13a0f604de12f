"""Errors about data lose the data; errors about SQL keep their names."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.transformation.messages import without_values

# Texts that would stand out anywhere: a person's value must not be left in a message.
_SECRETS = st.text(
    alphabet=st.characters(min_codepoint=48, max_codepoint=122, categories=["L", "N"]),
    min_size=8,
    max_size=30,
).map(lambda text: f"q{text}z@example.org")


@given(_SECRETS)
def test_a_cast_that_fails_does_not_tell_the_value(secret: str) -> None:
    con = duckdb.connect()
    con.execute("create table t as select ? as v", [secret])
    with pytest.raises(duckdb.Error) as caught:
        con.execute("select cast(v as integer) from t").fetchall()
    assert secret in str(caught.value)
    assert secret not in without_values(str(caught.value))


@given(_SECRETS)
def test_a_key_that_is_there_twice_does_not_tell_the_value(secret: str) -> None:
    con = duckdb.connect()
    con.execute("create table t (v varchar primary key)")
    con.execute("insert into t values (?)", [secret])
    with pytest.raises(duckdb.Error) as caught:
        con.execute("insert into t values (?)", [secret])
    assert secret not in without_values(str(caught.value))


def test_a_number_out_of_range_does_not_tell_the_number() -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect().execute("select cast(4917610123456::bigint as smallint)").fetchall()
    assert "4917610123456" not in without_values(str(caught.value))


def test_an_error_about_sql_keeps_the_names_that_say_what_to_do() -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect().execute("select nonesuch from (select 1 as other)")
    message = without_values(str(caught.value))
    assert "nonesuch" in message
    assert "other" in message
