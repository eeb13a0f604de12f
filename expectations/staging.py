"""The staging gate: what raw holds of a canonical entity is in staging, row for row; what staging refused is shown."""

from __future__ import annotations

from expectations.shared import no_rows
from orchestration.gates.results import WARN
from orchestration.gates.rules import GateFacts, Rule

_SUFFIX = "_versions"


def suite(facts: GateFacts) -> list[Rule]:
    """Conservation per file for every entity that a canonical source delivered, refusals for all."""
    delivered = {table for system, table in facts.delivered() if system == "canonical"}
    rules = []
    held = []
    for relation in sorted(facts.known):
        schema, name = relation.split(".")
        if schema != "staging" or not name.endswith(_SUFFIX):
            continue
        entity = name.removesuffix(_SUFFIX)
        if entity in delivered:
            rules.append(_conservation(relation, entity))
        held.append(relation)
    if held:
        rules.append(_refused(held))
    return rules


def _conservation(relation: str, entity: str) -> Rule:
    return no_rows(
        relation,
        "every_raw_row_became_one_version",
        "rows of each canonical file in raw = its rows in staging, whatever became of them",
        f"""
        select
            files.file_id, files.source_id, coalesce(landed.landed_rows, 0) as rows_in_raw,
            coalesce(staged.staged_rows, 0) as rows_in_staging
        from state.files as files
        left join (
            select _file_id, count(*) as landed_rows from raw.canonical__{entity} group by _file_id
        ) as landed on files.file_id = landed._file_id
        left join (
            select _file_id, count(*) as staged_rows from {{batch}} group by _file_id
        ) as staged on files.file_id = staged._file_id
        where
            files.status = 'loaded' and files.system = 'canonical' and files.table_name = '{entity}'
            and coalesce(landed.landed_rows, 0) <> coalesce(staged.staged_rows, 0)
        """,
    )


def _refused(relations: list[str]) -> Rule:
    refused = " union all ".join(
        f"select '{relation}' as relation, source_id, _reject_reason as reason "
        f"from {'{batch}' if relation == relations[0] else relation} "
        "where _outcome = 'quarantined'"
        for relation in relations
    )
    return no_rows(
        relations[0],
        "no_row_refused",
        "no row refused while versions were resolved (shown, never stops)",
        f"""
        select relation, source_id, reason, count(*) as rows_refused from ({refused}) as refused
        group by all order by rows_refused desc, relation, source_id, reason
        """,
        severity=WARN,
    )
