"""Where a run's time, memory and disk went, stage by stage, and its time model by model: from its summary, its log, and what
was seen while it ran.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import Cost

# What no stage covers: Python starts, dbt and Dagster are imported and asked, and the process ends.
BETWEEN = "start and between"
_TOLD = re.compile(r"^(\S+Z) stage (.+): ([\d.]+)s, ([\d.]+)s of CPU$")
_NODE = re.compile(r"^\S+Z dbt (\w+) (\S+) \w+ ([\d.]+)s$")
# The schema that a stage fills.
_FILLS = {name: name for name in ("staging", "identity", "core", "marts")} | {"load": "raw"}


@dataclass(frozen=True)
class StageCost:
    """One stage of one run; memory and disk are the most that was seen, rows what its tables hold when the run is over."""

    stage: str
    seconds: float
    cpu_seconds: float
    memory_bytes: int | None
    disk_bytes: int | None
    rows: int | None


def stages(run: Cost, warehouse: Path) -> list[dict[str, Any]]:
    """Every stage of a run that was watched, and what it took beside its stages; they add up to the whole."""
    summary = json.loads(run.output)
    seconds: Mapping[str, float] = summary["stage_seconds"]
    cpu: Mapping[str, float] = summary["stage_cpu_seconds"]
    spans = list(_spans(Path(summary["log"])))
    rows = _rows(warehouse)
    found = [
        StageCost(
            BETWEEN,
            round(run.seconds - sum(seconds.values()), 3),
            round(run.cpu_seconds - sum(cpu.values()), 3),
            *_most(run, [span for _, span in spans], is_outside=True),
            None,
        )
    ]
    for stage, spent in seconds.items():
        held = _most(run, [span for name, span in spans if name == stage])
        found.append(StageCost(stage, spent, cpu[stage], *held, rows.get(stage)))
    return [asdict(each) for each in found]


def nodes(run: Cost) -> dict[str, float]:
    """Seconds of each dbt model and test of a run that took a tenth or more, the longest first."""
    log = Path(json.loads(run.output)["log"])
    told = [_NODE.match(line) for line in log.read_text().splitlines()]
    spent = {f"{line[1]} {line[2]}": float(line[3]) for line in told if line}
    spent = {node: seconds for node, seconds in spent.items() if seconds >= 0.1}
    return dict(sorted(spent.items(), key=lambda each: -each[1]))


def _spans(log: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each stage's name, beginning and end; one stage may have several."""
    for line in log.read_text().splitlines():
        if told := _TOLD.match(line):
            ended = datetime.fromisoformat(told[1]).replace(tzinfo=UTC).timestamp()
            yield told[2], (ended - float(told[3]), ended)


def _most(
    run: Cost, spans: list[tuple[float, float]], is_outside: bool = False
) -> tuple[int | None, int | None]:
    seen = [
        each
        for each in run.samples
        if any(begun <= each.at <= ended for begun, ended in spans) != is_outside
    ]
    if not seen:  # Too short to be seen, or not on Linux.
        return None, None
    return max(each.memory for each in seen), max(each.disk for each in seen)


def _rows(warehouse: Path) -> dict[str, int]:
    """What the tables of each schema hold, and of all that is published."""
    working, served, published = (
        _rows_of(warehouse / place)
        for place in ("build/scv.duckdb", "build/served.duckdb", "scv.duckdb")
    )
    built = Counter(working) + Counter(served)
    rows = {stage: built[schema] for stage, schema in _FILLS.items() if schema in built}
    return rows | {"publish": sum(published.values())}


def _rows_of(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as con:
        return dict(
            con.execute(
                "select schema_name, cast(sum(estimated_size) as bigint) from duckdb_tables() group by 1"
            ).fetchall()
        )
