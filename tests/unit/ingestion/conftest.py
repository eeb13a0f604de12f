"""A warehouse and a landing folder of their own for each test, ready in milliseconds."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingestion import load as loading
from orchestration.ingestion import quarantine, state
from orchestration.ingestion.contracts import Contracts, load_contracts
from orchestration.ingestion.load import LoadSummary, load
from orchestration.settings import REPOSITORY, Settings

PAYMENT = "payment_id,kind,amount,currency,occurred_at"


class Door:
    """A landing folder, the door to it, and what came through."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.settings = Settings(folder / "landing", folder / "warehouse", config=folder / "config")
        self.settings.landing.mkdir(parents=True)
        self.settings.build.mkdir(parents=True)
        (folder / "config").mkdir()
        self.sources("source_id\n")
        shutil.copy(template, self.settings.build_database)
        self.con = duckdb.connect(str(self.settings.build_database))
        self.con.execute("set threads = 1").fetchall()
        self.runs = 0

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def payments(self, rows: str, name: str = "shop/payments/a.csv", header: str = PAYMENT) -> Path:
        return self.put(name, f"{header}\n{rows}")

    def put_gzip(self, name: str, content: str) -> Path:
        return self.put(name, gzip.compress(content.encode()))

    def sources(self, rows: str) -> None:
        assert self.settings.config is not None
        (self.settings.config / "sources.csv").write_text(rows)

    def load(self, **options: Any) -> LoadSummary:
        self.runs += 1
        return load(self.con, self.settings, run_id=f"run-{self.runs}", **options)

    def rows(self, columns: str = "payment_id, amount", table: str = "payments") -> list[Any]:
        return self.con.execute(
            f"select {columns} from raw.canonical__{table} order by _file_id, _file_row"
        ).fetchall()

    def values(self, column: str, table: str = "payments") -> list[Any]:
        return [row[0] for row in self.rows(column, table)]

    def files(self, columns: str = "file_name, status") -> list[Any]:
        return self.con.execute(f"select {columns} from state.files order by file_id").fetchall()

    def reason(self) -> str:
        """Why the one refused file was refused."""
        (reason,) = self.con.execute(
            "select reason from state.files where status = 'refused'"
        ).fetchall()
        return str(reason[0])

    def quarantined(self, columns: str = "line_number, reason, record") -> list[Any]:
        return self.con.execute(
            f"select {columns} from state.quarantine where resolved_at is null "
            "order by file_id, file_row"
        ).fetchall()

    def assert_balanced(self) -> None:
        """Rows in each file = rows loaded + rows quarantined, in the books and in the tables."""
        for file_id, system, table, rows, loaded, refused in self.files(
            "file_id, system, table_name, rows_in_file, rows_loaded, rows_quarantined"
        ):
            assert rows == loaded + refused
            if rows:
                held = self.con.execute(
                    f'select count(*) from raw."{system}__{table}" where _file_id = {file_id}'
                ).fetchall()[0][0]
                open_ = self.con.execute(
                    "select count(*) from state.quarantine where resolution is distinct from "
                    f"'replayed' and file_id = {file_id}"
                ).fetchall()[0][0]
                assert (held, open_) == (loaded, refused)


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    """Two layouts of all: a load then costs little beside what is tested."""
    systems = load_contracts(REPOSITORY).systems
    return Contracts({name: systems[name] for name in ("canonical", "hubspot")})


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, contracts: Contracts) -> Path:
    """A database in which every table already exists."""
    path = tmp_path_factory.mktemp("template") / "scv.duckdb"
    con = duckdb.connect(str(path))
    state.ensure(con, contracts)
    con.close()
    return path


@pytest.fixture
def door(
    tmp_path: Path, template: Path, contracts: Contracts, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    monkeypatch.setattr(loading, "_GAP_SECONDS", 0.0)
    for module in (loading, quarantine):
        monkeypatch.setattr(module, "load_contracts", lambda repository: contracts)
    made = Door(tmp_path, template)
    yield made
    made.con.close()
