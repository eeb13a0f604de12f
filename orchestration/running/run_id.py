"""Names of runs, which are names of versions too."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from orchestration.settings import Settings


def new_run_id(settings: Settings) -> str:
    """A name that sorts by time, later than every kept version also when the clock was set back."""
    moment = datetime.now(UTC)
    newest = max((path.name for path in settings.versions.glob("[!.]*Z-*")), default=None)
    if newest is not None:
        last = datetime.strptime(newest.split("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        moment = max(moment, last + timedelta(milliseconds=1))
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{secrets.token_hex(3)}"
