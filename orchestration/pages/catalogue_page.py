"""The catalogue as one page: every relation and column, searchable, readable on a phone and without a network."""

from __future__ import annotations

from html import escape
from itertools import groupby
from pathlib import Path

from orchestration.pages.catalogue import (
    Catalogue,
    CatalogueColumn,
    CatalogueRelation,
    Check,
)
from orchestration.pages.look import code, document, number, word
from orchestration.pages.words import ENGLISH, is_translated, language, mark, say

_SCHEMAS = {
    "marts": mark("Answers"),
    "core": mark("Dimensions, facts, timeline"),
    "metrics": mark("Figures by name"),
    "identity": mark("Who is whom, and why"),
    "quality": mark("What happened to every row"),
}
# Values that the page shows as words.
_VALUES = (
    *(mark("passed"), mark("to look at"), mark("failed"), mark("not run"), mark("text"), mark("indirect"), mark("mixed")),
    *(mark("address"), mark("birth date"), mark("email"), mark("gender"), mark("identifier"), mark("ip"), mark("name")),
    mark("phone"),
)  # fmt: skip
_LANDED_SHOWN = 4

_STYLE = """
main { max-width: 92rem; display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 1.6rem }
nav { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto; font-size: .9rem }
nav input { width: 100%; font: inherit; padding: .55rem .7rem; border: 1px solid #b9c6d2; border-radius: 9px; background: #fff }
nav h3 { margin: 1rem 0 .2rem } nav a { display: block; text-decoration: none; padding: .12rem .3rem; border-radius: 5px; overflow-wrap: anywhere }
nav a:hover { background: #e6edf4 } #found { min-height: 1.4rem }
table.columns { table-layout: fixed } table.columns th:nth-child(1) { width: 15rem } table.columns th:nth-child(3) { width: 7rem }
table.columns th:nth-child(4) { width: 15rem; padding-left: 1rem } td.landed { padding-left: 1rem } details table { table-layout: fixed; overflow-wrap: anywhere }
td.name { overflow-wrap: anywhere } td.name code { background: none; padding: 0; font-weight: 600 }
td.name small { display: block; color: var(--soft) } .landed { color: var(--soft); font-size: .82rem; overflow-wrap: anywhere }
details summary { cursor: pointer; color: var(--accent) } mark { background: #ffe9a8; color: inherit }
.bar { display: inline-block; width: 3.2rem; height: .5rem; border-radius: 3px; background: #e6edf4; overflow: hidden; vertical-align: middle; margin-right: .4rem }
.bar i { display: block; height: 100%; background: var(--accent) }
[hidden] { display: none !important }
@media (max-width: 60rem) {
  main { display: block } nav { position: static; max-height: none; margin-bottom: 1.2rem } nav .list { max-height: 40vh; overflow-y: auto }
  table.columns, table.columns tbody, table.columns tr, table.columns td { display: block; width: auto } table.columns thead { display: none }
  td.landed { padding-left: 0 } table.columns tr { border-top: 1px solid var(--line); padding: .5rem 0 } table.columns td { border: 0; padding: .1rem 0; text-align: left }
  table.columns td:empty { display: none }
}
"""

# Every word must be in a row or in what the row belongs to; rows that have none of it go, and so do empty relations.
_SCRIPT = """
const box = document.getElementById('search'), told = document.getElementById('found');
const cards = [...document.querySelectorAll('article')].map(card => ({
  card, link: document.querySelector('nav a[href="#' + card.id + '"]'), own: card.dataset.words,
  rows: [...card.querySelectorAll('tr[data-words]')].map(row => ({ row, words: row.dataset.words }))
}));
function search() {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let relations = 0, columns = 0;
  for (const { card, link, own, rows } of cards) {
    const whole = words.every(word => own.includes(word));
    let held = 0;
    for (const { row, words: text } of rows) {
      const is = whole || words.every(word => own.includes(word) || text.includes(word));
      row.hidden = !is; held += is ? 1 : 0;
    }
    const is = whole || held > 0;
    card.hidden = !is; link.hidden = !is; relations += is ? 1 : 0; columns += is ? held : 0;
  }
  told.textContent = words.length ? told.dataset.says.replace('{relations}', relations).replace('{columns}', columns) : '';
  history.replaceState(null, '', words.length ? '#q=' + encodeURIComponent(box.value) : location.pathname);
}
box.addEventListener('input', search);
addEventListener('keydown', e => { if (e.key === '/' && e.target !== box) { e.preventDefault(); box.focus(); } });
if (location.hash.startsWith('#q=')) { box.value = decodeURIComponent(location.hash.slice(3)); search(); }
"""


