"""`make bench`: the whole product against the floor, a day of one percent, the next, a run with nothing new, and the read side.

Times of one run on one machine are compared with each other, never with those of another. What was measured is kept as
JSON in bench/results/, with the versions it was measured with and a picture of the stages, and told beside what the
measurement before found.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, cost
from benchmarks.plot import stage_plot
from benchmarks.reading import read, read_meanwhile
from benchmarks.stages import nodes, stages
from benchmarks.telling import tell
from orchestration.publishing.disk import disk_bytes
from orchestration.settings import REPOSITORY

SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
_SCV = REPOSITORY / ".venv" / "bin" / "scv"
_PYTHON = REPOSITORY / ".venv" / "bin" / "python"
# The demo's own last day, and the one after.
_AS_OF, _NEXT = "2026-06-30", "2026-07-01"
_LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "splink")


def main() -> None:
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument(
        "--scale",
        choices=SCALES,
        default="S",
        help="S 10 thousand customers, M 100 thousand, L a million",
    )
    asked.add_argument("--customers", type=int, help="so many instead")
    asked.add_argument(
        "--folder", type=Path, default=REPOSITORY / "bench", help="where data and results go"
    )
    options = asked.parse_args()
    customers = options.customers or SCALES[options.scale]
    name = f"{customers}"
    results = options.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    found = measure(customers, options.folder / name)
    earlier = sorted(results.glob(f"{name}-*.json"))
    before = json.loads(earlier[-1].read_text()) if earlier else None
    path = results / f"{name}-{found['measured_at'].replace(':', '')}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    picture = path.with_suffix(".svg")
    picture.write_text(stage_plot(f"{customers:,} customers, stage by stage", found["stages"]))
    tell(found, before)
    print(f"\nKept in {path}\n    and {picture}")


def measure(customers: int, folder: Path) -> dict[str, Any]:
    """Make the data, unless they are there, and measure everything on them once."""
    landing, warehouse = folder / "landing", folder / "warehouse"
    days = {number: folder / f"day_{number}" / "landing" for number in (1, 2)}
    _demo(customers, 1, landing)
    for number, of_day in days.items():
        _demo(max(1, customers // 100), 1 + number, of_day)
    for arrived in landing.rglob("day_*"):
        arrived.unlink()
    shutil.rmtree(warehouse, ignore_errors=True)
    _say("floor: reading, writing and grouping the files")
    floor = cost([_PYTHON, "-m", "benchmarks.floor", landing, folder / "floor.duckdb"])
    (folder / "floor.duckdb").unlink()

    def run(as_of: str = _AS_OF) -> Cost:
        options: list[str | Path] = [
            "--landing",
            landing,
            "--warehouse",
            warehouse,
            "--config",
            folder / "config",
        ]
        return cost([_SCV, "run", "--json", "--as-of", as_of, *options], warehouse)

    _say("full: the first run on an empty warehouse")
    full = run()
    stages_of = {"full": stages(full, warehouse)}
    _say("nothing new: the same again")
    unchanged = run()
    _say("a day: one percent of new customers with all they do")
    _arrive(days[1], landing, "day_1_")
    day = run()
    stages_of["day of 1 %"] = stages(day, warehouse)
    _say("reading what is published")
    reading = read(warehouse / "scv.duckdb")
    _say("the next day, while it is read")
    _arrive(days[2], landing, "day_2_")
    next_day, reading_in_a_run = read_meanwhile(warehouse / "scv.duckdb", lambda: run(_NEXT))
    helping = statistics.median(cost([_SCV, "--help"]).seconds for _ in range(5))
    steps = {
        "floor": floor,
        "full": full,
        "nothing new": unchanged,
        "day of 1 %": day,
        "next day of 1 %": next_day,
    }
    summary = json.loads(full.output)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "customers": customers,
        "rows_in": summary["rows_in"],
        "profiles": summary["profiles"],
        "disk_bytes": disk_bytes(warehouse),
        "landing_bytes": disk_bytes(landing),
        "steps": {name: _figures(each) for name, each in steps.items()},
        "stages": stages_of,
        "nodes": {"full": nodes(full), "day of 1 %": nodes(day)},
        "ratios": {
            "full / floor": full.cpu_seconds / floor.cpu_seconds,
            "identity / floor": summary["stage_seconds"]["identity"] / floor.seconds,
            "identity / floor, CPU": summary["stage_cpu_seconds"]["identity"] / floor.cpu_seconds,
            "day of 1 % / full": day.cpu_seconds / full.cpu_seconds,
            "next day of 1 % / full": next_day.cpu_seconds / full.cpu_seconds,
            "nothing new / full": unchanged.cpu_seconds / full.cpu_seconds,
            "gates / full": summary["gate_seconds"] / full.seconds,
        },
        "reading": reading,
        "reading_in_a_run": reading_in_a_run,
        "help_seconds": helping,
        "machine": {"cores": os.cpu_count(), "system": platform.platform()},
        "versions": {"python": platform.python_version()}
        | {lib: version(lib) for lib in _LIBRARIES},
    }


def _demo(customers: int, seed: int, landing: Path) -> None:
    if landing.is_dir():
        return
    _say(f"data: {customers:,} customers")
    cost([_SCV, "demo", "--customers", str(customers), "--seed", str(seed), "--landing", landing])


def _arrive(day: Path, landing: Path, prefix: str) -> None:
    """A day's files land under names of their own, beside those that are there."""
    for path in [each for each in day.rglob("*") if each.is_file()]:
        if path.parent.name == "control_totals":
            continue  # They count files by the names that these had.
        arrived = landing / path.relative_to(day)
        arrived.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, arrived.with_name(f"{prefix}{path.name}"))


def _figures(each: Cost) -> dict[str, float]:
    return {
        "seconds": round(each.seconds, 2),
        "cpu_seconds": round(each.cpu_seconds, 2),
        "memory_bytes": each.memory,
    }


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
