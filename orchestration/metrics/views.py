"""The metrics as relations, for tools that have no metric layer: schema `metrics` of the published file.

All are views but the list of definitions, so they cost a run nothing; they hold SQL that can be read, made of the same
definitions that the metric layer answers from, and a test holds the two together.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.database import open_published
from orchestration.metrics.definitions import (
    FILE_NAME,
    Definitions,
    Metric,
    formula_text,
    in_order,
    measure_expression,
    read,
)

SCHEMA = "metrics"
# The day up to which everything is counted.
_AS_OF = "(select max(as_of_date) from marts.customer_360)"

_DEFINITIONS = {
    "metric": "Name of the metric, and of its column in the other relations of this schema.",
    "label": "What to call it on a chart.",
    "description": "What it says, in words.",
    "kind": "`simple`: an aggregate over rows; `ratio` and `derived`: computed from other metrics, never added up.",
    "subjects": "The semantic models it is about, comma-separated.",
    "relations": "The relations those read, comma-separated.",
    "dimensions": "What it can be told apart by in `metrics.by_group`, comma-separated; empty where its parts share nothing.",
    "formula": "How it is computed, as SQL.",
}


def publish_metrics(manifest: Path, file: Path) -> None:
    """Give a new version its metrics: the definitions beside the file, and the views in it."""
    # A project without metrics has none to give.
    if manifest.is_file():
        document = json.loads(manifest.read_text())
        for model in document["semantic_models"]:
            # The file that readers open is called otherwise than the one that a run builds these in.
            place = model["node_relation"]
            names = (file.stem, place["schema_name"], place["alias"])
            place |= {"database": file.stem, "relation_name": ".".join(map(sql.name, names))}
        file.with_name(FILE_NAME).write_text(json.dumps(document))
        add_views(file, read(manifest))


def add_views(path: Path, definitions: Definitions) -> None:
    """Write the schema into a file that holds the relations the metrics are about; leaves it alone without them."""
    con = open_published(path)
    try:
        held = {
            f"{schema}.{name}"
            for schema, name in con.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
        # The 360 says what day it is.
        needed = {
            "marts.customer_360",
            *(subject.relation for subject in definitions.subjects.values()),
        }
        if needed <= held:
            con.execute("begin")
            _add(con, definitions)
            con.execute("commit")
            con.execute("checkpoint")
    finally:
        con.close()


def _add(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    con.execute(f"create schema {SCHEMA}")
    _write_definitions(con, definitions)
    words = {metric.name: metric.description for metric in definitions.metrics.values()}
    month = {
        "month": "First day of the month of the event; each metric has its own, see `metrics.definitions`."
    }
    group = {
        "dimension": "What the rows are told apart by, such as `channel`.",
        "member": "The value of it; null for rows that have none.",
    }
    _view(
        con,
        "by_month",
        "One month, up to the as-of day: every metric as a column, named as in `metrics.definitions`. Null where nothing "
        "of the kind happened in the month. Ratios are of the month; they are not to be added up or averaged over months.",
        _wide(definitions, is_by_month=True, is_by_group=False),
        {**month, **words},
    )
    _view(
        con,
        "by_group",
        "One month and one value of one dimension (`dimension`, `member`), up to the as-of day: every metric that has the "
        "dimension as a column. Always filter on one `dimension`; null where the metric does not have it.",
        _wide(definitions, is_by_month=True, is_by_group=True),
        {**month, **group, **words},
    )
    names = ", ".join(sql.name(name) for name in definitions.metrics)
    figures = ", ".join(f"cast({sql.name(name)} as double) as {sql.name(name)}" for name in words)
    _view(
        con,
        "totals",
        "One metric over all time up to the as-of day.",
        f"""
        select held.metric, definitions.label, held.figure as value, definitions.description
        from (select {figures} from ({_wide(definitions, False, False)})) as wide
            unpivot include nulls (figure for metric in ({names})) as held
        inner join metrics.definitions as definitions on held.metric = definitions.metric
        """,
        {
            "metric": "The metric (`metrics.definitions`).",
            "label": "What to call it on a chart.",
            "value": "Its value; null where it cannot be computed, such as a share of nothing.",
            "description": "What it says, in words.",
        },
    )


def _write_definitions(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    columns = ", ".join(f"{name} varchar" for name in _DEFINITIONS)
    con.execute(f"create table {SCHEMA}.definitions ({columns})")
    rows = ", ".join(
        f"({', '.join(sql.text(value) for value in _definition(definitions, metric))})"
        for metric in definitions.metrics.values()
    )
    con.execute(f"insert into {SCHEMA}.definitions values {rows}")
    about = "One metric of the project: each figure is defined once, here, and is the same wherever it is asked for."
    con.execute(f"comment on table {SCHEMA}.definitions is {sql.text(about)}")
    _comment(con, "definitions", _DEFINITIONS)


def _definition(definitions: Definitions, metric: Metric) -> tuple[str, ...]:
    relations = dict.fromkeys(definitions.subjects[name].relation for name in metric.subjects)
    return (
        *(metric.name, metric.label, metric.description, metric.kind, ", ".join(metric.subjects)),
        *(", ".join(relations), ", ".join(definitions.dimensions(metric))),
        formula_text(definitions, metric),
    )


def _view(
    con: duckdb.DuckDBPyConnection, name: str, about: str, query: str, words: dict[str, str]
) -> None:
    # A sum of whole numbers is wider than any tool reads.
    columns = con.execute(f"describe {query}").fetchall()
    shown = ", ".join(
        f"cast({sql.name(column)} as bigint) as {sql.name(column)}"
        if kind == "HUGEINT"
        else sql.name(column)
        for column, kind, *_ in columns
    )
    con.execute(f"create view {SCHEMA}.{name} as select {shown} from ({query}) as figures")
    con.execute(f"comment on view {SCHEMA}.{name} is {sql.text(about)}")
    _comment(con, name, {column: words[column] for column, *_ in columns})


def _comment(con: duckdb.DuckDBPyConnection, relation: str, words: dict[str, str]) -> None:
    for name, about in words.items():
        con.execute(f"comment on column {SCHEMA}.{relation}.{sql.name(name)} is {sql.text(about)}")


def _wide(definitions: Definitions, is_by_month: bool, is_by_group: bool) -> str:
    """Every metric as a column; the parts of a ratio meet in one row before it is computed."""
    keys = [*(["month"] if is_by_month else []), *(["dimension", "member"] if is_by_group else [])]
    parts = " union all by name ".join(
        _measures(definitions, subject, is_by_month, is_by_group)
        for subject in definitions.subjects
    )
    simple = [metric for metric in definitions.metrics.values() if metric.measure]
    met = ", ".join([*keys, *(_met(definitions, metric, is_by_group) for metric in simple)])
    grouped = f" group by {', '.join(keys)}" if keys else ""
    formulas = [
        f"{metric.formula} as {sql.name(metric.name)}"
        for metric in in_order(definitions)
        if metric.formula
    ]
    figures = ", ".join([*keys, *(sql.name(metric.name) for metric in simple), *formulas])
    ordered = ", ".join([*keys, *(sql.name(name) for name in definitions.metrics)])
    until = f" where month <= {_AS_OF}" if is_by_month else ""
    return (
        f"select {ordered} from (select {figures} from ("
        f"select {met} from ({parts}) as parts{until}{grouped}) as met) as named"
    )


def _met(definitions: Definitions, metric: Metric, is_by_group: bool) -> str:
    """A measure where the subjects meet: it comes from one of them alone, the others have null there."""
    column = sql.name(metric.name)
    value = f"max({column})"
    if metric.is_zero_when_empty:
        value = f"coalesce({value}, 0)"
        if is_by_group:
            # Nothing by a dimension that the metric does not have is not zero.
            names = ", ".join(sql.text(name) for name in definitions.dimensions(metric))
            value = f"case when dimension in ({names}) then {value} end"
    return f"{value} as {column}"


def _measures(definitions: Definitions, subject: str, is_by_month: bool, is_by_group: bool) -> str:
    about = definitions.subjects[subject]
    month = f"cast(date_trunc('month', {about.time}) as date)"
    columns, keys, sets = [], [], []
    if is_by_month:
        columns.append(f"{month} as month")
        keys.append(month)
    if is_by_group:
        names = about.dimensions
        which = " ".join(f"when grouping({name}) = 0 then '{name}'" for name in names)
        value = " ".join(
            f"when grouping({name}) = 0 then cast({name} as varchar)" for name in names
        )
        columns += [f"case {which} end as dimension", f"case {value} end as member"]
        sets = [f"({', '.join([*keys, name])})" for name in names]
    columns += [
        f"{measure_expression(definitions, metric)} as {sql.name(metric.name)}"
        for metric in definitions.metrics.values()
        if metric.measure and metric.subjects == (subject,)
    ]
    grouped = (
        f" group by grouping sets ({', '.join(sets)})"
        if sets
        else f" group by {', '.join(keys)}"
        if keys
        else ""
    )
    return f"select {', '.join(columns)} from {about.relation}{grouped}"
