"""What every run swaps, also one that a gate stopped: `quality.duckdb`, the `quality` relations as of the last run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration import sql
from orchestration.publishing.build import build_file, settle, swap
from orchestration.publishing.versions import FILE_NAME
from orchestration.running.session import Session
from orchestration.settings import Settings
from orchestration.transformation.layers import LAYERS
from orchestration.transformation.manifest import (
    PublishedRelation,
    published_relations,
    quality_order,
)

# Readers that hold an older file go on reading it when it is removed; a few stay for those that open a path late.
KEPT = 3


def refresh_models(session: Session) -> None:
    """Bring the quality models up to date as far as the run came, after a run that did not build them all."""
    if LAYERS[-1].name in session.layers_built:
        return
    names = quality_order(session.dbt.manifest(), set(session.layers_built))
    if names:
        session.dbt.build(names, variables={"run_id": session.run_id}, is_tested=False)


def swap_quality(session: Session) -> None:
    """Give readers the quality relations as of this run."""
    write_quality(session.settings, session.dbt.manifest(), session.run_id)


def write_quality(settings: Settings, manifest: Mapping[str, Any], name: str) -> None:
    """Write the quality relations to a file of their own and give it to readers.

    The file is called like the warehouse: a catalogue named `quality` would make `quality.files` ambiguous.
    """
    relations = [
        relation for relation in published_relations(manifest) if relation.schema == "quality"
    ]
    con = duckdb.connect(str(settings.build_database))
    try:
        for relation in relations:
            _ensure(con, relation)
    finally:
        con.close()
    folder = _folder(settings) / name
    build_file(settings.build_database, folder / FILE_NAME, relations, settings.temporary)
    settle(folder / FILE_NAME)
    swap(settings.quality_database, folder / FILE_NAME)
    for old in sorted(_folder(settings).iterdir(), reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _folder(settings: Settings) -> Path:
    return settings.build / "quality"


def _ensure(con: duckdb.DuckDBPyConnection, relation: PublishedRelation) -> None:
    """An empty relation with the promised columns, where no run ever came far enough to build it."""
    exists = con.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [relation.schema, relation.name],
    ).fetchone()
    if exists is not None or not relation.columns:
        return
    columns = ", ".join(
        f"{sql.name(column.name)} {column.data_type}" for column in relation.columns
    )
    con.execute(f"create schema if not exists {sql.name(relation.schema)}")
    con.execute(f"create table {sql.name(relation.schema)}.{sql.name(relation.name)} ({columns})")
