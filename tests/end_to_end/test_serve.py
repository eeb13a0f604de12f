"""The door over the network: reads of what is published, for who has the token, and nothing else, whatever is tried."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import ScvError
from orchestration.postgres.connection import extension
from orchestration.settings import REPOSITORY
from tests.support import DemoCompany, Scv, free_port

TOKEN = "a-token-that-is-long-enough"


def _extensions() -> bool:
    try:
        return all(extension(name).is_file() for name in ("httpfs", "quack"))
    except ScvError:
        return False


pytestmark = pytest.mark.skipif(
    not _extensions(), reason="needs the packages duckdb-extension-quack and -httpfs"
)


@dataclass
class Door:
    """A server under test and a client of it."""

    own: DemoCompany
    port: int
    process: subprocess.Popen[str]
    con: duckdb.DuckDBPyConnection

    @property
    def address(self) -> str:
        return f"quack:localhost:{self.port}"

    def ask(self, query: str) -> list[Any]:
        """What the server answers to a query of its own words."""
        return self.con.execute(f"from quack_query('{self.address}', $ask${query}$ask$)").fetchall()


def _client(token: str = TOKEN) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in ("httpfs", "quack"):
        con.execute(f"load '{extension(name)}'")
    con.execute(f"create secret (type quack, token '{token}')")
    return con


@pytest.fixture(scope="module")
def door(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    own = company.copy(tmp_path_factory.mktemp("door") / "company")
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-P", "-c", "from orchestration.cli import main; main()"),
            *("serve", "--port", str(port), "--warehouse", str(own.warehouse)),
        ],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "SCV_SERVE_TOKEN": TOKEN},
        text=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("Serving"), said
    assert TOKEN not in said
    yield Door(own, port, process, _client())
    process.terminate()
    process.wait(timeout=30)


def _counts(con: duckdb.DuckDBPyConnection, relations: list[str]) -> list[int]:
    return [con.execute(f"select count(*) from {name}").fetchall()[0][0] for name in relations]


def test_what_is_published_is_read(door: Door) -> None:
    names = ["marts.customer_360", "core.fct_orders", "identity.crosswalk", "metrics.by_month"]
    with duckdb.connect(str(door.own.warehouse / "scv.duckdb"), read_only=True) as file:
        here = _counts(file, names)
        totals = file.execute("from metrics.totals order by metric").fetchall()
    assert [door.ask(f"select count(*) from {name}")[0][0] for name in names] == here
    assert door.ask("from metrics.totals order by metric") == totals
    door.con.execute(f"attach '{door.address}' as remote")
    assert _counts(door.con, [f"remote.{name}" for name in names]) == here


@pytest.mark.parametrize(
    "query",
    [
        "with orders as (select customer_id, count(*) as n from core.fct_orders group by all) select n, count(*) from orders group by n",
        "select o.channel, avg(c.completeness) from core.fct_orders o join marts.customer_360 c using (customer_id) group by 1",
        "select month, sum(orders) over (order by month) from metrics.by_month",
        "select list_transform([1, 2], lambda x: x + 1), strftime(now()::timestamp, '%Y'), unnest([1, 2])",
        "describe marts.customer_360",
        "select table_name from information_schema.tables where table_schema = 'core'",
        "select i from range(3) as r (i)",
    ],
)
def test_analysts_queries_run(door: Door, query: str) -> None:
    assert door.ask(query)


@pytest.mark.parametrize(
    "attack",
    [
        "create table mine (a int)",
        "create table main.mine as select 1 as a",
        "drop view marts.customer_360",
        "create or replace view marts.customer_360 as select 1 as a",
        "insert into version_1.core.dim_date select * from version_1.core.dim_date",
        "delete from version_1.core.dim_date",
        "detach version_1",
        "attach 'other.duckdb'",
        "use version_1",
        "begin",
        "checkpoint",
        "vacuum",
        "copy (select 1) to 'scv-attack.csv'",
        "export database 'scv-attack'",
        "copy marts.customer_360 to 'http://127.0.0.1:9/x'",
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('http://127.0.0.1:9/x')",
        "from '/etc/passwd'",
        "from 'file.parquet'",
        "select (select content from read_text('/etc/passwd'))",
        "with a as (from read_text('/etc/passwd')) from a",
        "with read as (select 1) from 'read.csv'",
        "from marts.customer_360 where email in (select content from read_text('/etc/passwd'))",
        "select * from glob('/etc/*')",
        "select * from sniff_csv('/etc/passwd')",
        "select * from parquet_metadata('/etc/passwd')",
        "set enable_external_access = true",
        "reset enable_external_access",
        "set global quack_authorization_function = 'quack_nop_authorization'",
        "load httpfs",
        "install httpfs",
        "call quack_stop('quack:localhost')",
        "from quack_stop('quack:localhost')",
        "from quack_serve('quack:localhost:9513', token = 'abcdefghijkl')",
        "from quack_query('quack:localhost:9513', 'select 1')",
        "from quack_server_list()",
        "from quack_active_connections()",
        "from whoami()",
        "select quack_check_token('a', 'b', 'c')",
        "select 1 where exists (from quack_server_list())",
        "from query('select 42')",
        "from query_table('marts.customer_360')",
        "from duckdb_secrets()",
        "from duckdb_settings()",
        "from duckdb_logs",
        "from pg_catalog.pg_settings",
        "select current_setting('temp_directory')",
        "select getenv('HOME')",
        "select write_log('x')",
        "select scv_allows('{}')",
        "select scv_reads('a', 'b')",
        "from version_1.core.dim_date",
        "select 1; drop view marts.customer_360",
        "select 1; select 2",
        "prepare a as select 1",
        "explain analyze select 1",
        "pragma database_list",
        "this is no sql",
        "",
    ],
)
def test_an_attack_is_refused_and_the_door_stays_open(door: Door, attack: str) -> None:
    with pytest.raises(duckdb.Error, match=r"Authorization failed|empty|statement"):
        door.ask(attack)
    assert door.ask("select 1 + 1") == [(2,)]


def test_nothing_is_written_through_an_attached_catalogue(door: Door) -> None:
    con = _client()
    con.execute(f"attach '{door.address}' as remote")
    for statement in (
        "create table remote.main.mine (a int)",
        "create schema remote.mine",
        "create table remote.marts.mine as select 1 as a",
        "insert into remote.core.dim_date from remote.core.dim_date",
        "insert into remote.core.reporting_currency values ('XXX')",
        "update remote.core.reporting_currency set currency = 'XXX'",
        "delete from remote.core.reporting_currency",
        "drop view remote.marts.customer_360",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement).fetchall()
    assert door.ask("select currency from core.reporting_currency") != [("XXX",)]


def test_without_the_token_nothing_is_told(door: Door) -> None:
    for token in ("wrong-token-of-some-length", TOKEN[:-1], TOKEN + "x"):
        with pytest.raises(duckdb.Error) as refused:
            _client(token).execute(f"from quack_query('{door.address}', 'select 1')").fetchall()
        assert TOKEN not in str(refused.value)
    for body in (b"", b"\x00" * 64, os.urandom(4096)):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://localhost:{door.port}/quack", data=body, timeout=10).read()  # fmt: skip
    assert door.ask("select 1") == [(1,)]


def test_a_new_version_is_followed_with_clients_connected(door: Door) -> None:
    before = door.ask("select count(*) from core.dim_channel")[0][0]
    path = door.own.warehouse / "versions" / "v2" / "scv.duckdb"
    path.parent.mkdir()
    shutil.copyfile((door.own.warehouse / "scv.duckdb").resolve(), path)
    with duckdb.connect(str(path)) as con:
        con.execute("insert into core.dim_channel (channel) values ('pigeon')")
        con.execute("create table core.fct_news as select 1 as news")
    beside = door.own.warehouse / "next"
    beside.symlink_to(path)
    os.replace(beside, door.own.warehouse / "scv.duckdb")
    until = time.monotonic() + 30
    while door.ask("select count(*) from core.dim_channel")[0][0] == before:
        assert time.monotonic() < until, "the server did not follow"
        time.sleep(0.3)
    assert door.ask("select count(*) from core.dim_channel") == [(before + 1,)]
    assert door.ask("from core.fct_news") == [(1,)]
    with pytest.raises(duckdb.Error, match="Authorization failed"):
        door.ask("from version_1.core.dim_channel")


def test_a_token_must_be_a_secret(scv: Scv, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("SCV_SERVE_TOKEN", "short")
    done = scv("serve", "--warehouse", warehouse)
    assert done.returncode == 2
    assert "too short" in done.stderr
