"""Progress of a long statement: how much of it the database has done, told while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

_EVERY_SECONDS = 1.0


@contextmanager
def watched(con: duckdb.DuckDBPyConnection, tell: Callable[[float], None]) -> Iterator[None]:
    """Tell the share (0 to 1) that is done of whatever statement runs, once a second."""
    con.execute("set enable_progress_bar = true").fetchall()
    con.execute("set enable_progress_bar_print = false").fetchall()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_EVERY_SECONDS):
            percent = con.query_progress()
            if percent >= 0:
                tell(percent / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        con.execute("set enable_progress_bar = false").fetchall()
