"""A page as a browser shows it, with every request it makes written down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs the Debian package chromium")


@dataclass
class Seen:
    """An open page and what went wrong on it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, width: int = 1400, height: int = 900) -> Iterator[Seen]:
    """The file in a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        seen = Seen(browser.new_page(viewport={"width": width, "height": height}))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda said: seen.errors.append(said.text))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.goto(path.as_uri())
        yield seen
        browser.close()
