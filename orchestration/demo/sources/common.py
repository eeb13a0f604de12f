"""What all source modules share: one portion of the company, ids, instants, references."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo.behaviour import Story
from orchestration.demo.browsing import Online
from orchestration.demo.catalogue import DAY, END
from orchestration.demo.clock import NEVER
from orchestration.demo.disguises import Style
from orchestration.demo.draws import Bools, Dice, Ints, scrambled
from orchestration.demo.persons import People
from orchestration.demo.voice import Voice


@dataclass(frozen=True)
class Portion:
    """One portion of customers with everything the sources may write about it."""

    dice: Dice
    people: People
    story: Story
    voice: Voice
    online: Online


def instant(seconds: Ints | pl.Series) -> pl.Series:
    """Seconds since 1970 as a time in UTC; a moment that never comes is null."""
    series = pl.Series(seconds)
    return pl.select(
        pl.when(series < NEVER).then(series * 1_000_000).cast(pl.Datetime("us"))
    ).to_series()


def happened(seconds: Ints | pl.Series) -> pl.Series:
    """Like `instant`, and null also for what would lie after the demo's last day."""
    series = pl.Series(seconds)
    return pl.select(
        pl.when(series < END).then(series * 1_000_000).cast(pl.Datetime("us"))
    ).to_series()


def number_of(n: Ints, copy: Ints, base: int, purpose: str) -> pl.Series:
    """The numeric id of a profile in one source."""
    return pl.Series(base + scrambled(n * 2 + copy, 24, purpose))


def text_of(n: Ints, copy: Ints, prefix: str, purpose: str) -> pl.Series:
    """The id of a profile in one source, as a prefix and eight digits."""
    return prefix + pl.Series(scrambled(n * 2 + copy, 24, purpose)).cast(pl.String).str.zfill(8)


def copy_of(dice: Dice, style: Style, n: Ints, event: Ints) -> Ints:
    """Which of a customer's profiles in a source an event hangs on: the second, if there is one."""
    twice = dice.chance(style.twice, f"{style.source} twice", n)
    return (twice & dice.chance(0.5, f"{style.source} which", event)).astype(np.int64)


def nobody(dice: Dice, name: str, share: float, event: Ints) -> Bools:
    """Events whose customer the source never knew."""
    return dice.chance(share, f"nobody {name}", event)


def updated_after(dice: Dice, name: str, seconds: Ints, event: Ints, days: int = 12) -> Ints:
    """A moment of the last change, some time after another, inside the demo's years."""
    moment: Ints = np.minimum(seconds + dice.below(days * DAY, f"updated {name}", event), END - 30)
    return moment


def written_truth(frame: pl.DataFrame, source: str, record: pl.Series) -> pl.DataFrame:
    """Rows of truth/profiles.csv for the profiles of one source."""
    return pl.DataFrame(
        {
            "source_id": pl.Series([source], dtype=pl.String).new_from_index(0, len(frame)),
            "source_record_id": record.cast(pl.String),
            "person_id": frame["person_id"],
        }
    )
