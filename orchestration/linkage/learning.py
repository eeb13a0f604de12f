"""What the weights are learned from: how often pairs agree, counted over candidates and over random pairs, without labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.linkage import candidates
from orchestration.linkage.comparisons import COMPARISONS, DIFFERENT, Comparison
from orchestration.linkage.model import LevelWeights, Model, definition, rounded
from orchestration.linkage.scoring import agreement, pairs_probe_profiles
from orchestration.linkage.training import learn

# A comparison needs its column in at least this share of profiles, or nothing is learned about it.
_LEAST_FILLED = 0.02
_RANDOM_PAIRS = 300_000
_TRAINING_PAIRS = 250_000
# Names of few thousand profiles tell too little about how they go together.
_MOST_DEPENDENT = 8.0
_LEAST_PAIRS = 100.0


def usable(con: duckdb.DuckDBPyConnection, features: str) -> list[Comparison]:
    """The comparisons that enough profiles carry, of those that could, with more than one value among them."""

    def asked_of(comparison: Comparison) -> str:
        filled = comparison.filled or comparison.column
        whose = f"filter (party = '{comparison.party}')" if comparison.party else ""
        return f"count({filled}) / greatest(count(*) {whose}, 1), approx_count_distinct({filled})"

    asked = ", ".join(asked_of(comparison) for comparison in COMPARISONS)
    row = con.execute(f"select {asked} from {features}").fetchone() or ()
    return [
        comparison
        for position, comparison in enumerate(COMPARISONS)
        if row[2 * position] >= _LEAST_FILLED and row[2 * position + 1] > 1
    ]


def train(
    con: duckdb.DuckDBPyConnection, features: str, pairs: str, trained_at: dt.datetime
) -> Model:
    """Learn from the candidates in table `pairs`, without labels.

    Where profiles carry nothing that could be compared, or all the same, there is nothing to learn: a model without
    comparisons, by which no pair is weighed.
    """
    comparisons = usable(con, features)
    profiles = candidates.count(con, f"select count(*) from {features}")
    if not comparisons:
        return _nothing_learned(profiles, trained_at)
    by_chance, stands_for = _random_patterns(con, features, profiles, comparisons)
    pairs_there_are = max(1.0, profiles * (profiles - 1) / 2)
    random_shares, coverage = [], []
    for k, comparison in enumerate(comparisons):
        is_known = by_chance[:, k] >= 0
        known, weighed = by_chance[is_known], (by_chance[:, -1] * stands_for)[is_known]
        counted = np.zeros(len(comparison.levels) + 1)
        np.add.at(counted, known[:, k], weighed * known[:, -1].sum() / max(1.0, weighed.sum()))
        # A level that no random pair shows is rare, not impossible.
        shares = (counted + 0.5) / (counted.sum() + 0.5 * len(counted))
        if comparison.levels[0].frequency_of == comparison.column:
            # Rare agreement is counted on all profiles: a sample of pairs would hardly show it.
            equal = _share_of_equal(con, features, comparison.column)
            shares = np.append(shares[:-1] * (1 - equal) / max(1e-9, shares[:-1].sum()), equal)
        random_shares.append(np.maximum(shares, 1e-9))
        coverage.append(weighed.sum() / pairs_there_are)
    all_pairs = candidates.count(con, f"select count(*) from {pairs}")
    share = min(1.0, _TRAINING_PAIRS / max(1, all_pairs))
    con.execute(
        f"create or replace temp table training_pairs as select * from {pairs} "
        f"where hash(join_key_l, join_key_r) % 1000000 < {int(share * 1_000_000)}"
    )
    table = _patterns(con, features, "training_pairs", comparisons)
    scale = np.float64(all_pairs / max(1, table[:, -1].sum()))
    learned = learn(
        table[:, :-1],
        table[:, -1].astype(np.float64) * scale,
        random_shares,
        [c.is_personal for c in comparisons],
        coverage,
        pairs_there_are,
    )
    weights = {}
    for k, comparison in enumerate(comparisons):
        names = [level.name for level in comparison.levels] + [DIFFERENT]
        last = len(names) - 1
        weights[comparison.name] = tuple(
            LevelWeights(
                name,
                rounded(learned.same[k][last - position]),
                rounded(learned.relatives[k][last - position]),
                rounded(learned.chance[k][last - position]),
            )
            for position, name in enumerate(names)
        )
    return Model(
        name_dependence=_name_dependence(con, features, learned.share_same, weights),
        filled=_filled(con, features, comparisons),
        trained_at=trained_at.isoformat(timespec="seconds"),
        definition=definition(),
        profiles=profiles,
        share_same=rounded(learned.share_same),
        share_relatives=rounded(learned.share_relatives),
        density={c.name: rounded(d) for c, d in zip(comparisons, learned.density, strict=True)},
        comparisons=weights,
    )


def _nothing_learned(profiles: int, trained_at: dt.datetime) -> Model:
    return Model(
        trained_at=trained_at.isoformat(timespec="seconds"),
        definition=definition(),
        profiles=profiles,
        share_same=rounded(1 / max(2, profiles)),
        share_relatives=rounded(1 / max(2, profiles)),
        name_dependence=1.0,
        density={},
        filled={},
        comparisons={},
    )


def _random_patterns(
    con: duckdb.DuckDBPyConnection, features: str, profiles: int, comparisons: Sequence[Comparison]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The patterns of random pairs of persons, and of organisations; for how many of all pairs one of each stands.

    A person and an organisation are never one, and firms that are few would hardly meet one another by chance.
    """
    parties = con.execute(
        f"select party, count(*) from {features} group by party having count(*) > 1 order by party"
    ).fetchall()
    patterns, stands_for = [np.zeros((0, len(comparisons) + 1), dtype=np.int64)], [np.zeros(0)]
    for party, size in parties:
        of_party = f"(from {features} where party = '{party}')"
        candidates.sample(con, of_party, "random_pairs", round(_RANDOM_PAIRS * size / profiles))
        found = _patterns(con, features, "random_pairs", comparisons)
        patterns.append(found)
        stands_for.append(np.full(len(found), size * (size - 1) / 2 / max(1, found[:, -1].sum())))
    return np.concatenate(patterns), np.concatenate(stands_for)


