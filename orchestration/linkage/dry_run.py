"""`scv identity diff`: what changed seeds or a new model would do to customers, found out on a copy.

The copy lies among the temporary files of the warehouse and is removed afterwards; neither the working database nor
what is published is written. What the two differ by is counted in `differences.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb

from orchestration import database
from orchestration.errors import ScvError, UsageError
from orchestration.linkage import known_pairs
from orchestration.linkage.differences import differences
from orchestration.running.seeds import complete_seeds
from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject

_REGISTRY = "state.identity_registry"
_BEFORE = "main.registry_before"
# All that decides who is whom, and nothing that comes after it.
_DECISIVE = "+identity_registry,fqn:single_customer_view.identity"


def dry_run(settings: Settings, say: Callable[[str], None], retrain: bool) -> dict[str, Any]:
    """The customers that these settings would give, compared with those there are. The caller holds the lock."""
    folder = settings.temporary / "diff"
    shutil.rmtree(folder, ignore_errors=True)
    trial = replace(settings, warehouse=folder, full_refresh=False)
    trial.temporary.mkdir(parents=True)
    try:
        complete_seeds(trial)
        say("diff: copying the working database")
        shutil.copyfile(settings.build_database, trial.build_database)
        if settings.state.is_dir() and not retrain:
            shutil.copytree(settings.state, trial.state)
        for known in settings.build.glob(known_pairs.FILES):
            shutil.copyfile(known, trial.build / known.name)
        database.create(trial.served_database)
        _remember(trial)
        say("diff: building identity on the copy")
        _build(DbtProject(trial))
        with database.connect(trial) as con:
            return differences(con, _BEFORE, _REGISTRY, settings.truth)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remember(trial: Settings) -> None:
    with database.connect(trial) as con:
        try:
            con.execute(f"create or replace table {_BEFORE} as from {_REGISTRY}").fetchall()
        except duckdb.CatalogException:
            raise UsageError(
                "No run has resolved identities here yet, so there is nothing to compare with. "
                "Start one with `scv run`."
            ) from None


def _build(project: DbtProject) -> None:
    """Seeds as they are configured, then identity up to its registry."""
    results = project.build(["resource_type:seed"])
    results += project.build([_DECISIVE], is_tested=False)
    broken = [node for node in results if node.is_broken or (node.is_failed and not node.is_test)]
    if broken:
        raise ScvError(
            "Identity could not be built with these seeds:\n"
            + "\n".join(f"{node.kind} {node.name}: {node.message}" for node in broken[:5])
        )
