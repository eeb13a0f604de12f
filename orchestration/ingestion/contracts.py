"""The contracts of raw tables, as frozen values.

Read from the dbt `sources` files beside the staging models, which are their only home. Nothing here
imports dbt or touches a database; what a column's type means for a value stands in `values.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import ScvError

# `identifier`s and column names go into SQL; anything else is a mistake in the contract.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TYPE = re.compile(
    r"(varchar|timestamp|date|double|boolean|bigint|json|decimal\(\s*\d+\s*,\s*\d+\s*\))\Z"
)


@dataclass(frozen=True)
class Column:
    """One column of a raw table."""

    name: str
    data_type: str
    required: bool = False
    pii: str | None = None
    accepted: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Table:
    """One table that a system delivers: the landing folder `name`, the raw table `identifier`."""

    system: str
    name: str
    identifier: str
    columns: tuple[Column, ...]
    entity: str | None = None
    domain: str | None = None
    key: tuple[str, ...] = ()
    description: str = ""

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever the case."""
        # Some engines quote the names that are words of theirs, and export the quotes.
        wanted = name.strip().strip('"`').strip().casefold()
        return next((c for c in self.columns if c.name.casefold() == wanted), None)

    def fingerprint(self) -> str:
        """Changes whenever what the table accepts changes, and only then."""
        accepts = [(c.name, c.data_type, c.required, c.accepted) for c in self.columns]
        return hashlib.sha256(repr((self.identifier, accepts)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class System:
    """One layout: the tables that a system of this kind delivers."""

    name: str
    tables: Mapping[str, Table]
    description: str = ""


@dataclass(frozen=True)
class Contracts:
    """Every layout that the warehouse knows."""

    systems: Mapping[str, System]

    def tables(self) -> tuple[Table, ...]:
        """Every table of every system, in a fixed order."""
        return tuple(
            self.systems[system].tables[table]
            for system in sorted(self.systems)
            for table in sorted(self.systems[system].tables)
        )

    def table(self, system: str, name: str) -> Table | None:
        known = self.systems.get(system)
        return None if known is None else known.tables.get(name)


def load_contracts(repository: Path) -> Contracts:
    """Read every `models/staging/<system>/_*__sources.yml` below `repository`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    systems: dict[str, System] = {}
    for path in sorted((repository / "models" / "staging").glob("*/_*__sources.yml")):
        try:
            content = yaml.load(path.read_bytes(), Loader=loader)
        except yaml.YAMLError as error:
            raise ScvError(f"{path} is not valid YAML: {error}") from None
        for source in (content or {}).get("sources") or ():
            name = str(source.get("name"))
            if name in systems:
                raise ScvError(f"{path}: the system '{name}' is declared twice; keep one.")
            tables = [_table(path, name, entry) for entry in source.get("tables") or ()]
            systems[name] = System(
                name=name,
                tables={table.name: table for table in tables},
                description=str(source.get("description") or ""),
            )
    if not systems:
        raise ScvError(f"No contract was found below {repository / 'models' / 'staging'}.")
    return Contracts(systems)


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = (entry.get("config") or {}).get("meta") or entry.get("meta") or {}
    return meta if isinstance(meta, Mapping) else {}


def _table(path: Path, system: str, entry: Mapping[str, Any]) -> Table:
    meta = _meta(entry)
    name = str(entry["name"])
    identifier = str(entry.get("identifier") or f"{system}__{name}")
    columns = tuple(_column(path, name, column) for column in entry.get("columns") or ())
    folded = [column.name.casefold() for column in columns]
    if not _NAME.match(identifier) or len(set(folded)) != len(folded) or not columns:
        raise ScvError(
            f"{path}: table '{name}' needs a plain identifier and columns that differ in name."
        )
    return Table(
        system=system,
        name=name,
        identifier=identifier,
        columns=columns,
        entity=meta.get("entity"),
        domain=meta.get("domain"),
        key=tuple(str(part) for part in meta.get("key") or ()),
        description=str(entry.get("description") or ""),
    )


def _column(path: Path, table: str, entry: Mapping[str, Any]) -> Column:
    meta = _meta(entry)
    name, data_type = str(entry["name"]), str(entry.get("data_type", "varchar")).strip().lower()
    if not _NAME.match(name) or not _TYPE.match(data_type):
        raise ScvError(
            f"{path}: column '{name}' of '{table}' has the type '{data_type}'; known are varchar, "
            "timestamp, date, decimal(p,s), double, boolean, bigint and json."
        )
    return Column(
        name=name,
        data_type=re.sub(r"\s+", "", data_type),
        required=bool(meta.get("required", False)),
        pii=meta.get("pii"),
        accepted=tuple(str(value) for value in meta.get("accepted") or ()),
        description=str(entry.get("description") or ""),
    )
