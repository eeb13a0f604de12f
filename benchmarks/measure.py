"""What a command costs: its time, its processor time, the most memory it held, and how memory and disk went meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.publishing.disk import disk_bytes

_EVERY_SECONDS = 0.05
# Looking through a folder costs more than asking a process what it holds.
_DISK_EVERY = 20


@dataclass(frozen=True)
class Sample:
    """What a command held at one instant (seconds since 1970): memory of its process, and its folder, in bytes."""

    at: float
    memory: int
    disk: int


@dataclass(frozen=True)
class Cost:
    """Of one command; memory in bytes, of the largest of its processes."""

    seconds: float
    cpu_seconds: float
    memory: int
    output: str
    began_at: float = 0.0
    samples: tuple[Sample, ...] = ()


def cost(command: Sequence[str | Path], folder: Path | None = None) -> Cost:
    """Run a command to its end; ends the whole measurement where it fails.

    With a folder that it writes to, the command and the folder are looked at while it runs.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began_at, started = time.time(), time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err)
        samples: list[Sample] = []
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, folder, samples, ended))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            sys.exit(
                f"{' '.join(map(str, command))} ended with {process.returncode}:\n{err.read()[-2000:]}"
            )
        out.seek(0)
        return Cost(
            seconds,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * 1024,
            out.read(),
            began_at,
            tuple(samples),
        )


def _watch(
    process: int, folder: Path | None, samples: list[Sample], ended: threading.Event
) -> None:
    """Ask Linux what the process holds, until it ends; elsewhere there are no samples."""
    if folder is None:
        return
    held = Path(f"/proc/{process}/statm")
    page = os.sysconf("SC_PAGE_SIZE")
    disk = 0
    while True:
        if len(samples) % _DISK_EVERY == 0:
            disk = disk_bytes(folder)
        try:
            memory = int(held.read_text().split()[1]) * page
        except (OSError, IndexError):
            return
        samples.append(Sample(time.time(), memory, disk))
        if ended.wait(_EVERY_SECONDS):
            return
