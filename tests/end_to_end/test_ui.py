"""The Dagster UI as an engineer opens it: the whole way as one graph, and nothing fetched from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import AS_OF, DemoCompany, free_port, start_scv, wait_for_answer
from tests.support_browser import needs_browser, opened, outside

GROUPS = ("raw", "staging", "identity", "core", "marts", "quality", "published")


@pytest.fixture
def address(company: DemoCompany, tmp_path: Path) -> Iterator[str]:
    own = company.copy(tmp_path / "own")
    port = free_port()
    server = start_scv(
        *("dev", "--landing", own.landing, "--warehouse", own.warehouse, "--config", own.config),
        *("--as-of", AS_OF, "--port", port),
        cwd=tmp_path,
        is_silent=True,
    )
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/server_info", server, 300)
        scratch = own.warehouse / "build" / "ui"
        assert any(scratch.iterdir()), "Dagster keeps its files outside the warehouse"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


@needs_browser
def test_the_graph_of_the_whole_way_shows(address: str) -> None:
    from playwright.sync_api import expect

    with opened(f"{address}/asset-groups", 1800, 1100) as seen:
        for group in GROUPS:
            shown = seen.page.get_by_text(group, exact=True).first
            expect(shown).to_be_visible(timeout=120_000)
        seen.page.goto(f"{address}/runs", wait_until="domcontentloaded")
        # The headless run that built the warehouse is in the history of the UI.
        run = seen.page.get_by_text("customer_view", exact=True).first
        expect(run).to_be_visible(timeout=60_000)
    assert outside(seen.requests, address) == []
