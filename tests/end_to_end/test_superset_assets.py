"""What the Superset example imports fits what is published; that Superset shows it is for test_superset.py to see."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from orchestration.settings import REPOSITORY


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(REPOSITORY / "examples" / "superset"))
    yield importlib.import_module("bundle")
    for name in ("bundle", "dashboards", "datasets"):
        sys.modules.pop(name, None)


def test_charts_name_metrics_and_columns_that_their_datasets_have(
    bundle: ModuleType, warehouse: Path
) -> None:
    file = str(warehouse / "scv.duckdb")
    assets = bundle.bundle(file)
    assert assets == bundle.bundle(file)
    datasets = {one["uuid"]: one for path, one in assets.items() if path.startswith("datasets/")}
    charts = [one for path, one in assets.items() if path.startswith("charts/")]
    assert len(charts) > 40
    for chart in charts:
        dataset, asked = datasets[chart["dataset_uuid"]], chart["params"]
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        columns = {column["column_name"] for column in dataset["columns"]}
        named = {*asked.get("metrics", []), *[asked[key] for key in ("metric",) if key in asked]}
        assert named <= metrics, chart["slice_name"]
        used = {*asked.get("groupby", []), *asked.get("all_columns", [])}
        used |= {asked["x_axis"]} if "x_axis" in asked else set()
        assert used <= columns, chart["slice_name"]
        assert named or used
    with duckdb.connect(file, read_only=True) as con:
        defined = {name for (name,) in con.execute("select metric from metrics.definitions").fetchall()}  # fmt: skip
    given = [metric["metric_name"] for one in datasets.values() for metric in one["metrics"]]
    assert len(given) == len(set(given))
    assert defined <= set(given)
    for dashboard in (one for path, one in assets.items() if path.startswith("dashboards/")):
        for choice in dashboard["metadata"]["native_filter_configuration"]:
            for target in choice["targets"]:
                if target:
                    found = datasets[target["datasetUuid"]]["columns"]
                    assert target["column"]["name"] in {column["column_name"] for column in found}
