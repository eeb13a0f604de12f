"""Writes the overview of what is published, by command and at every publish."""

from __future__ import annotations

from pathlib import Path

from orchestration.pages.look import write
from orchestration.pages.overview import read
from orchestration.pages.overview_page import render
from orchestration.publishing.reading import open_published, published_file
from orchestration.settings import Settings

FILE_NAME = "overview.html"


def write_overview(settings: Settings, path: Path | None = None) -> Path:
    """The page of the newest version."""
    with open_published(settings) as con:
        overview = read(con, published_file(settings).parent.name)
    return write(path or settings.reports / FILE_NAME, render(overview))
