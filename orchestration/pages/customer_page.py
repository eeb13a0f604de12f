"""One customer as one page: who it is, from which records and why, the four domains, everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from orchestration.customer.page import Page
from orchestration.customer.screen import DOMAINS as MEASURES
from orchestration.customer.screen import FLAGS, shown
from orchestration.pages.look import DOMAINS, document, domain, word
from orchestration.pages.words import ENGLISH, language, mark, say

_NAMES = dict(zip(MEASURES, ("operational", "financial", "interaction", "voc"), strict=True))
_WIDE, _ROW, _LEFT = 1100, 34, 150
# Values of the data that the page shows as words.
_VALUES = (
    *(mark("person"), mark("organization"), mark("address line"), mark("birth date"), mark("city"), mark("company")),
    *(mark("country"), mark("email"), mark("family name"), mark("full name"), mark("gender"), mark("given name")),
    *(mark("job title"), mark("language"), mark("party type"), mark("phone"), mark("postal code"), mark("region")),
    *(mark("charge"), mark("chargeback"), mark("credit"), mark("fee"), mark("invoice"), mark("penalty"), mark("refund")),
    *(mark("contact"), mark("web session"), mark("order"), mark("process step"), mark("subscription end")),
    *(mark("subscription start"), mark("ticket"), mark("complaint"), mark("consent given"), mark("consent withdrawn")),
    *(mark("feedback closed"), mark("feedback read"), mark("feedback replied"), mark("feedback routed"), mark("review")),
    *(mark("social"), mark("survey"), mark("survey invitation")),
)  # fmt: skip

_STYLE = """
.person { display: grid; grid-template-columns: minmax(15rem, 21rem) minmax(0, 1fr); gap: 1.1rem; align-items: start }
.person dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; font-size: .92rem } .person dt { color: var(--soft) }
.person dd { margin: 0; overflow-wrap: anywhere } .person dd small { color: var(--soft); display: block; line-height: 1.3 }
.domain { border-top: 4px solid var(--c) } .domain dl { grid-template-columns: 1fr max-content } .domain dd { text-align: right; font-variant-numeric: tabular-nums }
i.dot { display: inline-block; width: .62rem; height: .62rem; border-radius: 50%; margin-right: .5rem; background: var(--c) }
@media (max-width: 60rem) { .person { display: block } }
"""


def render(page: Page) -> str:
    """The page as text. It holds a person's data, as its file does."""
    view = page["customer_360"]
    state = [
        word(view["party_type"] or ""),
        word(view.get("lifecycle_state") or "nothing done yet"),
        say("{share:.0%} complete", share=view["completeness"]),
    ]
    if view.get("household_member_count"):
        state.append(say("household of {n}", n=view["household_member_count"]))
    conflicts = "".join(
        f"<span class='chip warn'>{escape(say('sources disagree on {words}', words=say(words)))}</span>"
        for flag, words in FLAGS.items()
        if view.get(flag)
    )
    name = view["display_name"] or say("Nobody gave a name")
    head = (
        f"<h1>{escape(name)}</h1><p>{escape(' · '.join(part for part in state if part))} {conflicts}</p>"
        f"<p><code style='background:#28496a;color:#eaf1f7'>{escape(page['customer_id'])}</code> {say('as of {day}', day=view['as_of_date'])}</p>"
    )
    domains = "".join(_domain(title, view) for title in MEASURES)
    body = (
        f"<div class='person'><div>{_who(page)}{_profiles(page)}</div>"
        f"<div><section class='card'><h2>{say('What happened when')}</h2>{_strip(page['events'])}</section>"
        f"<div class='grid'>{domains}</div><br>{_events(page['events'])}</div></div>"
    )
    if language() is not ENGLISH:
        told = say("Reasons, explanations and what systems sent stand as they were written.")
        body += f"<footer>{told}</footer>"
    return document(name, head, body, _STYLE)


def _who(page: Page) -> str:
    rows = "".join(
        f"<dt>{escape(word(row['attribute']))}</dt><dd>{escape(row['attribute_value'])}"
        f"<small>{escape(row['source_id'])}: {escape(row['reason'] or '')}</small></dd>"
        for row in page["golden_values"]
        if row["is_winner"]
    )
    view = page["customer_360"]
    consents = "".join(
        f"<p class='soft'>{say(words, purposes=escape(view[column]))}</p>"
        for words, column in (
            (mark("Consents given: {purposes}"), "consents_granted"),
            (mark("Consents withdrawn: {purposes}"), "consents_withdrawn"),
        )
        if view.get(column)
    )
    return f"<section class='card'><h2>{say('Who')}</h2><dl>{rows}</dl>{consents}</section>"


