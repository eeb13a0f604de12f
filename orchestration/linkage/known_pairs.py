"""Pairs that were weighed before: a run scores only those that it has not met.

The weight of a pair follows from what its two profiles are compared by and from the model, so it is kept under a print
of the one and in a file named after the other. Whoever the profiles are, when they came, in which order and what other
profiles there are does not matter; a changed value, a value that crossed a cap and a new model do.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.linkage.comparisons import COMPARISONS, feature_columns
from orchestration.linkage.kept import keep
from orchestration.linkage.model import Model
from orchestration.linkage.scoring import score

FILES = "identity_pairs-*.parquet"
# Beside so many pairs the profiles that they are looked up in stay in memory.
_AT_ONCE = 100_000_000
_WEIGHED = ", ".join(["match_weight", "against", *(f"gamma_{c.name}" for c in COMPARISONS)])


class KnownPairs:
    """Weighs pairs of table `features` by one model, most of them from memory."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        features: str,
        frequencies: str,
        model: Model,
        folder: Path | None,
    ) -> None:
        """`folder` keeps the pairs from run to run; without one every pair is new."""
        self._con = con
        self._features = features
        self._frequencies = frequencies
        self._model = model
        # Prints are DuckDB's own hashes, which another release may compute otherwise.
        kept = FILES.replace("*", f"{model.key}-{duckdb.__version__}")
        self._kept = folder / kept if folder is not None else None
        # How many pairs were not known.
        self.scored = 0
        con.execute(
            "create or replace temp table profile_prints as "
            f"select node, hash({', '.join(feature_columns())}) as print from {features}"
        )
        gammas = ", ".join(f"gamma_{c.name} tinyint" for c in COMPARISONS)
        # Most pairs are known for weighing too little to be looked at; of these there is nothing but the print.
        con.execute(
            f"create or replace temp table known_pairs (pair ubigint, match_weight double, against double, {gammas}); "
            "create or replace temp table known_as_light (pair ubigint); "
            "create or replace temp table used_pairs (pair ubigint); "
            "create or replace temp table used_as_light (pair ubigint)"
        )
        if self._kept is not None and self._kept.exists():
            # What cannot be read is weighed again.
            with suppress(duckdb.Error):
                con.execute(
                    f"insert into known_pairs by name from {sql.path(self._kept)} where match_weight is not null"
                )
                con.execute(
                    f"insert into known_as_light select pair from {sql.path(self._kept)} where match_weight is null"
                )

    def weigh(self, pairs: str, least: float | None, into: str) -> None:
        """Fill table `into` (`node_1`, `node_2`, `match_weight` and what it is made of) for the pairs of at least `least`.

        Table `pairs` is used up: of a large company it takes as much memory as is left.
        """
        con = self._con
        con.execute(
            f"create or replace temp table asked_pairs as {self._printed(pairs, 'join_key_l', 'join_key_r', '')}; "
            f"drop table {pairs}"
        )
        # The weight that counts: scoring sees it before relatives are taken off.
        enough = "true" if least is None else f"match_weight >= {least!r}"
        con.execute(
            f"create or replace temp table {into} as select join_key_l as node_1, join_key_r as node_2, {_WEIGHED} "
            f"from asked_pairs inner join known_pairs using (pair) where {enough}"
        )
        is_light = "" if least is None else "anti join known_as_light using (pair)"
        new_pairs = "asked_pairs"
        if self._knows_any():
            new_pairs = "new_pairs"
            con.execute(
                "create or replace temp table new_pairs as "
                f"from asked_pairs anti join known_pairs using (pair) {is_light}"
            )
        self._score(new_pairs, least, enough, into)
        con.execute(
            "insert into used_pairs select pair from asked_pairs semi join known_pairs using (pair); "
            "insert into used_as_light select pair from asked_pairs anti join known_pairs using (pair); "
            "drop table asked_pairs; drop table if exists new_pairs"
        )

    def _knows_any(self) -> bool:
        counted = "(select count(*) from known_pairs) + (select count(*) from known_as_light)"
        return bool(self._con.execute(f"select {counted}").fetchall()[0][0])

    def _score(self, pairs: str, least: float | None, enough: str, into: str) -> None:
        """Add what scoring gives to what is known, and what is `enough` to `into`."""
        con = self._con
        scored = con.execute(f"select count(*) from {pairs}").fetchall()[0][0]
        if not scored or not self._model.active:
            return
        self.scored += scored
        parts = -(-scored // _AT_ONCE)
        for part in range(parts):
            con.execute(
                "create or replace temp view pairs_at_once as "
                f"select * from {pairs} where join_key_l % {parts} = {part}"
            )
            weighed = score(
                con, self._features, self._frequencies, self._model, "pairs_at_once", least
            )
            printed = self._printed(weighed, "node_1", "node_2", f", {_WEIGHED}")
            con.execute(
                f"create or replace temp table weighed_pairs as {printed}; "
                f"drop table {weighed}; "
                # Pairs of alike profiles have one print, and one weight: that of the first. Most have a print of their own.
                "create or replace temp table met_again as select pair from (select pair from weighed_pairs "
                "union all select pair from known_pairs semi join weighed_pairs using (pair)) "
                "group by pair having count(*) > 1; "
                "create or replace temp view met_once as from weighed_pairs anti join met_again using (pair); "
                f"insert into known_pairs by name select pair, {_WEIGHED} from met_once; "
                f"insert into {into} select node_1, node_2, {_WEIGHED} from met_once where {enough}; "
                f"insert into known_pairs by name select distinct on (pair) pair, {_WEIGHED} from weighed_pairs "
                "semi join met_again using (pair) anti join known_pairs using (pair) order by pair, node_1, node_2; "
                f"insert into {into} select node_1, node_2, {_WEIGHED} from (select node_1, node_2, pair "
                f"from weighed_pairs semi join met_again using (pair)) inner join known_pairs using (pair) where {enough}; "
                "drop view met_once; drop table met_again; drop table weighed_pairs"
            )

    def _printed(self, pairs: str, left: str, right: str, columns: str) -> str:
        """SQL: pairs with the print of each, which is the same whichever of the two comes first."""
        return (
            f"select {left}, {right}{columns}, hash(least(l.print, r.print), greatest(l.print, r.print)) as pair "
            f"from {pairs} inner join profile_prints as l on l.node = {left} "
            f"inner join profile_prints as r on r.node = {right}"
        )

    def save(self) -> None:
        """Keep what this run asked for; what no profile brings up any more is forgotten."""
        if self._kept is None:
            return
        used = (
            "select * from known_pairs semi join used_pairs using (pair) "
            "union all by name select pair from used_as_light"
        )
        keep(self._con, used, self._kept)
        for other in self._kept.parent.glob(FILES):
            if other != self._kept:
                other.unlink()
