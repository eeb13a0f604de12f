"""The commands of `scv identity`: options in, what they do lies in the modules beside this one."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration import show
from orchestration.options import (
    FOLDER,
    Command,
    config_option,
    json_option,
    settings_of,
    truth_option,
    warehouse_option,
)


@click.group()
def identity() -> None:
    """Who is whom: decide it, try it, measure it, explain it."""


@identity.command()
@truth_option
@warehouse_option
@json_option
def benchmark(truth: Path | None, warehouse: Path | None, is_json: bool) -> int:
    """Score the customers of the last run, against a truth where one is named."""
    from orchestration.commands import benchmark_card

    figures = benchmark_card(settings_of(None, warehouse, truth=truth))
    if is_json:
        show.as_json(figures)
    else:
        show.benchmark(figures)
    return 0


def _decision_options(command: Command) -> Command:
    for decorate in (
        click.option("--by", required=True, metavar="NAME", help="Who decides."),
        click.option("--why", required=True, metavar="TEXT", help="For what reason."),
        click.option(
            "--config",
            type=FOLDER,
            help="Folder of your own seeds. Default: that of the last run, else config/ in the warehouse",
        ),
        click.option(
            "--anyway", is_flag=True, help="Also when a profile is not known (it may arrive later)."
        ),
        warehouse_option,
        json_option,
    ):
        command = decorate(command)
    for name in ("second", "first"):
        command = click.argument(name, metavar="SOURCE:ID")(command)
    return command


def _decide(
    decision: str,
    records: tuple[str, str],
    by: str,
    why: str,
    folders: tuple[Path | None, Path | None],
    anyway: bool,
    is_json: bool,
) -> int:
    from orchestration.linkage.steward import decide

    warehouse, config = folders
    done = decide(settings_of(None, warehouse, config), config, decision, records, by, why, anyway)
    if is_json:
        show.as_json(done)
    else:
        click.echo(done["message"])
    return 0


@identity.command("link")
@_decision_options
def link(
    first: str,
    second: str,
    by: str,
    why: str,
    config: Path | None,
    anyway: bool,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """Two profiles are one customer, whatever the rules say."""
    return _decide("link", (first, second), by, why, (warehouse, config), anyway, is_json)


@identity.command("unlink")
@_decision_options
def unlink(
    first: str,
    second: str,
    by: str,
    why: str,
    config: Path | None,
    anyway: bool,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """Two profiles are not one customer, and are never joined again."""
    return _decide("unlink", (first, second), by, why, (warehouse, config), anyway, is_json)


@identity.command()
@truth_option
@config_option
@click.option(
    "--retrain", is_flag=True, help="Learn the model anew instead of taking the one that is kept."
)
@warehouse_option
@json_option
def diff(
    truth: Path | None,
    config: Path | None,
    retrain: bool,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """What changed rules or decisions (in --config, else where the last run read them) would do. Changes nothing."""
    from orchestration.commands import identity_diff

    with show.summary_alone():
        found = identity_diff(settings_of(None, warehouse, config, truth=truth), retrain)
    if is_json:
        show.as_json(found)
    else:
        show.identity_diff(found)
    return 0


@identity.command()
@click.argument("first", metavar="SOURCE:ID")
@click.argument("second", metavar="SOURCE:ID")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it as a page too, with the weights as a waterfall.",
)
@warehouse_option
@json_option
def explain(
    first: str, second: str, html: Path | None, warehouse: Path | None, is_json: bool
) -> int:
    """Why two profiles are, or are not, one customer: in words and in numbers."""
    from orchestration.commands import identity_explanation

    found = identity_explanation(settings_of(None, warehouse), first, second)
    if html is not None:
        from orchestration.linkage.waterfall import page

        html.write_text(page(found), encoding="utf-8")
    if is_json:
        show.as_json(found)
    else:
        show.explanation(found)
    return 0


@identity.command()
@warehouse_option
def retrain(warehouse: Path | None) -> int:
    """Have the next run learn anew how the profiles of one person agree. `scv identity diff --retrain` tries it first."""
    from orchestration.commands import identity_retraining

    click.echo(identity_retraining(settings_of(None, warehouse)))
    return 0
