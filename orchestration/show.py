"""What the command line prints: tables for people, one JSON object for machines. No figures are made here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any


@contextmanager
def summary_alone() -> Iterator[None]:
    """Keep standard output for the summary: libraries print, and DuckDB draws a progress bar on it."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def as_json(document: Any) -> None:
    """One JSON object (or list) alone on standard output."""
    json.dump(document, sys.stdout, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write("\n")


def error(message: str) -> None:
    """What went wrong, on standard error."""
    sys.stderr.write(f"scv: {message}\n")


def not_allowed(problem: OSError) -> None:
    """A folder that the machine does not let be read or written."""
    error(
        f"{problem.filename or 'The disk'} cannot be used: {problem.strerror}. "
        "Give it the rights or the room, or name another folder."
    )


def unexpected(problem: BaseException) -> None:
    """A mistake of ours: short here, whole with --debug."""
    from orchestration.transformation.messages import without_values

    first = (without_values(str(problem)).splitlines() or [""])[0]
    error(
        f"unexpected error: {type(problem).__name__}: {first}\n"
        "The full log is in the warehouse under build/logs; `scv --debug …` shows the traceback."
    )


def failure(summary: Mapping[str, Any]) -> None:
    """Why a run did not publish, and what readers have meanwhile."""
    lines = [summary["message"] or "The run failed."]
    published = summary["published"]
    if published["version"] == summary["run_id"]:
        lines.append("Readers have the version of this run all the same.")
    elif published["version"]:
        lines.append(
            f"The published warehouse is untouched: readers go on with version {published['version']}, "
            f"which is as of {published['published_at']}."
        )
    else:
        lines.append("Nothing was published before, so there is nothing to read yet.")
    if summary["outcome"] == "stopped":
        lines += _after_a_stop(summary)
    if summary["log"]:
        lines.append(f"The full log is {summary['log']}")
    error("\n".join(lines))


def _after_a_stop(summary: Mapping[str, Any]) -> list[str]:
    """What somebody can do who has looked."""
    lines = [f"All checks: {summary['report']}"]
    first = next((f for f in summary["failures"] if f["severity"] == "error"), None)
    if first is not None and first["relation"].startswith("raw.") and first["source_id"]:
        source = first["source_id"]
        lines.append(
            f"If it is as it should be: scv run --accept {first['check_name']}@{source}. If not: "
            f"scv quality set-aside {source} --why … goes on without what it brought."
        )
    return lines


def number(value: Any) -> str:
    return "–" if value is None else f"{value:,}"


def table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other: folded on a terminal, one line each everywhere else."""
    if title:
        sys.stdout.write(f"{title}\n")
    if not sys.stdout.isatty():
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            sys.stdout.write(f"  {name:<{width}}  {value}\n".rstrip(" "))
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(show_header=False, box=None, padding=(0, 2))
    drawn.add_column(style="bold")
    drawn.add_column(overflow="fold")
    for name, value in rows:
        drawn.add_row(name, value)
    Console(highlight=False).print(drawn)


def run_summary(summary: Mapping[str, Any]) -> None:
    """The closing table of a run."""
    gates = summary["gates"]
    stages = summary["stage_seconds"]
    rows = [
        ("rows in", number(summary["rows_in"])),
        ("rows quarantined", number(summary["rows_quarantined"])),
        ("profiles", number(summary["profiles"])),
        ("customers", number(summary["customers"])),
    ]
    benchmark = summary.get("benchmark")
    if benchmark:
        rows.append(("against the truth", _measures(benchmark)))
    for layer, gate in gates.items():
        warned = f", {gate['warned']} to look at" if gate["warned"] else ""
        failed = f", {gate['failed']} failed" if gate["failed"] else ""
        rows.append(
            (f"gate {layer}", f"{gate['outcome']}: {gate['checks']} checks{failed}{warned}")
        )
    cost = summary.get("gate_seconds")
    if cost:
        rows.append(
            ("gates", f"{cost:.1f} s, {cost / max(summary['seconds'], 0.1):.0%} of the run")
        )
    aside = summary.get("set_aside")
    if aside:
        rows.append(("set aside", ", ".join(aside)))
    if stages:
        spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items())
        rows.append(("seconds per stage", spent))
    rows.append(("seconds", f"{summary['seconds']:.1f}"))
    published = summary["published"]
    if published["path"]:
        rows.append(("published", f"{published['path']} (version {published['version']})"))
    table(f"Run {summary['run_id']}: {summary['outcome']}", rows)
    _next_steps(summary)


def _next_steps(summary: Mapping[str, Any]) -> None:
    if summary["outcome"] == "unchanged":
        sys.stdout.write(f"{summary['message']}\n")
    if summary["exit_code"] == 0 and summary["published"]["path"]:
        sys.stdout.write(
            f'Read it:  python -c "import duckdb; '
            f"print(duckdb.connect('{summary['published']['path']}', read_only=True)"
            f".sql('from marts.customer_360 limit 5'))\"\n"
        )
    if summary["rows_quarantined"] or summary["files"].get("refused"):
        sys.stdout.write(
            f"Some input was refused; see it with: scv quarantine list --warehouse {summary['warehouse']}\n"
        )


def _measures(benchmark: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{measure} {benchmark[measure]:.4f}"
        for measure in ("precision", "recall", "f1", "bcubed_f1")
        if measure in benchmark
    )


def benchmark(found: Mapping[str, Any]) -> None:
    """The benchmark card: counts whole, shares to four places."""
    shares = ("precision", "recall", "f1", "share")
    rows = [
        (name.replace("_", " "), f"{value:.4f}" if name.endswith(shares) else f"{value:,.0f}")
        for name, value in found.items()
    ]
    table("Identity benchmark", rows)


def figures(title: str, found: Mapping[str, Any]) -> None:
    """A handful of named figures."""
    table(title, [(name.replace("_", " "), number(value)) for name, value in found.items()])


_DIFF_FIGURES = (
    *("profiles", "customers_before", "customers_after", "customers_new", "customers_gone"),
    *("customers_merged", "customers_split", "records_moved"),
)


def identity_diff(found: Mapping[str, Any]) -> None:
    """What a change would do to customers."""
    lines = [(name.replace("_", " "), number(found[name])) for name in _DIFF_FIGURES]
    for measure, values in found.get("benchmark", {}).items():
        both = [
            "unknown" if values[when] is None else f"{values[when]:.4f}"
            for when in ("before", "after")
        ]
        lines.append((measure, " → ".join(both)))
    table("What the next run would change", lines)
    for change in found["largest_changes"]:
        more = " …" if change["records"] > len(change["profiles"]) else ""
        sys.stdout.write(
            f"  {change['change']}: {change['records']:,} of {change['size_before']:,} profiles of "
            f"{change['from_customer_id']} to {change['to_customer_id']}, then {change['size_after']:,}: "
            f"{', '.join(change['profiles'])}{more}\n    {change['reason']}\n"
        )
    sys.stdout.write("Nothing was changed: this was tried on a copy.\n")


def explanation(found: Mapping[str, Any]) -> None:
    """Why two profiles are, or are not, one customer."""
    lines = [found["verdict"], *(f"  {reason}" for reason in found["because"])]
    sys.stdout.write("\n".join(lines) + "\n")
    steps = [(step["label"], f"{round(step['bits'], 1) + 0.0:+6.1f}") for step in found["bits"]]
    if steps:
        total = sum(step["bits"] for step in found["bits"])
        steps.append(("together", f"{round(total, 1) + 0.0:+6.1f}"))
        table("Weights in bits: one more doubles the odds", steps)


def pairs(found: Mapping[str, Any]) -> None:
    """One thing, name by name."""
    table("", [(name, "" if value is None else str(value)) for name, value in found.items()])


def rows(found: Sequence[Mapping[str, Any]], is_json: bool, nothing: str) -> None:
    """Rows as a table, or as JSON."""
    if is_json:
        as_json(list(found))
        return
    if not found:
        sys.stdout.write(nothing + "\n")
        return
    names = list(found[0])
    lines = [["" if row[name] is None else str(row[name]) for name in names] for row in found]
    if not sys.stdout.isatty():
        for line in [names, *lines]:
            sys.stdout.write("\t".join(line) + "\n")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2))
    for name in names:
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*line)
    Console(highlight=False).print(table)
