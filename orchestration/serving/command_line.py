"""`scv serve`: the published warehouse for DuckDB clients elsewhere."""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path

import click

from orchestration.errors import ScvError, UsageError
from orchestration.options import settings_of, warehouse_option


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Name to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=9494, show_default=True)
@click.option("--memory", default="2GB", show_default=True, help="Most memory for all queries.")
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@warehouse_option
def serve(host: str, port: int, memory: str, threads: int, warehouse: Path | None) -> int:
    """Serve what is published to DuckDB clients, reads only, until stopped.

    Clients need the token: the variable SCV_SERVE_TOKEN, or a new one that is printed. It follows new versions by itself.
    What is served is whole, personal data included; beyond this machine, put TLS before it.
    """
    import os
    import signal

    from orchestration.serving.server import start

    given = os.environ.get("SCV_SERVE_TOKEN")
    if given is not None and len(given) < 16:
        raise UsageError("SCV_SERVE_TOKEN is too short to be a secret; take 16 signs or more.")
    token = given or secrets.token_urlsafe(32)
    settings = settings_of(None, warehouse)
    # Who stops a service says so by SIGTERM, also where what started it does not listen to that.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = start(settings, token, host, port, memory, threads)
    sys.stderr.write(f"Serving {server.version} at {server.address}\n")
    if not given:
        sys.stderr.write(f"Token: {token}\n")
    sys.stderr.flush()
    try:
        while True:
            time.sleep(1)
            try:
                if server.follow():
                    sys.stderr.write(f"Now serving {server.version}\n")
            except ScvError:
                # Nothing is published at the moment; clients go on with what there was.
                continue
    except KeyboardInterrupt:
        return 0
    finally:
        server.close()
