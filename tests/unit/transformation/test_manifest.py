"""What the runner reads of dbt's manifest."""

from __future__ import annotations

from typing import Any

from orchestration.gates.guarded import guarded
from orchestration.transformation.manifest import (
    handed_on,
    known_relations,
    published_relations,
    quality_order,
)


def _model(folder: str, name: str, *parents: str, published: bool = False, schema: str = "") -> Any:
    return {
        "unique_id": f"model.scv.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": schema or folder,
        "original_file_path": f"models/{folder}/{name}.sql",
        "depends_on": {"nodes": [f"model.scv.{parent}" for parent in parents]},
        "config": {"meta": {"published": published}},
        "description": f"About {name}.",
        "columns": {
            "customer_id": {"name": "customer_id", "data_type": "varchar", "description": "Whose."}
        },
    }


def _manifest() -> dict[str, Any]:
    models = [
        _model("staging", "profiles"),
        _model("staging", "unread"),
        _model("identity", "crosswalk", "profiles", published=True),
        _model("identity", "identity_registry", "profiles", schema="state", published=True),
        _model("core", "dim_customer", "crosswalk", published=True),
        _model("marts", "customer_360", "dim_customer", published=True),
        _model("quality", "runs", published=True),
        _model("quality", "reconciliation", "profiles", "dim_customer", published=True),
    ]
    sources = {"source.scv.crm.p": {"schema": "raw", "identifier": "crm__p"}}
    return {"nodes": {model["unique_id"]: model for model in models}, "sources": sources}


def test_published_is_what_says_so_in_a_published_schema_in_the_order_of_the_layers() -> None:
    names = [relation.qualified for relation in published_relations(_manifest())]
    assert names == [
        "identity.crosswalk",
        "core.dim_customer",
        "marts.customer_360",
        "quality.reconciliation",
        "quality.runs",
    ]


def test_a_layer_hands_on_what_later_layers_read_and_readers_get() -> None:
    manifest = _manifest()
    assert handed_on(manifest, "staging") == ["model.scv.profiles"]
    assert handed_on(manifest, "marts") == [
        "model.scv.customer_360",
        "model.scv.reconciliation",
        "model.scv.runs",
    ]


def test_known_are_models_and_sources() -> None:
    known = known_relations(_manifest())
    assert {"raw.crm__p", "staging.profiles", "state.identity_registry"} <= set(known)


def test_a_stopped_run_refreshes_the_quality_models_that_it_came_far_enough_for() -> None:
    manifest = _manifest()
    assert quality_order(manifest, set()) == ["runs"]
    assert quality_order(manifest, {"staging", "identity", "core"}) == ["reconciliation", "runs"]


def test_a_gate_is_shown_on_the_relations_it_judges() -> None:
    assert guarded("identity", ["identity.links", "identity.crosswalk"]) == ["identity.crosswalk"]
    # What is about no raw table of its own is told on the books.
    assert guarded("raw", ["raw.a__b", "state.files"]) == ["state.files", "raw.a__b"]
    assert guarded("core", ["core.other", "core.one"]) == ["core.one", "core.other"]
