"""The way to PostgreSQL: DuckDB's own extension, loaded from the environment, and one transaction over both engines.

An address may hold a password: it is given to the extension and to nothing else, and no message repeats it.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration import sql
from orchestration.errors import ScvError, UsageError

TARGET = "mart"
SOURCE = "scv"
BEFORE = "before"


def extension(name: str) -> Path:
    """The file of one of DuckDB's extensions, from the package that carries it."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    places = list(found.submodule_search_locations or []) if found else []
    for place in places:
        for path in Path(place).glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension"):
            return path
    raise ScvError(
        f"DuckDB's extension {name} is not installed for DuckDB {duckdb.__version__}. Install the package "
        f"duckdb-extension-{name.replace('_', '-')} of the same version, as requirements.lock does."
    )


@dataclass
class Mart:
    """An open connection to the published file and the PostgreSQL database, inside one transaction."""

    con: duckdb.DuckDBPyConnection
    secret: str

    def run(self, *statements: str) -> None:
        """Statements in PostgreSQL's own words, sent together."""
        self._call(f"call postgres_execute('{TARGET}', {sql.text('; '.join(statements))})")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What PostgreSQL answers."""
        return self._call(f"select * from postgres_query('{TARGET}', {sql.text(query)})")

    def duck(self, statement: str) -> list[tuple[Any, ...]]:
        """One statement in DuckDB's words, which sees both sides."""
        return self._call(statement)

    def _call(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self.con.execute(statement).fetchall()
        except duckdb.Error as problem:
            raise ScvError(
                f"PostgreSQL refused: {without_secret(str(problem), self.secret)}"
            ) from None


@contextmanager
def opened(file: Path, address: str, before: Path | None, scratch: Path) -> Iterator[Mart]:
    """Both sides in one transaction: all of it is there for readers at once, or nothing."""
    if not re.match(r"^postgres(ql)?://", address):
        raise UsageError(
            "Name the database as postgresql://user:password@host:port/database; the password may come from "
            "the variable PGPASSWORD or ~/.pgpass instead."
        )
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"set temp_directory = {sql.text(str(scratch))}")
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"load {sql.text(str(extension('postgres_scanner')))}")
        con.execute(f"attach {sql.text(str(file))} as {SOURCE} (read_only)")
        if before is not None:
            con.execute(f"attach {sql.text(str(before))} as {BEFORE} (read_only)")
        try:
            con.execute(f"attach {sql.text(address)} as {TARGET} (type postgres)")
        except duckdb.Error as problem:
            raise ScvError(
                f"PostgreSQL cannot be reached: {without_secret(str(problem), address)}"
            ) from None
        mart = Mart(con, address)
        con.execute("begin")
        yield mart
        mart.duck("commit")
    finally:
        # An open transaction is rolled back with its connection.
        con.close()


def without_secret(message: str, address: str) -> str:
    """The first lines of a message, with whatever an address could give away taken out."""
    cleaned = message.replace(address, "the address given")
    cleaned = re.sub(r"postgres(ql)?://\S+", "the address given", cleaned)
    cleaned = re.sub(r"(password\s*=\s*)\S+", r"\1…", cleaned, flags=re.IGNORECASE)
    kept = [line.strip() for line in cleaned.splitlines() if line.strip()]
    # What follows quotes rows.
    kept = [line for line in kept if not line.startswith(("LINE ", "CONTEXT:", "DETAIL:", "COPY "))]
    return " ".join(kept[:2])[:400]
