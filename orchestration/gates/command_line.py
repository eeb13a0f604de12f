"""The commands of `scv quality`: options in, what they do lies in the modules beside this one."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.options import config_option, settings_of, warehouse_option


@click.group()
def quality() -> None:
    """What the gates are held to, and sources that wait outside."""


@quality.command()
@warehouse_option
@config_option
def propose(warehouse: Path | None, config: Path | None) -> int:
    """Print the rows that history speaks for, as quality_thresholds.csv has them.

    Look at them and put those that you agree with into the file of that name in your --config folder.
    """
    from orchestration.commands import quality_proposals

    click.echo(quality_proposals(settings_of(None, warehouse, config)), nl=False)
    return 0


@quality.command("set-aside")
@click.argument("source_id")
@click.option("--why", required=True, metavar="TEXT", help="For what reason; it is shown.")
@warehouse_option
def set_aside(source_id: str, why: str, warehouse: Path | None) -> int:
    """Go on without what a source brought since the last published run; its old data stay."""
    from orchestration.commands import source_set_aside

    click.echo(source_set_aside(settings_of(None, warehouse), source_id, why))
    return 0


@quality.command()
@click.argument("source_id")
@warehouse_option
def release(source_id: str, warehouse: Path | None) -> int:
    """Let in what was set aside of a source; the next run judges it again."""
    from orchestration.commands import source_released

    click.echo(source_released(settings_of(None, warehouse), source_id))
    return 0
