"""What one pair of profiles weighs, thing by thing: the numbers behind its score, for whoever asks about the pair.

The same arithmetic as in `scoring.py`, there for all pairs at once; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import duckdb

from orchestration.linkage import frequencies
from orchestration.linkage.comparisons import BY_NAME, DIFFERENT, Comparison, gamma
from orchestration.linkage.model import LevelWeights, Model

MISSING = "missing"
_NAMES = ("given_name", "family_name")
# What a person reads of things that are compared in several columns; `{}` is the side.
_SHOWN = {
    "address": "concat_ws(', ', address_{0}, concat_ws(' ', postal_{0}, city_{0}), region_{0})",
    "birth_date": (
        "coalesce(birth_{0}[1:4] || '-' || birth_{0}[5:6] || '-' || birth_{0}[7:8], birth_year_{0})"
    ),
    "other_names": "array_to_string(other_names_{0}, ' ')",
}


@dataclass(frozen=True)
class Part:
    """One thing compared: how the two agree on it, and what that weighs in bits."""

    comparison: str
    label: str
    level: str
    words: str
    values: tuple[str | None, str | None]
    bits: float

    @property
    def is_known(self) -> bool:
        return self.level != MISSING


@dataclass(frozen=True)
class Weighed:
    """One pair. The prior, the parts and the two corrections sum to the total."""

    prior: float
    parts: tuple[Part, ...]
    # Who bears a common whole name shares both of its parts at once.
    name_dependence: float
    # Relatives agree on much as well.
    relatives: float

    @property
    def total(self) -> float:
        """The weight in bits: the pair is one person with odds of 2 to this power."""
        parts = sum(part.bits for part in self.parts)
        return self.prior + parts + self.name_dependence + self.relatives


def probability(bits: float) -> float:
    """Odds of 2 to the power of `bits`, as a probability."""
    return float(1 / (1 + 2.0 ** min(max(-bits, -1000.0), 1000.0)))


def weigh_pair(
    con: duckdb.DuckDBPyConnection, features: str, counted: str, model: Model, one: int, other: int
) -> Weighed:
    """Compare two profiles of the relation `features` by what the model compares; `counted` holds its frequencies."""
    sides = {"l": one, "r": other}
    columns = [row[0] for row in con.execute(f"describe {features}").fetchall()]
    both = ", ".join(f"{side}.{name} as {name}_{side}" for name in columns for side in sides)
    asked = ", ".join(
        f"{gamma(comparison)}, {_shown(comparison, 'l')}, {_shown(comparison, 'r')}"
        for comparison in model.active
    )
    row = con.execute(
        f"with compared_pair as (select {both} from {features} as l, {features} as r "
        f"where l.node = ? and r.node = ?) select {asked} from compared_pair",
        list(sides.values()),
    ).fetchone()
    assert row is not None
    parts, levels = [], dict[str, LevelWeights]()
    for position, comparison in enumerate(model.active):
        level, *values = row[3 * position : 3 * position + 3]
        known = (values[0], values[1])
        if level < 0:
            words = "not known of both"
            parts.append(Part(comparison.name, comparison.label, MISSING, words, known, 0.0))
            continue
        place = len(comparison.levels) - level
        numbers = model.comparisons[comparison.name][place]
        levels[comparison.name] = numbers
        is_different = numbers.level == DIFFERENT
        words = DIFFERENT if is_different else comparison.levels[place].words
        column = None if is_different else comparison.levels[place].frequency_of
        chance = _chance(con, features, counted, model, column, numbers, one)
        bits = log2(numbers.same / chance)
        parts.append(Part(comparison.name, comparison.label, numbers.level, words, known, bits))
    whole_name = 0.0
    if all(name in levels and levels[name].level == _best(name) for name in _NAMES):
        whole_name = log2(model.name_dependence)
    strangers = model.prior_bits + sum(part.bits for part in parts) - whole_name
    kin = log2(model.share_relatives / model.share_same) + sum(
        log2(numbers.relatives / numbers.same) for numbers in levels.values()
    )
    relatives = -log2(2.0**-strangers + 2.0**kin) - strangers
    return Weighed(model.prior_bits, tuple(parts), -whole_name, relatives)


def _shown(comparison: Comparison, side: str) -> str:
    """SQL: what is compared of one of the two, as a person reads it."""
    shown = _SHOWN.get(comparison.name, f"cast({comparison.column}_{{0}} as varchar)")
    return f"nullif(trim({shown.format(side)}, ', '), '')"


def _chance(
    con: duckdb.DuckDBPyConnection,
    features: str,
    counted: str,
    model: Model,
    column: str | None,
    numbers: LevelWeights,
    node: int,
) -> float:
    """How likely a stranger agrees so. What few share weighs more: there the value's own frequency is counted."""
    if column is None:
        return numbers.chance
    of_node = f"(from {features} where node = {node})"
    row = con.execute(
        f"select tf_{column} from ({frequencies.chances(of_node, counted, model, column)})"
    ).fetchone()
    return float(row[0]) if row else numbers.chance


def _best(comparison: str) -> str:
    return BY_NAME[comparison].levels[0].name
