"""`scv publish`: the published warehouse brought to a PostgreSQL database."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from orchestration import show
from orchestration.options import json_option, settings_of, warehouse_option


@click.command()
@click.option(
    "--to",
    "address",
    envvar="SCV_PUBLISH_TO",
    required=True,
    metavar="postgresql://…",
    help="The database. A password is better in PGPASSWORD or ~/.pgpass than here.",
)
@click.option(
    "--rows-by",
    envvar="SCV_ROWS_BY",
    metavar="COLUMN",
    help="Rows are seen by who has their scope: a column of marts.customer_360, such as country.",
)
@warehouse_option
@json_option
def publish(address: str, rows_by: str | None, warehouse: Path | None, is_json: bool) -> int:
    """Bring the published version to PostgreSQL: tables, keys, indexes, comments, roles.

    All of it is there for readers at once; what did not change is not touched. With SCV_PUBLISH_TO (and SCV_ROWS_BY)
    set, every run that publishes does it.
    """
    from orchestration.postgres.publish import publish_to
    from orchestration.running.progress import Progress

    done = publish_to(settings_of(None, warehouse), address, rows_by, Progress(sys.stderr).say)
    show.rows([asdict(one) for one in done], is_json, "Nothing is published.")
    return 0
