"""A server that speaks DuckDB's quack protocol and gives nothing but reads of what is published.

One engine in memory holds views over the published file, attached read-only. Every statement of every client passes the
policy first. Files, networks, extensions and settings are shut before the door opens. When a new version is published
its file is attached and the views are turned to it, in one transaction, with clients connected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration import sql
from orchestration.errors import ScvError
from orchestration.postgres.connection import extension
from orchestration.publishing.reading import published_file
from orchestration.serving.reads import Policy
from orchestration.settings import Settings

_CATALOG = "served"
_ALLOWS = "scv_allows"


@dataclass
class Server:
    """A running server; `follow` is called now and then, `close` at the end."""

    settings: Settings
    address: str
    con: duckdb.DuckDBPyConnection
    version: Path | None = None
    _turn: int = 0
    _policy: Policy | None = field(default=None)

    def follow(self) -> bool:
        """Turn to the newest version if there is a newer one."""
        newest = published_file(self.settings)
        if newest == self.version:
            return False
        self._turn += 1
        name = f"version_{self._turn}"
        self.con.execute(f"attach {sql.text(str(newest))} as {name} (read_only)")
        relations = self.con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ? and not internal "
            "union all select schema_name, view_name from duckdb_views() where database_name = ? and not internal",
            [name, name],
        ).fetchall()
        self.con.execute("begin")
        before = self._policy.relations if self._policy else frozenset()
        for schema, relation in before:
            self.con.execute(f"drop view {sql.name(schema)}.{sql.name(relation)}")
        for schema, relation in relations:
            self.con.execute(f"create schema if not exists {sql.name(schema)}")
            self.con.execute(
                f"create view {sql.name(schema)}.{sql.name(relation)} as "
                f"from {name}.{sql.name(schema)}.{sql.name(relation)}"
            )
        self.con.execute("commit")
        functions = self._policy.functions if self._policy else frozenset()
        self._policy = Policy(_CATALOG, frozenset(relations), functions)
        if self._turn > 1:
            # Queries under way hold their own reference to what they read.
            self.con.execute(f"detach version_{self._turn - 1}")
        self.version = newest
        return True

    def allows(self, serialized: str) -> bool:
        """The policy as the engine asks it; whatever goes wrong in it is a no."""
        return self._policy is not None and self._policy.allows(serialized)

    def close(self) -> None:
        """Stop listening."""
        try:
            self.con.execute(f"call quack_stop({sql.text(self.address)})")
        finally:
            self.con.close()


def start(
    settings: Settings,
    token: str,
    host: str = "localhost",
    port: int = 9494,
    memory: str = "2GB",
    threads: int = 2,
) -> Server:
    """Open the door; returns when clients can connect."""
    con = duckdb.connect(f":memory:{_CATALOG}")
    server = Server(settings, f"quack:{host}:{port}", con)
    built_in = frozenset(
        str(name).lower()
        for (name,) in con.execute(
            "select distinct function_name from duckdb_functions() "
            "where function_type in ('scalar', 'aggregate', 'macro') and internal"
        ).fetchall()
    )
    server._policy = Policy(_CATALOG, frozenset(), built_in)
    for name in ("httpfs", "quack"):
        con.execute(f"load {sql.text(str(extension(name)))}")
    con.execute(f"set memory_limit = {sql.text(memory)}")
    con.execute(f"set threads = {int(threads)}")
    server.follow()
    con.create_function(_ALLOWS, server.allows, ["VARCHAR"], "BOOLEAN", side_effects=True)
    con.execute(
        f"create macro main.scv_reads(session, query) as "
        f"{_ALLOWS}(coalesce(json_serialize_sql(cast(query as varchar))::varchar, ''))"
    )
    con.execute("set global quack_authorization_function = 'scv_reads'")
    # Later versions lie in the same folder; files elsewhere cannot be opened by anything from here on.
    con.execute(f"set allowed_directories = {sql.texts([str(settings.versions) + '/'])}")
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    con.execute("set temp_directory = ''")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    others = ", allow_other_hostname = true" if host not in ("localhost", "127.0.0.1") else ""
    try:
        con.execute(
            f"call quack_serve({sql.text(server.address)}, token = {sql.text(token)}{others})"
        )
    except duckdb.Error as problem:
        con.close()
        raise ScvError(
            f"{host}:{port} cannot be listened on: {str(problem).replace(token, '…').splitlines()[0]}"
        ) from None
    return server
