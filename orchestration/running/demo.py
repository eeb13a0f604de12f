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
    report: Callable[[str], None],
) -> Settings:
    """The settings of `scv run --demo`; the data are made where they are missing."""
    if landing or config:
        raise UsageError(
            "--demo brings its own landing folder and seeds; leave --landing and --config out, "
            "or make the data with `scv demo --landing DIR` and run on them without --demo."
        )
    folder = Path(FOLDER).resolve()
    ready = folder / "ready.json"
    if not ready.is_file():
        from orchestration.demo.company import generate

        report(f"demo: making a company of {DEFAULT_CUSTOMERS:,} customers in {folder}")
        generate(
            customers=DEFAULT_CUSTOMERS,
            seed=DEFAULT_SEED,
            landing=folder / "landing",
            report=report,
        )
        # Written last: a demo that was interrupted half-way is made again.
        ready.write_text(json.dumps({"customers": DEFAULT_CUSTOMERS, "seed": DEFAULT_SEED}))
    from orchestration.demo.catalogue import LAST_DAY

    return Settings(
        landing=folder / "landing",
        warehouse=(warehouse or folder / "warehouse").resolve(),
        as_of=as_of or LAST_DAY,
        config=folder / "config",
        full_refresh=full_refresh,
    )
