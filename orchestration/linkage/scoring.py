"""How pairs agree, and Splink at work on them: the weight of each pair that is handed to it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import log2

import duckdb

from orchestration.linkage import frequencies
from orchestration.linkage.comparisons import COMPARISONS, Comparison, feature_columns, gamma
from orchestration.linkage.model import Model, splink_settings


def score(
    con: duckdb.DuckDBPyConnection,
    features: str,
    counted: str,
    model: Model,
    pairs: str,
    least: float | None,
) -> str:
    """A table with the weight of the pairs of table `pairs` (`join_key_l`, `join_key_r`), without those below `least`.

    `counted` holds the frequencies of the model. Columns: node_1, node_2, match_weight (bits, relatives taken off),
    against (bits of all that disagrees), gamma_<comparison>.
    """
    profiles = _profiles_of(con, features, pairs)
    kin, against = [], []
    for comparison in model.active:
        levels = model.comparisons[comparison.name]
        last = len(levels) - 1
        bits = [model.bits(comparison.name, w.level) for w in levels]
        kin_bits = [log2(w.relatives / w.same) for w in levels]
        kin.append(_by_level(comparison.name, kin_bits, last))
        against.append(_by_level(comparison.name, [min(0.0, b) for b in bits], last))
    whole_name = "0"
    if {"given_name", "family_name"} <= set(model.comparisons):
        top = {name: len(model.comparisons[name]) - 1 for name in ("given_name", "family_name")}
        both = " and ".join(f"gamma_{name} = {level}" for name, level in top.items())
        whole_name = f"(case when {both} then {log2(model.name_dependence)!r} else 0 end)"
    ratio = log2(model.share_relatives / model.share_same)
    gammas = ", ".join(
        f"cast({f'gamma_{c.name}' if c in model.active else 'null'} as tinyint) as gamma_{c.name}"
        for c in COMPARISONS
    )
    columns = (
        "node_l as node_1, node_r as node_2, "
        f"-log2(pow(2, {whole_name} - match_weight) + pow(2, {ratio!r} + {' + '.join(kin)})) as match_weight, "
        f"{' + '.join(against)} as against, {gammas}"
    )
    with pairs_probe_profiles(con):
        return _predict(con, profiles, counted, model, pairs, least, columns)


def _profiles_of(con: duckdb.DuckDBPyConnection, features: str, pairs: str) -> str:
    """A table with the profiles in the pairs: `features` itself where most will be among them, else a short one.

    Splink copies them twice, and looks up the frequency of each of their values.
    """
    asked = f"select (select count(*) from {pairs}), (select count(*) from {features})"
    of_pairs, of_features = con.execute(asked).fetchall()[0]
    if of_pairs > of_features:
        return features
    con.execute(
        f"create or replace temp table profiles_to_score as select node, {', '.join(feature_columns())} from {features} "
        f"where node in (select join_key_l from {pairs} union select join_key_r from {pairs})"
    )
    return "profiles_to_score"


def _predict(
    con: duckdb.DuckDBPyConnection,
    features: str,
    counted: str,
    model: Model,
    pairs: str,
    least: float | None,
    columns: str,
) -> str:
    """A table of Splink's with `columns`, made of its `node_l`, `node_r`, `match_weight` in bits and `gamma_<comparison>`."""
    from splink import DuckDBAPI, Linker

    class Narrow(DuckDBAPI):
        """Splink writes down all that it compared, a hundred columns wide; a third of the time went into that."""

        def _execute_sql_against_backend(self, final_sql: str) -> duckdb.DuckDBPyRelation:
            head, found, query = final_sql.partition(" AS\n")
            if found and head.strip().startswith("CREATE TABLE __splink__df_predict_"):
                final_sql = f"{head} AS select {columns} from ({query.strip().rstrip(';')})"
            return super()._execute_sql_against_backend(final_sql)

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = Narrow(con)
    linker = Linker(
        api.register(features),
        splink_settings(model),
        log_level=logging.ERROR,
        validate_settings=False,
    )
    for column in model.frequency_levels:
        con.execute(
            f"create or replace temp table frequency_of_{column} as "
            f"{frequencies.chances(features, counted, model, column)}"
        )
        linker.table_management.register_term_frequency_lookup(
            api.register(f"frequency_of_{column}"), column
        )
    # Splink asks which of its rules found a pair.
    con.execute(
        "create or replace temp view pairs_to_score as "
        f"select '0' as match_key, join_key_l, join_key_r from {pairs}"
    )
    blocked = linker.table_management.register_blocked_pairs_for_predict(
        api.register("pairs_to_score")
    )
    # Of handed pairs Splink would copy both sides, of profiles that are nearly all the same.
    blocked.metadata["registered_for_predict"] = False
    predicted = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    return str(predicted.physical_name)


@contextmanager
def pairs_probe_profiles(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Look profiles up for pairs, never pairs for profiles, however many there are of each.

    Only what probes is divided among threads, and tens of thousands of profiles are one part: one thread did the work.
    """
    con.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        con.execute("reset disabled_optimizers")


def _by_level(comparison: str, bits: Sequence[float], last: int) -> str:
    whens = " ".join(f"when {last - i} then {value!r}" for i, value in enumerate(bits))
    return f"(case gamma_{comparison} {whens} else 0 end)"


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
