"""Why one file cannot be taken in: it costs that file, never the run."""

from __future__ import annotations


class Refusal(Exception):
    """The reason, as a sentence that says what was expected and what to do. No person's values."""

    @property
    def reason(self) -> str:
        return str(self)


class Moving(Exception):
    """The file changed while it was looked at; it waits for the next run."""
