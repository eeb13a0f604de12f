"""From features to weighed pairs: choose candidates, learn the weights, score, and score again inside each component.

The second scoring leaves no pair of a component unseen, so that what speaks against a cluster is heard as well.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration import sql
from orchestration.linkage import candidates, frequencies
from orchestration.linkage.components import split_components
from orchestration.linkage.known_pairs import KnownPairs
from orchestration.linkage.learning import train, usable
from orchestration.linkage.model import Model
from orchestration.linkage.refinement import DEFAULT
from orchestration.machine import memory

FREQUENCIES = "value_frequencies"
# A model learned from that many times fewer or more profiles is learned anew.
_GROWN = 1.5
# Pairs below are looked at again only where both are in one component. What disagrees more counts against a cluster no
# more than this, but has to be known where components are too large to be scored whole.
_LEAST_KEPT = -8.0
# Components are drawn at a low weight and refined afterwards.
LOW_WEIGHT = 0.0
LARGEST_COMPONENT = DEFAULT.largest_component


@dataclass(frozen=True)
class Matched:
    """`pairs` names a table: node_1, node_2, match_weight, against, gamma_… of every comparison."""

    pairs: str
    model: Model
    blocked: Sequence[candidates.Blocked]
    # How many pairs had to be scored, since they were not known.
    scored: int


def match_profiles(features: pa.Table, rule_pairs: pa.Table) -> pa.Table:
    """What `int_pair_scores` holds. The model is kept in the warehouse and reused until it no longer fits."""
    state = Path(os.environ["SCV_STATE"])
    known = Path(os.environ["SCV_BUILD_DATABASE"]).parent
    with duckdb.connect(config={"threads": 2}) as con:
        # The working database's engine holds as much at the same time.
        con.execute(f"set memory_limit = {sql.text(memory())}")
        if "SCV_TEMPORARY" in os.environ:
            con.execute(f"set temp_directory = {sql.text(os.environ['SCV_TEMPORARY'])}")
        # In tables: they are looked at several times.
        con.register("given_features", features)
        con.execute("create table features as from given_features order by node")
        con.unregister("given_features")
        del features
        con.register("given_pairs", rule_pairs)
        con.execute("create table rule_pairs as from given_pairs")
        model = fitting_model(con, "features", state)
        matched = match(con, "features", "rule_pairs", model, known)
        if model is None:
            frequencies.save(con, FREQUENCIES, matched.model.frequencies(state))
            matched.model.save(state)
        return con.execute(f"from {matched.pairs} order by node_1, node_2").to_arrow_table()


def fitting_model(con: duckdb.DuckDBPyConnection, features: str, state: Path) -> Model | None:
    """The kept model, while the profiles are still like those it was learned from: as many, and as well filled."""
    model = Model.load(state)
    if model is None:
        return None
    profiles = candidates.count(con, f"select count(*) from {features}")
    is_like = model.profiles / _GROWN <= profiles <= model.profiles * _GROWN
    if not is_like or model.active != tuple(usable(con, features)):
        return None
    con.execute(
        f"create or replace temp table {FREQUENCIES} as from {sql.path(model.frequencies(state))}"
    )
    return model


def match(
    con: duckdb.DuckDBPyConnection,
    features: str,
    rule_pairs: str,
    model: Model | None = None,
    known: Path | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Matched:
    """Weigh the pairs of table `features`. `rule_pairs` (node_1, node_2) are weighed too, and hold components together.

    A `model` that is given needs its frequencies in table `value_frequencies`; one that is learned fills it. The folder
    `known` keeps what was weighed for the next time.
    """
    blocked = candidates.block(con, features, rule_pairs, "candidate_pairs")
    if model is None:
        model = train(con, features, "candidate_pairs", now())
        frequencies.count(con, features, model, FREQUENCIES)
    pairs = KnownPairs(con, features, FREQUENCIES, model, known)
    pairs.weigh("candidate_pairs", _LEAST_KEPT, "first_pairs")
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
    pairs.weigh("unseen_pairs", None, "second_pairs")
    con.execute(
        "create or replace temp table matched_pairs as select * from first_pairs union all select * from second_pairs"
    )
    pairs.save()
    return Matched("matched_pairs", model, blocked, pairs.scored)
