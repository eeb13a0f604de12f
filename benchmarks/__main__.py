"""`make bench`: the whole product against the floor, a day of one percent, a run with nothing new, and the read side.

Times of one run on one machine are compared with each other, never with those of another. What was measured is kept as
JSON in bench/results/, with the versions it was measured with, and told beside what the measurement before found.
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
from benchmarks.reading import read
from orchestration.publishing.disk import disk_bytes
from orchestration.settings import REPOSITORY

SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
_SCV = REPOSITORY / ".venv" / "bin" / "scv"
_PYTHON = REPOSITORY / ".venv" / "bin" / "python"
_AS_OF = "2026-06-30"
_LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "splink")
_GOALS = {
    "full / floor": 6.0,
    "day of 1 % / full": 0.05,
    "identity / floor": 2.0,
}


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
    tell(found, before)
    print(f"\nKept in {path}")


def measure(customers: int, folder: Path) -> dict[str, Any]:
    """Make the data, unless they are there, and measure everything on them once."""
    landing, day, warehouse = folder / "landing", folder / "day" / "landing", folder / "warehouse"
    _demo(customers, 1, landing)
    _demo(max(1, customers // 100), 2, day)
    for arrived in landing.rglob("day_*"):
        arrived.unlink()
    shutil.rmtree(warehouse, ignore_errors=True)
    _say("floor: reading, writing and grouping the files")
    floor = cost([_PYTHON, "-m", "benchmarks.floor", landing, folder / "floor.duckdb"])
    (folder / "floor.duckdb").unlink()
    run: list[str | Path] = [
        *(_SCV, "run", "--json", "--as-of", _AS_OF, "--landing", landing, "--warehouse", warehouse),
        *("--config", folder / "config"),
    ]
    _say("full: the first run on an empty warehouse")
    full = cost(run)
    _say("nothing new: the same again")
    unchanged = cost(run)
    _say("a day: one percent of new customers with all they do")
    for path in [each for each in day.rglob("*") if each.is_file()]:
        if path.parent.name == "control_totals":
            continue  # They count files by the names that these had.
        arrived = landing / path.relative_to(day)
        arrived.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, arrived.with_name(f"day_{path.name}"))
    one_day = cost(run)
    _say("reading what is published")
    reading = read(warehouse / "scv.duckdb")
    helping = statistics.median(cost([_SCV, "--help"]).seconds for _ in range(5))
    steps = {"floor": floor, "full": full, "nothing new": unchanged, "day of 1 %": one_day}
    summary = json.loads(full.output)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "customers": customers,
        "rows_in": summary["rows_in"],
        "profiles": summary["profiles"],
        "disk_bytes": disk_bytes(warehouse),
        "landing_bytes": disk_bytes(landing),
        "steps": {name: _figures(each) for name, each in steps.items()},
        "stage_seconds": {
            "full": summary["stage_seconds"],
            "day of 1 %": json.loads(one_day.output)["stage_seconds"],
        },
        "ratios": {
            "full / floor": full.cpu_seconds / floor.cpu_seconds,
            "identity / floor": summary["stage_seconds"]["identity"] / floor.seconds,
            "day of 1 % / full": one_day.cpu_seconds / full.cpu_seconds,
            "nothing new / full": unchanged.cpu_seconds / full.cpu_seconds,
            "gates / full": sum(
                seconds
                for stage, seconds in summary["stage_seconds"].items()
                if stage.startswith("gate ")
            )
            / full.seconds,
        },
        "reading": reading,
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


def _figures(each: Cost) -> dict[str, float]:
    return {
        "seconds": round(each.seconds, 2),
        "cpu_seconds": round(each.cpu_seconds, 2),
        "memory_bytes": each.memory,
    }


def tell(found: dict[str, Any], before: dict[str, Any] | None) -> None:
    """Print what was measured beside what the measurement before found."""
    print(
        f"\n{found['customers']:,} customers, {found['rows_in']:,} rows, {found['profiles']:,} profiles; "
        f"{found['landing_bytes'] / 1e6:,.0f} MB landed, {found['disk_bytes'] / 1e6:,.0f} MB of warehouse\n"
    )
    print(f"{'step':24}{'seconds':>10}{'cpu':>10}{'memory':>12}{'before':>10}")
    for name, step in found["steps"].items():
        earlier = f"{before['steps'][name]['cpu_seconds']:.1f}" if before else ""
        print(
            f"{name:24}{step['seconds']:>10.1f}{step['cpu_seconds']:>10.1f}"
            f"{step['memory_bytes'] / 1e6:>9,.0f} MB{earlier:>10}"
        )
    print(f"\n{'ratio':24}{'now':>10}{'goal':>10}{'before':>10}")
    for name, ratio in found["ratios"].items():
        goal = f"{_GOALS[name]:g}" if name in _GOALS else ""
        earlier = f"{before['ratios'][name]:.3g}" if before else ""
        print(f"{name:24}{ratio:>10.3g}{goal:>10}{earlier:>10}")
    print(f"\n{'stage':24}{'full':>10}{'day':>10}   of the full run")
    full, day = found["stage_seconds"]["full"], found["stage_seconds"]["day of 1 %"]
    longest = max(full.values())
    for stage, seconds in full.items():
        bar = "█" * round(30 * seconds / longest)
        print(f"{stage:24}{seconds:>10.1f}{day.get(stage, 0.0):>10.1f}   {bar}")
    print(f"\n{'reading, 95th percentile':36}{'ms':>10}")
    for name, milliseconds in found["reading"].items():
        print(f"{name.removesuffix('_ms'):36}{milliseconds:>10.1f}")
    print(f"{'scv --help':36}{1000 * found['help_seconds']:>10.0f}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
