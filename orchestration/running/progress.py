"""What a person sees while a run goes on, and the log that keeps it: lines on standard error, no person's values."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO


class Progress:
    """Says what happens: to the terminal in short, to the log file whole."""

    def __init__(self, stream: IO[str] | None, log: Path | None = None) -> None:
        self._stream = stream
        self._log = log
        self._started = time.monotonic()
        self._is_terminal = bool(stream is not None and stream.isatty())

    @property
    def log(self) -> Path | None:
        return self._log

    def log_to(self, path: Path) -> None:
        """Keep a log from here on."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._log = path

    def say(self, text: str) -> None:
        """A line for the person and the log."""
        self.note(text)
        if self._stream is not None:
            elapsed = time.monotonic() - self._started
            clock = f"{elapsed:6.1f}s  "
            if self._is_terminal:
                clock = f"\x1b[2m{clock}\x1b[0m"
            self._stream.write(f"{clock}{text}\n")
            self._stream.flush()

    def note(self, text: str) -> None:
        """A line for the log only."""
        if self._log is None:
            return
        with self._log.open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {text}\n")
