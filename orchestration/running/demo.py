"""The demo as a run: its folders, made once, and its own last day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.settings import Settings

DEFAULT_CUSTOMERS = 10_000
DEFAULT_SEED = 1
FOLDER = "demo"


def demo_settings(
    landing: Path | None,
    warehouse: Path | None,
    config: Path | None,
    as_of: date | None,
    full_refresh: bool,
    truth: Path | None,
    report: Callable[[str], None],
) -> Settings:
    """The settings of `scv run --demo`; the data are made where they are missing."""
    if landing or config:
        raise UsageError(
            "--demo brings its own landing folder and seeds; leave --landing and --config out, "
            "or make the data with `scv demo --landing DIR` and run on them without --demo."
        )
    folder = Path(FOLDER).resolve()
    last_day = _last_day(folder)
    if last_day is None:
        from orchestration.demo.catalogue import LAST_DAY
        from orchestration.demo.company import generate

        report(f"demo: making a company of {DEFAULT_CUSTOMERS:,} customers in {folder}")
        generate(DEFAULT_CUSTOMERS, DEFAULT_SEED, folder / "landing", report)
        last_day = LAST_DAY
    return Settings(
        landing=folder / "landing",
        warehouse=(warehouse or folder / "warehouse").resolve(),
        as_of=as_of or last_day,
        config=folder / "config",
        full_refresh=full_refresh,
        truth=truth or (folder / "truth" if (folder / "truth").is_dir() else None),
    )


def _last_day(folder: Path) -> date | None:
    """The last day of the demo that lies there whole, of whatever size; None where there is none."""
    try:
        about = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        if about["is_complete"] and (folder / "landing").is_dir():
            return date.fromisoformat(about["last_day"])
    except (OSError, ValueError, KeyError):
        pass
    return None