def _profiles(page: Page) -> str:
    sources = sorted({row["source_id"] for row in page["profiles"]})
    rows = "".join(
        f"<dt>{escape(source)}</dt><dd>"
        + ", ".join(
            escape(row["source_record_id"])
            for row in page["profiles"]
            if row["source_id"] == source
        )
        + "</dd>"
        for source in sources
    )
    links = "".join(
        f"<p class='soft'><b>{escape(link['source_id_1'])}</b> {escape(link['source_record_id_1'])} = "
        f"<b>{escape(link['source_id_2'])}</b> {escape(link['source_record_id_2'])}<br>{escape(link['explanation'] or '')}</p>"
        for link in page["links"]
    )
    was = (
        f"<p class='soft'>{say('Was also {ids}', ids=', '.join(escape(row['customer_id']) for row in page['was_also']))}</p>"
        if page["was_also"]
        else ""
    )
    return (
        f"<section class='card'><h2>{say('{records} records in {systems} systems', records=len(page['profiles']), systems=len(sources))}</h2><dl>{rows}</dl>{was}"
        f"<details><summary>{say('Why they are one')}</summary>{links}</details></section>"
    )


def _domain(title: str, view: dict[str, Any]) -> str:
    colour = DOMAINS[_NAMES[title]][1]
    currency = view.get("reporting_currency") or ""
    rows = "".join(
        f"<dt>{escape(say(label))}</dt><dd>{escape(shown(view[column]))}{f' {escape(currency)}' if unit else ''}</dd>"
        for label, column, unit in MEASURES[title]
        if view.get(column)
    )
    told = f"<dl>{rows}</dl>" if rows else f"<p class='soft'>{say('Nothing known.')}</p>"
    return f"<section class='card domain' style='--c:{colour}'><h2>{domain(_NAMES[title])}</h2>{told}</section>"


def _strip(events: Sequence[dict[str, Any]]) -> str:
    """Every event as a dot, a row for each domain: what led to what is seen at a glance."""
    if not events:
        return f"<p class='soft'>{say('Nothing happened yet.')}</p>"
    times: list[datetime] = [event["occurred_at"] for event in events]
    first, last = min(times), max(times)
    span = max((last - first).total_seconds(), 86_400)
    rows = list(DOMAINS)

    def x(at: datetime) -> float:
        return _LEFT + (_WIDE - _LEFT - 14) * (at - first).total_seconds() / span

    lines = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDE}" y1="{26 + _ROW * place}" y2="{26 + _ROW * place}" stroke="#e6ebf0"/>'
        f'<text x="0" y="{30 + _ROW * place}" style="font-size:13px">{domain(name)}</text>'
        for place, name in enumerate(rows)
    )
    dots = "".join(
        f'<circle cx="{x(event["occurred_at"]):.1f}" cy="{26 + _ROW * rows.index(event["domain"])}" r="5" '
        f'fill="{DOMAINS[event["domain"]][1]}" fill-opacity=".55"><title>{event["occurred_at"]:%Y-%m-%d} '
        f"{escape(word(event['event_type']))}, {escape(event['source_id'])}</title></circle>"
        for event in events
        if event["domain"] in rows
    )
    high = 26 + _ROW * len(rows) + 12
    ends = (
        f'<text x="{_LEFT}" y="{high}">{say("{day:%b %Y}", day=first)}</text>'
        f'<text x="{_WIDE}" y="{high}" text-anchor="end">{say("{day:%b %Y}", day=last)}</text>'
    )
    return f'<svg viewBox="0 0 {_WIDE} {high + 6}" role="img" aria-label="{escape(say("Events by domain"))}">{lines}{dots}{ends}</svg>'


def _events(events: Sequence[dict[str, Any]]) -> str:
    rows = "".join(map(_event, events))
    return (
        f"<section class='card'><h2>{say('The last {n} events', n=len(events))}</h2><div class='scroll'><table><thead><tr><th>{say('when, UTC')}</th>"
        f"<th>{say('what')}</th><th>{say('where')}</th><th class='n'>{say('amount')}</th><th class='n'>{say('score')}</th></tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _event(event: dict[str, Any]) -> str:
    colour = DOMAINS[event["domain"]][1] if event["domain"] in DOMAINS else "#5a6b7d"
    amount = (
        f"{shown(event['amount'])} {escape(event['currency'] or '')}"
        if event["amount"] is not None
        else ""
    )
    said = f"<div class='soft'>{escape(event['summary'])}</div>" if event["summary"] else ""
    where = ", ".join(part for part in (event["source_id"], event["channel"]) if part)
    return (
        f"<tr><td style='--c:{colour};white-space:nowrap'><i class='dot'></i>{event['occurred_at']:%Y-%m-%d %H:%M}</td>"
        f"<td>{escape(word(event['event_type']))}{said}</td><td>{escape(where)}</td>"
        f"<td class='n'>{amount}</td><td class='n'>{shown(event['score']) if event['score'] is not None else ''}</td></tr>"
    )
