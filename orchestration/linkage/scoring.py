"""How pairs agree, and Splink at work on them: the weight of each pair that is handed to it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import duckdb

from orchestration.linkage.comparisons import Comparison, feature_columns, gamma
from orchestration.linkage.model import Model, splink_settings

# However rare a value, another person may carry it: at least so many, on average.
RAREST = 0.05


class Scorer:
    """Splink over table `features` of one connection."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        features: str,
        model: Model,
    ) -> None:
        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.ERROR)
        self._con = con
        self._features = features
        self._api = DuckDBAPI(con)
        self._linker: Any = Linker(
            self._api.register(features),
            splink_settings(model),
            log_level=logging.ERROR,
            validate_settings=False,
        )
        self._register_frequencies(model)

    def _register_frequencies(self, model: Model) -> None:
        """How likely another person carries a value: records of the same person do not make it common."""
        for comparison in model.active:
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
                            + least(1, greatest({RAREST}, {rare!r} * profiles))
                        ) / profiles as tf_{column}
                    from {self._features}, filled
                    where {column} is not null
                    group by {column}, profiles
                    """
                )
                self._linker.table_management.register_term_frequency_lookup(
                    self._api.register(f"frequency_of_{column}"), column
                )

    def score(self, pairs: str, least: float | None) -> str:
        """A table with `gamma_<comparison>` and `match_weight` in bits of the pairs above `least`."""
        registered = self._api.register(pairs)
        self._linker.table_management.register_blocked_pairs_for_predict(registered)
        predicted = self._linker.inference.predict(
            threshold_match_weight=least, warning_mode="never"
        )
        return str(predicted.physical_name)


def agreement(features: str, pairs: str, comparisons: Sequence[Comparison]) -> str:
    """SQL of the level at which each pair agrees, a column `gamma_<comparison>` per comparison, -1 for missing.

    What is learned from is counted and not kept; through Splink it would be written down with all its columns.
    """
    columns = ", ".join(f"l.{c} as {c}_l, r.{c} as {c}_r" for c in feature_columns())
    levels = ", ".join(f"{gamma(c)} as gamma_{c.name}" for c in comparisons)
    return (
        f"(select {levels} from (select {columns} from {pairs} "
        f"join {features} as l on l.node = join_key_l join {features} as r on r.node = join_key_r))"
    )
