"""A company lives twelve days; on the thirteenth half of a source is missing, and what happens is what was promised."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb

from tests.warm import run_warm

FIRST = date(2026, 9, 1)
SOURCES = {"shop": 400, "market": 300}


def _deliver(landing: Path, number: int, halved: str = "", strangers: str = "") -> None:
    draw, day = Random(number), FIRST + timedelta(number)
    for source, around in SOURCES.items():
        rows = int(around * (0.45 if day.weekday() >= 5 else 1) * draw.uniform(0.9, 1.1))
        people = [f"{source}-{number}-{i}" for i in range(rows // 10)]
        _write(
            landing / source / "profiles" / f"{day}.csv",
            ("source_record_id", "full_name", "email"),
            [(p, f"Anna Müller {p}", f"{p}@example.org") for p in people],
        )
        orders = [
            (
                f"{source}-{number}-{i}",
                f"nobody-{i}" if source == strangers else draw.choice(people),
                f"{day}T{draw.randrange(24):02}:{draw.randrange(60):02}:00Z",
                "EUR",
                "unreadable" if (number, i) == (3, 5) else f"{draw.uniform(5, 200):.2f}",
            )
            for i in range(rows)
            if source != halved or i % 2
        ]
        header = ("order_id", "customer_ref", "ordered_at", "currency", "total_amount")
        _write(landing / source / "orders" / f"{day}.csv", header, orders)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _query(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_bad_day_is_stopped_and_does_not_hold_the_others(tmp_path: Path) -> None:
    landing, warehouse, config = (tmp_path / name for name in ("landing", "warehouse", "config"))
    quality = warehouse / "quality.duckdb"
    where = ("--landing", str(landing), "--warehouse", str(warehouse))
    for number in range(12):
        _deliver(landing, number)
    done = run_warm("run", "--json", *where, "--as-of", "2026-09-12", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    first = json.loads(done.stdout)
    assert not [f for f in first["failures"] if f["severity"] == "error"]
    # Rows that somebody dismissed stay counted: the gate over the books must pass in the next run.
    listed = json.loads(
        run_warm("quarantine", "list", "--json", "--warehouse", str(warehouse), cwd=tmp_path).stdout
    )
    ids = [entry["quarantine_id"] for entry in listed]
    assert len(ids) == 2
    run_warm("quarantine", "dismiss", *ids, "--warehouse", str(warehouse), cwd=tmp_path)

    _deliver(landing, 12, halved="shop")
    done = run_warm("run", "--json", *where, "--as-of", "2026-09-13", cwd=tmp_path)
    assert done.returncode == 3
    stopped = json.loads(done.stdout)
    (failure,) = [f for f in stopped["failures"] if f["severity"] == "error"]
    assert failure["check_name"] == "volume_drop"
    assert (failure["relation"], failure["source_id"]) == ("raw.canonical__orders", "shop")
    assert failure["sample_keys"] == ["file=2026-09-13.csv"]
    assert stopped["published"] == first["published"]
    for part in ("worst sources: shop", "--accept volume_drop@shop", "which is as of 20"):
        assert part in done.stderr
    assert _query(quality, "select source_id, sample_keys from quality.gate_results where not is_success and severity = 'error'")  # fmt: skip
    assert "volume_drop" in (warehouse / "reports" / "index.html").read_text()

    config.mkdir()
    (config / "sources.csv").write_text("source_id,on_failure\nshop,skip_source\n")
    options = (*where, "--as-of", "2026-09-13", "--config", str(config))
    done = run_warm("run", "--json", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    skipped = json.loads(done.stdout)
    assert skipped["set_aside"] == ["shop"]
    published = warehouse / "scv.duckdb"
    newest = "select source_id, max(ordered_at)::date from core.fct_orders group by 1 order by 1"
    assert _query(published, newest) == [
        ("market", date(2026, 9, 13)),
        ("shop", date(2026, 9, 12)),
    ]
    files = "select status, count(*) from quality.files group by 1 order by 1"
    assert _query(quality, files) == [("loaded", 50), ("set_aside", 2)]
    assert _query(quality, "select sum(rows_quarantined) from quality.reconciliation") == [(2,)]
    assert _query(quality, "select count(*) from quality.quarantine") == [(0,)]

    # A source that shows its fault late: when it is known whose orders these are, or that they are nobody's.
    ids = dict(_query(published, _CUSTOMERS))
    _deliver(landing, 13, strangers="market")
    twins = [(f"market-1-{i}", "Anna Müller", "one@example.org") for i in (0, 1)]
    header = ("source_record_id", "full_name", "email")
    _write(landing / "market" / "profiles" / "twins.csv", header, twins)
    (config / "quality_thresholds.csv").write_text(
        "source_id,table_name,column_name,check_name,warn_at,fail_at,description\n"
        "market,fct_orders,,unattributed_share,0.03,0.06,Every order is somebody's\n"
    )
    options = (*where, "--as-of", "2026-09-14", "--config", str(config))
    done = run_warm("run", "--json", *options, cwd=tmp_path)
    assert done.returncode == 3, done.stderr[-3000:]
    (failure,) = [f for f in json.loads(done.stdout)["failures"] if f["severity"] == "error"]
    assert (failure["relation"], failure["source_id"]) == ("core.fct_orders", "market")
    told = {source: _told_to_dagster(warehouse, source) for source in SOURCES}

    (config / "sources.csv").write_text(
        "source_id,on_failure\nshop,skip_source\nmarket,skip_source\n"
    )
    done = run_warm("run", "--json", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["set_aside"] == ["market", "shop"]
    assert _query(published, newest) == [
        ("market", date(2026, 9, 13)),
        ("shop", date(2026, 9, 14)),
    ]
    # Neither the run that was stopped nor the first half of this one gave or took an id: readers saw neither.
    now = dict(_query(published, _CUSTOMERS))
    assert {profile: now[profile] for profile in ids} == ids
    assert _query(
        published, "select count(*) from identity.events where event_type = 'merged'"
    ) == [(0,)]
    # On the shelf of sources it is the last delivery that readers have.
    assert _told_to_dagster(warehouse, "market") == told["market"]


_CUSTOMERS = "select source_id || ':' || source_record_id, customer_id from identity.crosswalk"


def _told_to_dagster(warehouse: Path, source: str) -> object:
    """When Dagster last heard that readers have something new of a source."""
    import dagster as dg

    home = warehouse / "build" / "dagster"
    with dg.DagsterInstance.from_config(str(home), "headless.yaml") as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["sources", source]))
    return event and event.timestamp
