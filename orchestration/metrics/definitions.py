"""The metrics of the project as its documents define them: what each counts, of which relation, by which day.

Read from dbt's semantic manifest; what is asked of them lies in `query.py`, what tools without a metric layer see of
them in `views.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import ScvError, UsageError
from orchestration.publishing.reading import published_file
from orchestration.settings import Settings

FILE_NAME = "semantic_manifest.json"

_AGGREGATES = {"sum": "sum({})", "average": "avg({})", "count_distinct": "count(distinct {})"}


@dataclass(frozen=True)
class Subject:
    """One semantic model: a relation, the day its rows count for, and what they can be told apart by."""

    name: str
    relation: str
    time: str
    entity: str
    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """One aggregate over the rows of a subject."""

    name: str
    subject: str
    expression: str


@dataclass(frozen=True)
class Metric:
    """One figure. `formula` is SQL over the names of other metrics; None where the figure is a measure itself."""

    name: str
    label: str
    description: str
    kind: str
    subjects: tuple[str, ...]
    measure: str | None
    is_zero_when_empty: bool
    formula: str | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    """All of them."""

    subjects: Mapping[str, Subject]
    measures: Mapping[str, Measure]
    metrics: Mapping[str, Metric]

    def dimensions(self, metric: Metric) -> list[str]:
        """What every subject of a metric can be told apart by."""
        found = [self.subjects[name].dimensions for name in metric.subjects]
        return [name for name in found[0] if all(name in others for others in found)]


def published_definitions(settings: Settings) -> Path:
    """The semantic manifest that lies beside the published version: its figures are asked by its own definitions."""
    path = published_file(settings).with_name(FILE_NAME)
    if not path.is_file():
        raise UsageError(
            "The published version holds no metrics: an older release made it. Start a run with `scv run`."
        )
    return path


def read(path: Path) -> Definitions:
    """The definitions of one semantic manifest."""
    document = json.loads(path.read_text())
    subjects = {found["name"]: _subject(found) for found in document["semantic_models"]}
    measures = {
        measure["name"]: Measure(
            measure["name"],
            found["name"],
            _AGGREGATES[measure["agg"]].format(measure["expr"] or measure["name"]),
        )
        for found in document["semantic_models"]
        for measure in found["measures"]
    }
    found = {metric["name"]: metric for metric in document["metrics"]}
    metrics = {name: _metric(found[name], found, measures) for name in found}
    return Definitions(subjects, measures, metrics)


def _subject(found: Mapping[str, Any]) -> Subject:
    place = found["node_relation"]
    return Subject(
        name=found["name"],
        relation=f"{place['schema_name']}.{place['alias']}",
        time=found["defaults"]["agg_time_dimension"],
        entity=next(entity["name"] for entity in found["entities"] if entity["type"] == "primary"),
        dimensions=tuple(
            dimension["name"]
            for dimension in found["dimensions"]
            if dimension["type"] == "categorical" and dimension["expr"] is None
        ),
    )


def _metric(
    found: Mapping[str, Any], every: Mapping[str, Any], measures: Mapping[str, Measure]
) -> Metric:
    how = found["type_params"]
    measure = how["measure"] if found["type"] == "simple" else None
    formula, inputs = _formula(found["type"], how)
    subjects = (
        (measures[measure["name"]].subject,)
        if measure
        else tuple(
            dict.fromkeys(
                subject
                for name in inputs
                for subject in _metric(every[name], every, measures).subjects
            )
        )
    )
    return Metric(
        name=found["name"],
        label=found["label"] or found["name"],
        description=found["description"] or "",
        kind=found["type"],
        subjects=subjects,
        measure=measure["name"] if measure else None,
        is_zero_when_empty=measure is not None and measure["fill_nulls_with"] == 0,
        formula=formula,
        inputs=inputs,
    )


def _formula(kind: str, how: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    if kind == "simple":
        return None, ()
    if kind == "ratio":
        above, below = (str(how[part]["name"]) for part in ("numerator", "denominator"))
        return f"cast({above} as double) / cast(nullif({below}, 0) as double)", (above, below)
    if kind == "derived":
        return how["expr"], tuple(part["name"] for part in how["metrics"])
    raise ScvError(
        f"A metric of type {kind} is none that views can be made of; see orchestration/metrics."
    )


def measure_expression(definitions: Definitions, metric: Metric) -> str:
    """The aggregate that a metric is, over the relation of its subject."""
    assert metric.measure is not None
    return definitions.measures[metric.measure].expression


def in_order(definitions: Definitions) -> Sequence[Metric]:
    """Metrics so that each comes after those it is made of."""
    done: dict[str, Metric] = {}

    def add(metric: Metric) -> None:
        for name in metric.inputs:
            add(definitions.metrics[name])
        done.setdefault(metric.name, metric)

    for metric in definitions.metrics.values():
        add(metric)
    return list(done.values())


def formula_text(definitions: Definitions, metric: Metric) -> str:
    """How a metric is computed, in one line that a reader can follow."""
    if metric.formula:
        return " ".join(metric.formula.split())
    subject = definitions.subjects[metric.subjects[0]]
    expression = measure_expression(definitions, metric)
    if metric.is_zero_when_empty:
        expression = f"coalesce({expression}, 0)"
    return f"{expression} from {subject.relation}"
