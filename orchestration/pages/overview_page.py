"""The overview as one page: who the customers are, the four domains over time, how well the data are. No person is on it."""

from __future__ import annotations

from html import escape

from orchestration.pages.charts import Point, bars, columns, line, overlaps, parts
from orchestration.pages.look import DOMAINS, document, number, share, short
from orchestration.pages.overview import Overview

_MEASURES = {
    "voc": ("Feedback a month", "NPS by quarter"),
    "operational": ("Orders a month", "Share of deliveries that came late"),
    "financial": ("Revenue a month", "Share of payments that failed"),
    "interaction": ("Contacts a month", "Share of contacts given up"),
}
_STATES = {
    "active": "#2c8a5b",
    "new": "#62b58a",
    "won_back": "#9bd0b4",
    "lapsing": "#e0b04c",
    "lapsed": "#c2571a",
    "nothing done yet": "#c3ced8",
}
_STYLE = """
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin-top: .5rem; font-size: .86rem; color: var(--soft) }
.legend b { color: var(--ink) } .legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .35rem }
table.sized td { border: 0; padding: .14rem .6rem .14rem 0; white-space: nowrap } table.sized td.wide { width: 60% }
table.sized i { display: block; height: .75rem; border-radius: 3px }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .4rem 1.6rem }
.tiles { grid-template-columns: repeat(auto-fill, minmax(min(45%, 15rem), 1fr)) }
.pair { grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)) }
.domain h2 { border-left: 5px solid var(--c); padding-left: .6rem }
"""


def render(overview: Overview) -> str:
    """The page as text."""
    head = (
        "<h1>Our customers</h1>"
        f"<p>As of {overview.as_of:%-d %B %Y}. Amounts in {escape(overview.currency or 'their own currency')}. "
        f"Version {escape(overview.version)}.</p>"
    )
    domains = "".join(_domain(name, overview) for name in DOMAINS)
    body = (
        f"<div class='tiles'>{_tiles(overview)}</div><br>"
        f"{_who(overview)}<div class='grid pair'>{domains}</div><br>"
        f"<div class='grid'>{_identity(overview)}{_health(overview)}</div>"
        "<footer>Bands are 95 % intervals: Wilson for shares, adjusted Wald for NPS. A month that has just begun holds "
        "what arrived so far. Definitions: <code>scv metrics list</code>; every relation and column: "
        "<code>scv docs</code>.</footer>"
    )
    return document("Our customers", head, body, _STYLE)


def _tile(value: str, label: str, colour: str = "#2f6fb0") -> str:
    return f"<div class='tile' style='--c:{colour}'><b>{value}</b><span>{label}</span></div>"


def _tiles(overview: Overview) -> str:
    totals = overview.totals
    tiles = [
        _tile(number(totals["customers"]), f"customers, of {number(totals['profiles'])} records", "#17324d"),
        _tile(number(totals["active"]), "active: did something in 90 days, or subscribe", "#17324d"),
        _tile(short(totals["revenue"]), f"revenue of known customers, {escape(overview.currency)}", DOMAINS["financial"][1]),
        _tile(short(totals["margin"]), "margin, after cost to serve", DOMAINS["financial"][1]),
        _tile(number(overview.nps.value if overview.nps else None), _nps(overview.nps), DOMAINS["voc"][1]),
        _tile(number(totals["complaints"]), "complaints in a year", DOMAINS["voc"][1]),
        _tile(number(totals["open_tickets"]), "open tickets", DOMAINS["operational"][1]),
        _tile(share(totals["completeness"]), "complete: of eight golden attributes", DOMAINS["interaction"][1]),
    ]  # fmt: skip
    return "".join(tiles)


def _nps(point: Point | None) -> str:
    if point is None or point.low is None or point.high is None:
        return "NPS: nobody was asked in twelve months"
    return f"NPS of twelve months, {point.low:.0f} to {point.high:.0f}, {point.n:,} answers"


