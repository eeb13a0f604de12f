"""Writes the overview of what is published: by command, at every publish, and when readers are taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.pages.look import write
from orchestration.pages.overview import read
from orchestration.pages.overview_page import render
from orchestration.pages.words import ENGLISH, LANGUAGES, speaking
from orchestration.publishing.reading import open_published, published_file
from orchestration.settings import Settings
from orchestration.transformation.messages import without_values

FILE_NAME = "overview.html"


def write_overview(settings: Settings, path: Path | None = None) -> Path:
    """The page of the newest version, and beside it the same in other languages."""
    with open_published(settings) as con:
        overview = read(con, published_file(settings).parent.name)
    page = path or settings.reports / FILE_NAME
    for language in LANGUAGES.values():
        with speaking(language):
            write(language.beside(page), render(overview, page))
    return ENGLISH.beside(page)


def refresh_overview(settings: Settings, tell: Callable[[str], None]) -> None:
    """The same where something else is done already, and stays done when the page cannot be drawn."""
    try:
        write_overview(settings)
    except Exception as problem:
        tell(f"the overview was not written: {without_values(str(problem))}")
