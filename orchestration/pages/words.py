"""What pages say, in the language of who reads them: English as it stands in the code, Chinese from `locale/zh_CN`.

`make translate` collects what is said here into `locale/zh_CN/pages.po`; what has no translation is said in English.
The language is that of the page being made (`speaking`), so that not every label has to be handed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestration.settings import REPOSITORY

LOCALE = REPOSITORY / "locale" / "zh_CN"


@dataclass(frozen=True)
class Language:
    """One language: `suffix` tells its files apart; `scales` are what large figures are counted in, largest first."""

    code: str
    name: str
    suffix: str
    scales: Sequence[tuple[float, float, str]]
    catalogues: tuple[Path, ...] = ()

    def beside(self, path: Path) -> Path:
        """The file of a page in this language."""
        return path.with_name(f"{path.stem}{self.suffix}{path.suffix}")


# From a size on, divided by, with the sign.
ENGLISH = Language("en", "English", "", ((1e9, 1e9, "bn"), (1e6, 1e6, "m"), (1e4, 1e3, "k")))
CHINESE = Language(
    "zh-Hans",
    "简体中文",
    ".zh",
    ((1e8, 1e8, "亿"), (1e4, 1e4, "万")),
    (LOCALE / "pages.po", LOCALE / "meanings.po"),
)
LANGUAGES = {"en": ENGLISH, "zh": CHINESE}

_speaking: ContextVar[Language] = ContextVar("speaking", default=ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Pages made inside say everything in this language."""
    before = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(before)


def language() -> Language:
    """The language of the page that is being made."""
    return _speaking.get()


def mark(text: str) -> str:
    """A text that is said later: here for `make translate` to find it."""
    return text


def say(text: str, /, **values: object) -> str:
    """The text in the language of the page, with values in the places that it names."""
    said = _messages(_speaking.get()).get(text, text)
    return said.format(**values) if values else said


def is_translated(text: str) -> bool:
    """Whether the language of the page has this text; English has all."""
    return _speaking.get() is ENGLISH or text in _messages(_speaking.get())


@cache
def _messages(spoken: Language) -> Mapping[str, str]:
    if not spoken.catalogues:
        return {}
    # Only a page in another language waits for the reader of catalogues.
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in spoken.catalogues:
        if path.is_file():
            with path.open("rb") as file:
                found |= {
                    str(message.id): str(message.string)
                    for message in read_po(file)
                    if message.id and message.string and not message.fuzzy
                }
    return found
