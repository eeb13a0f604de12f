"""Names of runs, which are names of versions too."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from orchestration.settings import Settings


def new_run_id(settings: Settings) -> str:
    """A name that sorts by time, later than every run that left a trace, also when the clock was set back."""
    moment = datetime.now(UTC)
    newest = max(_traces(settings), default=None)
    if newest is not None:
        last = datetime.strptime(newest.split("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        moment = max(moment, last + timedelta(milliseconds=1))
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{secrets.token_hex(3)}"


def _traces(settings: Settings) -> Iterator[str]:
    """Published or not: versions, the quality files and the logs are named after runs, and kept by name."""
    for folder in (settings.versions, settings.build / "quality", settings.dbt_logs):
        for path in folder.glob("[0-9]*Z-*"):
            yield path.name
