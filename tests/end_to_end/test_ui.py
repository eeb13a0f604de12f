"""The Dagster UI as an engineer opens it: the whole way as one graph, and nothing fetched from outside."""

from __future__ import annotations

import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import AS_OF, DemoCompany, start_scv

CHROMIUM = shutil.which("chromium")
GROUPS = ("raw", "staging", "identity", "core", "marts", "quality", "published")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def address(company: DemoCompany, tmp_path: Path) -> Iterator[str]:
    own = company.copy(tmp_path / "own")
    port = _free_port()
    server = start_scv(
        *("dev", "--landing", own.landing, "--warehouse", own.warehouse, "--config", own.config),
        *("--as-of", AS_OF, "--port", port),
        cwd=tmp_path,
        is_silent=True,
    )
    until = time.monotonic() + 300
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5).read()
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, "scv dev ended"
                assert time.monotonic() < until, "scv dev did not open its port"
                time.sleep(1)
        scratch = own.warehouse / "build" / "ui"
        assert any(scratch.iterdir()), "Dagster keeps its files outside the warehouse"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.mark.skipif(CHROMIUM is None, reason="needs the Debian package chromium")
def test_the_graph_of_the_whole_way_shows(address: str) -> None:
    from playwright.sync_api import expect, sync_playwright

    outside: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1800, "height": 1100})
        page.on(
            "request",
            lambda request: (
                outside.append(request.url)
                if not request.url.startswith((address, "data:", "blob:"))
                else None
            ),
        )
        page.goto(f"{address}/asset-groups", wait_until="domcontentloaded")
        for group in GROUPS:
            expect(page.get_by_text(group, exact=True).first).to_be_visible(timeout=120_000)
        page.goto(f"{address}/runs", wait_until="domcontentloaded")
        # The headless run that built the warehouse is in the history of the UI.
        expect(page.get_by_text("customer_view", exact=True).first).to_be_visible(timeout=60_000)
        browser.close()
    assert outside == []
