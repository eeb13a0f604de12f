"""What may pass is tried again, later each time; what cannot pass ends the run at once.

A database that somebody looks into and a network disk that does not answer may pass. A full disk, a gate, a broken
model may not: trying them again only makes the message come later.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import duckdb

from orchestration.running.session import Session

TRIES = 3
_FIRST_WAIT_SECONDS = 2.0
_MAY_PASS = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE, errno.EIO}
)
_WORDS = ("Could not set lock on file", "Resource temporarily unavailable", "Input/output error")


def may_pass(error: BaseException) -> bool:
    """Whether the same work may succeed in a while without anybody doing anything."""
    if isinstance(error, duckdb.IOException):
        return any(words in str(error) for words in _WORDS)
    return isinstance(error, OSError) and error.errno in _MAY_PASS


def wait_seconds(tries_so_far: int) -> float:
    """2, 4, 8 seconds."""
    return float(_FIRST_WAIT_SECONDS * 2**tries_so_far)


@contextmanager
def retried(context: Any, session: Session) -> Iterator[None]:
    """One step of a Dagster run, tried again when what failed may pass."""
    try:
        yield
    except Exception as error:
        if not may_pass(error) or context.retry_number >= TRIES:
            raise
        seconds = wait_seconds(context.retry_number)
        session.progress.say(
            f"this may pass, trying again in {seconds:g} s: {type(error).__name__}"
        )
        # The session keeps the first error as that of the run, and this is none yet.
        session.error = None
        raise dg.RetryRequested(max_retries=TRIES, seconds_to_wait=seconds) from error
