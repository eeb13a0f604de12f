"""Splink alone, as its documentation has it: cleaned columns, blocking rules, u by random sampling, m by expectation
maximisation over several blockings, then predicted and clustered. Nothing of ours but, when asked, the normalised columns.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from benchmarks.peers.given import CLEANED, IDENTIFIERS
from benchmarks.peers.work import tell, work
from orchestration import sql

# What its tutorials cluster at, and others that a user who knew the truth could have chosen.
THRESHOLD = 0.95
OTHERS = (0.5, 0.8, 0.9, 0.99, 0.999, 0.9999)


def main(given: Path, into: Path) -> None:
    """Cluster the profiles of one file, as they were sent or as our identity step compares them."""
    con = duckdb.connect(config={"threads": 2})
    logging.getLogger("splink").setLevel(logging.ERROR)
    with work() as told:
        con.execute(f"create view given as from {sql.path(given)}").fetchall()
        is_sent = "given_name" in con.table("given").columns
        con.execute(f"create table profiles as {CLEANED if is_sent else 'from given'}").fetchall()
        api = DuckDBAPI(con)
        linker = Linker(api.register("profiles"), _settings(), log_level=logging.ERROR)
        training = linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("email"), block_on("phone", "family"), block_on("given", "family", "birth")],
            recall=0.8,
        )
        training.estimate_u_using_random_sampling(max_pairs=1e6)
        for columns in (("given", "family"), ("birth",), ("email",)):
            training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
        predicted = linker.inference.predict(threshold_match_probability=min(OTHERS))
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=THRESHOLD
        )
    selects = [_answer(clusters.physical_name, THRESHOLD)]
    for threshold in OTHERS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        selects.append(_answer(clusters.physical_name, threshold))
    con.execute(
        f"copy ({' union all '.join(selects)}) to {sql.path(into)} (format parquet)"
    ).fetchall()
    tell(told)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="node",
        comparisons=[
            cl.ForenameSurnameComparison(
                "given", "family", forename_surname_concat_col_name="full_name"
            ),
            cl.DateOfBirthComparison("birth", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            # Columns that say the same belong into one comparison, and so do those that few profiles fill.
            cl.CustomComparison(
                output_column_name="place",
                comparison_levels=[
                    _null(("postal", "city")),
                    cll.And(
                        cll.ExactMatchLevel("address"),
                        cll.Or(cll.ExactMatchLevel("postal"), cll.ExactMatchLevel("city")),
                    ),
                    cll.ExactMatchLevel("postal", term_frequency_adjustments=True),
                    cll.ExactMatchLevel("city", term_frequency_adjustments=True),
                    cll.ElseLevel(),
                ],
            ),
            cl.CustomComparison(
                output_column_name="identifier",
                comparison_levels=[
                    _null(IDENTIFIERS, unless="record_l = record_r"),
                    cll.Or(*(cll.ExactMatchLevel(name) for name in (*IDENTIFIERS, "record"))),
                    cll.ElseLevel(),
                ],
            ),
        ],
        blocking_rules_to_generate_predictions=[
            *(block_on(name) for name in ("email", "phone", *IDENTIFIERS, "record")),
            block_on("given", "family"),
            block_on("birth", "family"),
            block_on("birth", "given"),
            block_on("postal", "family"),
        ],
    )


def _null(columns: Sequence[str], unless: str = "false") -> ComparisonLevelCreator:
    """Nothing can be compared: no column is filled on both sides."""
    none = " and ".join(f"({name}_l is null or {name}_r is null)" for name in columns)
    return cll.CustomLevel(f"{none} and not ({unless})", "nothing to compare").configure(
        is_null_level=True
    )


def _answer(clusters: str, threshold: float) -> str:
    return (
        f"select source_id, source_record_id, cast(cluster_id as varchar) as customer_id, {threshold}::double as threshold "
        f"from {clusters}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