def _who(overview: Overview) -> str:
    states = [
        (name.replace("_", " "), size, _STATES.get(name, "#c3ced8"))
        for name, size in sorted(
            overview.states,
            key=lambda state: list(_STATES).index(state[0]) if state[0] in _STATES else 9,
        )
    ]
    left = (
        f"<p class='soft'>{overview.combinations_left:,} more customers are known by rarer combinations.</p>"
        if overview.combinations_left
        else ""
    )
    known = columns([(DOMAINS[name][0], size) for name, size in overview.domains], "#6b8299")
    return (
        "<section class='card'><h2>Who they are</h2>"
        f"<h3>Where they are in their life with us</h3>{parts(states, 'Life-cycle states')}"
        f"<h3>Which systems know them</h3><div class='scroll'>{overlaps(overview.sources, overview.combinations, '#17324d')}</div>{left}"
        f"<h3>Which domains know them</h3>{known}</section>"
    )


def _domain(name: str, overview: Overview) -> str:
    title, colour = DOMAINS[name]
    volume, rate = _MEASURES[name]
    rates = overview.rates[name]
    shown = (
        line(rates, colour, rate, is_share=name != "voc")
        if any(point.value is not None for point in rates)
        else "<p class='soft'>Nothing of the kind is known.</p>"
    )
    return (
        f"<section class='card domain' style='--c:{colour}'><h2>{title}</h2>"
        f"<h3>{volume}</h3>{bars(overview.volumes[name], colour, volume)}<h3>{rate}</h3>{shown}</section>"
    )


def _identity(overview: Overview) -> str:
    totals, found = overview.totals, overview.benchmark
    measured = "".join(
        f"<tr><td>{escape(measure.replace('_', ' '))}</td><td class='n'>{found[measure]:.4f}</td></tr>"
        for measure in ("precision", "recall", "f1", "bcubed_f1")
        if measure in found
    )
    scored = (
        f"<h3>Against a known truth</h3><table><tbody>{measured}</tbody></table>"
        if measured
        else "<p class='soft'>No truth was given to score it against (<code>scv run --truth</code>).</p>"
    )
    ratio = (totals["profiles"] or 0) / (totals["customers"] or 1)
    return (
        "<section class='card'><h2>Identity</h2>"
        f"<p>{number(totals['profiles'])} records are {number(totals['customers'])} customers, {ratio:.2f} records each. "
        f"{number(overview.health['to_review'])} doubts wait for a person (<code>identity.review_queue</code>).</p>"
        f"<h3>Customers by number of records</h3>{columns(overview.sizes, '#17324d')}"
        f"<h3>Links by the rule that made them</h3>{columns([(name.replace('_', ' '), size) for name, size in overview.links], '#7d94aa')}"
        f"{scored}</section>"
    )


def _health(overview: Overview) -> str:
    health = overview.health
    gates = "".join(
        f"<tr><td>{escape(layer)}</td><td class='n'>{checks - warned - failed}</td><td class='n'>{warned}</td>"
        f"<td class='n'>{failed}</td></tr>"
        for layer, checks, warned, failed in overview.gates
    )
    arrivals = "".join(
        f"<tr><td>{escape(source)}</td><td>{f'{last:%Y-%m-%d %H:%M}' if last else 'never'}</td>"
        f"<td class='n'>{rows:,}</td><td class='n'>{refused:,}</td></tr>"
        for source, last, _, rows, refused in overview.arrivals
    )
    became = parts(
        [
            ("of a customer", health["attributed"] or 0, "#2c8a5b"),
            ("of nobody known", health["unattributed"] or 0, "#c3ced8"),
            ("replaced or deleted", health["replaced"] or 0, "#7d94aa"),
            ("refused", health["quarantined"] or 0, "#c2571a"),
        ],
        "What became of every row",
    )
    lost = (
        "<span class='chip good'>every row is accounted for</span>"
        if not health["lost"]
        else f"<span class='chip bad'>{health['lost']:,} rows are not accounted for</span>"
    )
    refused = (
        f"<span class='chip warn'>{health['refused_files']:,} files refused</span>"
        if health["refused_files"]
        else ""
    )
    return (
        f"<section class='card'><h2>Data</h2><p>{number(health['landed'])} rows landed. {lost}{refused}</p>{became}"
        "<h3>Checks of this run</h3><table><thead><tr><th>layer</th><th class='n'>passed</th><th class='n'>to look at</th>"
        f"<th class='n'>failed</th></tr></thead><tbody>{gates}</tbody></table>"
        "<h3>Last arrivals, UTC</h3><table><thead><tr><th>source</th><th>last</th><th class='n'>rows</th>"
        f"<th class='n'>refused</th></tr></thead><tbody>{arrivals}</tbody></table></section>"
    )
