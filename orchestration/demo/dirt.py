"""Faults of whole rows: sent again, sent twice, sent late, deleted, unreadable.

Belongs here: which rows of a table suffer what, and the count of it that tests check against.
Does not: faults inside a person's details (disguises.py).

Every row has at most one fate, drawn from its own number:
  resent   the main file holds an earlier version, the corrections file the final one
  stale    the corrections file brings an earlier version after the final one
  repeated the corrections file brings the very same row again
  deleted  the corrections file brings a newer version that deletes the key
  refused  a further row with a key of its own that the loader (or staging) must quarantine
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from orchestration.demo.catalogue import DAY
from orchestration.demo.draws import Dice
from orchestration.demo.files import Layout

LOT, MOMENT, NOBODY, BAD = "__lot", "__at", "__nobody", "__bad"
PLAIN = Layout()
HIDDEN = (LOT, MOMENT, NOBODY, BAD)


@dataclass(frozen=True)
class Refusal:
    """One way to spoil a row: a column, what stands in it instead, and which layer refuses it."""

    column: str
    text: str | None
    layer: str = "raw"


@dataclass(frozen=True)
class Sheet:
    """One table of one source: how it is written and which faults it has."""

    source: str
    table: str
    key: tuple[str, ...]
    layout: Layout = PLAIN
    stem: str | None = None
    by: str | None = None
    zone: str = "UTC"
    clock: str = "local"
    updated: str | None = None
    deleted: str | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    minor: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()
    resent: float = 0.02
    repeated: float = 0.0
    erased: float = 0.003
    refused: float = 0.0015

    @property
    def name(self) -> str:
        return f"{self.source}/{self.table}"


@dataclass(frozen=True)
class Soiled:
    """What becomes of a frame: rows for the main file, for the corrections file, and the refused."""

    main: pl.DataFrame
    corrections: pl.DataFrame
    refused: pl.DataFrame
    live: pl.DataFrame
    refused_by_staging: int
    deleted: int


def soiled(dice: Dice, sheet: Sheet, frame: pl.DataFrame) -> Soiled:
    """Gives every row its fate."""
    lot = frame[LOT].to_numpy()
    u = dice.unit(f"fate {sheet.name}", lot)
    stamp = sheet.updated
    versioned = stamp is not None
    resent = sheet.resent if versioned else 0.0
    edges = np.cumsum(
        [
            resent,
            0.15 * resent,
            max(sheet.repeated, 0.004 if versioned else 0.0),
            sheet.erased if sheet.deleted is not None and versioned else 0.0,
        ]
    )
    fate = pl.Series(np.searchsorted(edges, u, side="right"))
    if stamp is not None:
        days = pl.Series(dice.between(1, 9, f"earlier {sheet.name}", lot))
        seconds = pl.Series(dice.below(DAY, f"earlier second {sheet.name}", lot))
        former = frame.with_columns(
            pl.col(stamp) - pl.duration(days=pl.lit(days), seconds=pl.lit(seconds)),
            *[pl.lit(value).alias(column) for column, value in sheet.before.items()],
        )
    else:
        former = frame
    erased = frame.filter(fate == 3)
    if sheet.deleted is not None and stamp is not None:
        erased = erased.with_columns(
            pl.col(stamp) + pl.duration(hours=5), pl.lit(True).alias(sheet.deleted)
        )
    order = pl.int_range(pl.len())
    frame = frame.with_columns(__order=order)
    former = former.with_columns(__order=order)
    main = pl.concat([frame.filter(fate != 0), former.filter(fate == 0)])
    corrections = pl.concat(
        [
            frame.filter(fate == 0),
            former.filter(fate == 1),
            frame.filter(fate == 2),
            erased.with_columns(frame.filter(fate == 3)["__order"]),
        ]
    )
    frame = frame.drop("__order")
    refused, by_staging = _refused(dice, sheet, frame)
    return Soiled(
        main.sort("__order").drop("__order"),
        corrections.sort("__order").drop("__order"),
        refused,
        frame.filter(fate != 3),
        by_staging,
        len(erased),
    )


def _refused(dice: Dice, sheet: Sheet, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Spoiled copies of a few rows, as texts, under keys that no good row has."""
    lot = frame[LOT].to_numpy()
    if not sheet.refusals:
        return frame.clear(), 0
    hit = dice.chance(sheet.refused, f"refused {sheet.name}", lot)
    which = dice.below(len(sheet.refusals), f"refusal {sheet.name}", lot)[hit]
    few = frame.filter(pl.Series(hit))
    key = sheet.key[0]
    few = few.with_columns(pl.concat_str(pl.col(key).cast(pl.String), pl.lit("-x")).alias(key))
    by_staging = sum(1 for i in which if sheet.refusals[i].layer == "staging")
    for i, refusal in enumerate(sheet.refusals):
        here = pl.lit(pl.Series(which == i))
        few = few.with_columns(
            pl.when(here)
            .then(pl.lit(refusal.text, dtype=pl.String))
            .otherwise(pl.col(refusal.column).cast(pl.String))
            .alias(refusal.column)
        )
    return few, by_staging
