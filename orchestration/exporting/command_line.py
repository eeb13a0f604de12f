"""`scv export`: options in, what was written out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from orchestration import show
from orchestration.options import FOLDER, json_option, settings_of, warehouse_option


@click.command()
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["parquet", "csv", "xlsx"]),
    default="parquet",
    show_default=True,
)
@click.option(
    "--relation",
    "wanted",
    multiple=True,
    metavar="SCHEMA.RELATION",
    help="This relation only; may be given more than once. Default: every one.",
)
@click.option(
    "--to", "folder", type=FOLDER, help="Folder to write to. Default: beside the published version."
)
@click.option(
    "--raw",
    "is_raw",
    is_flag=True,
    help="CSV for machines: texts exactly as they are, also those that a spreadsheet would take for a formula.",
)
@warehouse_option
@json_option
def export(
    file_format: str,
    wanted: tuple[str, ...],
    folder: Path | None,
    is_raw: bool,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """Write the published warehouse as Parquet, CSV or Excel files.

    Exports hold personal data as the warehouse does. Those beside a version go when the version goes; those written
    elsewhere with --to are yours to delete.
    """
    from orchestration.exporting.export import export as write

    where = folder.resolve() if folder else None
    written = write(settings_of(None, warehouse), file_format, wanted, where, is_raw)
    show.rows([asdict(one) for one in written], is_json, "Nothing to write.")
    return 0
