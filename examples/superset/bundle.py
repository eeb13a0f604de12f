"""Writes what Superset imports as its own asset files: the database, datasets, charts and dashboards.

    python bundle.py /path/to/scv.duckdb FOLDER

The same file gives the same folder, and the same thing always the same id, so that importing again updates it.
"""

from __future__ import annotations

import json
import shutil
import sys
import uuid
from pathlib import Path
from typing import Any

import yaml
from dashboards import DASHBOARDS, Chart, Dashboard, Filter
from datasets import described

SPACE = uuid.UUID("5c0e1b7e-7b1f-4d0c-9a53-0d6e2f9f3a10")
DATABASE = "Single Customer View"


def _id(*names: str) -> str:
    return str(uuid.uuid5(SPACE, "/".join(names)))


def _database(file: str) -> dict[str, Any]:
    # Reads only, and SQL reaches nothing but the file: no other files, no network, no settings.
    opened = {
        "read_only": True,
        "config": {"enable_external_access": False, "lock_configuration": True},
    }
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": f"duckdb:///{file}",
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"engine_params": {"connect_args": opened}},
        "uuid": _id("database"),
        "version": "1.0.0",
    }


def _chart(dashboard: Dashboard, chart: Chart) -> dict[str, Any]:
    return {
        "slice_name": chart.title,
        "viz_type": chart.params["viz_type"],
        "params": chart.params,
        "cache_timeout": None,
        "uuid": _id("chart", dashboard.slug, chart.title),
        "version": "1.0.0",
        "dataset_uuid": _id("dataset", chart.dataset),
    }


def _filter(dashboard: Dashboard, choice: Filter) -> dict[str, Any]:
    of_one = choice.first_by is not None
    values = {
        "enableEmptyFilter": of_one,
        "defaultToFirstItem": of_one,
        "multiSelect": not of_one,
        "searchAllOptions": True,
        "inverseSelection": False,
        "sortAscending": not of_one,
    }
    target = (
        {"datasetUuid": _id("dataset", choice.dataset), "column": {"name": choice.column}}
        if choice.dataset
        else {}
    )
    return {
        "id": _filter_id(dashboard, choice.name),
        "name": choice.name,
        "filterType": "filter_select" if choice.dataset else "filter_time",
        "type": "NATIVE_FILTER",
        "description": "",
        "targets": [target],
        "controlValues": values | ({"sortMetric": choice.first_by} if choice.first_by else {}),
        "sortMetric": choice.first_by,
        # The page waits for its customer, instead of showing all of them first.
        "requiredFirst": of_one,
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [_filter_id(dashboard, choice.after)] if choice.after else [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
    }


def _filter_id(dashboard: Dashboard, name: str) -> str:
    return f"NATIVE_FILTER-{_id('filter', dashboard.slug, name)}"


def _dashboard(dashboard: Dashboard) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": dashboard.title}},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": [], "parents": ["ROOT_ID"]},
    }
    number = 0
    for place, charts in enumerate(dashboard.rows):
        row = f"ROW-{place}"
        position["GRID_ID"]["children"].append(row)
        position[row] = {
            "id": row,
            "type": "ROW",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in charts:
            number += 1
            position[row]["children"].append(f"CHART-{number}")
            position[f"CHART-{number}"] = {
                "id": f"CHART-{number}",
                "type": "CHART",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row],
                "meta": {
                    "chartId": number,
                    "width": chart.width,
                    "height": chart.height,
                    "sliceName": chart.title,
                    "uuid": _id("chart", dashboard.slug, chart.title),
                },
            }
    return {
        "dashboard_title": dashboard.title,
        "slug": dashboard.slug,
        "css": "",
        "published": True,
        "uuid": _id("dashboard", dashboard.slug),
        "position": position,
        "metadata": {
            "color_scheme": "supersetColors",
            "cross_filters_enabled": True,
            "native_filter_configuration": [
                _filter(dashboard, choice) for choice in dashboard.filters
            ],
        },
        "version": "1.0.0",
    }


def bundle(file: str) -> dict[str, dict[str, Any]]:
    """Every asset by the path of its file."""
    made: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets"},
        "databases/scv.yaml": _database(file),
    }
    for dataset in described(file):
        relation = f"{dataset['schema']}.{dataset['table_name']}"
        made[f"datasets/scv/{relation}.yaml"] = {
            **dataset,
            "catalog": None,
            "sql": None,
            "uuid": _id("dataset", relation),
            "database_uuid": _id("database"),
            "version": "1.0.0",
        }
    for dashboard in DASHBOARDS:
        made[f"dashboards/{dashboard.slug}.yaml"] = _dashboard(dashboard)
        for chart in (chart for row in dashboard.rows for chart in row):
            name = f"{dashboard.slug} {chart.title}".replace(" ", "-").lower()
            made[f"charts/{name}.yaml"] = _chart(dashboard, chart)
    return made


def main(file: str, folder: str) -> None:
    """Write the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in bundle(file).items():
        written = Path(folder, path)
        written.parent.mkdir(parents=True, exist_ok=True)
        # Through JSON, because YAML would share what two assets have in common by references.
        written.write_text(
            yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False, allow_unicode=True)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
