"""Sentences for feedback, tickets and messages, composed from phrases.py by mood and topic."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.draws import Bools, Dice, Floats, Ints
from orchestration.demo.phrases import CLOSINGS, OPENINGS, SENTENCES


def mood_class(mood: Floats) -> Ints:
    """0 bad, 1 middling, 2 good."""
    return np.where(mood < 0.45, 0, np.where(mood < 0.66, 1, 2)).astype(np.int64)


def _table(wordings: list[tuple[str, ...]]) -> tuple[list[str], Ints, Ints]:
    """A ragged table as one flat list with offsets and lengths."""
    lengths = np.asarray([len(row) for row in wordings], dtype=np.int64)
    flat = [text for row in wordings for text in row]
    return flat, np.cumsum(lengths) - lengths, lengths


def _drawn(
    wordings: list[tuple[str, ...]], group: Ints, dice: Dice, name: str, *keys: Ints
) -> pl.Series:
    flat, offsets, lengths = _table(wordings)
    position = offsets[group] + dice.below(lengths[group], name, *keys)
    return pl.Series(flat, dtype=pl.String).gather(position)


def composed(
    dice: Dice, purpose: str, chinese: Bools, topic: Ints, mood: Floats, *keys: Ints
) -> pl.Series:
    """One short text per row: opening, sentence on the topic, closing; Chinese where asked."""
    levels = mood_class(mood)
    language = chinese.astype(np.int64)
    both = ("en", "zh")
    opening = _drawn(
        [OPENINGS[code][level] for code in both for level in range(3)],
        language * 3 + levels,
        dice,
        f"{purpose} opening",
        *keys,
    )
    sentence = _drawn(
        [
            SENTENCES[code][which][level]
            for code in both
            for which in range(8)
            for level in range(3)
        ],
        (language * 8 + topic) * 3 + levels,
        dice,
        f"{purpose} sentence",
        *keys,
    )
    closing = _drawn(
        [CLOSINGS[code][level] for code in both for level in range(3)],
        language * 3 + levels,
        dice,
        f"{purpose} closing",
        *keys,
    )
    gap = pl.Series(np.where(chinese, "", " "))
    with_opening = pl.Series(dice.chance(0.7, f"{purpose} opens", *keys))
    return pl.select(
        pl.concat_str(
            pl.when(with_opening).then(pl.concat_str(opening, gap)).otherwise(pl.lit("")),
            sentence,
            gap,
            closing,
        ).str.strip_chars()
    ).to_series()
