"""The state of the warehouse on one screen: what an engineer looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration import show

_WORST_SHOWN = 3
_HOURS_OF_A_DAY = 48


def status(page: Mapping[str, Any]) -> None:
    """Runs, what readers have, gates, quarantine, identity, sources, disk."""
    lines = [*_runs(page), *_published(page), *_gates(page["last_run"])]
    lines.append(("quarantine", _quarantine(page)))
    lines.append(("identity", _identity(page)))
    lines += [("source" if n == 0 else "", line) for n, line in enumerate(_sources(page))]
    lines.append(("disk", _disk(page)))
    show.table("", lines)


def _runs(page: Mapping[str, Any]) -> list[tuple[str, str]]:
    last, check = page["last_run"], page["last_check"]
    lines = [
        (
            "last run",
            f"{last['run_id']}: {last['outcome']} in {last['seconds']:.1f} s, as of {last['as_of']}",
        )
    ]
    if last["message"]:
        lines.append(("", last["message"].splitlines()[0]))
    if check:
        lines.append(("last look", f"{check['at']}: {check['outcome']}"))
    if page.get("is_run_under_way"):
        lines.append(("now", "a run, or another command that writes, is under way"))
    return lines


def _published(page: Mapping[str, Any]) -> list[tuple[str, str]]:
    published = page["published"]
    if not published:
        return [("published", "nothing yet")]
    lines = [
        ("published", f"version {published['version']}, {_age(published.get('age_hours'))} old"),
        (
            "",
            f"{published['path']}, {published['size_bytes'] / 1e6:,.1f} MB, "
            f"{published['versions_kept']} versions kept",
        ),
    ]
    back = published.get("rolled_back")
    if back:
        lines.append(("", f"READERS WERE TAKEN BACK from {back['from']} at {back['at']}"))
    return lines


def _gates(last: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = []
    for layer, gate in last["gates"].items():
        look = f" ({gate['warned']} to look at)" if gate["warned"] else ""
        failed = f"STOPPED, {gate['failed']} of " if gate["failed"] else ""
        told.append(f"{layer} {failed}{gate['checks']}{look}")
    lines = [("gates", ", ".join(told) or "none was reached")]
    stopping = [check for check in last.get("failures", ()) if check["severity"] == "error"]
    for check in stopping[:_WORST_SHOWN]:
        lines.append(
            ("", f"{check['relation']}: {check['check_name']}, observed {check['observed']}")
        )
    return lines


def _quarantine(page: Mapping[str, Any]) -> str:
    count = page["quarantine_open"]
    if not count:
        return "empty"
    worst = list(page.get("quarantine", {}).items())[:_WORST_SHOWN]
    told = ", ".join(f"{source} {number:,}" for source, number in worst)
    return f"{count:,} rows open ({told}); scv quarantine list"


def _identity(page: Mapping[str, Any]) -> str:
    last, card = page["last_run"], page.get("identity", {})
    told = [
        f"{show.number(last['profiles'])} profiles",
        f"{show.number(last['customers'])} customers",
    ]
    if "review_queue" in card:
        told.append(f"{card['review_queue']:,.0f} joins to review")
    for measure in ("precision", "recall", "f1"):
        if measure in card:
            told.append(f"{measure} {card[measure]:.4f}")
    return ", ".join(told)


def _sources(page: Mapping[str, Any]) -> list[str]:
    """The stalest first; a source without a promise is shown with its age alone."""
    sources = page["sources"]
    width = max((len(source["source_id"]) for source in sources), default=0)
    lines = []
    for source in sorted(sources, key=lambda each: (not each["is_stale"], each["source_id"])):
        allowed = source.get("freshness_hours")
        state = "set aside"
        if source.get("is_active", True):
            state = f"within {_age(allowed)}" if allowed else "no limit set"
        if source["is_stale"]:
            state = f"STALE: allowed {_age(allowed)}, owner {source.get('owner') or 'unknown'}"
        refused = f", {source['files_refused']} files refused" if source["files_refused"] else ""
        age = source["age_hours"]
        arrived = "nothing loaded" if age is None else f"last arrival {_age(age)} ago"
        lines.append(
            f"{source['source_id']:<{width}}  {arrived}, {source['rows_loaded']:,} rows{refused}, {state}"
        )
    return lines or ["none has delivered yet"]


def _disk(page: Mapping[str, Any]) -> str:
    parts = ", ".join(
        f"{name.replace('_', ' ')} {size / 1e6:,.1f}" for name, size in page["disk"].items()
    )
    return f"{page['disk_bytes'] / 1e6:,.1f} MB ({parts})"


def _age(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < _HOURS_OF_A_DAY else f"{hours / 24:.0f} days"
