"""Runs that found nothing to do: noted in a line of a file, because opening the books would take longer than the run.

The next run that does something writes them into `state.runs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.settings import Settings


def note(settings: Settings, summary: Mapping[str, Any]) -> None:
    """Remember one of them."""
    ended = datetime.now(UTC).replace(tzinfo=None)
    line = {
        "run_id": summary["run_id"],
        "started_at": str(ended - timedelta(seconds=summary["seconds"])),
        "ended_at": str(ended),
        "as_of": summary["as_of"],
        "seconds": summary["seconds"],
    }
    with path(settings).open("a") as file:
        file.write(json.dumps(line) + "\n")


def taken(settings: Settings) -> list[dict[str, Any]]:
    """All that were noted since the books were open last; a line that a dead machine left half is passed over."""
    found = []
    try:
        lines = path(settings).read_text().splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            found.append(dict(json.loads(line)))
        except ValueError:
            continue
    return found


def path(settings: Settings) -> Path:
    return settings.build / "unchanged.jsonl"
