"""`make bench-peers`: our identity step, Splink, goldenmatch, and components of a list of edges in SQL, in one run on one machine.

Every way works in a process of its own, on the same profiles of a demo company, and is scored by its truth. Ours comes
first; all others are told as a multiple of it. goldenmatch needs an environment of its own, some 325 MB, which is made
when asked for (`--goldenmatch`); where it cannot be made, the rest is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.measure import cost
from benchmarks.peers import given
from benchmarks.peers.telling import EDGE_WAYS, OURS, tell
from orchestration import sql
from orchestration.linkage import benchmark, truth
from orchestration.settings import REPOSITORY

_BIN = REPOSITORY / ".venv" / "bin"
_GOLDENMATCH = "goldenmatch==3.22.0"
_AS_OF = "2026-06-30"
Command = list[str | Path]


def main() -> None:
    asked = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    asked.add_argument("--customers", type=int, default=10_000, help="of the demo company")
    asked.add_argument("--edges", type=int, default=10_000_000, help="of the list of edges")
    asked.add_argument(
        "--goldenmatch", action="store_true", help="make its environment, measure it"
    )
    asked.add_argument(
        "--folder", type=Path, default=REPOSITORY / "bench", help="for data, results"
    )
    options = asked.parse_args()
    home = options.folder.resolve() / "peers"
    found = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "customers": options.customers,
        "edges": options.edges,
        "machine": {"cores": os.cpu_count(), "system": platform.platform()},
        "versions": {"python": platform.python_version()}
        | {library: version(library) for library in ("duckdb", "splink", "scipy")},
    }
    if options.customers:
        found["identity"] = _identity(options.customers, home, options.goldenmatch)
    if options.edges:
        found["components"] = _components(options.edges, home)
    results = options.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    moment = str(found["measured_at"]).replace(":", "")
    path = results / f"peers-{options.customers}-{moment}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    tell(found)
    print(f"\nKept in {path}")


def _identity(customers: int, home: Path, is_goldenmatch_asked: bool) -> dict[str, Any]:
    """Make the data and a warehouse of them, unless they stand, and have everyone find the customers in it."""
    company = home / str(customers)
    warehouse, database = company / "warehouse", company / "warehouse" / "build" / "scv.duckdb"
    if not (company / "landing").is_dir():
        _say(f"data: {customers:,} customers")
        cost(
            [_BIN / "scv", "demo", "--customers", str(customers), "--landing", company / "landing"]
        )
    _say("a warehouse of them, as they are now")
    options: Command = [
        "--landing",
        company / "landing",
        "--config",
        company / "config",
        "--as-of",
        _AS_OF,
    ]
    cost([_BIN / "scv", "run", "--warehouse", warehouse, *options])
    scratch = company / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    sent, compared = company / "sent.parquet", company / "compared.parquet"
    profiles = given.as_sent(database, sent)
    given.as_compared(database, compared)
    python: Command = [_BIN / "python", "-m"]

    def ours(selection: str) -> Command:
        return [*python, "benchmarks.peers.ours", warehouse, scratch / "warehouse", selection]

    splink: Command = [*python, "benchmarks.peers.with_splink"]
    ways: dict[str, Command] = {
        OURS: ours("decisive"),
        "ours, all of the stage": ours("whole"),
        "Splink": [*splink, sent],
        "Splink, given what ours compares": [*splink, compared],
    }
    if is_goldenmatch_asked and (other := _goldenmatch(home)):
        alone: Command = [
            "env",
            f"PYTHONPATH={REPOSITORY}",
            other,
            "-m",
            "benchmarks.peers.with_goldenmatch",
        ]
        cleaned = company / "cleaned.parquet"
        given.cleaned(sent, cleaned)
        ways["goldenmatch"] = [*alone, sent]
        ways["goldenmatch, given cleaned columns"] = [*alone, cleaned]
        ways["goldenmatch, given what ours compares"] = [*alone, compared]
    measured = {}
    for name, command in ways.items():
        _say(name)
        answer = company / "answer.parquet"
        figures = _figures([*command, answer])
        shutil.rmtree(scratch, ignore_errors=True)
        if figures is not None:
            measured[name] = figures | {"quality": _quality(answer, company / "truth")}
    return {"profiles": profiles, "ways": measured}


def _components(edges: int, home: Path) -> dict[str, Any]:
    """Label one list of edges every way; those that label the same list must find the same."""
    database = home / f"edges-{edges}.duckdb"
    way: Command = [_BIN / "python", "-m", "benchmarks.peers.edges"]
    _say(f"a list of {edges:,} edges")
    database.unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    cost([*way, "make", database, str(edges)])
    measured = {}
    for name, told in EDGE_WAYS.items():
        _say(f"components: {told}")
        measured[told] = _figures([*way, name, database]) or {}
    database.unlink()
    sums = {measured[EDGE_WAYS[name]].get("sum") for name in ("ours", "splink", "propagation")}
    if len(sums) > 1:
        sys.exit(f"The components differ: {measured}")
    return {"ways": measured}


def _figures(command: Command) -> dict[str, Any] | None:
    """What a way took; none where it fails, which is told and ends nothing."""
    try:
        spent = cost(command)
    except SystemExit as problem:
        _say(f"not measured: {problem}")
        return None
    return {
        "seconds": round(spent.seconds, 2),
        "cpu_seconds": round(spent.cpu_seconds, 2),
        "memory_bytes": spent.memory,
        **json.loads(spent.output.splitlines()[-1]),
    }


def _quality(answer: Path, known: Path) -> list[dict[str, float | None]]:
    """Pairwise figures; one entry for each threshold of those that have several, what they would take by themselves first."""
    with duckdb.connect() as con:
        truth.read(con, known)
        con.execute(f"create table answer as from {sql.path(answer)}").fetchall()
        if not benchmark.has_columns(con, "main.answer", ("threshold",)):
            con.execute("alter table answer add column threshold double").fetchall()
        found = []
        for (threshold,) in con.execute(
            "select threshold from answer group by 1 order by threshold != 0.95, 1"
        ).fetchall():
            con.execute(
                "create or replace temp table taken as from answer where threshold is not distinct from ?",
                [threshold],
            ).fetchall()
            figures = {each.measure: each.value for each in benchmark.against_truth(con, "taken")}
            wanted = ("f1", "precision", "recall", "customers")
            found.append({"threshold": threshold, **{name: figures[name] for name in wanted}})
    return found


def _goldenmatch(home: Path) -> Path | None:
    """The Python of an environment with goldenmatch in it; none where it cannot be had."""
    python = home / "goldenmatch" / "bin" / "python"
    has_it: Command = [python, "-c", "import goldenmatch"]
    if python.exists() and subprocess.run(has_it, capture_output=True, check=False).returncode == 0:
        return python
    _say(f"an environment with {_GOLDENMATCH}")
    commands: tuple[Command, ...] = (
        ["venv", "--clear", "--quiet", home / "goldenmatch"],
        ["pip", "install", "--quiet", "--python", python, _GOLDENMATCH],
    )
    for command in commands:
        done = subprocess.run([_BIN / "uv", *command], capture_output=True, text=True, check=False)
        if done.returncode:
            _say(
                f"goldenmatch is not measured, it cannot be installed: {done.stderr.strip()[-500:]}"
            )
            return None
    return python


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
