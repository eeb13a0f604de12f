"""What the machine gives, and what it refuses: no room, no right to write, a broken disk.

What it refuses is not a fault of data or code, and it may pass.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from orchestration import sql
from orchestration.errors import UsageError

# Says how much the engine of a run may hold, such as 8GB.
MEMORY = "SCV_MEMORY"
# Of what the machine has. The engine would take four fifths; but identity has an engine of its own beside it.
_SHARE = 0.4
_ENGINE_TAKES = 0.8
# Ordinary work goes before; 19 would be the last of all.
_NICE = 10

# As the C library words them, which is how the engine passes them on.
_WORDS = {
    "No space left on device": "the disk is full",
    "Disk quota exceeded": "the disk quota is used up",
    "File too large": "a file may not grow any further",
    "Read-only file system": "the disk is read-only",
    "Input/output error": "the disk does not answer",
    "Out of Memory Error": "the memory is used up",
    # As SQLite words them, in which Dagster keeps its history.
    "database or disk is full": "the disk is full",
    "attempt to write a readonly database": "the disk is read-only",
}
_NUMBERS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not grow any further",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk does not answer",
}


@cache
def memory() -> str:
    """What the engine of a run may hold in memory; what is more waits on disk."""
    import duckdb

    with duckdb.connect() as con:
        if asked := os.environ.get(MEMORY):
            try:
                con.execute(f"set memory_limit = {sql.text(asked)}")
            except duckdb.Error:
                raise UsageError(
                    f"{MEMORY} is {asked!r}, which is no amount of memory; write it as 8GB."
                ) from None
            return asked
        # Of the container, where it has less than the machine.
        row = con.execute("select current_setting('memory_limit')").fetchone()
    number, unit = str(row[0] if row else "").split()
    return f"{float(number) * _SHARE / _ENGINE_TAKES:.2f}{unit}"


def step_back() -> None:
    """Let whoever reads go first: a run has time, a person who waits for one customer's row has not."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def trouble(error: BaseException) -> str | None:
    """What is wrong with the machine, in words, if that is what the error or one of its causes says."""
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _NUMBERS:
            return _NUMBERS[each.errno]
        text = str(each)
        for words, meaning in _WORDS.items():
            if words in text:
                return meaning
    return None


def advice(told: str) -> str:
    """What to do about it, as a sentence."""
    return (
        f"The machine could not go on: {told}. Nothing is lost: make room, or give the right to write, "
        "and run again."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__
