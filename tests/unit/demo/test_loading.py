"""The project's own door takes the demo in: no file refused, and quarantined what the truth says."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import duckdb

from orchestration.demo.company import DemoSummary
from orchestration.ingestion.load import load
from orchestration.settings import Settings

# One table of every format, encoding, delimiter, clock and way to be refused.
TABLES = (
    "app_reviews/feedback",
    "app_reviews/fixes",
    "app_reviews/initiatives",
    "branch/invoices",
    "branch/payments",
    "branch/profiles",
    "contact_centre/feedback",
    "contact_centre/interactions",
    "contact_centre/profiles",
    "shopify/customer",
)


def test_nothing_is_refused_and_quarantine_is_as_foretold(
    demo: DemoSummary, tmp_path: Path
) -> None:
    for name in TABLES:
        shutil.copytree(demo.landing / name, tmp_path / "landing" / name)
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse", config=demo.config)
    settings.build.mkdir(parents=True)
    con = duckdb.connect(str(settings.build_database))
    summary = load(con, settings, run_id="run-1")
    clocks = con.execute(
        "select started_at from raw.canonical__interactions where interaction_id = 'golden-chat'"
    ).fetchall()
    con.close()
    others = [
        (o.file.file_name, o.status, o.reason) for o in summary.outcomes if o.status != "loaded"
    ]
    assert others == []
    rows: Counter[str] = Counter()
    quarantined: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for outcome in summary.outcomes:
        name = f"{outcome.file.source_id}/{outcome.file.table_name}"
        rows[name] += outcome.rows_in_file
        quarantined[name] += outcome.rows_quarantined
        bad[name] += outcome.rows_with_bad_values
        assert outcome.rows_with_damaged_text == 0, outcome.file.file_name
    facts = json.loads((demo.truth / "facts.json").read_text(encoding="utf-8"))["tables"]
    for name in TABLES:
        assert rows[name] == facts[name]["rows"], name
        assert quarantined[name] == facts[name]["quarantined_raw"], name
        assert bad[name] == facts[name]["rows_with_bad_values"], name
    assert sum(quarantined.values()) > 0 and sum(bad.values()) > 0
    # Written as 14:06 in New York, in summer.
    assert [str(moment) for (moment,) in clocks] == ["2026-05-18 18:06:00"]
