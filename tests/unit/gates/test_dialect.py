"""The dialect does what stands between Great Expectations and DuckDB, and no more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from sqlalchemy import types as sqltypes

from orchestration.gates.dialect import reflected_type, register


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    path = tmp_path / "some.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.t as select i as t_id, 'ab' || i as name, i::decimal(18, 4) as amount, "
            "date '2026-01-01' + i::integer as day, i % 2 = 0 as is_even from range(10) as r(i)"
        )
        con.execute("create view core.v as select * from core.t")
    return sa.create_engine(f"{register()}:///{path}")


def test_rows_survive_a_rollback_and_a_later_statement(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        first = connection.execute(sa.text("select t_id from core.t order by 1"))
        connection.rollback()
        connection.execute(sa.text("select 1")).fetchall()
        assert [row[0] for row in first] == list(range(10))


def test_a_regular_expression_matches_part_of_a_text(engine: sa.Engine) -> None:
    table = sa.table("t", sa.column("name"), schema="core")
    with engine.connect() as connection:
        part = sa.select(sa.func.count()).select_from(table).where(table.c.name.op("~")("b3"))
        none = sa.select(sa.func.count()).select_from(table).where(table.c.name.op("!~")("b3"))
        way = (
            sa.select(sa.func.count()).select_from(table).where(table.c.name.regexp_match("b[1-4]"))
        )
        assert connection.execute(part).scalar() == 1
        assert connection.execute(none).scalar() == 9
        assert connection.execute(way).scalar() == 4


def test_parameters_are_bound(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("select name from core.t where t_id = :t_id"), {"t_id": 4}
        ).scalar()
        assert found == "ab4"


def test_reflection_knows_tables_views_and_types(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    assert inspector.has_table("t", schema="core")
    assert not inspector.has_table("nothing", schema="core")
    assert inspector.get_table_names(schema="core") == ["t"]
    assert inspector.get_view_names(schema="core") == ["v"]
    types = {column["name"]: column["type"] for column in inspector.get_columns("t", "core")}
    assert isinstance(types["name"], sqltypes.VARCHAR)
    assert isinstance(types["day"], sqltypes.DATE)
    assert isinstance(types["is_even"], sqltypes.BOOLEAN)
    assert isinstance(types["amount"], sqltypes.DECIMAL)
    assert (types["amount"].precision, types["amount"].scale) == (18, 4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TIMESTAMP WITH TIME ZONE", sqltypes.TIMESTAMP),
        ("HUGEINT", sqltypes.BIGINT),
        ("STRUCT(a INTEGER)", sqltypes.NullType),
        ("INTEGER[]", sqltypes.NullType),
    ],
)
def test_a_type_has_a_name_in_sqlalchemy(name: str, expected: type) -> None:
    assert isinstance(reflected_type(name), expected)


def test_a_database_is_opened_read_only_unless_asked(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(sa.text("create table core.more (n integer)"))
