"""What a command costs: its time, its processor time and the most memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Of one command; memory in bytes, of the largest of its processes."""

    seconds: float
    cpu_seconds: float
    memory: int
    output: str


def cost(command: Sequence[str | Path]) -> Cost:
    """Run a command to its end; ends the whole measurement where it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            sys.exit(
                f"{' '.join(map(str, command))} ended with {process.returncode}:\n{err.read()[-2000:]}"
            )
        out.seek(0)
        return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out.read())
