"""When people are told: a run that failed or was stopped, a source that did not deliver in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.alerting.alerts import Alert
from orchestration.settings import Settings


def of_run(settings: Settings, summary: Mapping[str, Any]) -> Alert | None:
    """The alert of a run that did not publish; none of one that did."""
    if summary["exit_code"] == 0:
        return None
    what = "was stopped by a gate" if summary["outcome"] == "stopped" else "failed"
    version = summary["published"]["version"]
    readers = f"Readers go on with version {version}." if version else "Nothing is published yet."
    return Alert(
        kind=str(summary["outcome"]),
        title=f"Run {summary['run_id']} {what}",
        text=f"{summary['message'] or 'The run failed.'}\n{readers}",
        warehouse=str(settings.warehouse),
        run_id=str(summary["run_id"]),
    )


def of_no_beginning(settings: Settings, reason: str) -> Alert:
    """The alert of a run that could not even begin."""
    return Alert(
        kind="failed", title="A run could not begin", text=reason, warehouse=str(settings.warehouse)
    )


def stale(settings: Settings, sources: Iterable[Mapping[str, Any]]) -> dict[str, Alert]:
    """One alert for each source that is late, by a name that stays the same until it delivers again."""
    found = {}
    for source in sources:
        if not source["is_stale"]:
            continue
        name = source["source_id"]
        found[f"{name} since {source['last_arrival_at']}"] = Alert(
            kind="stale",
            title=f"Source {name} is stale",
            text=(
                f"{name} last delivered at {source['last_arrival_at']} UTC, {source['age_hours']:.1f} hours ago; "
                f"{source['freshness_hours']} are allowed. Ask {source.get('owner') or 'its owner'}. "
                "Its old data stay; everything else goes on."
            ),
            warehouse=str(settings.warehouse),
        )
    return found
