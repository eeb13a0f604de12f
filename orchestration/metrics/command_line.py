"""`scv metrics`: which figures there are, and what they are."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import click

from orchestration import show
from orchestration.options import Date, json_option, settings_of, warehouse_option


@click.group()
def metrics() -> None:
    """Figures by name: every metric is defined once and is the same wherever it is asked."""


@metrics.command("list")
@click.argument("words", nargs=-1)
@warehouse_option
@json_option
def metrics_list(words: tuple[str, ...], warehouse: Path | None, is_json: bool) -> int:
    """Metrics that there are; WORDS narrow them down."""
    from orchestration.metrics.definitions import formula_text, published_definitions, read

    definitions = read(published_definitions(settings_of(None, warehouse)))
    found = [
        {
            "metric": metric.name,
            "description": metric.description,
            **(
                {
                    "label": metric.label,
                    "kind": metric.kind,
                    "dimensions": definitions.dimensions(metric),
                    "formula": formula_text(definitions, metric),
                }
                if is_json
                else {}
            ),
        }
        for metric in definitions.metrics.values()
        if all(word.lower() in f"{metric.name} {metric.description}".lower() for word in words)
    ]
    show.rows(found, is_json, "No metric is of these words.")
    return 0


@metrics.command("query")
@click.argument("names", nargs=-1, required=True, metavar="METRIC...")
@click.option("--by", multiple=True, help="Tell apart by: day … year, or a dimension. Repeat it.")
@click.option("--where", multiple=True, metavar="DIMENSION=VALUE", help="Only these. Repeat it.")
@click.option("--since", type=Date(), help="From this day on.")
@click.option("--until", type=Date(), help="Up to this day.")
@click.option("--order", multiple=True, help="Metric or dimension; -NAME for largest first.")
@click.option("--limit", type=click.IntRange(min=1))
@click.option("--csv", "is_csv", is_flag=True, help="Print CSV.")
@click.option("--sql", "is_sql", is_flag=True, help="Print the SQL instead of asking it.")
@warehouse_option
@json_option
def metrics_query(
    names: tuple[str, ...],
    by: tuple[str, ...],
    where: tuple[str, ...],
    since: date | None,
    until: date | None,
    order: tuple[str, ...],
    limit: int | None,
    is_csv: bool,
    is_sql: bool,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """Ask for metrics: `scv metrics query nps nps_responses --by quarter`."""
    from orchestration.metrics.definitions import published_definitions
    from orchestration.metrics.query import MetricLayer, Question, query

    settings = settings_of(None, warehouse)
    question = Question(names, by, where, since, until, order, limit)
    if is_sql:
        click.echo(MetricLayer(published_definitions(settings)).statement(question))
        return 0
    answer = query(settings, question)
    if is_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
        return 0
    show.rows(
        [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
        is_json,
        "Nothing of the kind happened.",
    )
    return 0


@metrics.command("dimensions")
@click.argument("names", nargs=-1, required=True, metavar="METRIC...")
@warehouse_option
@json_option
def metrics_dimensions(names: tuple[str, ...], warehouse: Path | None, is_json: bool) -> int:
    """What metrics can be told apart by, together."""
    from orchestration.metrics.definitions import published_definitions
    from orchestration.metrics.query import GRAINS, MetricLayer

    layer = MetricLayer(published_definitions(settings_of(None, warehouse)))
    found = [*GRAINS, *layer.dimensions(names)]
    show.rows([{"dimension": name} for name in found], is_json, "")
    return 0
