"""Every metric by hand: SQL over the published file, made from the YAML that defines it and of nothing else."""

from __future__ import annotations

from typing import Any

import duckdb
import yaml

from orchestration.settings import REPOSITORY

FILES = sorted((REPOSITORY / "models" / "marts" / "metrics").glob("*.yml"))
FUNCTIONS = {"sum": "sum({})", "average": "avg({})", "count_distinct": "count(distinct {})"}
SCHEMAS = {"customer_360": "marts"}


class Metrics:
    """The metrics of the project as SQL over the published file, without the layer that serves them."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.measures: dict[str, tuple[str, str]] = {}
        self.defined: dict[str, dict[str, Any]] = {}
        self.dimensions: list[tuple[str, str]] = []
        for path in FILES:
            document = yaml.safe_load(path.read_text())
            for model in document["semantic_models"]:
                relation = model["model"].split("'")[1]
                relation = f"{SCHEMAS.get(relation, 'core')}.{relation}"
                self.dimensions += [
                    (relation, element.get("expr", element["name"]))
                    for element in [*model["dimensions"], *model["entities"]]
                ]
                for measure in model["measures"]:
                    expression = FUNCTIONS[measure["agg"]].format(measure["expr"])
                    self.measures[measure["name"]] = (relation, expression)
            for metric in document["metrics"]:
                assert metric["name"] not in self.defined
                self.defined[metric["name"]] = metric

    def value(self, name: str) -> Any:
        """One metric over all time."""
        how = self.defined[name]["type_params"]
        kind = self.defined[name]["type"]
        if kind == "simple":
            measure = how["measure"]
            is_filled = isinstance(measure, dict)
            relation, expression = self.measures[measure["name"] if is_filled else measure]
            [found] = self.con.execute(f"select {expression} from {relation}").fetchall()
            return 0 if is_filled and found[0] is None else found[0]
        if kind == "ratio":
            parts = self.value(how["numerator"]), self.value(how["denominator"])
            return float(parts[0]) / float(parts[1]) if parts[0] is not None and parts[1] else None
        inputs = ", ".join(
            f"{'null' if (found := self.value(part['name'])) is None else found} as {part['name']}"
            for part in how["metrics"]
        )
        [found] = self.con.execute(f"select {how['expr']} from (select {inputs})").fetchall()
        return found[0]
