"""One writer at a time: the lock file in the warehouse, held for as long as anything there is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from orchestration.errors import ScvError

DEFAULT_TIMEOUT_SECONDS = 600.0


@contextmanager
def warehouse_lock(
    path: Path, report: Callable[[str], None], timeout: float = DEFAULT_TIMEOUT_SECONDS
) -> Iterator[None]:
    """Hold the warehouse. The kernel lets go of it when the process dies, so nothing is ever left locked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(path), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(
            f"Another run is writing to {path.parent}; waiting up to {timeout:g} s for it to end."
        )
        started = time.monotonic()
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            raise ScvError(
                f"Another run has been writing to {path.parent} for more than {timeout:g} s. "
                "Wait for it to end and run again, or wait longer with --wait SECONDS."
            ) from None
        report(f"The other run ended after {time.monotonic() - started:.0f} s.")
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether somebody writes to the warehouse right now."""
    if not path.is_file():
        return False
    lock = FileLock(str(path), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # On a disk that cannot be written, nobody writes.
        return False
    lock.release()
    return False
