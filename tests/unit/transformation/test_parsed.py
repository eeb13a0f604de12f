"""What `make setup` parsed ahead serves as long as the project is the same, and no longer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.transformation.dbt import DbtProject
from orchestration.transformation.parsed import Parsed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        *("models/core/_core__models.yml", "models/core/fct_orders.sql", "macros/core/facts.sql"),
        *("tests/dbt/assert_it.sql", "seeds/sources.csv"),
        *("dbt_project.yml", "profiles.yml", "requirements.lock"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    parsed = SimpleNamespace(nodes={}, macros={})
    monkeypatch.setattr(DbtProject, "parse", lambda self: parsed)
    Parsed(tmp_path).keep()
    return tmp_path


def test_the_same_project_is_not_parsed_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(DbtProject, "parse")
    Parsed(project).keep()
    assert Parsed(project).is_current()


@pytest.mark.parametrize(
    "name",
    [
        *("models/core/_core__models.yml", "models/core/fct_orders.sql", "macros/core/facts.sql"),
        *("tests/dbt/assert_it.sql", "dbt_project.yml", "profiles.yml", "requirements.lock"),
        *("models/core/dim_new.sql", "seeds/new.csv", "models/identity/int_new.py"),
    ],
)
def test_a_changed_project_is(project: Path, name: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("new")
    assert not Parsed(project).is_current()
    Parsed(project).keep()
    assert Parsed(project).is_current()


def test_what_a_seed_holds_is_read_by_the_run(project: Path) -> None:
    (project / "seeds" / "sources.csv").write_text("source_id\nshop\n")
    assert Parsed(project).is_current()


def test_a_model_that_went_away_is_a_change(project: Path) -> None:
    (project / "models" / "core" / "fct_orders.sql").unlink()
    assert not Parsed(project).is_current()


def test_a_project_that_does_not_parse_leaves_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: DbtProject) -> None:
        raise RuntimeError("no")

    (project / "models" / "core" / "fct_orders.sql").write_text("broken")
    monkeypatch.setattr(DbtProject, "parse", fail)
    with pytest.raises(RuntimeError):
        Parsed(project).keep()
    (project / "models" / "core" / "fct_orders.sql").write_text("as it was")
    assert not Parsed(project).is_current()
