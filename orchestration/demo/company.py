"""Makes the demo company: all sources, the truth beside them, and the configuration they need.

Belongs here: the order of making, and putting it on disk whole or not at all. Does not: what any
source contains (sources/), or how customers behave (behaviour.py).

Made once, a second call with the same arguments does nothing. The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import gc
import json
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from orchestration.demo import behaviour, browsing, golden, golden_cases, persons, strangers, voice
from orchestration.demo.catalogue import FIRST_DAY, LAST_DAY
from orchestration.demo.draws import Dice
from orchestration.demo.folder import exchange, is_made, known, refuse_strange_folders, write_json
from orchestration.demo.landing import Landing
from orchestration.demo.places import CURRENCIES
from orchestration.demo.sources import (
    app_reviews,
    bank,
    branch,
    contact_centre,
    ga4_export,
    hubspot,
    qualtrics,
    shop_orders,
    shopify,
    stripe,
    zendesk,
)
from orchestration.demo.sources.common import Portion
from orchestration.errors import UsageError

VERSION = 4
PORTION = 20_000
WRITERS = 2
MOST = 1 << persons.BITS
WORK = ".demo-partial"

Report = Callable[[str], None]

# source_id, system, domain, owner, trust tier, time zone, country, hours until stale
SOURCES: tuple[tuple[str, str, str, str, int, str, str, int], ...] = (
    ("zendesk", "zendesk", "operational", "Customer service", 2, "UTC", "US", 24),
    ("shopify", "shopify", "operational", "E-commerce", 2, "UTC", "US", 24),
    ("stripe", "stripe", "financial", "Finance", 1, "UTC", "US", 24),
    ("hubspot", "hubspot", "interaction", "Marketing", 3, "UTC", "US", 24),
    ("qualtrics", "qualtrics", "voc", "Customer experience", 3, "UTC", "US", 168),
    ("ga4_export", "ga4_export", "interaction", "Digital", 4, "UTC", "US", 48),
    (
        "contact_centre",
        "canonical",
        "interaction",
        "Contact centre",
        2,
        "America/New_York",
        "US",
        24,
    ),
    ("branch", "canonical", "financial", "Branches", 1, "Asia/Shanghai", "CN", 24),
    ("app_reviews", "canonical", "voc", "Digital", 4, "UTC", "US", 48),
)


@dataclass(frozen=True)
class DemoSummary:
    """What was made, or found made already."""

    landing: Path
    truth: Path
    config: Path
    customers: int
    seed: int
    profiles: int
    rows: int
    files: int
    is_new: bool


def generate(
    customers: int,
    seed: int,
    landing: Path,
    report: Report | None = None,
    portion: int = PORTION,
) -> DemoSummary:
    """Writes the demo company to `landing`, its truth and configuration beside it."""
    if not 1 <= customers <= MOST:
        raise UsageError(
            f"The demo has between 1 and {MOST} customers; choose a number in between."
        )
    if portion < 4 or portion % 4:
        raise UsageError("A portion of customers is a multiple of four.")
    landing = landing.absolute()
    home = landing.parent
    wanted = {
        "customers": customers,
        "seed": seed,
        "last_day": LAST_DAY.isoformat(),
        "version": VERSION,
        "landing": landing.name,
    }
    before = known(home / "demo.json")
    if is_made(home, wanted, before):
        return _summary(home, landing, customers, seed, is_new=False)
    refuse_strange_folders(landing, before)
    work = home / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        _make(work, landing.name, customers, seed, portion, report or (lambda _: None))
        exchange(home, work, wanted, before)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _summary(home, landing, customers, seed, is_new=True)


def _make(work: Path, name: str, customers: int, seed: int, portion: int, report: Report) -> None:
    """Everything in a folder of its own; nobody reads it before it is whole."""
    dice = Dice(seed)
    landing = Landing(work / name, dice)
    truth_folder = work / "truth"
    truth_folder.mkdir()
    profiles = 0
    with (truth_folder / "profiles.csv").open("wb") as stream:
        for first in range(0, customers, portion):
            truth = _portion(dice, landing, first, min(portion, customers - first))
            truth.write_csv(stream, include_header=first == 0)
            profiles += len(truth)
            gc.collect()
            report(f"{min(first + portion, customers)} of {customers} customers")
        for once in (shopify, stripe, zendesk, hubspot, qualtrics, contact_centre, app_reviews):
            once.write_once(landing)
        rest = pl.concat([strangers.write(landing, customers), golden.write(landing)])
        rest.write_csv(stream, include_header=False)
        profiles += len(rest)
    landing.close()
    write_json(truth_folder / "facts.json", _facts(landing, customers, seed, profiles))
    write_json(truth_folder / "golden.json", golden_cases.described())
    _configuration(work / "config")


def _portion(dice: Dice, landing: Landing, first: int, count: int) -> pl.DataFrame:
    people = persons.made(dice, first, count)
    story = behaviour.told(people, dice)
    portion = Portion(dice, people, story, voice.heard(story, dice), browsing.online(story, dice))
    events = (ga4_export.write, shop_orders.write, bank.write)
    sources = (
        hubspot.write,
        qualtrics.write,
        stripe.write,
        zendesk.write,
        shopify.write,
        contact_centre.write,
        branch.write,
        app_reviews.write,
    )
    # No two of them write the same table, so side by side gives the same files as one by one.
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(write, portion, landing) for write in events]
        truths = [pool.submit(write, portion, landing) for write in sources]
        for job in running:
            job.result()
    in_order = (pl.col("person_id").str.slice(1), "source_id", "source_record_id")
    return pl.concat(job.result() for job in truths).sort(*in_order)


def _facts(landing: Landing, customers: int, seed: int, profiles: int) -> dict[str, object]:
    """Control totals: per table what its files hold and what must become of the rows."""
    tables = {name: count.plain() for name, count in sorted(landing.counts.items())}
    totals = {
        field: sum(int(getattr(count, attribute)) for count in landing.counts.values())
        for field, attribute in (
            ("files", "files"),
            ("rows", "rows"),
            ("quarantined_raw", "refused_by_loader"),
            ("quarantined_staging", "refused_by_staging"),
            ("rows_with_bad_values", "bad_values"),
            ("superseded", "superseded"),
            ("deleted", "deleted"),
            ("live", "live"),
            ("of_nobody", "of_nobody"),
        )
    }
    return {
        "customers": customers,
        "seed": seed,
        "last_day": LAST_DAY.isoformat(),
        "profiles": profiles,
        "totals": totals,
        "tables": tables,
    }


def _configuration(folder: Path) -> None:
    """The company's own seeds: its nine sources, and what its currencies were worth each week."""
    folder.mkdir()
    header = [
        "source_id",
        "system",
        "domain",
        "owner",
        "trust_tier",
        "timezone",
        "default_country",
        "delivery",
        "freshness_hours",
        "on_failure",
        "is_active",
    ]
    rows = [
        (source, system, domain, owner, tier, zone, country, "delta", hours, "stop", "true")
        for source, system, domain, owner, tier, zone, country, hours in SOURCES
    ]
    _write_csv(folder / "sources.csv", header, rows)
    # Units per US dollar in ten-thousandths; each wanders a little around its level.
    levels = {"USD": 10_000, "CNY": 72_000, "GBP": 7_900, "HKD": 78_000, "EUR": 9_200}
    dice = Dice(0)
    weeks = (LAST_DAY - FIRST_DAY).days // 7 + 1
    rates: list[tuple[str, str, str]] = []
    for week in range(weeks):
        day = (FIRST_DAY + timedelta(days=7 * week)).isoformat()
        for code in sorted(CURRENCIES):
            sway = 0
            if code != "USD":
                key = np.asarray([week // 4, week // 13], dtype=np.int64)
                sway = int(dice.between(-120, 120, f"rate {code}", key).sum())
            units = levels[code] * (10_000 + sway)
            rates.append((day, code, f"{units // 10**8}.{units % 10**8:08d}"))
    _write_csv(folder / "exchange_rates.csv", ["rate_date", "currency", "rate"], rates)


def _summary(home: Path, landing: Path, customers: int, seed: int, *, is_new: bool) -> DemoSummary:
    facts = json.loads((home / "truth" / "facts.json").read_text(encoding="utf-8"))
    return DemoSummary(
        landing,
        home / "truth",
        home / "config",
        customers,
        seed,
        int(facts["profiles"]),
        int(facts["totals"]["rows"]),
        int(facts["totals"]["files"]),
        is_new,
    )


def _write_csv(path: Path, header: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
