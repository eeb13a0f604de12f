"""The mart against a real PostgreSQL: all of it or nothing, little work for little change, and to each what is theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

from orchestration.errors import ScvError, UsageError
from orchestration.postgres import publish as publishing
from orchestration.postgres.publish import publish_to
from orchestration.settings import Settings
from tests.support import DemoCompany, Scv
from tests.support_postgres import JDBC_DRIVER, Server, needs_jdbc, needs_postgres, server

pytestmark = needs_postgres
PERSONAL = ("email", "phone", "full_name", "address_line")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as started:
        for name in ("loader", "ana", "rosa", "usa", "nobody"):
            more = "createrole" if name == "loader" else ""
            started.psql(f"create role {name} login {more} password 'secret-of-{name}'", database="postgres")  # fmt: skip
        started.psql("create database mart owner loader", database="postgres")
        yield started


@pytest.fixture(scope="module")
def own(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return company.copy(tmp_path_factory.mktemp("mart") / "company")


@pytest.fixture(scope="module")
def settings(own: DemoCompany) -> Settings:
    return Settings(landing=own.landing, warehouse=own.warehouse)


@pytest.fixture(scope="module")
def mart(scv: Scv, postgres: Server, own: DemoCompany) -> Server:
    """Brought up once by the command line; rights given as an administrator would."""
    done = scv(
        "publish", "--json", "--to", postgres.address("loader"), "--warehouse", own.warehouse
    )
    assert done.returncode == 0, done.stderr
    assert {one["how"] for one in json.loads(done.stdout)} == {"swapped"}
    assert "secret" not in done.stdout + done.stderr
    for role, people in (("scv_analyst", "ana"), ("scv_restricted", "rosa, usa")):
        assert postgres.psql(f"grant {role} to {people}") == ""
    return postgres


@pytest.fixture
def file(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(settings.published), read_only=True) as con:
        yield con


def _next_version(settings: Settings, name: str, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:  # fmt: skip
    """Publish another version that differs by a change."""
    path = settings.versions / name / "scv.duckdb"
    path.parent.mkdir()
    shutil.copyfile(settings.published.resolve(), path)
    with duckdb.connect(str(path)) as con:
        change(con)
    settings.published.unlink()
    settings.published.symlink_to(os.path.relpath(path, settings.warehouse))


def _counts(mart: Server, tables: list[str]) -> dict[str, int]:
    union = " union all ".join(f"select '{name}', count(*) from {name}" for name in tables)
    return dict(tuple(row) for row in mart.rows(union))


def test_every_relation_is_there_with_its_rows_types_key_and_words(
    mart: Server, file: duckdb.DuckDBPyConnection
) -> None:
    names = [f"{schema}.{name}" for schema, name in file.execute("select table_schema, table_name from information_schema.tables").fetchall()]  # fmt: skip
    held = {name: file.execute(f"select count(*) from {name}").fetchall()[0][0] for name in names}
    assert _counts(mart, names) == held
    engine = sqlalchemy.create_engine(mart.address("rosa").replace("postgresql", "postgresql+pg8000"))  # fmt: skip
    inspector = sqlalchemy.inspect(engine)
    assert {"core", "marts", "metrics", "identity", "quality"} <= set(inspector.get_schema_names())
    assert len(inspector.get_table_names("core")) == sum(name.startswith("core.") for name in names)
    assert inspector.get_pk_constraint("fct_orders", "core")["constrained_columns"] == ["source_id", "order_id"]  # fmt: skip
    columns = {column["name"]: column for column in inspector.get_columns("fct_orders", "core")}
    assert str(columns["total_amount"]["type"]) == "NUMERIC(18, 4)"
    assert str(columns["ordered_at"]["type"]) == "TIMESTAMP"
    assert all(column["comment"] for column in columns.values())
    assert inspector.get_table_comment("fct_orders", "core")["text"]
    assert any(index["column_names"] == ["customer_id"] for index in inspector.get_indexes("fct_orders", "core"))  # fmt: skip
    [link] = inspector.get_foreign_keys("fct_orders", "core")
    assert link["constrained_columns"] == link["referred_columns"] == ["customer_id"]
    assert (link["referred_schema"], link["referred_table"]) == ("core", "dim_customer")
    linked = mart.rows(
        "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
    )
    facts = {name for name in names if ".fct_" in name and file.execute(f"select 1 from (describe {name}) where column_name = 'customer_id'").fetchall()}  # fmt: skip
    assert len(facts) > 10
    assert facts <= {place for place, to in linked if to == "core.dim_customer"}
    assert {"core.dim_customer_history", "identity.events"} <= {place for place, to in linked if to == "identity.customers"}  # fmt: skip
    # What they say holds, though PostgreSQL was spared to look.
    for place, _ in linked:
        assert mart.psql(f"alter table {place} validate constraint scv_customer") == ""  # fmt: skip
    engine.dispose()


@needs_jdbc
def test_a_jdbc_tool_sees_schemas_tables_columns_and_keys(
    mart: Server, file: duckdb.DuckDBPyConnection
) -> None:
    program = Path(__file__).parents[1] / "fixtures" / "JdbcMetadata.java"
    url = f"jdbc:postgresql://127.0.0.1:{mart.port}/mart"
    done = subprocess.run(
        ["java", "-cp", JDBC_DRIVER, program, url, "rosa", "secret-of-rosa"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, list[list[str]]] = {}
    for line in done.stdout.splitlines():
        kind, *parts = line.split("\t")
        told.setdefault(kind, []).append(parts)
    assert ["marts"] in told["schema"]
    tables = {f"{schema}.{name}": words for schema, name, words in told["table"]}
    published = file.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()  # fmt: skip
    assert {name for (name,) in published} <= set(tables)
    assert tables["marts.customer_360"] not in ("", "null")
    columns = {name: (data_type, words) for name, data_type, words in told["column"]}
    assert columns["total_amount"][0] == "numeric"
    assert all(words not in ("", "null") for _, words in columns.values())
    assert sorted(told["primary key"]) == [["order_id"], ["source_id"]]
    assert told["foreign key"] == [["customer_id", "dim_customer"]]
    held = file.execute("select count(*) from marts.customer_360").fetchall()[0][0]
    assert told["row"] == [[str(held)]]


def test_every_metric_is_the_same_figure(mart: Server, file: duckdb.DuckDBPyConnection) -> None:
    here = dict(file.execute("select metric, value from metrics.totals").fetchall())
    there = dict(tuple(row) for row in mart.rows("select metric, value from metrics.totals"))
    assert len(here) > 90
    assert {name: pytest.approx(value) for name, value in here.items()} == there
    by_hand = mart.rows("select sum(total_amount_reporting) from core.fct_orders where has_happened and (cancelled_at is null or total_amount < 0)")  # fmt: skip
    assert float(by_hand[0][0]) == pytest.approx(here["order_amount"])


def test_an_analyst_finds_out_nothing_about_a_person(
    mart: Server, file: duckdb.DuckDBPyConnection
) -> None:
    assert "permission denied" in mart.psql("select count(*) from marts.customer_360", "ana")
    assert "permission denied" in mart.psql("select * from scv_state.published", "ana")
    assert "permission denied" in mart.psql("insert into scv_access.row_scopes values ('ana', '*')", "ana")  # fmt: skip
    values = {
        value
        for (value,) in file.execute(
            "select distinct attribute_value from identity.golden_values "
            f"where attribute in {PERSONAL} and length(attribute_value) >= 7"
        ).fetchall()
        # A placeholder is nobody's, and a row of zeros stands in many figures.
        if len(set(value)) > 3
    }
    assert len(values) > 100
    views = mart.rows("select table_schema, table_name from information_schema.views where table_schema like '%_masked'", "ana")  # fmt: skip
    assert len(views) > 45
    for schema, name in views:
        text = "\n".join(str(row[0]) for row in mart.rows(f"select t::text from {schema}.{name} as t", "ana"))  # fmt: skip
        found = [value for value in values if value in text]
        assert not found, f"{schema}.{name} shows {len(found)} personal values"
    kept = mart.rows("select count(*), count(country), count(birth_date), count(email) from marts_masked.customer_360", "ana")[0]  # fmt: skip
    assert kept[0] > kept[1] > 0 < kept[2]
    assert kept[3] == 0
    assert mart.rows("select count(*) from marts.customer_360", "rosa")[0][0] == kept[0]


def test_what_did_not_change_is_not_touched(mart: Server, settings: Settings) -> None:
    before = mart.rows("select oid, relfilenode from pg_class where relnamespace = 'core'::regnamespace order by oid")  # fmt: skip
    done = publish_to(settings, mart.address("loader"))
    assert {one.how for one in done} == {"unchanged"}
    after = mart.rows("select oid, relfilenode from pg_class where relnamespace = 'core'::regnamespace order by oid")  # fmt: skip
    assert before == after


def test_a_small_change_is_applied_and_a_large_one_swapped(
    mart: Server, settings: Settings
) -> None:
    mart.psql("create schema theirs; create view theirs.paid as select customer_id, amount from core.fct_payments; create view theirs.open as select order_id, total_amount from core.fct_orders")  # fmt: skip

    def change(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("update core.fct_orders set status = 'changed' where order_id in (select order_id from core.fct_orders order by 1 limit 2)")  # fmt: skip
        con.execute("delete from core.fct_orders where order_id = (select max(order_id) from core.fct_orders)")  # fmt: skip
        con.execute("update core.fct_payments set description = 'new' || chr(0)")
        con.execute("drop table core.dim_org_unit")

    _next_version(settings, "v2", change)
    done = {one.relation: one.how for one in publish_to(settings, mart.address("loader"))}
    assert done["core.fct_orders"] == "3 rows changed"
    assert done["core.fct_payments"] == "swapped"
    assert done["core.dim_customer"] == "unchanged"
    with duckdb.connect(str(settings.published), read_only=True) as con:
        here = con.execute("select order_id, status, total_amount from core.fct_orders order by source_id, order_id").fetchall()  # fmt: skip
    there = [tuple(row) for row in mart.rows("select order_id, status, total_amount from core.fct_orders order by source_id collate \"C\", order_id collate \"C\"")]  # fmt: skip
    assert sorted(here, key=str) == sorted(there, key=str)
    assert mart.rows("select distinct description from core.fct_payments") == [("new",)]
    # What people built on it goes on working, and sees the new rows.
    assert mart.rows("select count(*) from theirs.paid")[0][0] > 0
    assert mart.rows("select count(*) from theirs.open")[0][0] == len(here)
    assert mart.rows("select to_regclass('core.dim_org_unit'), to_regclass('core_masked.dim_org_unit')") == [(None, None)]  # fmt: skip


def test_keys_follow_customers_who_come_and_are_left_out_where_they_do_not_hold(
    mart: Server, settings: Settings
) -> None:
    one = "rowid = (select min(rowid) from core.fct_orders where customer_id is not null)"

    def comes(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("insert into core.dim_customer select * replace ('c_new' as customer_id) from core.dim_customer limit 1")  # fmt: skip
        con.execute("insert into identity.customers select * replace ('c_new' as customer_id) from identity.customers limit 1")  # fmt: skip
        con.execute(f"update core.fct_orders set customer_id = 'c_new' where {one}")

    def is_replaced(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("update core.dim_customer set city = 'Elsewhere'")
        con.execute(f"update core.fct_orders set customer_id = 'c_nobody' where {one}")

    linked = "select conrelid::regclass::text from pg_constraint where conname = 'scv_customer' order by 1"
    before = mart.rows(linked)
    _next_version(settings, "k1", comes)
    done = {one.relation: one.how for one in publish_to(settings, mart.address("loader"))}
    assert done["core.dim_customer"] == done["core.fct_orders"] == "1 rows changed"
    assert mart.rows(linked) == before
    refused = mart.psql("update core.fct_orders set customer_id = 'c_nobody'")
    assert "violates foreign key constraint" in refused
    _next_version(settings, "k2", is_replaced)
    done = {one.relation: one.how for one in publish_to(settings, mart.address("loader"))}
    assert (done["core.dim_customer"], done["core.fct_orders"]) == ("swapped", "1 rows changed")
    assert mart.rows(linked) == [row for row in before if row[0] != "core.fct_orders"]


def test_a_failure_on_the_way_leaves_everything_as_it_was(
    mart: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mart.rows("select relation, content from scv_state.published order by 1")
    orders = mart.rows("select sum(total_amount) from core.fct_orders")
    _next_version(
        settings, "v3", lambda con: con.execute("update core.fct_orders set total_amount = 1")
    )

    def fail(*_: object) -> None:
        raise ScvError("the cable is out")

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "protect", fail)
        with pytest.raises(ScvError, match="cable"):
            publish_to(settings, mart.address("loader"))
    assert mart.rows("select relation, content from scv_state.published order by 1") == before
    assert mart.rows("select sum(total_amount) from core.fct_orders") == orders
    publish_to(settings, mart.address("loader"))
    [[count, total]] = mart.rows("select count(*), sum(total_amount) from core.fct_orders")
    assert count == total


def test_rows_are_seen_by_scope(mart: Server, settings: Settings) -> None:
    publish_to(settings, mart.address("loader"), rows_by="country")
    try:
        everything = mart.rows("select count(*) from marts.customer_360")[0][0]
        assert mart.rows("select count(*) from marts.customer_360", "usa")[0][0] == 0
        assert mart.rows("select count(*) from core_masked.fct_orders", "ana")[0][0] == 0
        mart.psql("insert into scv_access.row_scopes values ('usa', 'US'), ('ana', 'US'), ('rosa', '*')")  # fmt: skip
        assert mart.rows("select distinct country from marts.customer_360", "usa") == [("US",)]
        assert mart.rows("select count(*) from marts.customer_360", "rosa")[0][0] == everything
        for schema, user in (("core", "usa"), ("core_masked", "ana")):
            [(seen, foreign)] = mart.rows(
                f"select count(*), count(*) filter (where customer_id is null) from {schema}.fct_orders", user
            )  # fmt: skip
            [(theirs,)] = mart.rows("select count(*) from core.fct_orders join marts.customer_360 using (customer_id) where country = 'US'")  # fmt: skip
            assert (seen, foreign) == (theirs, 0)
        assert mart.rows("select count(*) from identity.links", "usa")[0][0] == 0
        assert mart.rows("select count(*) from identity.links", "rosa")[0][0] > 0
        # Nor by a condition that tells of the rows it is asked of.
        peeped = mart.psql("create function pg_temp.peep(t text) returns boolean cost 0.0000001 language plpgsql as $$ begin raise notice '%', t; return true; end $$; select count(*) from core_masked.fct_orders where pg_temp.peep(customer_id)", "ana")  # fmt: skip
        assert peeped.splitlines()[-1] == str(theirs)
    finally:
        mart.psql("delete from scv_access.row_scopes")
        publish_to(settings, mart.address("loader"))
    assert mart.rows("select count(*) from marts.customer_360", "usa")[0][0] == everything


def test_what_is_wrong_is_said_without_the_password(mart: Server, settings: Settings) -> None:
    for address in (
        mart.address("loader").replace("secret-of-loader", "wrong-one"),
        mart.address("nobody"),
        "postgresql://loader:wrong-one@127.0.0.1:1/mart",
    ):
        with pytest.raises(ScvError, match="PostgreSQL") as refused:
            publish_to(settings, address)
        assert "wrong-one" not in str(refused.value)
        assert "secret-of" not in str(refused.value)
    with pytest.raises(UsageError, match="no column shoe_size"):
        publish_to(settings, mart.address("loader"), rows_by="shoe_size")
    with pytest.raises(UsageError, match="postgresql://"):
        publish_to(settings, "mysql://x")
