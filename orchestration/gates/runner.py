"""Evaluates the suite of one layer inside the engine and says what it found.

Imports Great Expectations, which takes seconds: import this module inside a check only.
"""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.pool import NullPool

from orchestration.gates.dialect import Borrowed, register
from orchestration.gates.results import ERROR, SAMPLE_SIZE, WARN, CheckResult
from orchestration.gates.rules import GateFacts, Rule
from orchestration.transformation.messages import without_values

# Of each table what is worst, with how many others were found beside it.
_TOLD = """
select
    relation, source_id, first(expected order by rank, column_name), first(observed order by rank, column_name),
    first(keys order by rank, column_name), greatest(0, count(*) filter (where verdict <> 'pass') - 1)
from (
    select
        *, (case verdict when 'error' then 0 when 'warn' then 1 else 2 end,
            case when fail_at < warn_at then measured else -measured end) as rank
    from gates.judged where check_name = ?
)
group by relation, source_id order by all
"""


def evaluate(facts: GateFacts) -> list[CheckResult]:
    """Judge one layer. A check that cannot be evaluated has failed: it is never passed over."""
    module = importlib.import_module(f"expectations.{facts.layer}")
    rules: list[Rule] = list(module.suite(facts))
    results: list[CheckResult] = []
    if not rules:
        return results
    source = _data_source(facts)
    for relation in dict.fromkeys(rule.relation for rule in rules):
        about = [rule for rule in rules if rule.relation == relation]
        results.extend(_judge(facts, source, relation, about))
    return results


def _data_source(facts: GateFacts) -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    # It would write its own configuration anew with every table that it is shown, and nobody reads it again.
    context._save_project_config = lambda: None
    url = f"{register()}:///{facts.database}"
    # All of it through the gate's own connection: one that stayed open in a pool would keep dbt out of the file.
    return context.data_sources.add_sql(
        facts.layer,
        connection_string=url,
        kwargs={"creator": lambda: Borrowed(facts.con), "poolclass": NullPool},
    )


def _judge(
    facts: GateFacts, source: Any, relation: str, rules: list[Rule]
) -> Iterable[CheckResult]:
    from great_expectations import ExpectationSuite

    schema, name = relation.split(".")
    try:
        asset = source.add_table_asset(relation, table_name=name, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
    except Exception as problem:  # the relation is missing or unreadable: every rule about it fails
        reason = without_values(str(problem)).splitlines()[0]
        return [_result(facts, rule, False, f"could not be read: {reason}") for rule in rules]
    found: dict[int, Any] = {}
    for result_format in ("COMPLETE", "SUMMARY"):
        chosen = [
            (position, rule)
            for position, rule in enumerate(rules)
            if _result_format(rule) == result_format
        ]
        for position, rule in chosen:
            rule.expectation.meta = {"position": position}
        if not chosen:
            continue
        suite = ExpectationSuite(
            name=relation, expectations=[rule.expectation for _, rule in chosen]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            validation = batch.validate(suite, result_format=result_format)
        for result in validation.results:
            found[result.expectation_config.meta["position"]] = result
    return [
        result
        for position, rule in enumerate(rules)
        for result in (
            _by_table(facts, rule, found[position])
            if rule.is_by_table
            else [_from_validation(facts, rule, found[position])]
        )
    ]


def _by_table(facts: GateFacts, rule: Rule, found: Any) -> list[CheckResult]:
    """One result for each table of each source: the worst of what was judged there."""
    if _exception(found):
        return [_from_validation(facts, rule, found)]
    rows = ((found.result or {}).get("details") or {}).get("unexpected_rows") or []
    worst = {
        (row["relation"], row["source_id"]): WARN
        for row in rows
        if not found.success and row["verdict"] == WARN
    }
    worst |= {
        (row["relation"], row["source_id"]): ERROR
        for row in rows
        if not found.success and row["verdict"] == ERROR
    }
    told = facts.con.execute(_TOLD, [rule.name]).fetchall()
    return [
        _result(
            facts,
            replace(rule, relation=relation, expected=expected, severity=severity or rule.severity),
            severity is None,
            observed + (f" (and {more} more)" if more else ""),
            sample=tuple(keys) if severity else (),
            source_id=source_id,
        )
        for relation, source_id, expected, observed, keys, more in told
        for severity in [worst.get((relation, source_id))]
    ]


def _result_format(rule: Rule) -> str:
    """Rows are wanted of queries, which select keys; of other expectations they would be a person's values."""
    from great_expectations.expectations import UnexpectedRowsExpectation

    return "COMPLETE" if isinstance(rule.expectation, UnexpectedRowsExpectation) else "SUMMARY"


def _from_validation(facts: GateFacts, rule: Rule, found: Any) -> CheckResult:
    problem = _exception(found)
    if problem:
        return _result(facts, rule, False, f"could not be evaluated: {problem}")
    outcome: Mapping[str, Any] = found.result or {}
    rows = (outcome.get("details") or {}).get("unexpected_rows") or []
    sources = Counter(row["source_id"] for row in rows if row.get("source_id"))
    return _result(
        facts,
        rule,
        bool(found.success),
        _observed(outcome, rows),
        # A person's value never gets here: suites select keys and counts only.
        sample=tuple(_key(row) for row in rows[:SAMPLE_SIZE]) if not found.success else (),
        source_id=rule.source_id or (sources.most_common(1)[0][0] if sources else None),
    )


def _result(
    facts: GateFacts,
    rule: Rule,
    is_success: bool,
    observed: str,
    sample: tuple[str, ...] = (),
    source_id: str | None = None,
) -> CheckResult:
    about = source_id or rule.source_id
    is_accepted = not is_success and not {rule.name, f"{rule.name}@{about}"}.isdisjoint(
        facts.accepted
    )
    return CheckResult(
        layer=facts.layer,
        relation=rule.relation,
        check_name=rule.name,
        severity=WARN if is_accepted else rule.severity,
        is_success=is_success,
        expected=rule.expected,
        observed=observed + (" (accepted for this run)" if is_accepted else ""),
        source_id=about,
        sample_keys=sample,
        evaluated_at=datetime.now(UTC).replace(tzinfo=None),
    )


def _exception(found: Any) -> str:
    """The first error of one expectation, or nothing."""
    about = found.exception_info or {}
    for entry in [about] if "raised_exception" in about else list(about.values()):
        if entry.get("raised_exception"):
            return without_values(str(entry.get("exception_message", ""))).splitlines()[0]
    return ""


def _observed(outcome: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> str:
    if "unexpected_count" in outcome:
        return f"{outcome['unexpected_count']} of {outcome.get('element_count', '?')} rows"
    value = outcome.get("observed_value")
    if rows or isinstance(value, int):
        return f"{value} row{'' if value == 1 else 's'}"
    return str(value)


def _key(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)
