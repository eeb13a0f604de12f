"""What readers get is described: every relation, every column, under a contract that dbt enforces."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from orchestration.settings import REPOSITORY


def described() -> list[tuple[str, dict[str, Any]]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        (path.parent.name, model)
        for path in sorted((REPOSITORY / "models").rglob("_*.yml"))
        for model in yaml.load(path.read_bytes(), Loader=loader).get("models", ())
    ]


PUBLISHED = {
    model["name"]: model
    for _, model in described()
    if model.get("config", {}).get("meta", {}).get("published")
}


def test_every_model_is_described() -> None:
    told = {model["name"] for _, model in described() if model.get("description", "").strip()}
    built = {
        path.stem
        for path in (REPOSITORY / "models").rglob("*.*")
        if path.suffix in (".sql", ".py") and not path.stem.startswith("stg_")
    }
    versions = {name for name in built if name.endswith("_versions")}
    assert built - versions - told == set()


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_what_is_published_has_a_contract_and_a_word_on_every_column(name: str) -> None:
    model = PUBLISHED[name]
    assert model["config"]["contract"]["enforced"] is True
    assert model["columns"]
    for column in model["columns"]:
        assert column["data_type"], column["name"]
        # A word that only repeats the name explains nothing.
        words = column["description"].strip(" .`").lower()
        assert words, column["name"]
        assert words != column["name"].replace("_", " "), column["name"]
