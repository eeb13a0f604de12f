"""Back to a version that is kept, at once, without building anything.

The working database, raw and the registry of ids stay where they are: ids that were given are never taken back, and the
next run that finds something new builds from everything there is and publishes the newest version.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.errors import ScvError, UsageError
from orchestration.publishing.build import swap
from orchestration.publishing.versions import (
    Version,
    forget_rollback,
    giving,
    newest_given,
    note_rollback,
    versions,
)
from orchestration.running.lock import is_held
from orchestration.settings import Settings


@dataclass(frozen=True)
class Rollback:
    """What readers had, and what they have now."""

    left: str
    now: str
    is_newest: bool
    # A run that goes on will give readers its own version when it ends.
    is_run_under_way: bool


def roll_back(settings: Settings, name: str | None) -> Rollback:
    """Give readers another kept version; without a name the one before theirs."""
    with giving(settings):
        kept = versions(settings)
        before = next((version for version in kept if version.is_current), None)
        if before is None:
            raise UsageError(
                f"{settings.warehouse} has nothing published. Start a run with `scv run`, "
                "or name another folder with --warehouse."
            )
        target = chosen(kept, name) if name else _older(kept, before)
        if target.is_current:
            raise UsageError(f"Readers have version {target.name} already.")
        _must_open(target)
        newest = newest_given(settings) or before.name
        is_newest = target.name >= newest
        if not is_newest:
            # Before the swap: a version newer than the current one that readers never had is a dead run's.
            note_rollback(settings, newest)
        swap(settings.published, target.path)
        if is_newest:
            forget_rollback(settings)
    return Rollback(before.name, target.name, is_newest, is_held(settings.lock))


def chosen(kept: list[Version], name: str) -> Version:
    """The kept version of this name; its beginning is enough where no other begins so."""
    found = [version for version in kept if version.name == name]
    found = found or [version for version in kept if version.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(version.name for version in found or kept) or "none"
    what = f"More than one version begins with {name}" if found else f"No version {name} is kept"
    raise UsageError(f"{what}. {'They are' if found else 'Kept are'}: {names}.")


def _older(kept: list[Version], before: Version) -> Version:
    older = [version for version in kept if version.name < before.name]
    if not older:
        raise UsageError(
            f"{before.name} is the oldest version that is kept: there is none to go back to. "
            "`scv versions` lists them."
        )
    return older[0]


def _must_open(target: Version) -> None:
    try:
        with duckdb.connect(str(target.path), read_only=True) as con:
            con.execute("select count(*) from duckdb_tables()").fetchall()
    except duckdb.Error:
        raise ScvError(
            f"The file of version {target.name} is damaged; readers keep what they have. "
            "Choose another with `scv versions`."
        ) from None
