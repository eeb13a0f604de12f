"""From features to weighed pairs: choose candidates, learn the weights, score, and score again inside each component.

The second scoring leaves no pair of a component unseen, so that what speaks against a cluster is heard as well.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration import sql
from orchestration.linkage import candidates
from orchestration.linkage.comparisons import COMPARISONS, DIFFERENT, Comparison
from orchestration.linkage.components import split_components
from orchestration.linkage.model import FILE_NAME, LevelWeights, Model, definition, rounded
from orchestration.linkage.refinement import DEFAULT
from orchestration.linkage.scoring import Scorer, agreement
from orchestration.linkage.training import learn

# A comparison needs its column in at least this share of profiles, or nothing is learned about it.
_LEAST_FILLED = 0.02
_RANDOM_PAIRS = 300_000
_TRAINING_PAIRS = 250_000
# A model learned from that many times fewer or more profiles is learned anew.
_GROWN = 1.5
# Names of few thousand profiles tell too little about how they go together.
_MOST_DEPENDENT = 8.0
_LEAST_PAIRS = 100.0
# Pairs below are never looked at again.
_LEAST_KEPT = -6.0
# Components are drawn at a low weight and refined afterwards.
LOW_WEIGHT = 0.0
LARGEST_COMPONENT = DEFAULT.largest_component


@dataclass(frozen=True)
class Matched:
    """`pairs` names a table: node_1, node_2, match_weight, against, gamma_… of every comparison."""

    pairs: str
    model: Model
    blocked: Sequence[candidates.Blocked]


def match_profiles(features: pa.Table, rule_pairs: pa.Table) -> pa.Table:
    """What `int_pair_scores` holds. The model is kept in the warehouse and reused until it no longer fits."""
    kept = Path(os.environ["SCV_STATE"]) / FILE_NAME
    with duckdb.connect(config={"threads": 2}) as con:
        if "SCV_TEMPORARY" in os.environ:
            con.execute(f"set temp_directory = {sql.text(os.environ['SCV_TEMPORARY'])}")
        # In tables: Splink looks at its input several times.
        con.register("given_features", features)
        con.execute("create table features as from given_features order by node")
        con.register("given_pairs", rule_pairs)
        con.execute("create table rule_pairs as from given_pairs")
        model = fitting_model(con, "features", kept)
        matched = match(con, "features", "rule_pairs", model)
        if model is None:
            matched.model.save(kept)
        return con.execute(f"from {matched.pairs} order by node_1, node_2").to_arrow_table()


def fitting_model(con: duckdb.DuckDBPyConnection, features: str, kept: Path) -> Model | None:
    """The kept model, while the profiles are still like those it was learned from: as many, and as well filled."""
    model = Model.load(kept)
    if model is None:
        return None
    profiles = candidates.count(con, f"select count(*) from {features}")
    is_like = model.profiles / _GROWN <= profiles <= model.profiles * _GROWN
    return model if is_like and model.active == tuple(usable(con, features)) else None


def usable(con: duckdb.DuckDBPyConnection, features: str) -> list[Comparison]:
    """The comparisons that enough profiles carry, with more than one value among them."""
    asked = ", ".join(
        f"count({c.filled or c.column}) / greatest(count(*), 1), approx_count_distinct({c.filled or c.column})"
        for c in COMPARISONS
    )
    row = con.execute(f"select {asked} from {features}").fetchone() or ()
    return [
        comparison
        for position, comparison in enumerate(COMPARISONS)
        if row[2 * position] >= _LEAST_FILLED and row[2 * position + 1] > 1
    ]


def train(
    con: duckdb.DuckDBPyConnection, features: str, pairs: str, trained_at: dt.datetime
) -> Model:
    """Learn from the candidates in table `pairs`, without labels."""
    comparisons = usable(con, features)
    profiles = candidates.count(con, f"select count(*) from {features}")
    candidates.sample(con, features, "random_pairs", _RANDOM_PAIRS)
    sampled = max(1, candidates.count(con, "select count(*) from random_pairs"))
    by_chance = _patterns(con, features, "random_pairs", comparisons)
    random_shares, coverage = [], []
    for k, comparison in enumerate(comparisons):
        known = by_chance[by_chance[:, k] >= 0]
        counted = np.zeros(len(comparison.levels) + 1)
        np.add.at(counted, known[:, k], known[:, -1])
        # A level that no random pair shows is rare, not impossible.
        shares = (counted + 0.5) / (counted.sum() + 0.5 * len(counted))
        if comparison.levels[0].frequency_of == comparison.column:
            # Rare agreement is counted on all profiles: a sample of pairs would hardly show it.
            equal = _share_of_equal(con, features, comparison.column)
            shares = np.append(shares[:-1] * (1 - equal) / max(1e-9, shares[:-1].sum()), equal)
        random_shares.append(np.maximum(shares, 1e-9))
        coverage.append(counted.sum() / sampled)
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
        max(1.0, profiles * (profiles - 1) / 2),
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
        trained_at=trained_at.isoformat(timespec="seconds"),
        definition=definition(),
        profiles=profiles,
        share_same=rounded(learned.share_same),
        share_relatives=rounded(learned.share_relatives),
        density={c.name: rounded(d) for c, d in zip(comparisons, learned.density, strict=True)},
        comparisons=weights,
    )


def _patterns(
    con: duckdb.DuckDBPyConnection, features: str, pairs: str, comparisons: Sequence[Comparison]
) -> npt.NDArray[np.int64]:
    """How often the pairs agree in which way: a column per comparison, the last one counts."""
    columns = ", ".join(f"gamma_{c.name}" for c in comparisons)
    rows = con.execute(
        f"select {columns}, count(*) from {agreement(features, pairs, comparisons)} group by all order by all"
    ).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, len(comparisons) + 1)


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


def match(
    con: duckdb.DuckDBPyConnection,
    features: str,
    rule_pairs: str,
    model: Model | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Matched:
    """Weigh the pairs of table `features`. `rule_pairs` (node_1, node_2) are weighed too, and hold components together."""
    blocked = candidates.block(con, features, "blocked_pairs")
    con.execute(
        "create or replace temp table candidate_pairs as select * from blocked_pairs union "
        f"select '0', node_1, node_2 from {rule_pairs}"
    )
    model = model or train(con, features, "candidate_pairs", now())
    scorer = Scorer(con, features, model)
    _weigh(con, scorer, model, "candidate_pairs", _LEAST_KEPT, "first_pairs")
    profiles = candidates.count(con, f"select count(*) from {features}")
    rows = con.execute(
        f"select node_1, node_2, match_weight as weight from first_pairs where match_weight >= {LOW_WEIGHT} "
        f"union all select node_1, node_2, 1000 from {rule_pairs} order by all"
    ).fetchnumpy()
    clusters = split_components(
        profiles, rows["node_1"], rows["node_2"], rows["weight"], LOW_WEIGHT, LARGEST_COMPONENT
    )
    con.register("component_of", clusters)
    candidates.within(con, "component_of", LARGEST_COMPONENT, "inner_pairs")
    con.unregister("component_of")
    con.execute(
        "create or replace temp table unseen_pairs as select * from inner_pairs anti join first_pairs "
        "on join_key_l = node_1 and join_key_r = node_2"
    )
    _weigh(con, scorer, model, "unseen_pairs", None, "second_pairs")
    con.execute(
        "create or replace temp table matched_pairs as select * from first_pairs union all select * from second_pairs"
    )
    return Matched("matched_pairs", model, blocked)


def _weigh(
    con: duckdb.DuckDBPyConnection,
    scorer: Scorer,
    model: Model,
    pairs: str,
    least: float | None,
    into: str,
) -> None:
    """Score `pairs` and take off what relatives would share as well."""
    predicted = scorer.score(pairs, least)
    kin, against = [], []
    for comparison in model.active:
        levels = model.comparisons[comparison.name]
        last = len(levels) - 1
        bits = [model.bits(comparison.name, w.level) for w in levels]
        kin_bits = [float(np.log2(w.relatives / w.same)) for w in levels]
        kin.append(_by_level(comparison.name, kin_bits, last))
        against.append(_by_level(comparison.name, [min(0.0, b) for b in bits], last))
    whole_name = "0"
    if {"given_name", "family_name"} <= set(model.comparisons):
        top = {name: len(model.comparisons[name]) - 1 for name in ("given_name", "family_name")}
        both = " and ".join(f"gamma_{name} = {level}" for name, level in top.items())
        whole_name = f"(case when {both} then {float(np.log2(model.name_dependence))!r} else 0 end)"
    ratio = float(np.log2(model.share_relatives / model.share_same))
    gammas = ", ".join(
        f"cast(gamma_{c.name} as tinyint) as gamma_{c.name}"
        if c in model.active
        else f"cast(null as tinyint) as gamma_{c.name}"
        for c in COMPARISONS
    )
    con.execute(
        f"create or replace temp table {into} as select node_l as node_1, node_r as node_2, "
        f"-log2(pow(2, {whole_name} - match_weight) + pow(2, {ratio} + {' + '.join(kin)})) as match_weight, "
        f"{' + '.join(against)} as against, {gammas} from {predicted}"
    )
    con.execute(f"drop table {predicted}")


def _by_level(comparison: str, bits: Sequence[float], last: int) -> str:
    whens = " ".join(f"when {last - i} then {value!r}" for i, value in enumerate(bits))
    return f"(case gamma_{comparison} {whens} else 0 end)"
