"""What is known of every published relation and column, gathered for the catalogue.

Words, types and rows come from the published file; what is personal, keys and lineage from dbt's manifest of the run
that made it; checks and freshness from `quality`. Of data only counts are read, never a person's values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from orchestration import sql
from orchestration.pages.lineage import Landed, Lineage
from orchestration.publishing.reading import (
    ReadColumn,
    ReadRelation,
    open_published,
    published_file,
    relations,
)
from orchestration.settings import REPOSITORY, Settings

_NULL = re.compile(r"[^.;]*\bnull\b[^.;]*", re.IGNORECASE)
UNITS = (
    (("_amount_reporting", "_price_reporting", "_cost_reporting"), "reporting currency"),
    (("_seconds",), "seconds"),
    (("_minutes",), "minutes"),
    (("_hours", "hours_to_solve", "hours_to_first_response"), "hours"),
    (("_days", "days_to_pay"), "days"),
    (("_count", "_30d", "_90d", "_365d"), "number"),
    (("_rate", "_share", "completeness", "probability", "confidence"), "share, 0 to 1"),
    (("_at",), "time, UTC"),
    (("_date",), "day"),
)


@dataclass(frozen=True)
class CatalogueColumn:
    """One column as a reader wants to know it."""

    name: str
    data_type: str
    description: str
    unit: str
    null_when: str
    pii: str | None
    filled: float | None
    landed: tuple[Landed, ...]


@dataclass(frozen=True)
class Check:
    """One check and how it ended last."""

    relation: str
    name: str
    expected: str
    observed: str
    state: str


@dataclass(frozen=True)
class CatalogueRelation:
    """One relation as a reader wants to know it."""

    schema: str
    name: str
    is_view: bool
    description: str
    key: tuple[str, ...]
    rows: int | None
    columns: tuple[CatalogueColumn, ...]
    example: str
    parents: tuple[str, ...]
    landed_tables: tuple[str, ...]
    checks: tuple[Check, ...]
    checks_before: tuple[Check, ...]
    newest_event: datetime | None

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Catalogue:
    """The whole of it."""

    version: str
    published_at: str
    as_of: str
    relations: tuple[CatalogueRelation, ...]
    sources: tuple[tuple[str, datetime | None, int], ...]


def gather(settings: Settings) -> Catalogue:
    """Everything, of the newest version."""
    path = published_file(settings)
    manifest = _manifest(settings)
    compiled = settings.dbt_target / "compiled" / "single_customer_view"
    lineage = Lineage.of(manifest, compiled)
    recipes = _recipes()
    with open_published(settings) as con:
        checks = _checks(con)
        found = tuple(
            _relation(con, relation, manifest, lineage, checks, recipes)
            for relation in relations(con)
        )
        [(as_of, ended)] = con.execute(
            "select max(as_of), max(ended_at) from quality.runs where outcome = 'published'"
        ).fetchall()
        sources = con.execute(
            "select source_id, max(loaded_at) filter (where status = 'loaded'), "
            "coalesce(sum(rows_loaded), 0)::bigint from quality.files group by source_id order by source_id"
        ).fetchall()
    return Catalogue(
        version=path.parent.name,
        published_at=f"{ended:%Y-%m-%d %H:%M} UTC" if ended else "",
        as_of=str(as_of or ""),
        relations=found,
        sources=tuple((name, last, rows) for name, last, rows in sources),
    )


def _manifest(settings: Settings) -> Mapping[str, Any]:
    path = settings.dbt_target / "manifest.json"
    if not path.is_file():
        # A file that was carried elsewhere: words and rows are in it, the rest is not known here.
        return {"nodes": {}, "sources": {}}
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def _recipes() -> list[str]:
    page = REPOSITORY / "docs" / "cookbook.md"
    if not page.is_file():
        return []
    return re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)


def _checks(con: duckdb.DuckDBPyConnection) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for relation, name, expected, observed, is_success, severity in con.execute(
        "select relation, check_name, expected, observed, is_success, severity from quality.gate_results "
        "where run_id = (select max(run_id) from quality.gate_results) order by relation, check_name"
    ).fetchall():
        state = "passed" if is_success else "to look at" if severity == "warn" else "failed"
        found.setdefault(relation, []).append(
            Check(relation, name, expected or "", observed or "", state)
        )
    return found


def _relation(
    con: duckdb.DuckDBPyConnection,
    relation: ReadRelation,
    manifest: Mapping[str, Any],
    lineage: Lineage,
    checks: Mapping[str, Sequence[Check]],
    recipes: Sequence[str],
) -> CatalogueRelation:
    node = lineage.nodes.get(relation.qualified, {})
    before = _before(node, manifest)
    filled, rows = _filled(con, relation)
    newest = None
    if relation.event_time:
        [[newest]] = con.execute(
            f"select max({sql.name(relation.event_time)}) filter (where has_happened) from {relation.qualified}"
        ).fetchall()
    return CatalogueRelation(
        schema=relation.schema,
        name=relation.name,
        is_view=relation.is_view,
        description=relation.description,
        key=_key(node, manifest),
        rows=rows,
        columns=tuple(
            _column(relation, column, node, lineage, filled.get(column.name))
            for column in relation.columns
        ),
        example=_example(relation, recipes),
        parents=tuple(name for name in before if name.split(".")[0] in ("core", "identity")),
        landed_tables=tuple(name for name in before if name.startswith("landing/")),
        checks=tuple(checks.get(relation.qualified, ())),
        checks_before=tuple(check for name in before for check in checks.get(name, ())),
        newest_event=newest,
    )


def _column(
    relation: ReadRelation,
    column: ReadColumn,
    node: Mapping[str, Any],
    lineage: Lineage,
    filled: float | None,
) -> CatalogueColumn:
    meta = node.get("columns", {}).get(column.name, {}).get("config", {}).get("meta", {})
    null = _NULL.search(column.description)
    return CatalogueColumn(
        name=column.name,
        data_type=column.data_type.lower(),
        description=column.description,
        unit=_unit(relation, column),
        null_when=null[0].strip(" ,") if null else "",
        pii=meta.get("pii"),
        filled=filled,
        landed=tuple(sorted(lineage.landed(relation.qualified, column.name))) if node else (),
    )


def _unit(relation: ReadRelation, column: ReadColumn) -> str:
    if column.data_type == "BOOLEAN":
        return "true or false"
    for endings, unit in UNITS:
        if column.name.endswith(endings) and column.data_type != "VARCHAR":
            return unit
    if "DECIMAL" in column.data_type and "amount" in column.name:
        own = any(other.name == "currency" for other in relation.columns)
        return "the row's currency" if own else "reporting currency"
    return ""


def _filled(
    con: duckdb.DuckDBPyConnection, relation: ReadRelation
) -> tuple[dict[str, float], int | None]:
    if relation.is_view:
        return {}, None
    counts = ", ".join(f"count({sql.name(column.name)})" for column in relation.columns)
    [(rows, *held)] = con.execute(f"select count(*), {counts} from {relation.qualified}").fetchall()
    if not rows:
        return {}, 0
    return {
        column.name: count / rows for column, count in zip(relation.columns, held, strict=True)
    }, rows


def _key(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    for test in manifest["nodes"].values():
        about = test.get("test_metadata") or {}
        if about.get("name") == "unique_key" and test.get("attached_node") == node.get("unique_id"):
            kwargs = about["kwargs"]
            return tuple((kwargs.get("arguments") or kwargs).get("columns") or ())
    return ()


def _before(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    """Everything a relation is made of, as `schema.name`; what landed as `landing/<system>/<table>`."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(node.get("depends_on", {}).get("nodes", []))
    while waiting:
        unique_id = waiting.pop(0)
        if unique_id in seen:
            continue
        seen.add(unique_id)
        if unique_id in manifest["sources"]:
            source = manifest["sources"][unique_id]
            if source["schema"] == "raw":
                found[f"landing/{source['source_name']}/{source['name']}"] = None
            continue
        above = manifest["nodes"].get(unique_id)
        if above and above["resource_type"] == "model":
            found[f"{above['schema']}.{above['alias']}"] = None
            waiting += above["depends_on"]["nodes"]
    return list(found)


def _example(relation: ReadRelation, recipes: Sequence[str]) -> str:
    """A question of the cookbook that is asked of it, the shortest; else a look at the first rows."""
    named = re.compile(rf"\b(from|join) {re.escape(relation.qualified)}\b")
    asked = sorted((recipe for recipe in recipes if named.search(recipe)), key=len)
    if asked:
        return asked[0].strip()
    if relation.event_time:
        return (
            f"select date_trunc('month', {relation.event_time}) as month, count(*) as number\n"
            f"from {relation.qualified}\nwhere has_happened\ngroup by month\norder by month desc"
        )
    columns = [
        c.name for c in relation.columns if not c.name.startswith("_") and c.data_type != "JSON"
    ]
    return f"select {', '.join(columns[:6])}\nfrom {relation.qualified}\nlimit 10"