def render(catalogue: Catalogue, beside: Path | None = None) -> str:
    """The page as text; `beside` is the English page, where the others lie beside it."""
    held = say(
        "{relations} relations, {columns:,} columns. Version {version}, published {published}, as of {day}.",
        relations=len(catalogue.relations),
        columns=sum(len(relation.columns) for relation in catalogue.relations),
        version=escape(catalogue.version),
        published=escape(catalogue.published_at),
        day=escape(catalogue.as_of),
    )
    head = f"<h1>{say('What the warehouse holds')}</h1><p>{held}</p>{_in_english(catalogue)}"
    cards = "".join(map(_card, catalogue.relations))
    body = f"<nav class='no-print'>{_navigation(catalogue)}</nav><div>{_sources(catalogue)}{cards}</div>"
    return document(say("What the warehouse holds"), head, body, _STYLE, _SCRIPT, beside)


def _in_english(catalogue: Catalogue) -> str:
    """What a page in another language has to say of what it holds in English."""
    if language() is ENGLISH:
        return ""
    meanings = [relation.description for relation in catalogue.relations]
    meanings += [
        column.description for relation in catalogue.relations for column in relation.columns
    ]
    missing = sum(not is_translated(meaning) for meaning in meanings)
    told = [say("Names and expectations of checks stand in English.")]
    if missing:
        told.append(
            say(
                "{missing:,} of {all:,} descriptions are not translated yet and stand in English too.",
                missing=missing,
                all=len(meanings),
            )
        )
    return f"<p>{' '.join(told)}</p>"


def _navigation(catalogue: Catalogue) -> str:
    lists = []
    for schema, found in groupby(catalogue.relations, key=lambda relation: relation.schema):
        links = "".join(
            f"<a href='#{escape(relation.qualified)}'>{escape(relation.name)}</a>"
            for relation in found
        )
        lists.append(
            f"<h3>{escape(schema)} <small>{say(_SCHEMAS[schema]) if schema in _SCHEMAS else ''}</small></h3>{links}"
        )
    return (
        f"<input id='search' type='search' placeholder='{say('Search names and meanings ( / )')}' "
        f"aria-label='{say('Search')}' autocomplete='off'>"
        f"<div id='found' class='soft' aria-live='polite' data-says='{say('{relations} relations, {columns} columns')}'></div><div class='list'>{''.join(lists)}</div>"
    )


def _sources(catalogue: Catalogue) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{f'{last:%Y-%m-%d %H:%M}' if last else say('never')}</td>"
        f"<td class='n'>{rows:,}</td></tr>"
        for name, last, rows in catalogue.sources
    )
    return (
        f"<section class='card'><details><summary>{say('How fresh: the last arrival of every source')}</summary>"
        f"<table><thead><tr><th>{say('source')}</th><th>{say('last arrival, UTC')}</th><th class='n'>{say('rows loaded')}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details></section>"
    )


def _card(relation: CatalogueRelation) -> str:
    personal = sum(column.pii is not None for column in relation.columns)
    facts = [
        f"<span class='chip'>{say('{n} rows', n=number(relation.rows))}</span>"
        if relation.rows is not None
        else f"<span class='chip'>{say('view')}</span>",
        f"<span class='chip'>{say('one row: {key}', key=escape(', '.join(relation.key)))}</span>"
        if relation.key
        else "",
        f"<span class='chip pii'>{say('{n} personal columns', n=personal)}</span>"
        if personal
        else "",
        f"<span class='chip'>{say('newest event {day:%Y-%m-%d}', day=relation.newest_event)}</span>"
        if relation.newest_event
        else "",
        _state(relation.checks),
    ]
    rows = "".join(map(_column, relation.columns))
    words = _searched(relation.qualified, relation.description)
    return (
        f"<article class='card' id='{escape(relation.qualified)}' data-words=\"{words}\">"
        f"<h2>{escape(relation.schema)}.<b>{escape(relation.name)}</b></h2><p>{code(say(relation.description))}</p>"
        f"<p>{''.join(facts)}</p>"
        f"<details><summary>{say('Example query')}</summary><pre>{escape(relation.example)}</pre></details>"
        f"{_checks(relation)}{_origin(relation)}"
        f"<table class='columns'><thead><tr><th>{say('column')}</th><th>{say('meaning')}</th><th>{say('filled')}</th>"
        f"<th>{say('made of what landed')}</th></tr></thead><tbody>{rows}</tbody></table></article>"
    )


