"""Metrics asked by name: MetricFlow writes the SQL, the published file answers it.

Nothing else of MetricFlow is used, and it is imported only here: it takes seconds, and a run never asks it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from orchestration import sql
from orchestration.errors import UsageError
from orchestration.metrics.definitions import published_definitions
from orchestration.publishing.reading import open_published
from orchestration.settings import Settings

GRAINS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Question:
    """Which figures, told apart by what, of which rows and days."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Answer:
    """Rows, and the SQL that gave them."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    statement: str


class MetricLayer:
    """The metrics of one semantic manifest. Making it takes a moment, each question hundredths of a second."""

    def __init__(self, manifest: Path) -> None:
        # Its planner narrates; what goes wrong it raises.
        logging.getLogger("metricflow").setLevel(logging.CRITICAL)
        logging.getLogger("metricflow_semantics").setLevel(logging.CRITICAL)
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
        from metricflow_semantic_interfaces.implementations.semantic_manifest import (
            PydanticSemanticManifest,
        )
        from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
            PydanticSemanticManifestTransformer,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        class Dialect:
            """What MetricFlow must know of the database to write SQL for it; it never gets a connection."""

            sql_engine_type = SqlEngine.DUCKDB
            sql_plan_renderer = DuckDbSqlPlanRenderer()

        parsed = PydanticSemanticManifest.parse_raw(manifest.read_text())
        model = PydanticSemanticManifestTransformer.transform(parsed)
        self._engine: Any = MetricFlowEngine(SemanticManifestLookup(model), Dialect())
        self.metrics = tuple(metric.name for metric in model.metrics)

    def dimensions(self, metrics: Sequence[str]) -> list[str]:
        """What these metrics can be told apart by together, as `--by` takes it."""
        self._check(metrics)
        from metricflow_semantics.model.linkable_element_property import GroupByItemProperty

        passed_over = (
            GroupByItemProperty.ENTITY,
            GroupByItemProperty.DERIVED_TIME_GRANULARITY,
            GroupByItemProperty.DATE_PART,
            GroupByItemProperty.METRIC,
        )
        found = self._engine.simple_dimensions_for_metrics(list(metrics), passed_over)
        names = {one.dunder_name for one in found}
        return sorted(name for name in names if not name.startswith("metric_time"))

    def statement(self, question: Question) -> str:
        """The question as SQL."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        if not question.metrics:
            raise UsageError("Name at least one metric; `scv metrics list` has them.")
        self._check(question.metrics)
        known = self.dimensions(question.metrics)
        request = MetricFlowQueryRequest.create(
            metric_names=list(question.metrics),
            group_by_names=[_dimension(name, known) for name in question.by],
            where_constraints=[_condition(text, known) for text in question.where],
            time_constraint_start=_instant(question.since),
            time_constraint_end=_instant(question.until),
            order_by_names=[_order(name, question, known) for name in question.order]
            or [_dimension(name, known) for name in question.by],
            limit=question.limit,
        )
        with _in_our_words():
            explained = self._engine.explain(request)
        return str(explained.sql_statement.without_descriptions.sql)

    def _check(self, metrics: Sequence[str]) -> None:
        for name in metrics:
            if name not in self.metrics:
                raise UsageError(f"There is no metric {name}.{_did_you_mean(name, self.metrics)}")


def ask(con: duckdb.DuckDBPyConnection, layer: MetricLayer, question: Question) -> Answer:
    """Answer one question from an open file."""
    statement = layer.statement(question)
    found = con.execute(statement)
    columns = tuple(column[0] for column in found.description or ())
    rows = [tuple(map(_shown, row)) for row in found.fetchall()]
    return Answer(columns, rows, statement)


def query(settings: Settings, question: Question) -> Answer:
    """Answer one question from what is published."""
    layer = MetricLayer(published_definitions(settings))
    with open_published(settings) as con:
        # A condition is data of who asks, not a way to the rest of the machine.
        con.execute("set enable_external_access = false")
        return ask(con, layer, question)


def _dimension(name: str, known: Sequence[str]) -> str:
    """A dimension in full: `month` and `channel` are enough where they are clear."""
    if name in GRAINS:
        return f"metric_time__{name}"
    if name in known or name.startswith("metric_time"):
        return name
    meant = [one for one in known if one.endswith(f"__{name}")]
    # What the subject itself has comes before what is reached through it.
    nearest = [one for one in meant if one.count("__") == min(m.count("__") for m in meant)]
    if len(nearest) == 1:
        return nearest[0]
    if nearest:
        raise UsageError(f"{name} may be any of {', '.join(nearest)}; name one.")
    raise UsageError(
        f"These metrics cannot be told apart by {name}. They can by {', '.join([*GRAINS, *known])}."
    )


def _condition(text: str, known: Sequence[str]) -> str:
    name, is_given, value = text.partition("=")
    if not is_given:
        raise UsageError(f"Write a condition as DIMENSION=VALUE; {text} is none.")
    if "{" in value or "}" in value:
        # It would be read as a template.
        raise UsageError("A value with a curly bracket cannot be asked for.")
    return f"{{{{ Dimension('{_dimension(name.strip(), known)}') }}}} = {sql.text(value.strip())}"


def _order(name: str, question: Question, known: Sequence[str]) -> str:
    bare = name.removeprefix("-")
    sign = "-" if name.startswith("-") else ""
    return f"{sign}{bare if bare in question.metrics else _dimension(bare, known)}"


def _shown(value: Any) -> Any:
    """A day as a day: the beginning of a month has no hour."""
    return value.date() if isinstance(value, datetime) and value.time() == time() else value


def _instant(day: date | None) -> datetime | None:
    return datetime.combine(day, time()) if day else None


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=3)
    return (
        f" Did you mean {' or '.join(near)}?"
        if near
        else " `scv metrics list` names those there are."
    )


@contextmanager
def _in_our_words() -> Any:
    from metricflow_semantics.errors.error_classes import InformativeUserError

    try:
        yield
    except InformativeUserError as problem:
        lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
        words = [line for line in lines if not line.endswith(":")][:3]
        raise UsageError(f"That cannot be asked: {' '.join(words)}") from None
