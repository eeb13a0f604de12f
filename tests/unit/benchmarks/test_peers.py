"""Peers are measured at the same work as we are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.peers import edges, given
from orchestration import sql
from tests.support import DemoCompany


def test_every_way_finds_the_same_components() -> None:
    found = {}
    for way in ("ours", "propagation", "splink"):
        with duckdb.connect() as con:
            edges.make(con, 3000)
            edges.WAYS[way](con)
            found[way] = con.execute("from found order by node").fetchall()
    assert found["propagation"] == found["ours"]
    assert found["splink"] == found["ours"]
    assert 200 < len({component for _, component in found["ours"]}) < 1200


@pytest.mark.parametrize("columns", ["as_sent", "as_compared"])
def test_peers_are_given_every_profile_once(
    company: DemoCompany, tmp_path: Path, columns: str
) -> None:
    database = company.warehouse / "build" / "scv.duckdb"
    written = getattr(given, columns)(database, tmp_path / "given.parquet")
    with duckdb.connect(str(database), read_only=True) as con:
        missing = con.execute(
            "select source_id, source_record_id from staging.profiles "
            f"except select source_id, source_record_id from {sql.path(tmp_path / 'given.parquet')}"
        ).fetchall()
        nodes = con.execute(
            f"select count(distinct node) from {sql.path(tmp_path / 'given.parquet')}"
        ).fetchall()[0][0]
    assert not missing
    assert nodes == written
