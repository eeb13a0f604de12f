"""The gates of one run as a page: plain HTML that loads nothing from anywhere.

Great Expectations' own documentation pages fetch scripts, fonts and an image from outside; this one shows the same
results. Keys only, never a person's values.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from orchestration.gates.results import CheckResult, worst_sources

KEPT = 20

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2330; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; vertical-align: top; }
th { border-bottom: 2px solid #c8d0dc; } td { border-bottom: 1px solid #e6eaf0; overflow-wrap: anywhere; }
.passed { color: #1a7f4b; } .warned { color: #9a6400; } .failed { color: #b3261e; font-weight: 600; }
pre { background: #f6f8fa; padding: 1rem; white-space: pre-wrap; }
"""


def write(folder: Path, summary: Mapping[str, Any], results: Sequence[CheckResult]) -> Path:
    """Write the page of one run, and make it the one that `index.html` shows."""
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    page = runs / f"{summary['run_id']}.html"
    page.write_text(render(summary, results), encoding="utf-8")
    kept = sorted(runs.glob("*.html"), reverse=True)
    for old in kept[KEPT:]:
        old.unlink()
    earlier = [f"runs/{path.name}" for path in kept[:KEPT] if path != page]
    beside = folder / ".index.html.next"
    beside.write_text(render(summary, results, earlier), encoding="utf-8")
    os.replace(beside, folder / "index.html")
    return page


def render(
    summary: Mapping[str, Any], results: Sequence[CheckResult], earlier: Sequence[str] = ()
) -> str:
    """The page as text; `earlier` are the pages of runs before."""
    layers = list(dict.fromkeys(result.layer for result in results))
    sections = "".join(
        _section(layer, [result for result in results if result.layer == layer]) for layer in layers
    )
    message = summary["message"]
    told = f"<pre>{escape(message)}</pre>" if message else ""
    published = summary["published"]
    readers = published["version"] or "nothing yet"
    if published.get("published_at"):
        readers += f", of {published['published_at']}"
    links = " ".join(f"<a href='{escape(path)}'>{escape(Path(path).stem)}</a>" for path in earlier)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>Gates of run {escape(summary['run_id'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Run {escape(summary['run_id'])}: {escape(summary['outcome'])}</h1>"
        f"<p>As of {escape(summary['as_of'])}. {summary['rows_in']:,} rows in, "
        f"{summary['rows_quarantined']:,} quarantined. Readers have: {escape(readers)}.</p>"
        f"{told}{_worst(results)}{sections or '<p>The run ended before its first gate.</p>'}"
        f"{f'<h2>Earlier runs</h2><p>{links}</p>' if links else ''}</body></html>\n"
    )


def _worst(results: Sequence[CheckResult]) -> str:
    sources = worst_sources(result for result in results if not result.is_success)
    return f"<p>Sources with the most to look at: {escape(sources)}.</p>" if sources else ""


def _section(layer: str, results: Sequence[CheckResult]) -> str:
    # What failed is what somebody came for; what passed is there for those who ask.
    found = sorted((r for r in results if not r.is_success), key=lambda result: result.is_warning)
    passed = [result for result in results if result.is_success]
    folded = (
        f"<details><summary>{len(passed)} passed</summary>{_table(passed)}</details>"
        if passed
        else ""
    )
    return f"<h2>{escape(layer)}</h2>{_table(found) if found else ''}{folded}"


def _table(results: Sequence[CheckResult]) -> str:
    return (
        "<table><tr><th></th><th>relation</th><th>source</th><th>check</th><th>expected</th>"
        f"<th>observed</th><th>keys</th></tr>{''.join(_row(result) for result in results)}</table>"
    )


def _row(result: CheckResult) -> str:
    state = "passed" if result.is_success else "warned" if result.is_warning else "failed"
    keys = "<br>".join(escape(key) for key in result.sample_keys)
    cells = (
        result.relation,
        result.source_id or "",
        result.check_name,
        result.expected,
        result.observed,
    )
    shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f"<tr><td class='{state}'>{state}</td>{shown}<td>{keys}</td></tr>"
