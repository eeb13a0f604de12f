"""One bad system does not hold the rest: its new data wait outside raw and come back as they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.errors import GateError, UsageError
from orchestration.gates.arrivals import TABLES
from orchestration.gates.aside import release, set_aside, to_be_skipped
from orchestration.gates.judging import Rulebook
from orchestration.gates.propose import as_csv, propose
from orchestration.gates.results import ERROR, CheckResult
from orchestration.ingestion.sources import Source, Sources
from orchestration.running.progress import Progress
from orchestration.running.session import Session
from orchestration.settings import Settings
from orchestration.transformation.dbt import NodeResult
from orchestration.transformation.layers import Layer
from tests.unit.gates.days import FIRST, Company, company


def _failed(relation: str, source: str | None) -> CheckResult:
    return CheckResult("raw", relation, "volume_drop", ERROR, False, "", "", source)


_SOURCES = Sources(
    {"bad": Source("bad", on_failure="skip_source"), "worse": Source("worse", on_failure="stop")}
)


@pytest.mark.parametrize(
    ("failed", "skipped"),
    [
        ([_failed("raw.canonical__orders", "bad")], {"bad"}),
        ([_failed("staging.orders_versions", "bad")], {"bad"}),
        ([_failed("core.fct_orders", "bad")], {"bad"}),
        ([_failed("core.fct_orders", None)], set()),
        (
            [_failed("raw.canonical__orders", "bad"), _failed("raw.canonical__orders", "worse")],
            set(),
        ),
        # What the loader or the reconciliation got wrong is no source's fault.
        ([_failed("state.files", "bad")], set()),
        ([_failed("quality.reconciliation", "bad")], set()),
        ([_failed("raw.canonical__orders", "unlisted")], set()),
    ],
)
def test_a_run_goes_on_only_without_sources_that_say_so(
    failed: list[CheckResult], skipped: set[str]
) -> None:
    assert to_be_skipped(failed, _SOURCES) == skipped


@pytest.fixture(scope="module")
def lived() -> Company:
    made = company(seed=21)
    made.past(12)
    return made


def _raw(made: Company) -> list[tuple[object, ...]]:
    return made.con.execute("from raw.canonical__orders order by _file_id, _file_row").fetchall()


def test_what_is_set_aside_waits_and_comes_back_as_it_was(lived: Company) -> None:
    before = _raw(lived)
    half = "select * from made where hash(order_id) % 2 = 0"
    found = lived.live(FIRST + timedelta(12), {"shop": half})
    assert found["shop: volume_drop"] == "stop"
    whole = _raw(lived)

    assert set_aside(lived.con, "shop", "set aside: half is missing") == 1
    assert _raw(lived) == before
    status = "select status, reason from state.files where source_id = 'shop' order by file_id desc limit 1"
    assert lived.con.execute(status).fetchall() == [("set_aside", "set aside: half is missing")]
    # The other sources are judged as ever, and the next run says who waits.
    found = lived.live(FIRST + timedelta(13))
    assert found == {"shop: source_set_aside": "warn"}

    assert release(lived.con, "shop") == 1
    assert sorted(_raw(lived), key=str) == sorted(whole + _raw(lived)[len(whole) :], key=str)
    found = lived.live(FIRST + timedelta(14))
    assert found["shop: volume_drop"] == "stop"
    with pytest.raises(UsageError):
        release(lived.con, "shop")


def test_history_proposes_thresholds_that_it_would_not_have_broken(
    lived: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = Rulebook(lived.contracts, lived.sources, lived.thresholds, {}, FIRST + timedelta(20))
    proposals = propose(lived.con, rules)
    drops = {p.source_id: p.threshold for p in proposals if p.check == "volume_drop"}
    # Half of an order file is missing in this past, so the shop is given more room; a short one tightens nothing.
    assert (drops["shop"].fail_at or 0) < 0.5
    assert "bank" not in drops
    monkeypatch.setattr("orchestration.gates.propose.MANY", 5)
    tighter = {
        p.source_id: p.threshold for p in propose(lived.con, rules) if p.check == "volume_drop"
    }
    assert (tighter["bank"].fail_at or 0) > 0.6
    lines = as_csv(proposals).splitlines()
    assert lines[0].startswith("source_id,table_name,column_name,check_name,warn_at,fail_at")
    assert any(line.startswith("shop,orders,,volume_drop,") for line in lines)


_STAGED = "create or replace table staging.orders_versions as select _source_id as source_id, order_id, _file_id, 'live' as _outcome, null::varchar as _reject_reason from raw.canonical__orders"
_BOOKS = """
create schema raw; create schema staging; create schema state; create schema gates;
create table raw.canonical__orders (order_id varchar, _source_id varchar, _file_id bigint);
insert into raw.canonical__orders values
    ('B1', 'bad', 1), ('B2', 'bad', 2), ('B3', 'bad', 2), ('G1', 'good', 3), ('G2', 'good', 4);
create table state.runs (run_id varchar, outcome varchar, started_at timestamp);
create table state.files (file_id bigint, run_id varchar, source_id varchar, system varchar, table_name varchar,
    file_name varchar, status varchar, rows_loaded bigint, reason varchar);
insert into state.files
    select file_id, 'r', case when file_id < 3 then 'bad' else 'good' end, 'canonical', 'orders', file_id || '.csv',
        'loaded', 1, null from range(1, 5) as r(file_id);
"""


@pytest.mark.parametrize("on_failure", ["skip_source", "stop"])
def test_a_source_that_fails_in_staging_is_set_aside_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_failure: str
) -> None:
    from orchestration.gates import gate

    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.csv").write_text(f"source_id,on_failure\nbad,{on_failure}\ngood,stop\n")
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse", config=config)
    settings.build.mkdir(parents=True)
    with duckdb.connect(str(settings.build_database)) as con:
        con.execute(_BOOKS)
        con.execute(TABLES)
        # The first file of each was published before.
        con.execute("insert into gates.arrivals (arrival_id, published_in) values (1, 'earlier')")
        con.execute("insert into gates.arrival_files values (1, 1), (3, 1)")
        con.execute(_STAGED + " where order_id <> 'B2'")

    dbt = SimpleNamespace(manifest=dict)
    session = Session(settings, "r", Progress(None), dbt)  # type: ignore[arg-type]

    def build(session: Session, layer: Layer, nodes: list[NodeResult]) -> None:
        assert layer.name == "staging"
        with session.connect() as con:
            con.execute(_STAGED)

    monkeypatch.setattr(gate, "known_relations", lambda _: {"staging.orders_versions": {}})
    monkeypatch.setattr(gate, "build_layer", build)
    found: list[CheckResult] = []
    if on_failure == "stop":
        with pytest.raises(GateError, match="every_raw_row_became_one_version"):
            gate.judge(session, "staging", found)
        assert session.set_aside == []
    else:
        gate.judge(session, "staging", found)
        assert session.set_aside == ["bad"]
        assert [(r.check_name, r.severity, r.source_id) for r in found if not r.is_success] == [
            ("every_raw_row_became_one_version", "warn", "bad")
        ]
    with session.connect() as con:
        kept = con.execute("select order_id from staging.orders_versions order by 1").fetchall()
        waiting = con.execute("select file_id from state.files where status = 'set_aside'")
        went_on = on_failure == "skip_source"
        assert waiting.fetchall() == ([(2,)] if went_on else [])
    assert [key for (key,) in kept] == (["B1", "G1", "G2"] if went_on else ["B1", "B3", "G1", "G2"])
