"""`scv` in processes that begin with its libraries imported: the suite starts it dozens of times.

Each is a process of its own, forked from one that imported what a run needs and did nothing else: no database is open
in it and no thread runs Python. Where it matters that nothing was imported – commands that must start at once, runs
that are killed – tests take `run_scv` and `start_scv`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing import forkserver
from pathlib import Path

import pytest

from orchestration.settings import Settings

# What a run imports on its way.
LIBRARIES = [
    "orchestration.cli",
    "orchestration.definitions",
    "orchestration.running.finish",
    "orchestration.gates.runner",
    "orchestration.linkage.refinement",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "great_expectations",
    "splink",
]


def run_warm(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """As `run_scv`: the command line in a process, waited for."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(LIBRARIES)
    with pytest.MonkeyPatch.context() as patch:
        # Some libraries decide while they are imported whether they report home.
        for name, value in Settings(Path("landing"), Path("warehouse")).environment().items():
            patch.setenv(name, value)
        forkserver.ensure_running()
    command = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = processes.Process(
            target=_scv, args=(command, cwd or Path.cwd(), dict(os.environ), out, err)
        )
        process.start()
        process.join(560)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, 560, err.read_text())
        return subprocess.CompletedProcess(
            command, process.exitcode, out.read_text(), err.read_text()
        )


def _scv(command: list[str], cwd: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for path, stream in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, stream)
        os.close(file)
    sys.argv = ["scv", *command]
    from orchestration.cli import main

    main()
