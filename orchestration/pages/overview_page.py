"""The overview as one page: who the customers are, the four domains over time, how well the data are. No person is on it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from orchestration.pages.charts import Point, bars, columns, line, overlaps, parts
from orchestration.pages.look import DOMAINS, document, domain, number, share, short, word
from orchestration.pages.overview import Overview
from orchestration.pages.words import mark, say

_MEASURES = {
    "voc": (mark("Feedback a month"), mark("NPS by quarter")),
    "operational": (mark("Orders a month"), mark("Share of deliveries that came late")),
    "financial": (mark("Revenue a month"), mark("Share of payments that failed")),
    "interaction": (mark("Contacts a month"), mark("Share of contacts given up")),
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


# Values of the data that the page shows as words.
_VALUES = (
    *(mark("active"), mark("new"), mark("won back"), mark("lapsing"), mark("lapsed"), mark("nothing done yet")),
    *(mark("6 and more"), mark("precision"), mark("recall")),
)  # fmt: skip


def render(overview: Overview, beside: Path | None = None) -> str:
    """The page as text; `beside` is the English page, where the others lie beside it."""
    told = say(
        "As of {day:%-d %B %Y}. Amounts in {currency}. Version {version}.",
        day=overview.as_of,
        currency=escape(overview.currency or say("their own currency")),
        version=escape(overview.version),
    )
    head = f"<h1>{say('Our customers')}</h1><p>{told}</p>"
    foot = say(
        "Bands are 95 % intervals: Wilson for shares, adjusted Wald for NPS. A month that has just begun holds "
        "what arrived so far. Definitions: <code>scv metrics list</code>; every relation and column: "
        "<code>scv docs</code>."
    )
    domains = "".join(_domain(name, overview) for name in DOMAINS)
    body = (
        f"<div class='tiles'>{_tiles(overview)}</div><br>"
        f"{_who(overview)}<div class='grid pair'>{domains}</div><br>"
        f"<div class='grid'>{_identity(overview)}{_health(overview)}</div>"
        f"<footer>{foot}</footer>"
    )
    return document(say("Our customers"), head, body, _STYLE, beside=beside)


def _tile(value: str, label: str, colour: str = "#2f6fb0") -> str:
    return f"<div class='tile' style='--c:{colour}'><b>{value}</b><span>{label}</span></div>"


def _tiles(overview: Overview) -> str:
    totals = overview.totals
    tiles = [
        _tile(number(totals["customers"]), say("customers, of {records} records", records=number(totals["profiles"])), "#17324d"),
        _tile(number(totals["active"]), say("active: did something in 90 days, or subscribe"), "#17324d"),
        _tile(short(totals["revenue"]), say("revenue of known customers, {currency}", currency=escape(overview.currency)), DOMAINS["financial"][1]),
        _tile(short(totals["margin"]), say("margin, after cost to serve"), DOMAINS["financial"][1]),
        _tile(number(overview.nps.value if overview.nps else None), _nps(overview.nps), DOMAINS["voc"][1]),
        _tile(number(totals["complaints"]), say("complaints in a year"), DOMAINS["voc"][1]),
        _tile(number(totals["open_tickets"]), say("open tickets"), DOMAINS["operational"][1]),
        _tile(share(totals["completeness"]), say("complete: of eight golden attributes"), DOMAINS["interaction"][1]),
    ]  # fmt: skip
    return "".join(tiles)


def _nps(point: Point | None) -> str:
    if point is None or point.low is None or point.high is None:
        return say("NPS: nobody was asked in twelve months")
    return say(
        "NPS of twelve months, {low:.0f} to {high:.0f}, {n:,} answers",
        low=point.low,
        high=point.high,
        n=point.n,
    )


def _who(overview: Overview) -> str:
    states = [
        (word(name), size, _STATES.get(name, "#c3ced8"))
        for name, size in sorted(
            overview.states,
            key=lambda state: list(_STATES).index(state[0]) if state[0] in _STATES else 9,
        )
    ]
    left = (
        f"<p class='soft'>{say('{n:,} more customers are known by rarer combinations.', n=overview.combinations_left)}</p>"
        if overview.combinations_left
        else ""
    )
    known = columns([(domain(name), size) for name, size in overview.domains], "#6b8299")
    return (
        f"<section class='card'><h2>{say('Who they are')}</h2>"
        f"<h3>{say('Where they are in their life with us')}</h3>{parts(states, say('Life-cycle states'))}"
        f"<h3>{say('Which systems know them')}</h3><div class='scroll'>{overlaps(overview.sources, overview.combinations, '#17324d')}</div>{left}"
        f"<h3>{say('Which domains know them')}</h3>{known}</section>"
    )


def _domain(name: str, overview: Overview) -> str:
    colour = DOMAINS[name][1]
    volume, rate = map(say, _MEASURES[name])
    rates = overview.rates[name]
    shown = (
        line(rates, colour, rate, is_share=name != "voc")
        if any(point.value is not None for point in rates)
        else f"<p class='soft'>{say('Nothing of the kind is known.')}</p>"
    )
    return (
        f"<section class='card domain' style='--c:{colour}'><h2>{domain(name)}</h2>"
        f"<h3>{volume}</h3>{bars(overview.volumes[name], colour, volume)}<h3>{rate}</h3>{shown}</section>"
    )


def _identity(overview: Overview) -> str:
    totals, found = overview.totals, overview.benchmark
    measured = "".join(
        f"<tr><td>{escape(word(measure))}</td><td class='n'>{found[measure]:.4f}</td></tr>"
        for measure in ("precision", "recall", "f1", "bcubed_f1")
        if measure in found
    )
    scored = (
        f"<h3>{say('Against a known truth')}</h3><table><tbody>{measured}</tbody></table>"
        if measured
        else f"<p class='soft'>{say('No truth was given to score it against (<code>scv run --truth</code>).')}</p>"
    )
    told = say(
        "{records} records are {customers} customers, {ratio:.2f} records each. {doubts} doubts wait for a person "
        "(<code>identity.review_queue</code>).",
        records=number(totals["profiles"]),
        customers=number(totals["customers"]),
        ratio=(totals["profiles"] or 0) / (totals["customers"] or 1),
        doubts=number(overview.health["to_review"]),
    )
    sizes = columns([(word(name), size) for name, size in overview.sizes], "#17324d")
    links = columns([(name.replace("_", " "), size) for name, size in overview.links], "#7d94aa")
    return (
        f"<section class='card'><h2>{say('Identity')}</h2><p>{told}</p>"
        f"<h3>{say('Customers by number of records')}</h3>{sizes}"
        f"<h3>{say('Links by the rule that made them')}</h3>{links}"
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
        f"<tr><td>{escape(source)}</td><td>{f'{last:%Y-%m-%d %H:%M}' if last else say('never')}</td>"
        f"<td class='n'>{rows:,}</td><td class='n'>{refused:,}</td></tr>"
        for source, last, _, rows, refused in overview.arrivals
    )
    became = parts(
        [
            (say("of a customer"), health["attributed"] or 0, "#2c8a5b"),
            (say("of nobody known"), health["unattributed"] or 0, "#c3ced8"),
            (say("replaced or deleted"), health["replaced"] or 0, "#7d94aa"),
            (say("refused"), health["quarantined"] or 0, "#c2571a"),
        ],
        say("What became of every row"),
    )
    lost = (
        f"<span class='chip good'>{say('every row is accounted for')}</span>"
        if not health["lost"]
        else f"<span class='chip bad'>{say('{n:,} rows are not accounted for', n=health['lost'])}</span>"
    )
    refused = (
        f"<span class='chip warn'>{say('{n:,} files refused', n=health['refused_files'])}</span>"
        if health["refused_files"]
        else ""
    )
    return (
        f"<section class='card'><h2>{say('Data')}</h2><p>{say('{n} rows landed.', n=number(health['landed']))} {lost}{refused}</p>{became}"
        f"<h3>{say('Checks of this run')}</h3><table><thead><tr><th>{say('layer')}</th><th class='n'>{say('passed')}</th><th class='n'>{say('to look at')}</th>"
        f"<th class='n'>{say('failed')}</th></tr></thead><tbody>{gates}</tbody></table>"
        f"<h3>{say('Last arrivals, UTC')}</h3><table><thead><tr><th>{say('source')}</th><th>{say('last')}</th><th class='n'>{say('rows')}</th>"
        f"<th class='n'>{say('refused')}</th></tr></thead><tbody>{arrivals}</tbody></table></section>"
    )
