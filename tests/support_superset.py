"""Superset as the example starts it, and asking it through its own interface."""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import REPOSITORY
from tests.support import free_port, wait_for_answer

EXAMPLE = REPOSITORY / "examples" / "superset"
needs_superset = pytest.mark.skipif(
    not (EXAMPLE / ".venv" / ".installed").exists(),
    reason="Superset wants an environment of its own, which takes minutes to install: make superset-test",
)


@dataclass
class Superset:
    """A running Superset; `link` is the published file that it reads."""

    address: str
    password: str
    link: Path
    _opener: urllib.request.OpenerDirector = field(init=False)
    _headers: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        entered = {"username": "admin", "password": self.password, "provider": "db"}
        token = self.call("security/login", entered)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.call("security/csrf_token/")["result"]
        self._headers["Referer"] = self.address

    def call(self, path: str, body: Any = None) -> Any:
        """The answer of one of its calls; one that was refused answers too."""
        asked = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", **self._headers},
        )
        try:
            return json.load(self._opener.open(asked, timeout=120))
        except urllib.error.HTTPError as refused:
            return {"refused": refused.code, **json.load(refused)}

    def datasets(self) -> dict[str, int]:
        """Relation → the number that Superset gave its dataset."""
        found = self.call("dataset/?q=(page_size:100)")["result"]
        return {f"{one['schema']}.{one['table_name']}": one["id"] for one in found}

    def ask(
        self, dataset: int, metrics: list[str], columns: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        """What a chart of these saved metrics would show."""
        query = {"metrics": metrics, "columns": columns or [], "row_limit": 10000}
        answer = self.call(
            "chart/data",
            {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": True},
        )
        assert "result" in answer, answer
        rows: list[dict[str, Any]] = answer["result"][0]["data"]
        return rows

    def sql(self, statement: str) -> Any:
        """The answer of SQL Lab."""
        [database] = self.call("database/")["result"]
        return self.call("sqllab/execute/", {"database_id": database["id"], "sql": statement})


@contextmanager
def running_superset(published: Path, folder: Path) -> Iterator[Superset]:
    """The example, started by its one command on a link to a published file, with all its state in a folder."""
    warehouse = folder / "warehouse"
    warehouse.mkdir()
    (warehouse / "scv.duckdb").symlink_to(published.resolve())
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "SUPERSET_HOME"}
    server = subprocess.Popen(
        [EXAMPLE / "run.sh", warehouse, str(port)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_answer(f"{address}/health", server, 400)
        home = warehouse / "build" / "superset"
        yield Superset(address, (home / "password").read_text().strip(), warehouse / "scv.duckdb")
    finally:
        server.terminate()
        server.communicate(timeout=60)
        shutil.rmtree(warehouse, ignore_errors=True)
