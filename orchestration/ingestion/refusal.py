"""Why one file cannot be taken in: it costs that file, never the run."""

from __future__ import annotations

import duckdb

from orchestration.errors import ScvError
from orchestration.machine import trouble


class Refusal(Exception):
    """The reason, as a sentence that says what was expected and what to do. No person's values."""


class Moving(Exception):
    """The file changed while it was looked at; it waits for the next run."""


def raise_if_of_machine(error: Exception) -> None:
    """End the run where the machine ran out of room: that says nothing of the file.

    Refused for it, a good file would not be looked at again before its bytes change.
    """
    is_dead = isinstance(error, duckdb.OutOfMemoryException | duckdb.FatalException)
    told = trouble(error) if isinstance(error, duckdb.Error | OSError) else None
    if is_dead or told:
        raise ScvError(
            f"The machine gave up while a file was loaded: {told or 'the engine had to stop'}. Nothing of that "
            "file was loaded. Make room and run again."
        ) from error
