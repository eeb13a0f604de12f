"""Splink at work on pairs that are handed to it: how each pair agrees, and the weight of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import duckdb

from orchestration.linkage.comparisons import Comparison
from orchestration.linkage.model import Model, splink_settings

# However rare a value, another person may carry it: at least so many, on average.
_RAREST = 0.05


class Scorer:
    """Splink over table `features` of one connection."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        features: str,
        comparisons: Sequence[Comparison],
        model: Model | None = None,
    ) -> None:
        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.ERROR)
        self._con = con
        self._comparisons = comparisons
        self._model = model
        self._features = features
        self._api = DuckDBAPI(con)
        self._linker: Any = Linker(
            self._api.register(features),
            splink_settings(comparisons, model),
            log_level=logging.ERROR,
            validate_settings=False,
        )
        if model is not None:
            self._register_frequencies(model)

    def _register_frequencies(self, model: Model) -> None:
        """How likely another person carries a value: records of the same person do not make it common."""
        for comparison in self._comparisons:
            for level in comparison.levels:
                column = level.frequency_of
                if column is None:
                    continue
                own = model.own_share(comparison.name, level.name)
                rare = model.rarest(comparison.name, level.name)
                self._con.execute(
                    f"""
                    create or replace temp table frequency_of_{column} as
                    with filled as (
                        select greatest(count({column}), 1) as profiles from {self._features}
                    )
                    select
                        {column},
                        (
                            greatest(count(*) - 1 - {own!r} * profiles, 0)
                            + least(1, greatest({_RAREST}, {rare!r} * profiles))
                        ) / profiles as tf_{column}
                    from {self._features}, filled
                    where {column} is not null
                    group by {column}, profiles
                    """
                )
                self._linker.table_management.register_term_frequency_lookup(
                    self._api.register(f"frequency_of_{column}"), column
                )

    def agreement(self, pairs: str) -> str:
        """A table with a column `gamma_<comparison>` per comparison: the level of each pair, -1 for missing."""
        return self._predict(pairs, None)

    def score(self, pairs: str, least: float | None) -> str:
        """The same with `match_weight` in bits, above `least` only."""
        return self._predict(pairs, least)

    def _predict(self, pairs: str, least: float | None) -> str:
        registered = self._api.register(pairs)
        self._linker.table_management.register_blocked_pairs_for_predict(registered)
        predicted = self._linker.inference.predict(
            threshold_match_weight=least, warning_mode="never"
        )
        return str(predicted.physical_name)