def _column(column: CatalogueColumn) -> str:
    pii = (
        f"<span class='chip pii'>{say('personal: {kind}', kind=escape(word(column.pii)))}</span>"
        if column.pii
        else ""
    )
    unit = f"<span class='chip'>{escape(say(column.unit))}</span>" if column.unit else ""
    null = (
        f"<div class='soft'>{say('Null: {when}.', when=code(column.null_when))}</div>"
        if column.null_when
        and not column.description.endswith(f"{column.null_when}.")
        # A translated description says it in its own words.
        and (language() is ENGLISH or not is_translated(column.description))
        else ""
    )
    filled = ""
    if column.filled is not None:
        width = round(100 * column.filled)
        # What is almost whole is not whole.
        shown = "100 %" if column.filled == 1 else f"{min(width, 99)} %"
        filled = f"<span class='bar'><i style='width:{width}%'></i></span>{shown}"
    words = _searched(column.name, column.description, column.pii or "")
    return (
        f"<tr data-words=\"{words}\"><td class='name'><code>{escape(column.name)}</code>"
        f"<small>{escape(column.data_type)}</small></td>"
        f"<td>{code(say(column.description))}{null}<div>{unit}{pii}</div></td>"
        f"<td class='n'>{filled}</td><td class='landed'>{_landed(column)}</td></tr>"
    )


def _searched(name: str, meaning: str, kind: str = "") -> str:
    """What a search looks through: the meaning in the language of the page, and in English."""
    return escape(" ".join(dict.fromkeys((name, meaning, say(meaning), kind))).lower())


def _landed(column: CatalogueColumn) -> str:
    names = [f"{system} · {table}.{name}" for system, table, name in column.landed]
    shown = "<br>".join(map(escape, names))
    if len(names) <= _LANDED_SHOWN:
        return shown
    return f"<details><summary>{say('{n} landed columns', n=len(names))}</summary>{shown}</details>"


def _state(checks: tuple[Check, ...]) -> str:
    if not checks:
        return ""
    failed = sum(check.state == "failed" for check in checks)
    warned = sum(check.state == "to look at" for check in checks)
    if failed:
        return f"<span class='chip bad'>{say('{n} of {all} checks failed', n=failed, all=len(checks))}</span>"
    if warned:
        return f"<span class='chip warn'>{say('{n} of {all} checks to look at', n=warned, all=len(checks))}</span>"
    return f"<span class='chip good'>{say('{n} checks passed', n=len(checks))}</span>"


def _checks(relation: CatalogueRelation) -> str:
    found = [*relation.checks, *relation.checks_before]
    if not found:
        return ""
    rows = "".join(
        f"<tr><td>{escape(check.relation)}</td><td>{escape(check.name.replace('_', ' '))}"
        f"<div class='soft'>{escape(check.expected)}</div></td><td>{escape(say(check.state))}</td></tr>"
        for check in found
    )
    return (
        f"<details><summary>{say('{n} checks of it, {before} on the way to it', n=len(relation.checks), before=len(relation.checks_before))}"
        f"</summary><table><tbody>{rows}</tbody></table></details>"
    )


def _origin(relation: CatalogueRelation) -> str:
    if not (relation.parents or relation.landed_tables):
        return ""
    made = ", ".join(f"<code>{escape(name)}</code>" for name in relation.parents)
    landed = ", ".join(f"<code>{escape(name)}</code>" for name in relation.landed_tables)
    return (
        f"<details><summary>{say('Made of {n} landed tables', n=len(relation.landed_tables))}</summary>"
        f"{'<p>' + say('By way of {relations}.', relations=made) + '</p>' if made else ''}<p>{landed}</p></details>"
    )
