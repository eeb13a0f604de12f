"""What a tool's work takes inside its own process, apart from what it takes to start. Only Python's own modules are used:
a peer's environment has none of ours.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


def cpu() -> float:
    """Seconds of processor time of this process and of what it started."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


@contextmanager
def work() -> Iterator[dict[str, object]]:
    """Measures what is done within; `tell` prints it, with whatever else was put there."""
    told: dict[str, object] = {"start_cpu_seconds": round(cpu(), 2)}
    began, spent = time.perf_counter(), cpu()
    yield told
    told["work_seconds"] = round(time.perf_counter() - began, 2)
    told["work_cpu_seconds"] = round(cpu() - spent, 2)


def tell(told: dict[str, object]) -> None:
    """As the last line that this process prints."""
    print(json.dumps(told), flush=True)
