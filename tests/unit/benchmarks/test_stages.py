"""What is told of a stage is what that stage took."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.measure import Cost, Sample
from benchmarks.plot import stage_plot
from benchmarks.stages import BETWEEN, nodes, stages
from benchmarks.telling import tell
from tests.support import DemoCompany

_STARTED = datetime(2026, 6, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def watched(company: DemoCompany, tmp_path: Path) -> Cost:
    """A run of ten seconds with two stages, of which one came twice."""
    log = tmp_path / "run.log"
    log.write_text(
        "2026-06-30T00:00:04.000000Z stage load: 3.000s, 4.500s of CPU\n"
        "2026-06-30T00:00:05.000000Z dbt model int_pairs success 0.15s\n"
        "2026-06-30T00:00:05.100000Z dbt model int_clusters success 1.25s\n"
        "2026-06-30T00:00:05.200000Z dbt test unique_key pass 0.03s\n"
        "2026-06-30T00:00:06.000000Z stage publish: 1.000s, 1.000s of CPU\n"
        "2026-06-30T00:00:09.000000Z stage publish: 1.000s, 0.500s of CPU\n"
    )
    summary = {
        "log": str(log),
        "stage_seconds": {"load": 3.0, "publish": 2.0},
        "stage_cpu_seconds": {"load": 4.5, "publish": 1.5},
    }
    seen = ((0.5, 10, 1), (2.0, 300, 2), (3.5, 200, 5), (5.5, 90, 7), (7.0, 400, 9), (8.5, 80, 8))
    samples = tuple(Sample(_STARTED + at, memory, disk) for at, memory, disk in seen)
    return Cost(10.0, 7.5, 400, json.dumps(summary), _STARTED, samples)


def test_stages_add_up_to_the_run(watched: Cost, company: DemoCompany) -> None:
    found = {each["stage"]: each for each in stages(watched, company.warehouse)}
    assert list(found) == [BETWEEN, "load", "publish"]
    assert sum(each["seconds"] for each in found.values()) == watched.seconds
    assert sum(each["cpu_seconds"] for each in found.values()) == watched.cpu_seconds
    held = {name: (each["memory_bytes"], each["disk_bytes"]) for name, each in found.items()}
    assert held == {BETWEEN: (400, 9), "load": (300, 5), "publish": (90, 8)}
    assert found["load"]["rows"] >= company.summary["rows_loaded"]
    assert found["publish"]["rows"] > company.summary["profiles"]


def test_a_run_tells_of_all_its_stages(company: DemoCompany) -> None:
    summary = company.summary
    cpu = summary["stage_cpu_seconds"]
    assert list(cpu) == list(summary["stage_seconds"])
    assert all(cpu[stage] > 0 for stage in ("load", "staging", "identity", "core", "marts"))
    whole = Cost(summary["seconds"], sum(cpu.values()), 0, json.dumps(summary), _STARTED, ())
    assert [each["stage"] for each in stages(whole, company.warehouse)] == [BETWEEN, *cpu]
    assert any(name.startswith("model ") for name in nodes(whole))


def test_the_longest_nodes_come_first(watched: Cost) -> None:
    assert list(nodes(watched).items()) == [("model int_clusters", 1.25), ("model int_pairs", 0.15)]


def test_a_picture_draws_every_figure_as_long_as_it_is(watched: Cost, company: DemoCompany) -> None:
    full = stages(watched, company.warehouse)
    day = [{**each, "seconds": each["seconds"] / 2} for each in full[:2]]
    drawn = ElementTree.fromstring(stage_plot("10 < 20 customers", {"full": full, "day": day}))
    told = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"10 < 20 customers", "full", "day", "load", "publish", "3.0", "1.5"} <= set(told)
    lengths = [
        float(each.get("width", 0)) for each in drawn.iter("{http://www.w3.org/2000/svg}rect")
    ]
    # The paper, two squares, then the seconds of the full run.
    assert lengths[3:6] == [pytest.approx(110 * seconds / 5) for seconds in (5, 3, 2)]


def test_what_an_older_measurement_lacks_is_left_empty(
    watched: Cost, company: DemoCompany, capsys: pytest.CaptureFixture[str]
) -> None:
    step = {"seconds": 1.0, "cpu_seconds": 2.0, "memory_bytes": 3_000_000}
    found = {
        **{"customers": 1, "rows_in": 2, "profiles": 3, "disk_bytes": 4, "landing_bytes": 5},
        "steps": {"full": step},
        "ratios": {"full / floor": 5.0},
        "stages": {"full": stages(watched, company.warehouse)},
        "nodes": {"full": nodes(watched)},
        "reading": {"timeline_ms": 1.5},
        "reading_in_a_run": {"timeline_ms": 2.5},
        "help_seconds": 0.1,
    }
    tell(found, None)
    alone = capsys.readouterr().out
    tell(found, {"steps": {"full": {"cpu_seconds": 77.7}}, "ratios": {}})
    beside = capsys.readouterr().out
    assert "77.7" in beside
    assert "77.7" not in alone
    assert beside.replace("77.7", "").split() == alone.split()
