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
    # Of these, what was answered: the policy of a page may have stopped the others.
    answered: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def opened(address: Path | str, width: int = 1400, height: int = 900) -> Iterator[Seen]:
    """The file or page in a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        seen = Seen(browser.new_page(viewport={"width": width, "height": height}))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("requestfinished", lambda request: seen.answered.append(request.url))
        seen.page.on("console", lambda said: seen.errors.append(said.text))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        url = address.as_uri() if isinstance(address, Path) else address
        seen.page.goto(url, wait_until="load" if isinstance(address, Path) else "domcontentloaded")
        yield seen
        browser.close()


def outside(urls: list[str], address: str) -> list[str]:
    """Those that lead away from a server."""
    return [url for url in urls if not url.startswith((address, "data:", "blob:"))]
