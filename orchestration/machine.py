"""What the machine refuses: no room, no right to write, a broken disk. Not a fault of data or code, and it may pass."""

from __future__ import annotations

import errno
from collections.abc import Iterator

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
