"""One warehouse for all tests of the known systems: fixtures and made-up cases, staged once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from systems_cases import CASES

from orchestration.ingestion.load import load
from orchestration.running.seeds import merge_seeds
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.dbt import DbtProject

FIXTURES = REPOSITORY / "tests" / "fixtures" / "connectors"
SYSTEMS = ("zendesk", "shopify", "stripe", "hubspot", "qualtrics", "ga4_export")
ENGINE = re.compile(r"_data_(postgres|snowflake|databricks)$")

SOURCES = """\
source_id,system,domain,owner,trust_tier,timezone,default_country,delivery,freshness_hours,on_failure,is_active
zendesk,zendesk,,,,UTC,,,,,
shopify,shopify,,,,UTC,,,,,
stripe,stripe,,,,UTC,,,,,
hubspot,hubspot,,,,UTC,,,,,
qualtrics,qualtrics,,,,UTC,,,,,
ga4_export,ga4_export,,,,UTC,,,,,
zendesk_variants,zendesk,,,,UTC,,,,,
stripe_variants,stripe,,,,UTC,,,,,
hubspot_variants,hubspot,,,,UTC,,,,,
helpdesk_us,zendesk,,,,America/Los_Angeles,,,,,
helpdesk_eu,zendesk,,,,Europe/Berlin,,,,,
shop_a,shopify,,,,UTC,,,,,
shop_b,shopify,,,,UTC,,,,,
billing,stripe,,,,UTC,,,,,
marketing,hubspot,,,,UTC,,,,,
surveys,qualtrics,,,,UTC,,,,,
site,ga4_export,,,,UTC,,,,,
"""


def table_of(system: str, path: Path) -> str:
    """The landing folder of a fixture file, by the rule of the input contract."""
    name = path.stem.removeprefix(f"{system}_")
    return ENGINE.sub("", name) if ENGINE.search(name) else name.removesuffix("_data")


@dataclass(frozen=True)
class Staged:
    """The warehouse after loading and staging."""

    con: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def outcomes(self, entity: str, source_id: str) -> dict[str, int]:
        """How many rows of one entity and source ended how."""
        return dict(
            self.con.execute(
                f"select _outcome, count(*) from staging.{entity}_versions "
                "where source_id = ? group by 1",
                [source_id],
            ).fetchall()
        )


def _land(landing: Path) -> None:
    for system in SYSTEMS:
        for file in sorted((FIXTURES / system).glob("*.csv")):
            source = f"{system}_variants" if ENGINE.search(file.stem) else system
            folder = landing / source / table_of(system, file)
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder)
    for (source, table), deliveries in CASES.items():
        folder = landing / source / table
        folder.mkdir(parents=True)
        for day, text in enumerate(deliveries, 1):
            (folder / f"day_{day}.csv").write_text(text, encoding="utf-8")


def _build(settings: Settings) -> None:
    for folder in (settings.build, settings.temporary):
        folder.mkdir(parents=True)
    assert settings.config is not None
    settings.config.mkdir()
    (settings.config / "sources.csv").write_text(SOURCES, encoding="utf-8")
    _land(settings.landing)
    merge_seeds(settings)
    # Hundreds of small files: in memory their transactions wait for no disk.
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        load(con, settings, run_id="systems")
        con.execute(f"attach '{settings.build_database}' as working")
        con.execute("copy from database memory to working")
    project = DbtProject(settings)
    nodes = project.build(["sources"]) + project.build(["path:models/staging"], is_tested=False)
    failed = [node for node in nodes if node.is_failed]
    assert not failed, "; ".join(f"{node.name}: {node.message}" for node in failed)


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Staged]:
    """Built once, also when the tests run in several processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "systems"
    settings = Settings(
        landing=shared / "landing", warehouse=shared / "warehouse", config=shared / "config"
    )
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            shutil.rmtree(shared, ignore_errors=True)
            _build(settings)
            (shared / "done").touch()
    with duckdb.connect(str(settings.build_database), read_only=True) as con:
        yield Staged(con)
