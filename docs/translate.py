"""Keeps the Chinese guides and labels at one with the English: `make translate`, or `--check` to say only what is missing.

    python docs/translate.py [--check | FILE]

The English text is the source. A paragraph, heading, list item or row of a table is a message of
`locale/zh_CN/guides/<guide>.po`; code stays as it is. From both come `README.zh.md` and `docs/zh/`, which nobody
edits. Messages of the pages are taken from calls of `say` and `mark`, meanings of relations and columns from a
published FILE. What changed in English is marked fuzzy in the catalogue and must be looked at again.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "locale" / "zh_CN"
MEANINGS = "meanings.po"
GUIDES = tuple(
    Path(name)
    for name in (
        "README.md",
        "docs/connect.md",
        "docs/bi-tools.md",
        "docs/runbook.md",
        "docs/bring-your-own-data.md",
        "docs/cookbook.md",
        "docs/as-of-any-day.md",
        "docs/golden-record.md",
        "docs/identity.md",
        "docs/quality.md",
    )
)
_HEADER = (
    'msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
)
_SWITCH = re.compile(r"\[简体中文\]\([^)]*\)")
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]*)?\)")
_MARKER = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)(.*)")
_HEADING = re.compile(r"(#+\s+)(.*)")
# What is left of a message when nothing in it can be said in another language.
_SAME = re.compile(r"`[^`]*`|\]\([^)]*\)|[^A-Za-z]")


@dataclass(frozen=True)
class Unit:
    """One message with the signs before it, or lines that stay as they are."""

    text: str
    before: str = ""
    is_message: bool = True


def units(page: str) -> Iterator[Unit]:
    """The page in pieces; written one below the other they are the page, with paragraphs unbroken."""
    lines = page.splitlines()
    place, follows_code = 0, False
    while place < len(lines):
        line = lines[place]
        if line.startswith("```"):
            end = lines.index("```", place + 1)
            yield Unit("\n".join(lines[place : end + 1]), is_message=False)
            place, follows_code = end + 1, True
            continue
        if not line.strip():
            yield Unit("", is_message=False)
            place += 1
            continue
        if line.startswith("|"):
            # A table right below a query is its answer.
            is_message = not follows_code and bool(_SAME.sub("", line))
            yield Unit(line, is_message=is_message)
            place += 1
            continue
        follows_code = False
        held = _MARKER.fullmatch(line) or _HEADING.fullmatch(line)
        before, text = held.groups() if held else ("", line)
        place += 1
        while not line.startswith("#") and place < len(lines) and _goes_on(lines[place]):
            text += " " + lines[place].strip()
            place += 1
        is_message = not _SWITCH.search(text) and bool(_SAME.sub("", text))
        yield Unit(text, before, is_message)


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("```", "|", "#")) and not _MARKER.match(line)


def translated(guide: Path) -> Path:
    """Where the Chinese of a guide lies."""
    return Path("docs/zh", guide.name) if guide.parts[0] == "docs" else Path(f"{guide.stem}.zh.md")


def render(guide: Path, said: Callable[[str], str]) -> str:
    """The guide in Chinese."""
    target = translated(guide)
    pieces = [f"<!-- Made of {guide} and its translation by `make translate`: edit those. -->"]
    for unit in units((ROOT / guide).read_text()):
        text = said(unit.text) if unit.is_message else unit.text
        if _SWITCH.search(text):
            text = f"[English]({os.path.relpath(guide, target.parent)})"
        elif not text.startswith("```"):
            text = _LINK.sub(lambda link: _linked(link, guide, said), text)
        pieces.append(unit.before + text)
    return "\n".join(pieces) + "\n"


def _linked(link: re.Match[str], guide: Path, said: Callable[[str], str]) -> str:
    """A link from the Chinese page: to the Chinese page of what has one, else to the same place."""
    path, part = link[1], (link[2] or "")[1:]
    page = Path(os.path.normpath(guide.parent / path)) if path else guide
    if part and page in GUIDES:
        headings = [unit.text for unit in units((ROOT / page).read_text()) if "#" in unit.before]
        [heading] = [text for text in headings if _anchor(text) == part]
        part = _anchor(said(heading) if page == guide else _reader(page)(heading))
    target = translated(page) if page in GUIDES else page
    there = os.path.relpath(target, translated(guide).parent) if path else ""
    return f"]({there}{f'#{part}' if part else ''})"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _path(guide: Path) -> Path:
    return LOCALE / "guides" / f"{guide.stem}.po"


def _reader(guide: Path) -> Callable[[str], str]:
    held = read(_path(guide))

    def said(text: str) -> str:
        message = held.get(text)
        return str(message.string) if message and message.string and not message.fuzzy else text

    return said


def read(path: Path) -> Catalog:
    """One catalogue; an empty one where there is none yet."""
    if not path.is_file():
        return Catalog(locale="zh_CN")
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def _written(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return _HEADER.encode() + out.getvalue()


def _messages_of_pages() -> Catalog:
    """Every text that the pages say, by the calls that say it."""
    found = Catalog()
    for folder in ("orchestration/pages", "orchestration/customer"):
        for path in sorted((ROOT / folder).glob("*.py")):
            # By the tree: the calls stand within f-strings too, where Babel's own extraction does not look.
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "mark"):
                    text = node.args[0]
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found.add(text.value)
    for label in _listed():
        found.add(label)
    return found


def _listed() -> Iterator[str]:
    """What pages say out of tables of the code."""
    from orchestration.customer.screen import DOMAINS, FLAGS
    from orchestration.pages.catalogue import UNITS

    yield from FLAGS.values()
    yield from (label for measures in DOMAINS.values() for label, _, _ in measures)
    yield from (unit for _, unit in UNITS)


def _wanted() -> dict[Path, Catalog]:
    """What each catalogue is to hold."""
    wanted = {LOCALE / "pages.po": _messages_of_pages()}
    for guide in GUIDES:
        template = Catalog()
        for unit in units((ROOT / guide).read_text()):
            if unit.is_message:
                template.add(unit.text)
        wanted[_path(guide)] = template
    return wanted


def files() -> tuple[dict[Path, bytes], list[str]]:
    """What every generated file should hold, and what wants translating."""
    made: dict[Path, bytes] = {}
    open_messages: list[str] = []
    for path, template in _wanted().items():
        catalogue = read(path)
        # An entry that stays the same keeps its place; one that changed brings its old translation along, as fuzzy.
        catalogue.update(template)
        made[path] = _written(catalogue)
        open_messages += [
            f"{path.relative_to(ROOT)}: {'changed' if message.fuzzy else 'new'}: {message.id}"
            for message in catalogue
            if message.id and (message.fuzzy or not message.string)
        ]
    for guide in GUIDES:
        made[ROOT / translated(guide)] = render(guide, _reader(guide)).encode()
    return made, open_messages


def meanings(file: str) -> None:
    """Take up what relations and columns of a published file mean; those of columns may wait for a translation."""
    import duckdb

    with duckdb.connect(file, read_only=True) as con:
        held = con.execute(
            "select distinct comment from (select comment from duckdb_tables() union all select comment from duckdb_views() "
            "where not internal union all select comment from duckdb_columns()) where comment is not null order by 1"
        ).fetchall()
    template = Catalog()
    for (text,) in held:
        template.add(text)
    catalogue = read(LOCALE / MEANINGS)
    # Meanings are too much alike for the translation of one to be offered for another.
    catalogue.update(template, no_fuzzy_matching=True)
    (LOCALE / MEANINGS).write_bytes(_written(catalogue))


def main(only_check: bool) -> int:
    """Write what changed; 1 where something wants translating, or would have been written."""
    made, open_messages = files()
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]  # fmt: skip
    if not only_check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path])
        stale = []
    for path in stale:
        print(f"{path.relative_to(ROOT)}: not what its sources give; run `make translate`")
    for message in open_messages:
        print(message)
    return 1 if stale or open_messages else 0


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] != "--check":
        meanings(sys.argv[1])
    sys.exit(main("--check" in sys.argv))
