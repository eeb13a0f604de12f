"""What was measured, as tables for a person, beside what the measurement before found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GOALS = {
    "full / floor": 6.0,
    "identity / floor": 2.0,
    "day of 1 % / full": 0.05,
    "next day of 1 % / full": 0.10,
}
_LONGEST = 15


def tell(found: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """Print it all; what an earlier release did not measure has nothing beside it."""
    earlier = before or {}
    print(
        f"\n{found['customers']:,} customers, {found['rows_in']:,} rows, {found['profiles']:,} profiles; "
        f"{found['landing_bytes'] / 1e6:,.0f} MB landed, {found['disk_bytes'] / 1e6:,.0f} MB of warehouse"
    )
    steps_before = earlier.get("steps", {})
    table(
        ("step", "seconds", "CPU", "memory MB", "CPU before"),
        [
            (
                name,
                f"{step['seconds']:.1f}",
                f"{step['cpu_seconds']:.1f}",
                mega(step["memory_bytes"]),
                _maybe(steps_before.get(name, {}).get("cpu_seconds"), ".1f"),
            )
            for name, step in found["steps"].items()
        ],
    )
    table(
        ("ratio", "now", "goal", "before"),
        [
            (
                name,
                f"{ratio:.3g}",
                _maybe(GOALS.get(name), "g"),
                _maybe(earlier.get("ratios", {}).get(name), ".3g"),
            )
            for name, ratio in found["ratios"].items()
        ],
    )
    for run, stages in found["stages"].items():
        cpu_before = {
            each["stage"]: each["cpu_seconds"] for each in earlier.get("stages", {}).get(run, [])
        }
        table(
            (f"stage, {run}", "seconds", "CPU", "memory MB", "disk MB", "rows", "CPU before"),
            [
                (
                    each["stage"],
                    f"{each['seconds']:.1f}",
                    f"{each['cpu_seconds']:.1f}",
                    mega(each["memory_bytes"]),
                    mega(each["disk_bytes"]),
                    _maybe(each["rows"], ",d"),
                    _maybe(cpu_before.get(each["stage"]), ".1f"),
                )
                for each in stages
            ],
        )
    table(
        ("the longest of dbt, full", "seconds"),
        [(name, f"{spent:.1f}") for name, spent in list(found["nodes"]["full"].items())[:_LONGEST]],
    )
    table(
        ("reading, 95th percentile in ms", "quiet", "in a run", "quiet before"),
        [
            (
                name.removesuffix("_ms"),
                f"{milliseconds:.1f}",
                _maybe(found["reading_in_a_run"].get(name), ".1f"),
                _maybe(earlier.get("reading", {}).get(name), ".1f"),
            )
            for name, milliseconds in found["reading"].items()
        ],
    )
    print(f"\nscv --help: {1000 * found['help_seconds']:.0f} ms")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    print()
    for row in (header, *rows):
        first, *others = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        print("  ".join([f"{first.strip():{widths[0]}}", *others]).rstrip())


def mega(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:,.0f}"


def _maybe(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
