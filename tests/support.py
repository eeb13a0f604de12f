"""The command line as a user starts it, and the small demo company that tests share."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import REPOSITORY

CUSTOMERS = 60
SEED = 7
AS_OF = "2026-06-30"

Scv = Callable[..., "subprocess.CompletedProcess[str]"]


def start_scv(
    *arguments: object,
    cwd: Path | None = None,
    code: Path = REPOSITORY,
    is_silent: bool = False,
    has_own_group: bool = False,
) -> subprocess.Popen[str]:
    """`scv` in a process of its own; `code` is another checkout to take it from.

    With a group of its own it can be killed together with all that it started.
    """
    # A server that nobody reads from would stop when the pipe is full.
    stream = subprocess.DEVNULL if is_silent else subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-c", "from orchestration.cli import main; main()"),
            *(str(argument) for argument in arguments),
        ],
        cwd=cwd,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=stream,
        start_new_session=has_own_group,
    )


def run_scv(
    *arguments: object, cwd: Path | None = None, code: Path = REPOSITORY
) -> subprocess.CompletedProcess[str]:
    """The same, waited for."""
    process = start_scv(*arguments, cwd=cwd, code=code)
    out, err = process.communicate(timeout=560)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def rows_apart(
    con: duckdb.DuckDBPyConnection, one: str, other: str, relation: str, columns: str = "*"
) -> dict[str, int]:
    """How many rows of a relation only one of two attached files has, where there are any; equal ones are counted as often."""
    found = {}
    for here, there in ((one, other), (other, one)):
        [(rows,)] = con.execute(
            f"select count(*) from (select {columns} from {here}.{relation} "
            f"except all select {columns} from {there}.{relation})"
        ).fetchall()
        if rows:
            found[f"{relation} of {here} alone"] = rows
    return found


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_answer(url: str, server: subprocess.Popen[str], seconds: float) -> None:
    """Return when a page of this server answers; fail when it ends before, or takes longer."""
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=60).read()
            return
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, f"the server ended: {server.communicate()[0]}"
            assert time.monotonic() < until, f"{url} did not answer"
            time.sleep(1)


@dataclass(frozen=True)
class DemoCompany:
    """A small demo company and the warehouse built from it. Shared: copy it before changing anything."""

    home: Path

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def config(self) -> Path:
        return self.home / "config"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse"

    @property
    def summary(self) -> dict[str, Any]:
        """What the run that built it printed."""
        summary: dict[str, Any] = json.loads((self.home / "summary.json").read_text())
        return summary

    def options(self) -> list[str]:
        """The options of a run on it."""
        return [
            *("--landing", str(self.landing), "--warehouse", str(self.warehouse)),
            *("--config", str(self.config), "--as-of", AS_OF),
        ]

    def copy(self, home: Path) -> DemoCompany:
        """One of its own for a test that changes it; files keep their times."""
        shutil.copytree(self.home, home, symlinks=True)
        return DemoCompany(home)
