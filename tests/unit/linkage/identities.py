"""A handful of profiles through the models of identity, from what is compared to links, with a model written by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.linkage import frequencies
from orchestration.linkage.comparisons import (
    COMPARISONS,
    DIFFERENT,
    feature_columns,
    levels_in_words,
)
from orchestration.linkage.matching import FREQUENCIES, match
from orchestration.linkage.model import LevelWeights, Model, definition
from orchestration.linkage.refinement import clusters
from tests.sql import Models

NOW = dt.datetime(2026, 1, 1)
_LISTS = {"surnames", "other_names"}
_IDENTITY = (
    "int_profiles int_match_features int_tokens int_rule_groups int_rule_edges int_pair_scores int_comparison_levels "
    "int_evidence int_decisions int_clusters int_edges links crosswalk decisions review_queue suppressed_values"
)
_SCHEMAS = dict.fromkeys(_IDENTITY.split(), "identity") | {"identity_rules": "seeds"}

Person = dict[str, Any]


def hand_made_model() -> Model:
    """Numbers of no data: the stronger a level the likelier within a person and the rarer by chance."""
    comparisons = {}
    for comparison in COMPARISONS:
        names = [*(level.name for level in comparison.levels), DIFFERENT]
        count = len(names)
        comparisons[comparison.name] = tuple(
            LevelWeights(
                name,
                same=0.9 if place == 0 else round(0.1 / (count - 1), 6),
                relatives=0.5 if place == 0 else round(0.5 / (count - 1), 6),
                chance=0.9 if name == DIFFERENT else round(0.002 * (place + 1), 6),
            )
            for place, name in enumerate(names)
        )
    return Model(
        trained_at="2026-01-01T00:00:00",
        definition=definition(),
        profiles=8,
        share_same=0.02,
        share_relatives=1e-3,
        name_dependence=2.0,
        density={c.name: 0.01 for c in COMPARISONS},
        filled={
            level.frequency_of: 100 for c in COMPARISONS for level in c.levels if level.frequency_of
        },
        comparisons=comparisons,
    )


def features(person: Person) -> Person:
    """What a person is compared by."""
    given, family = person.get("given"), person.get("family")
    birth, email = person.get("birth"), person.get("email")
    name, _, domain = email.partition("@") if email else (None, None, None)
    return dict.fromkeys(feature_columns()) | {
        "given": given,
        "family": family,
        "given_root": given,
        "given_word": f" {given} " if given else None,
        "family_word": f" {family} " if family else None,
        "name_words": f" {given} {family} " if given else None,
        "surnames": [family] if family else None,
        "organization": person.get("organization"),
        "birth": birth,
        "birth_year": birth and birth[:4],
        "birth_day": birth and birth[4:],
        "email": email,
        "email_name": name,
        "email_digits": name and "".join(filter(str.isdigit, name)),
        "email_domain": domain,
        "phone": person.get("phone"),
        "national_id": person.get("national_id"),
        "city": person.get("city"),
    }


class Identities:
    """Profiles s:0, s:1 … in one schema `identity`; build once, then ask."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        people: list[Person],
        state: Path,
        is_learned: bool = False,
    ) -> None:
        self.con, self.state = con, state
        # Without one it is learned from these profiles.
        self.model = None if is_learned else hand_made_model()
        self.models = Models(con, _SCHEMAS)
        con.execute("create schema identity; create schema seeds")
        rules = Path(__file__).parents[3] / "seeds" / "identity_rules.csv"
        con.execute(f"create table seeds.identity_rules as from '{rules}'")
        # Among a hundred others who share nothing, what is shared is rare.
        others = [{"given": f"{i:x}" * 3, "family": f"{i:o}" * 3} for i in range(1000, 1100)]
        self._profiles([*people, *others])
        self.decide([])

    def _profiles(self, people: list[Person]) -> None:
        columns = ", ".join(
            f"{name} {'varchar[]' if name in _LISTS else 'varchar'}" for name in feature_columns()
        )
        con = self.con
        con.execute(
            f"create table identity.int_match_features (node bigint, party varchar, names varchar, {columns})"
        )
        con.execute(
            "create table identity.int_profiles (node bigint, source_id varchar, source_record_id varchar, "
            "name varchar, surname varchar, organization varchar, party_type varchar)"
        )
        con.execute(
            "create table identity.int_tokens (node bigint, token_type varchar, token_value varchar, suppressed_reason varchar)"
        )
        compared, profiles, tokens = [], [], []
        for node, person in enumerate(people):
            compared.append({"node": node, "party": "person"} | features(person))
            names = [name for name in (person.get("given"), person.get("family")) if name]
            profiles.append(
                {
                    "node": node,
                    "source_id": "s",
                    "source_record_id": str(node),
                    "name": " ".join(names) or None,
                    "surname": person.get("family"),
                    "organization": person.get("organization"),
                    "party_type": "person",
                }
            )
            for kind in ("email", "phone", "national_id"):
                for value in {person.get(kind), person.get(f"own_{kind}")} - {None}:
                    reason = person.get("suppressed")
                    tokens.append((node, kind, value, reason))
        keys = ("node", "token_type", "token_value", "suppressed_reason")
        for table, rows in (
            ("int_match_features", compared),
            ("int_profiles", profiles),
            ("int_tokens", [dict(zip(keys, token, strict=True)) for token in tokens]),
        ):
            con.register("rows_given", pa.Table.from_pylist(rows))
            con.execute(f"insert into identity.{table} by name from rows_given")
            con.unregister("rows_given")

    def build(self, *names: str) -> None:
        for name in names:
            self.models.build(name, NOW, "run")

    def decide(self, decisions: list[tuple[int, int, str]]) -> None:
        """Everything that follows from the profiles and from decisions about them."""
        con = self.con
        con.execute(
            "create or replace table identity.int_decisions "
            "(node_1 bigint, node_2 bigint, decision varchar, decided_at timestamp)"
        )
        for one, other, decision in decisions:
            con.execute(
                "insert into identity.int_decisions values (?, ?, ?, timestamp '2026-01-01')",
                [one, other, decision],
            )
        self.build("int_rule_groups", "int_rule_edges")
        con.execute(
            "create or replace temp table rule_pairs as select distinct node_1, node_2 from identity.int_rule_edges"
        )
        con.execute("create or replace temp table features as from identity.int_match_features")
        if self.model is not None:
            frequencies.count(con, "features", self.model, FREQUENCIES)
        matched = match(con, "features", "rule_pairs", self.model)
        frequencies.save(con, FREQUENCIES, matched.model.frequencies(self.state))
        matched.model.save(self.state)
        con.execute(f"create or replace table identity.int_pair_scores as from {matched.pairs}")
        con.register("levels", levels_in_words())
        con.execute("create or replace table identity.int_comparison_levels as from levels")
        self.build("int_evidence")
        self._cluster()
        con.execute(
            """
            create or replace table identity.crosswalk as
                select source_id, source_record_id, 'c' || cluster as customer_id,
                    count(*) over (partition by cluster) as cluster_size
                from identity.int_profiles inner join identity.int_clusters using (node);
            create or replace table identity.decisions as
                select decision || node_1 || node_2 as decision_id, decision, decided_at, 'Ada' as decided_by,
                    'she knows' as reason, 'in force' as status, 's' as source_id_1, node_1::varchar as source_record_id_1,
                    's' as source_id_2, node_2::varchar as source_record_id_2,
                    'c' || one.cluster as customer_id_1, 'c' || other.cluster as customer_id_2
                from identity.int_decisions
                inner join identity.int_clusters as one on node_1 = one.node
                inner join identity.int_clusters as other on node_2 = other.node
            """
        )
        self.build("int_edges", "links")

    def _cluster(self) -> None:
        con = self.con

        def pairs(query: str) -> Any:
            return con.execute(query).to_arrow_table()

        nodes = len(pairs("from identity.int_profiles"))
        evidence = pairs("select node_1, node_2, weight from identity.int_evidence")
        decided = "select node_1, node_2 from identity.int_decisions where decision = '{}'"
        found = clusters(
            nodes, evidence, pairs(decided.format("link")), pairs(decided.format("unlink"))
        )
        con.register("found_clusters", found)
        con.execute("create or replace table identity.int_clusters as from found_clusters")
        con.unregister("found_clusters")
