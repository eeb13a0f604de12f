"""How every page looks, and what makes it self-contained: one style, one frame, a policy that lets nothing be fetched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from orchestration.pages.words import LANGUAGES, language, mark, say

# The four domains, in one colour each wherever they are drawn; told apart also without colour, by label and order.
DOMAINS: Mapping[str, tuple[str, str]] = {
    "voc": (mark("Voice of customer"), "#c2571a"),
    "operational": (mark("Operational"), "#2f6fb0"),
    "financial": (mark("Financial"), "#2c8a5b"),
    "interaction": (mark("Interaction"), "#7a4fa3"),
}

STYLE = """
:root { --ink: #1d2733; --soft: #5a6b7d; --line: #dde4eb; --wash: #f5f8fa; --deep: #17324d; --accent: #2f6fb0;
  --good: #1a7f4b; --warn: #9a6400; --bad: #b3261e; --paper: #fff; }
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem }
body { margin: 0; font: 15px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: var(--ink); background: var(--wash) }
a { color: var(--accent) }
h1 { font-size: 1.55rem; margin: 0; letter-spacing: -.01em } h2 { font-size: 1.15rem; margin: 0 0 .2rem }
h3 { font-size: .78rem; margin: 1.3rem 0 .3rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft) }
p { margin: .3rem 0 } code, pre { font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
code { background: #edf2f6; border-radius: 4px; padding: .05em .3em; overflow-wrap: anywhere }
pre { background: #edf2f6; border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; margin: .4rem 0 }
header.top { background: var(--deep); color: #eaf1f7; padding: 1.6rem clamp(1rem, 4vw, 2.5rem) }
.others { float: right; margin-left: 1rem } .others a { color: #d5e2ed }
header.top p { color: #b5c8d9; max-width: 60rem }
main { max-width: 76rem; margin: 0 auto; padding: 1.2rem clamp(.8rem, 3vw, 2rem) 4rem }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.3rem; margin: 0 0 1.1rem }
.grid { display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)) }
.grid > .card { margin: 0 }
.tiles { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)) }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; border-top: 4px solid var(--c, var(--accent)) }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums }
.tile span, .soft { color: var(--soft); font-size: .86rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem } .scroll { overflow-x: auto }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .78rem } th, td { padding: .32rem .6rem .32rem 0; vertical-align: top }
td { border-top: 1px solid var(--line) } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.chip { display: inline-block; border-radius: 9px; padding: 0 .55rem; font-size: .78rem; background: #e6edf4; color: #27496a; overflow-wrap: anywhere; margin: 0 .25rem .2rem 0 }
.chip.pii { background: #fbe9e1; color: #8d3a0c } .chip.good { background: #e2f3ea; color: var(--good) }
.chip.warn { background: #fdf1d8; color: var(--warn) } .chip.bad { background: #fbe4e2; color: var(--bad) }
svg { display: block; width: 100%; height: auto } svg text { font: 11px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; fill: var(--soft) }
footer { color: var(--soft); font-size: .82rem; margin-top: 2rem }
@media print {
  body { background: #fff; font-size: 12px } header.top { background: #fff; color: #000; padding: 0 0 .6rem; border-bottom: 2px solid #000 }
  header.top p { color: #333 } main { max-width: none; padding: .6rem 0 } .card, .tile { break-inside: avoid; border-color: #bbb }
  .no-print { display: none !important } * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  @page { margin: 14mm }
}
"""


def document(
    title: str,
    head: str,
    body: str,
    style: str = "",
    script: str = "",
    beside: Path | None = None,
) -> str:
    """One whole page. Its policy forbids every request, so that a mistake cannot make one either.

    `beside` is the English page where the same lies in every language: each leads to the others.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    if script:
        policy += "; script-src 'unsafe-inline'"
    return (
        f"<!doctype html><html lang='{language().code}'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta name='referrer' content='no-referrer'>"
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>"
        f"<header class='top'>{_others(beside)}{head}</header><main>{body}</main>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>\n"
    )


def _others(beside: Path | None) -> str:
    if beside is None:
        return ""
    links = "".join(
        f"<a lang='{other.code}' hreflang='{other.code}' href='{escape(quote(other.beside(beside).name))}'>{other.name}</a>"
        for other in LANGUAGES.values()
        if other is not language()
    )
    return f"<p class='others no-print'>{links}</p>"


def domain(name: str) -> str:
    """What a domain is called."""
    return say(DOMAINS[name][0])


def word(value: str) -> str:
    """A value of the data that is a word of ours, as people say it."""
    return say(value.replace("_", " "))


def write(path: Path, page: str) -> Path:
    """Swap the page in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.next")
    beside.write_text(page, encoding="utf-8")
    os.replace(beside, path)
    return path


def number(value: Any, digits: int = 0) -> str:
    """A figure as people read it; a dash for what is not known."""
    if value is None:
        return "–"
    if isinstance(value, int | float | Decimal):
        return f"{value:,.{digits}f}"
    return escape(str(value))


def short(value: Any) -> str:
    """A large figure in few signs, for tiles and axes."""
    if value is None:
        return "–"
    size = float(value)
    for limit, unit, sign in language().scales:
        if abs(size) >= limit:
            scaled = size / unit
            return f"{scaled:,.1f}{sign}" if abs(scaled) < 100 else f"{scaled:,.0f}{sign}"
    return f"{size:,.0f}" if size == int(size) or abs(size) >= 100 else f"{size:,.2f}"


def share(value: Any, digits: int = 0) -> str:
    return "–" if value is None else f"{100 * float(value):.{digits}f} %"


def code(text: str) -> str:
    """A description with its `names` set as code."""
    parts = escape(text, quote=False).split("`")
    return "".join(
        f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts)
    )
