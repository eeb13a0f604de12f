"""What profiles are compared by: of several values the one that can tell them from others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from tests.sql import Models

CAP = 3
# The desk's address is carried by more profiles than the rule allows.
DESK = [("email", "desk@firm.com")]
PEOPLE: list[list[tuple[str, str]]] = [
    [*DESK, ("email", "ann@mail.com")],
    [*DESK, ("email", "ann@mail.com"), ("email", "ann.lee@mail.com")],
    *[DESK] * 4,
    [("email", "zoe@mail.com"), ("email", "amy@mail.com")],
]


@pytest.fixture
def emails() -> Iterator[list[str | None]]:
    with duckdb.connect(":memory:") as con:
        con.execute(
            f"""
            create table identity_rules as select 'email' as token_1, null::varchar as token_2, {CAP} as max_profiles;
            create table int_tokens (node bigint, token_type varchar, token_value varchar, suppressed_reason varchar);
            create table nicknames (nickname varchar, given_name varchar);
            create table surname_spellings (spelling varchar, pinyin varchar);
            create table int_profiles as select i as node, 's' as source_id, i::varchar as source_record_id,
                'person' as party, null::varchar as name_suppressed_reason, 'ann' as given, 'lee' as family,
                null::varchar as organization, 'ann lee' as name_words, null::varchar as given_han,
                null::varchar as birth_digits
                from range({len(PEOPLE)}) as r(i);
            create table profiles as select source_id, source_record_id, null::varchar as address_line,
                null::varchar as city, null::varchar as region, null::varchar as postal_code,
                null::varchar as job_title, null::varchar as gender from int_profiles;
            """
        )
        con.executemany(
            "insert into int_tokens values (?, ?, ?, null)",
            [(node, *token) for node, tokens in enumerate(PEOPLE) for token in tokens],
        )
        Models(con).build("int_match_features", datetime(2026, 1, 1), "run")
        found = con.execute("select email from int_match_features order by node").fetchall()
        yield [row[0] for row in found]


def test_the_value_that_most_carry_is_compared(emails: list[str | None]) -> None:
    assert emails[1] == "ann@mail.com"


def test_a_front_desk_is_compared_last(emails: list[str | None]) -> None:
    assert emails[0] == "ann@mail.com", "and not the one that six carry"
    assert emails[2] == "desk@firm.com", "who has no other is still compared by it"


def test_of_equals_the_first_in_order(emails: list[str | None]) -> None:
    assert emails[-1] == "amy@mail.com"
