"""Kills runs at moments drawn by a seed, lets the next one go on, and compares with a run that nobody disturbed.

Shared by the short form in the suite and by `make torture`. A kill is SIGKILL to the run and all that it started.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.support import AS_OF, run_scv, start_scv

# Where a run is when it has said this; what it does until it says the next is the phase.
PHASES: Mapping[str, str] = {
    "start": "",
    "load": "load: looking into",
    "gate raw": " files refused,",
    "staging": "staging: building",
    "gate staging": "staging: ",
    "identity": "identity: building",
    "gate identity": "identity: ",
    "core": "core: building",
    "gate core": "core: ",
    "marts": "marts: building",
    "gate marts": "marts: ",
    "publish": "publish: copying",
    "finish": "gate published:",
}


@dataclass(frozen=True)
class Moment:
    """When to kill: so long after the run entered a phase."""

    phase: str
    seconds: float


@dataclass
class Company:
    """A landing folder that is delivered in two parts, and one warehouse of it."""

    home: Path
    later: list[Path] = field(default_factory=list)

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse"

    def options(self) -> list[str]:
        return [
            *("--landing", str(self.landing), "--warehouse", str(self.warehouse)),
            *("--config", str(self.home / "config"), "--as-of", AS_OF),
        ]

    def hold_back(self, draw: random.Random, share: float) -> None:
        """Some of the files are delivered later."""
        files = sorted(path for path in self.landing.rglob("*") if path.is_file())
        for path in draw.sample(files, int(len(files) * share)):
            away = self.home / "later" / path.relative_to(self.landing)
            away.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, away)
            self.later.append(away)

    def deliver_rest(self) -> None:
        """The later files land."""
        for path in self.later:
            shutil.move(path, self.landing / path.relative_to(self.home / "later"))
        self.later.clear()


def draw_moments(draw: random.Random, count: int, seconds: Mapping[str, float]) -> list[Moment]:
    """Moments over all phases in turn, each anywhere in its phase; `seconds` are those of an undisturbed run."""
    phases = list(PHASES)
    draw.shuffle(phases)
    return [
        Moment(
            phase := phases[number % len(phases)],
            round(draw.uniform(0, max(seconds.get(phase, 0.0), 0.3)), 3),
        )
        for number in range(count)
    ]


def kill_at(
    company: Company,
    moment: Moment,
    cwd: Path,
    meanwhile: Callable[[], None] = lambda: None,
) -> str:
    """Start a run and kill it; returns the phase in which it died, or `ended` when it was quicker."""
    run = start_scv("run", *company.options(), cwd=cwd, has_own_group=True)
    assert run.stderr is not None and run.stdout is not None
    said: list[str] = []
    is_there = threading.Event()
    if not PHASES[moment.phase]:
        is_there.set()

    def listen() -> None:
        assert run.stderr is not None
        for line in run.stderr:
            said.append(line)
            if has_entered(moment.phase, line):
                is_there.set()
        is_there.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert is_there.wait(500), f"no run came to {moment.phase}: {''.join(said[-5:])}"
    meanwhile()
    until = time.monotonic() + moment.seconds
    while time.monotonic() < until and run.poll() is None:
        time.sleep(0.005)
    has_ended = run.poll() is not None
    if not has_ended:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait(60)
    listener.join(60)
    run.stdout.close()
    run.stderr.close()
    if has_ended:
        assert run.returncode == 0, "".join(said[-20:])
        return "ended"
    entered = [name for name in PHASES if any(has_entered(name, line) for line in said)]
    return entered[-1] if entered else "start"


def has_entered(phase: str, line: str) -> bool:
    """Whether a run that says this begins a phase."""
    mark = PHASES[phase]
    if phase.startswith("gate ") and mark.endswith(": "):
        return mark in line and "models built" in line
    return bool(mark) and mark in line


def finish(company: Company, cwd: Path) -> None:
    """The next run, with no hand laid on anything."""
    done = run_scv("run", "--json", *company.options(), cwd=cwd)
    assert done.returncode == 0, done.stderr[-4000:]


def published_opens(company: Company) -> str | None:
    """The version that readers have, whole and in balance; None before the first."""
    link = company.warehouse / "scv.duckdb"
    if not link.exists():
        assert not link.is_symlink(), "the link leads nowhere"
        return None
    with duckdb.connect(str(link), read_only=True) as con:
        assert con.execute(
            "select count(*) from quality.reconciliation where rows_difference <> 0"
        ).fetchall() == [(0,)]
        assert con.execute(
            "select count(*) from quality.reconciliation_amounts where amount_difference <> 0"
        ).fetchall() == [(0,)]
        profiles, customers = con.execute(
            "select count(*), count(distinct customer_id) from identity.crosswalk"
        ).fetchall()[0]
        assert profiles > 0
        assert con.execute("select count(*) from marts.customer_360").fetchall() == [(customers,)]
        gates = con.execute(
            "select count(*) from quality.gate_results where not is_success and severity = 'error' "
            "and run_id = (select max(run_id) from quality.gate_results)"
        ).fetchall()
        assert gates == [(0,)]
    return link.resolve().parent.name


def landed(company: Company) -> dict[str, Any]:
    """What the loader made of the files: nothing in it says when, or in which run."""
    found: dict[str, Any] = {}
    with duckdb.connect(str(company.warehouse / "build" / "scv.duckdb"), read_only=True) as con:
        for (table,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' order by 1"
        ).fetchall():
            found[f"raw.{table}"] = con.execute(
                "select count(*), sum(hash(t)::hugeint) from "
                f"(select * exclude (_file_id, _loaded_at) from raw.{table}) as t"
            ).fetchall()
        for name, query in _BOOKS.items():
            found[name] = con.execute(query).fetchall()
    return found


def content(company: Company) -> dict[str, Any]:
    """What must be the same however often runs were killed."""
    found = landed(company)
    with duckdb.connect(str(company.warehouse / "scv.duckdb"), read_only=True) as con:
        for schema, table in con.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where schema_name <> 'quality' order by all"
        ).fetchall():
            found[f"{schema}.{table}"] = con.execute(
                f"select count(*) from {schema}.{table}"
            ).fetchall()
        for name, query in _FACTS.items():
            found[name] = con.execute(query).fetchall()
    return found


_BOOKS = {
    "files": "select source_id, table_name, file_name, status, rows_in_file, rows_loaded, rows_quarantined "
    "from state.files order by all",
    "quarantine": "select source_id, table_name, file_name, line_number, reason, count(*) "
    "from state.quarantine group by all order by all",
}
_FACTS = {
    # Ids may be given anew, later, where none was published; who belongs together may not differ.
    "who belongs together": "select list_sort(list(source_id || ':' || source_record_id)) as members "
    "from identity.crosswalk group by customer_id order by all",
    "reconciliation": "select * from quality.reconciliation order by all",
    "amounts": "select * from quality.reconciliation_amounts order by all",
    "customers": "select * exclude (customer_id, created_at) from marts.customer_360 order by all",
}


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What is not as in an undisturbed run, by name."""
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def outcomes(company: Company) -> Sequence[str]:
    """How the runs of a warehouse ended, by its own books."""
    with duckdb.connect(str(company.warehouse / "quality.duckdb"), read_only=True) as con:
        rows = con.execute("select outcome from quality.runs order by run_id").fetchall()
    return [str(row[0]) for row in rows]
