"""One warehouse for all tests of the known systems: fixtures and made-up cases, staged once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.load import load
from orchestration.running.seeds import complete_seeds
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.dbt import DbtProject
from tests.unit.systems import extremes

FIXTURES = REPOSITORY / "tests" / "fixtures"
SYSTEMS = ("zendesk", "shopify", "stripe", "hubspot", "qualtrics", "ga4_export")
ENGINE = re.compile(r"_data_(postgres|snowflake|databricks)$")

# Files for one engine are alternatives of the same table: they are landed as a second account.
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


@dataclass(frozen=True)
class ConnectorFile:
    """One fixture file and the landing folder that it belongs into."""

    system: str
    source_id: str
    table: str
    path: Path


def _connector_file(system: str, path: Path) -> ConnectorFile:
    name = path.stem.removeprefix(f"{system}_")
    if ENGINE.search(name):
        return ConnectorFile(system, f"{system}_variants", ENGINE.sub("", name), path)
    return ConnectorFile(system, system, name.removesuffix("_data"), path)


@pytest.fixture(scope="session")
def connector_files() -> list[ConnectorFile]:
    return [
        _connector_file(system, path)
        for system in SYSTEMS
        for path in sorted((FIXTURES / "connectors" / system).glob("*.csv"))
    ]


def _build(settings: Settings, files: list[ConnectorFile]) -> None:
    assert settings.config is not None
    for folder in (settings.build, settings.temporary, settings.config):
        folder.mkdir(parents=True)
    (settings.config / "sources.csv").write_text(SOURCES, encoding="utf-8")
    complete_seeds(settings)
    shutil.copytree(
        FIXTURES / "made_up", settings.landing, ignore=shutil.ignore_patterns("README.md")
    )
    for file in files:
        folder = settings.landing / file.source_id / file.table
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(file.path, folder)
    # Hundreds of small files: in memory their transactions wait for no disk.
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        load(con, settings, run_id="systems")
        extremes.insert(con, load_contracts(REPOSITORY))
        con.execute(f"attach '{settings.build_database}' as working")
        con.execute("copy from database memory to working")
    project = DbtProject(settings)
    nodes = project.build(["sources"]) + project.build(["path:models/staging"], is_tested=False)
    failed = [node for node in nodes if node.is_failed]
    assert not failed, "; ".join(f"{node.name}: {node.message}" for node in failed)


@pytest.fixture(scope="session")
def connection(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, connector_files: list[ConnectorFile]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The staged warehouse; built once, also when the tests run in several processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "systems"
    settings = Settings(
        landing=shared / "landing", warehouse=shared / "warehouse", config=shared / "config"
    )
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            shutil.rmtree(shared, ignore_errors=True)
            _build(settings, connector_files)
            (shared / "done").touch()
    with duckdb.connect(str(settings.build_database), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def rows(connection: duckdb.DuckDBPyConnection) -> Callable[[str], list[tuple[Any, ...]]]:
    """The rows of a query."""
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def value(connection: duckdb.DuckDBPyConnection) -> Callable[[str], Any]:
    """The first value of a query."""
    return lambda query: connection.execute(query).fetchall()[0][0]


@pytest.fixture(scope="session")
def outcomes(connection: duckdb.DuckDBPyConnection) -> Callable[[str, str], dict[str, int]]:
    """How many rows of one entity and source ended how."""
    return lambda entity, source_id: dict(
        connection.execute(
            f"select _outcome, count(*) from staging.{entity}_versions "
            "where source_id = ? group by 1",
            [source_id],
        ).fetchall()
    )
