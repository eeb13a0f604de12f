"""What everyone took and found, as tables for a person; ours is what the others are a multiple of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.telling import mega, table

OURS = "ours, to customers"
EDGE_WAYS = {
    "ours": "ours, in memory",
    "splink": "Splink's, in SQL",
    "propagation": "label propagation in SQL",
    "group": "no components: the list grouped once",
    "identifiers": "ours, from identifiers as texts",
}


def tell(found: Mapping[str, Any]) -> None:
    if identity := found.get("identity"):
        ways = identity["ways"]
        print(f"\n{found['customers']:,} customers, {identity['profiles']:,} profiles")
        table(
            (
                "who",
                "start CPU",
                "CPU",
                "seconds",
                "MB",
                "CPU/ours",
                "F1",
                "precision",
                "recall",
                "best F1",
            ),
            [
                (
                    name,
                    f"{each['start_cpu_seconds']:.1f}",
                    f"{each['work_cpu_seconds']:.1f}",
                    f"{each['work_seconds']:.1f}",
                    mega(each["memory_bytes"]),
                    f"{each['work_cpu_seconds'] / ways[OURS]['work_cpu_seconds']:.2f}",
                    *(f"{each['quality'][0][name]:.3f}" for name in ("f1", "precision", "recall")),
                    _best(each["quality"]),
                )
                for name, each in ways.items()
            ],
        )
    if components := found.get("components"):
        ways = components["ways"]
        mine = ways[EDGE_WAYS["ours"]]["work_cpu_seconds"]
        print(f"\n{found['edges']:,} edges, from a table to a table")
        table(
            ("components", "CPU", "seconds", "MB", "CPU/ours"),
            [
                (
                    name,
                    f"{each['work_cpu_seconds']:.1f}",
                    f"{each['work_seconds']:.1f}",
                    mega(each["memory_bytes"]),
                    f"{each['work_cpu_seconds'] / mine:.2f}",
                )
                for name, each in ways.items()
                if each
            ],
        )


def _best(quality: Sequence[Mapping[str, Any]]) -> str:
    """The best of its thresholds, where it has several: what somebody who knew the truth would have chosen."""
    best = max(quality, key=lambda each: each["f1"] or 0)
    return "" if len(quality) == 1 else f"{best['f1']:.3f} at {best['threshold']}"
