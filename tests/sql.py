"""Models as dbt renders them, on tiny tables in memory: fast enough for a property test over whole histories of runs.

Only the names that models and macros of this project use are known here; dbt itself builds them in the end-to-end tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2

from orchestration.settings import REPOSITORY

_MACRO = re.compile(r"(\{%-? macro (\w+).*?\{%-? endmacro -?%\})", re.DOTALL)


class _Return(Exception):
    """How a macro of dbt hands back what is no text."""


class Models:
    """Renders models; `ref('x')` is the table `x`, a model of another schema keeps its schema."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        schemas: dict[str, str] | None = None,
        macros: dict[str, Any] | None = None,
    ) -> None:
        """`macros` stand in for macros that ask dbt's graph."""
        self.con = con
        self._schemas = schemas or {}
        self._environment = jinja2.Environment(extensions=["jinja2.ext.do"])
        self._names: dict[str, Any] = {
            "ref": self.relation,
            "config": lambda **_: "",
            "var": lambda name, default="": self.variables.get(name, default),
            "return": _hand_back,
            "execute": True,
            "invocation_id": "no run",
            "target": SimpleNamespace(database="memory"),
            "adapter": SimpleNamespace(
                dispatch=lambda name: (
                    self._names.get(f"duckdb__{name}") or self._names[f"default__{name}"]
                ),
                get_relation=lambda database, schema, identifier: self._existing(
                    schema, identifier
                ),
                get_columns_in_relation=lambda relation: [
                    SimpleNamespace(name=row[0])
                    for row in con.execute(f"describe {relation}").fetchall()
                ],
            ),
        }
        self.variables: dict[str, Any] = {}
        self._templates: dict[str, jinja2.Template] = {}
        for path in sorted((REPOSITORY / "macros").rglob("*.sql")):
            for text, name in _MACRO.findall(path.read_text()):
                self._names[name] = self._late(text, name)
        self._names.update(macros or {})

    def relation(self, name: str) -> str:
        schema = self._schemas.get(name)
        return f"{schema}.{name}" if schema else name

    def render(self, model: str, at: datetime, run_id: str) -> str:
        """The SQL of one model for a run that starts at `at`."""
        self.variables["run_id"] = run_id
        self._names["run_started_at"] = at
        self._names["this"] = self.relation(model)
        self._names["is_incremental"] = lambda: self._existing(*self._place(model)) is not None
        if model not in self._templates:
            [path] = (REPOSITORY / "models").rglob(f"{model}.sql")
            self._templates[model] = self._environment.from_string(path.read_text(), self._names)
        return self._templates[model].render()

    def build(self, model: str, at: datetime, run_id: str) -> None:
        """As a table."""
        sql = self.render(model, at, run_id)
        self.con.execute(f"create or replace table {self.relation(model)} as {sql}")

    def upsert(self, model: str, key: str, at: datetime, run_id: str) -> None:
        """As an incremental model: rows of the same key are replaced."""
        if self._existing(*self._place(model)) is None:
            self.build(model, at, run_id)
            return
        name = self.relation(model)
        self.con.execute(
            f"create or replace temp table arriving as {self.render(model, at, run_id)}"
        )
        self.con.execute(f"delete from {name} where ({key}) in (select ({key}) from arriving)")
        self.con.execute(f"insert into {name} by name select * from arriving")

    def _place(self, model: str) -> tuple[str, str]:
        return self._schemas.get(model, "main"), model

    def _existing(self, schema: str, name: str) -> str | None:
        found = self.con.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchone()
        return f"{schema}.{name}" if found else None

    def _late(self, text: str, name: str) -> Callable[..., Any]:
        """A macro, made when it is first called: by then all others are known. Each stands alone, as in dbt."""
        made: list[Any] = []

        def call(*arguments: Any, **options: Any) -> Any:
            if not made:
                template = self._environment.from_string(text, self._names)
                made.append(getattr(template.module, name))
            try:
                return made[0](*arguments, **options)
            except _Return as returned:
                return returned.args[0]

        return call


def _hand_back(value: Any) -> None:
    raise _Return(value)
