"""Versions and what changed between them, as people read them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration import show

if TYPE_CHECKING:
    from orchestration.publishing.catalogue import Listed
    from orchestration.publishing.diff import ColumnChange, Difference, RelationChange
    from orchestration.publishing.rollback import Rollback

# More would not be read; --json has all.
_COLUMNS_SHOWN = 6


def listing(found: Sequence[Listed]) -> None:
    """One line a version; the one that readers have is marked."""
    if not found:
        sys.stdout.write("No version is published yet.\n")
        return
    for each in found:
        sys.stdout.write(
            f"{'*' if each.is_current else ' '} {each.version}  "
            f"{each.published_at:%Y-%m-%d %H:%M:%S} UTC  as of {each.as_of or 'unknown'}  "
            f"{_count(each.customers)} customers  {_count(each.rows)} rows  "
            f"{each.size_bytes / 1e6:,.1f} MB, {each.shared_bytes / 1e6:,.1f} of them shared\n"
        )
    own = sum(each.size_bytes - each.shared_bytes for each in found)
    shared = max(each.shared_bytes for each in found)
    sys.stdout.write(
        f"{len(found)} versions kept, about {(own + shared) / 1e6:,.1f} MB together. * is what readers have.\n"
    )


def rolled_back(done: Rollback) -> None:
    """What readers have now, and what comes next."""
    lines = [f"Readers have version {done.now}; before it was {done.left}."]
    if not done.is_newest:
        lines.append(
            "This holds until a run finds something new: it publishes the newest state again. "
            "Put right what was wrong first."
        )
        lines.append(f"To undo this: scv rollback {done.left}")
    if done.is_run_under_way:
        lines.append("A run is under way: when it ends, readers get its version.")
    sys.stdout.write("\n".join(lines) + "\n")


def difference(found: Difference) -> None:
    """One block a relation that changed."""
    sys.stdout.write(f"From {found.before} to {found.after}\n")
    for relation in found.relations:
        sys.stdout.write(_relation(relation))
    sys.stdout.write(
        f"{len(found.relations)} relations differ, {found.relations_same} are the same.\n"
    )


def _relation(change: RelationChange) -> str:
    counts = [f"{change.rows_added:,} added", f"{change.rows_removed:,} removed"]
    if change.rows_changed is not None:
        counts.append(f"{change.rows_changed:,} changed")
    lines = [
        f"{change.relation}: {', '.join(counts)} ({change.rows_before:,} → {change.rows_after:,} rows)"
    ]
    for what, names in (("new", change.columns_added), ("gone", change.columns_removed)):
        if names:
            lines.append(f"  columns {what}: {', '.join(names)}")
    lines += [f"  {_column(column)}" for column in change.columns[:_COLUMNS_SHOWN]]
    if len(change.columns) > _COLUMNS_SHOWN:
        lines.append(f"  and {len(change.columns) - _COLUMNS_SHOWN} more columns (--json has all)")
    return "\n".join(lines) + "\n"


def _column(column: ColumnChange) -> str:
    told = f"{column.name}: changed in {column.rows_changed:,} rows"
    if column.sum_before != column.sum_after:
        told += f", sum {_sum(column.sum_before)} → {_sum(column.sum_after)}"
    return told


def _sum(value: float | None) -> str:
    return "none" if value is None else f"{value:,.2f}".removesuffix(".00")


def _count(value: int | None) -> str:
    return "?" if value is None else show.number(value)
