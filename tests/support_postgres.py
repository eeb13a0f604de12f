"""A PostgreSQL server of the test's own, from Debian's package, on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
needs_postgres = pytest.mark.skipif(not BINARIES, reason="needs the Debian package postgresql")

JDBC_DRIVER = Path("/usr/share/java/postgresql.jar")
needs_jdbc = pytest.mark.skipif(
    not (JDBC_DRIVER.exists() and shutil.which("javac")),
    reason="needs the Debian packages libpostgresql-jdbc-java and default-jdk-headless",
)


@dataclass(frozen=True)
class Server:
    """Where it listens, and how to ask it."""

    port: int

    def address(self, user: str, database: str = "mart") -> str:
        return f"postgresql://{user}:secret-of-{user}@127.0.0.1:{self.port}/{database}"

    def psql(self, query: str, user: str = "postgres", database: str = "mart") -> str:
        """What `psql` prints, unaligned; its error when it refuses."""
        done = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", query, self.address(user, database)],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        return done.stdout.strip() if done.returncode == 0 else done.stderr.strip()

    def rows(self, query: str, user: str = "postgres") -> list[Any]:
        """Rows by way of SQLAlchemy."""
        import sqlalchemy

        engine = sqlalchemy.create_engine(self.address(user).replace("postgresql", "postgresql+pg8000"))  # fmt: skip
        try:
            with engine.connect() as con:
                return list(con.execute(sqlalchemy.text(query)).fetchall())
        finally:
            engine.dispose()


@contextmanager
def server() -> Iterator[Server]:
    """Started with passwords required, and gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="scv-postgres-"))
    binaries = BINARIES[-1].parent
    as_user: list[str] = []
    if os.geteuid() == 0:
        # It refuses to run as root.
        shutil.chown(home, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    (home / "password").write_text("secret-of-postgres")
    (home / "password").chmod(0o644)
    data = home / "data"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    settings = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"

    def quietly(*command: str) -> None:
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    try:
        quietly(
            *as_user, str(binaries / "initdb"), "-D", str(data), "-A", "scram-sha-256", "-U", "postgres",
            "--pwfile", str(home / "password"), "--locale", "C.UTF-8", "-N",
        )  # fmt: skip
        quietly(*control, "-o", settings, "-l", str(home / "log"), "start")
        yield Server(port)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd=home, capture_output=True, check=False)  # fmt: skip
        shutil.rmtree(home, ignore_errors=True)
