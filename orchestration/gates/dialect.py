"""The SQLAlchemy dialect through which Great Expectations speaks to DuckDB.

Great Expectations knows no DuckDB and chooses its SQL by the dialect's name, so this one is PostgreSQL's with
what differs put right. Here belongs only what lies between SQLAlchemy and the engine; checks live in
`expectations/`, their evaluation in `runner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import duckdb
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import base as postgresql
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.url import URL

DIALECT = "scv_duckdb"


def register() -> str:
    """Make the dialect known to SQLAlchemy; the returned name opens its URLs."""
    registry.register(DIALECT, __name__, "DuckDBDialect")
    return DIALECT


class Cursor:
    """A cursor that fetches everything when it executes.

    DuckDB drops a pending result as soon as the next statement runs on the connection, and SQLAlchemy's pool runs
    one (a rollback) before Great Expectations has read its rows.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self.arraysize = 1
        self.lastrowid = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        result = self._connection.execute(statement, list(parameters))
        self.description = list(result.description or [])
        self._rows = result.fetchall() if self.description else []
        self.rowcount = len(self._rows)
        return self

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            self.execute(statement, row)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []


class Connection:
    """One DuckDB connection whose commit and rollback do nothing: gates only read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.notices: list[str] = []

    def cursor(self) -> Cursor:
        return Cursor(self._connection)

    def commit(self) -> None:
        pass

    def rollback(self) -> None:
        pass

    def close(self) -> None:
        self._connection.close()


class Borrowed(Connection):
    """A connection that belongs to somebody else, who closes it."""

    def close(self) -> None:
        pass


class _Compiler(postgresql.PGCompiler):
    """PostgreSQL's SQL with the operators that mean something else in DuckDB."""

    def _regexp_matches(self, binary: Any, negate: bool, **kw: Any) -> str:
        # DuckDB's `~` matches the whole string, PostgreSQL's any part of it: silently wrong.
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        return f"{'NOT ' if negate else ''}regexp_matches({left}, {right})"

    def visit_custom_op_binary(self, element: Any, operator: Any, **kw: Any) -> str:
        if operator.opstring in ("~", "!~"):
            return self._regexp_matches(element, operator.opstring == "!~", **kw)
        return str(super().visit_custom_op_binary(element, operator, **kw))  # type: ignore[no-untyped-call]

    def visit_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._regexp_matches(binary, negate=False, **kw)

    def visit_not_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._regexp_matches(binary, negate=True, **kw)


# What `information_schema` calls a type, as SQLAlchemy calls it.
_TYPES: dict[str, type[sqltypes.TypeEngine[Any]]] = {
    "BIGINT": sqltypes.BIGINT,
    "BLOB": sqltypes.LargeBinary,
    "BOOLEAN": sqltypes.BOOLEAN,
    "DATE": sqltypes.DATE,
    "DECIMAL": sqltypes.DECIMAL,
    "DOUBLE": sqltypes.DOUBLE,
    "FLOAT": sqltypes.FLOAT,
    "HUGEINT": sqltypes.BIGINT,
    "INTEGER": sqltypes.INTEGER,
    "JSON": sqltypes.JSON,
    "SMALLINT": sqltypes.SMALLINT,
    "TIME": sqltypes.TIME,
    "TIMESTAMP": sqltypes.TIMESTAMP,
    "TINYINT": sqltypes.SMALLINT,
    "UBIGINT": sqltypes.BIGINT,
    "UINTEGER": sqltypes.BIGINT,
    "UUID": sqltypes.UUID,
    "VARCHAR": sqltypes.VARCHAR,
}


def reflected_type(name: str) -> sqltypes.TypeEngine[Any]:
    """SQLAlchemy's type for a type name of DuckDB; null type for what Great Expectations cannot compare."""
    base, _, arguments = name.upper().partition("(")
    if base == "DECIMAL" and arguments:
        precision, scale = (int(part) for part in arguments.rstrip(")").split(","))
        return sqltypes.DECIMAL(precision, scale)
    if base == "TIMESTAMP WITH TIME ZONE":
        return sqltypes.TIMESTAMP(timezone=True)
    return _TYPES.get(base, sqltypes.NullType)()


class DuckDBDialect(postgresql.PGDialect):
    """PostgreSQL's dialect over a DuckDB file, read-only unless the URL says `?read_only=false`."""

    name = "postgresql"
    driver = "duckdb"
    statement_compiler = _Compiler
    supports_statement_cache = False
    supports_server_side_cursors = False
    default_paramstyle = "qmark"

    @classmethod
    def import_dbapi(cls) -> Any:
        def connect(path: str, read_only: bool) -> Connection:
            return Connection(duckdb.connect(path, read_only=read_only))

        errors = {
            name: getattr(duckdb, name)
            for name in ("Error", "DatabaseError", "OperationalError", "ProgrammingError")
        }
        return SimpleNamespace(
            paramstyle="qmark", apilevel="2.0", threadsafety=1, connect=connect, **errors
        )

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        path = url.database or ":memory:"
        read_only = path != ":memory:" and url.query.get("read_only") != "false"
        return [path], {"read_only": read_only}

    def initialize(self, connection: Any) -> None:
        # PostgreSQL's own asks the server for settings that DuckDB does not have.
        self.server_version_info = (16, 0)  # type: ignore[assignment]
        self.default_schema_name = "main"

    def on_connect(self) -> None:
        return None

    def do_begin(self, dbapi_connection: Any) -> None:
        pass

    def get_isolation_level_values(self, dbapi_connection: Any) -> list[Any]:
        return ["AUTOCOMMIT"]

    def get_isolation_level(self, dbapi_connection: Any) -> Any:
        return "AUTOCOMMIT"

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        pass

    def _names(self, connection: Any, sql: str, *parameters: Any) -> list[Any]:
        return connection.exec_driver_sql(sql, tuple(parameters)).fetchall()  # type: ignore[no-any-return]

    def get_schema_names(self, connection: Any, **kw: Any) -> list[str]:
        sql = "select distinct schema_name from information_schema.schemata"
        return sorted(row[0] for row in self._names(connection, sql))

    def _tables(self, connection: Any, schema: str | None, kind: str) -> list[str]:
        sql = (
            "select table_name from information_schema.tables where table_schema = ? and table_type = ? "
            "order by 1"
        )
        return [row[0] for row in self._names(connection, sql, schema or "main", kind)]

    def get_table_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        return self._tables(connection, schema, "BASE TABLE")

    def get_view_names(self, connection: Any, schema: str | None = None, **kw: Any) -> list[str]:
        return self._tables(connection, schema, "VIEW")

    def has_table(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> bool:
        sql = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
        return bool(self._names(connection, sql, schema or "main", table_name))

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedColumn]:
        sql = (
            "select column_name, data_type, is_nullable from information_schema.columns "
            "where table_schema = ? and table_name = ? order by ordinal_position"
        )
        return [
            ReflectedColumn(
                name=name, type=reflected_type(kind), nullable=nullable == "YES", default=None
            )
            for name, kind, nullable in self._names(connection, sql, schema or "main", table_name)
        ]

    def get_pk_constraint(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        return {"constrained_columns": [], "name": None}

    def get_foreign_keys(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        return []

    def get_indexes(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        return []
