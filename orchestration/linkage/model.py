"""The trained model: the numbers of each comparison, when and on what they were learned; kept as one JSON file.

Beside it lie the frequencies that belong to it. Also its translation into what Splink scores with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import log2
from pathlib import Path
from typing import Any

from orchestration.linkage.comparisons import BY_NAME, COMPARISONS, DIFFERENT, Comparison

FILE_NAME = "identity_model.json"
_FREQUENCIES = "identity_frequencies-*.parquet"
# Digits kept: sums over several threads differ behind them from run to run.
_DIGITS = 6


@dataclass(frozen=True)
class LevelWeights:
    """Of one level: its share among pairs of one person, of relatives, and by chance."""

    level: str
    same: float
    relatives: float
    chance: float


@dataclass(frozen=True)
class Model:
    """What was learned. `comparisons`: name → levels, the strongest first, "different" last."""

    trained_at: str
    # Of the comparisons as they were defined then: numbers of other levels mean nothing.
    definition: str
    profiles: int
    share_same: float
    share_relatives: float
    # How many times as often strangers share a whole name as its parts would have it by chance.
    name_dependence: float
    # Per comparison: share of one person's pairs among the pairs in which both sides are known.
    density: Mapping[str, float]
    # Per column whose frequencies count: how many profiles carried it.
    filled: Mapping[str, int]
    comparisons: Mapping[str, tuple[LevelWeights, ...]]

    @property
    def key(self) -> str:
        """What tells this model from all others."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]

    @property
    def active(self) -> tuple[Comparison, ...]:
        return tuple(BY_NAME[name] for name in self.comparisons)

    @property
    def prior_bits(self) -> float:
        """Weight of a pair of which nothing is known."""
        return log2(self.share_same / (1 - self.share_same))

    def own_share(self, comparison: str, level: str) -> float:
        """Share of the profiles that are further records of one person and agree with it in this way, on average."""
        found = next(w for w in self.comparisons[comparison] if w.level == level)
        return rounded(self.density[comparison] * found.same)

    def rarest(self, comparison: str, level: str) -> float:
        """Chance that strangers agree in this way: no single value is likelier shared than values are on average."""
        return next(w for w in self.comparisons[comparison] if w.level == level).chance

    def bits(self, comparison: str, level: str) -> float:
        """Weight of one level: log2 of how much likelier it is within a person than by chance."""
        found = next(w for w in self.comparisons[comparison] if w.level == level)
        return log2(found.same / found.chance)

    @property
    def frequency_levels(self) -> dict[str, tuple[str, str]]:
        """Per column whose frequencies count: the comparison and the level that say how often records of one person share it."""
        return {
            level.frequency_of: (comparison.name, level.name)
            for comparison in self.active
            for level in comparison.levels
            if level.frequency_of
        }

    def frequencies(self, state: Path) -> Path:
        """Where the frequencies of this model are kept."""
        return state / _FREQUENCIES.replace("*", self.key)

    def save(self, state: Path) -> None:
        """Make this the model that is kept; its frequencies must be there before."""
        state.mkdir(parents=True, exist_ok=True)
        beside = state / f".{FILE_NAME}"
        beside.write_text(json.dumps(asdict(self), indent=1) + "\n")
        beside.replace(state / FILE_NAME)
        for other in state.glob(_FREQUENCIES):
            if other != self.frequencies(state):
                other.unlink()

    @classmethod
    def load(cls, state: Path) -> Model | None:
        """The model that is kept; none where there is none with its frequencies, or one of other comparisons than today's."""
        try:
            held = json.loads((state / FILE_NAME).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if held.get("definition") != definition():
            return None
        held["comparisons"] = {
            name: tuple(LevelWeights(**level) for level in levels)
            for name, levels in held["comparisons"].items()
        }
        model = cls(**held)
        return model if model.frequencies(state).exists() else None


def definition() -> str:
    """What the comparisons, and what is learned of them, are today, in short."""
    parts = repr((COMPARISONS, [field.name for field in fields(Model)]))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def splink_settings(model: Model) -> dict[str, Any]:
    """Splink's settings for the comparisons of a model."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "node",
        "probability_two_random_records_match": model.share_same,
        "comparisons": [_splink_comparison(c, model) for c in model.active],
        # Pairs are chosen by `candidates.py` and handed over.
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "additional_columns_to_retain": [],
    }


def _splink_comparison(comparison: Comparison, model: Model) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": comparison.is_missing,
            "label_for_charts": "missing",
            "is_null_level": True,
        }
    ]
    numbers = {w.level: w for w in model.comparisons[comparison.name]}
    for level in comparison.levels:
        entry: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.name,
        }
        if level.frequency_of:
            entry["tf_adjustment_column"] = level.frequency_of
            # The frequency takes the place of this level's own chance.
            entry["disable_tf_exact_match_detection"] = True
        levels.append(entry)
    levels.append({"sql_condition": "ELSE", "label_for_charts": DIFFERENT})
    for entry in levels[1:]:
        known = numbers[entry["label_for_charts"]]
        entry["m_probability"] = known.same
        entry["u_probability"] = known.chance
    return {"output_column_name": comparison.name, "comparison_levels": levels}