def _patterns(
    con: duckdb.DuckDBPyConnection, features: str, pairs: str, comparisons: Sequence[Comparison]
) -> npt.NDArray[np.int64]:
    """How often the pairs agree in which way: a column per comparison, the last one counts."""
    columns = ", ".join(f"gamma_{c.name}" for c in comparisons)
    with pairs_probe_profiles(con):
        rows = con.execute(
            f"select {columns}, count(*) from {agreement(features, pairs, comparisons)} group by all order by all"
        ).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, len(comparisons) + 1)


def _filled(
    con: duckdb.DuckDBPyConnection, features: str, comparisons: Sequence[Comparison]
) -> dict[str, int]:
    """How many profiles carry each column whose frequencies count."""
    columns = dict.fromkeys(
        level.frequency_of for c in comparisons for level in c.levels if level.frequency_of
    )
    counted = ", ".join(f"count({column})" for column in columns) or "1"
    row = con.execute(f"select {counted} from {features}").fetchone() or ()
    return {column: int(filled) for column, filled in zip(columns, row, strict=False)}


def _share_of_equal(con: duckdb.DuckDBPyConnection, features: str, column: str) -> float:
    """Share of the pairs with both sides known whose values are equal."""
    row = con.execute(
        "select sum(n * (n - 1)) / greatest(sum(n) * (sum(n) - 1), 1) "
        f"from (select count(*) as n from {features} where {column} is not null group by {column})"
    ).fetchone()
    return float(row[0] or 0.0) if row else 0.0


def _name_dependence(
    con: duckdb.DuckDBPyConnection,
    features: str,
    share_same: float,
    weights: Mapping[str, Sequence[LevelWeights]],
) -> float:
    """How many times as often two strangers share a whole name as its parts would have it by chance.

    Who is called Wei is likelier called Zhang. Pairs of one person are taken out as far as they are expected.
    """
    filled = "given is not null and family is not null"
    records = candidates.count(con, f"select count(*) from {features} where {filled}")
    pairs = max(1.0, records * (records - 1) / 2)

    def share(columns: str) -> float:
        row = con.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from {features} "
            f"where {filled} group by {columns})"
        ).fetchone()
        return float(row[0]) / pairs if row else 0.0

    if not {"given_name", "family_name"} <= set(weights):
        return 1.0
    same_given, same_family = weights["given_name"][0].same, weights["family_name"][0].same
    whole = share("given, family") - share_same * same_given * same_family
    given = share("given") - share_same * same_given
    family = share("family") - share_same * same_family
    if min(whole, given, family) * pairs < _LEAST_PAIRS:
        return 1.0
    return rounded(float(np.clip(whole / (given * family), 1.0, _MOST_DEPENDENT)))
