"""The command line: options in, exit codes and messages out. What a command does lies in the folder of its concern.

Every command imports what it needs when it runs: `scv --help` must not wait for dbt, Dagster or DuckDB.
"""

from __future__ import annotations

import errno
import sys
from datetime import date
from pathlib import Path

import click

from orchestration import show
from orchestration.customer.command_line import show as show_customer
from orchestration.errors import ScvError, UsageError
from orchestration.exporting.command_line import export
from orchestration.gates.command_line import quality
from orchestration.linkage.command_line import identity
from orchestration.machine import advice, trouble
from orchestration.metrics.command_line import metrics
from orchestration.options import (
    FOLDER,
    Command,
    Date,
    config_option,
    json_option,
    landing_option,
    settings_of,
    truth_option,
    warehouse_option,
)
from orchestration.pages.command_line import docs, report
from orchestration.postgres.command_line import publish
from orchestration.publishing.command_line import diff, rollback, versions
from orchestration.serving.command_line import serve
from orchestration.settings import REPOSITORY

# What the machine refuses; every other OSError is a mistake of ours.
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        import tomllib

        project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
        click.echo(f"scv {project['version']}")
        context.exit(0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Every customer once: from files in a landing folder to one published warehouse."""
    context.obj = debug


@cli.command()
@landing_option
@warehouse_option
@config_option
@click.option("--as-of", type=Date(), help="The day that windows are counted from. Default: today")
@truth_option
@click.option("--full-refresh", is_flag=True, help="Rebuild everything above raw.")
@click.option("--demo", is_flag=True, help="Make the demo company in demo/ and run on it.")
@click.option(
    "--keep",
    type=click.IntRange(min=2),
    default=5,
    envvar="SCV_KEEP",
    show_default=True,
    show_envvar=True,
    help="Published versions to keep.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    help="Seconds to wait for another run to end.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="CHECK",
    help="Let one check pass in this run, after somebody looked: the name that the gate gave.",
)
@json_option
def run(
    landing: Path | None,
    warehouse: Path | None,
    config: Path | None,
    as_of: date | None,
    truth: Path | None,
    full_refresh: bool,
    demo: bool,
    keep: int,
    wait: float,
    accept: tuple[str, ...],
    is_json: bool,
) -> int:
    """Load, check, build and publish: the whole way."""
    from orchestration.run import Options
    from orchestration.run import run as run_whole
    from orchestration.running.progress import Progress

    progress = Progress(sys.stderr)
    if demo:
        from orchestration.running.demo import demo_settings

        settings = demo_settings(
            landing, warehouse, config, as_of, full_refresh, truth, progress.say
        )
    else:
        settings = settings_of(landing, warehouse, config, as_of, full_refresh, truth)
    with show.summary_alone():
        summary = run_whole(settings, progress, Options(keep, wait, frozenset(accept)))
    if is_json:
        show.as_json(summary)
    else:
        show.run_summary(summary)
    if summary["exit_code"]:
        show.failure(summary)
    return int(summary["exit_code"])


@cli.command()
@click.option("--customers", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--landing",
    type=FOLDER,
    required=True,
    help="Folder to write; truth/ and config/ come beside it.",
)
def demo(customers: int, seed: int, landing: Path) -> int:
    """Make the data of an invented company."""
    from orchestration.demo.company import generate
    from orchestration.running.progress import Progress

    generate(
        customers=customers, seed=seed, landing=landing.resolve(), report=Progress(sys.stderr).say
    )
    return 0


@cli.command()
@landing_option
@warehouse_option
@config_option
@click.option(
    "--again",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Take this landed file as a new arrival although its bytes are known.",
)
@json_option
def load(
    landing: Path | None,
    warehouse: Path | None,
    config: Path | None,
    again: tuple[Path, ...],
    is_json: bool,
) -> int:
    """Load what landed, and stop there."""
    from orchestration.commands import load_only

    with show.summary_alone():
        figures = load_only(
            settings_of(landing, warehouse, config), [path.resolve() for path in again]
        )
    if is_json:
        show.as_json(figures)
    else:
        show.figures("Loaded", figures)
    return 0


@cli.group()
def quarantine() -> None:
    """Rows that were refused: see them, bring them in, put them away.

    Those that staging refused (`staging-…`) can be seen; a corrected row that lands clears them.
    """


def _which_rows(command: Command) -> Command:
    command = click.option("--source", metavar="SOURCE_ID", help="Of this source only.")(command)
    return click.option("--table", metavar="TABLE", help="Of this table only.")(command)


@quarantine.command("list")
@warehouse_option
@_which_rows
@click.option("--limit", type=click.IntRange(min=1), help="Show so many at most.")
@json_option
def quarantine_list(
    warehouse: Path | None, source: str | None, table: str | None, limit: int | None, is_json: bool
) -> int:
    """Open entries, in order of arrival; records are shown one by one only."""
    from orchestration.commands import quarantine_listing

    entries = quarantine_listing(settings_of(None, warehouse), source, table, limit)
    show.rows(entries, is_json, "Nothing is in quarantine.")
    return 0


@quarantine.command("show")
@click.argument("quarantine_id")
@warehouse_option
@click.option("--record", "has_record", is_flag=True, help="Print the record: a person's values.")
@json_option
def quarantine_show(
    quarantine_id: str, warehouse: Path | None, has_record: bool, is_json: bool
) -> int:
    """One entry: where it stood and why it was refused, and on request the record as it was sent."""
    from orchestration.commands import quarantine_entry

    entry = quarantine_entry(settings_of(None, warehouse), quarantine_id, has_record)
    if is_json:
        show.as_json(entry)
    else:
        show.pairs(entry)
    return 0


@quarantine.command("replay")
@click.argument("quarantine_ids", nargs=-1)
@warehouse_option
@config_option
@_which_rows
@click.option(
    "--records",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Corrected records, one JSON object a line, each with its quarantine_id.",
)
def quarantine_replay(
    quarantine_ids: tuple[str, ...],
    warehouse: Path | None,
    config: Path | None,
    source: str | None,
    table: str | None,
    records: Path | None,
) -> int:
    """Try entries again, all open ones if none is named; those that load now leave quarantine."""
    from orchestration.commands import quarantine_replayed

    settings = settings_of(None, warehouse, config)
    where = records.resolve() if records else None
    click.echo(quarantine_replayed(settings, quarantine_ids, source, table, where))
    return 0


@quarantine.command("dismiss")
@click.argument("quarantine_ids", nargs=-1)
@warehouse_option
@_which_rows
def quarantine_dismiss(
    quarantine_ids: tuple[str, ...], warehouse: Path | None, source: str | None, table: str | None
) -> int:
    """Put entries away for good; they stay in the books and count as refused."""
    from orchestration.commands import quarantine_dismissed

    settings = settings_of(None, warehouse)
    click.echo(quarantine_dismissed(settings, quarantine_ids, source, table))
    return 0


@cli.command()
@warehouse_option
@json_option
def status(warehouse: Path | None, is_json: bool) -> int:
    """The last run, what is published and how fresh, gates, quarantine, identity, disk: on one screen."""
    from orchestration.publishing import show_status
    from orchestration.publishing import status as page

    settings = settings_of(None, warehouse)
    found = page.read_now(settings)
    if not found:
        raise UsageError(
            f"{settings.warehouse} has no status yet: no run wrote to it. Start one with `scv run`, "
            "or name another folder with --warehouse."
        )
    if is_json:
        show.as_json(found)
    else:
        show_status.status(found)
    return 0


@cli.command()
@landing_option
@warehouse_option
@config_option
@click.option("--as-of", type=Date(), help="The day of every run. Default: the day it runs")
@click.option("--demo", is_flag=True, help="Open it on the demo company in demo/.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=3000, show_default=True)
def dev(
    landing: Path | None,
    warehouse: Path | None,
    config: Path | None,
    as_of: date | None,
    demo: bool,
    host: str,
    port: int,
) -> None:
    """Open the Dagster UI on the same definitions."""
    from orchestration.commands import serve_ui

    if demo:
        from orchestration.running.demo import demo_settings
        from orchestration.running.progress import Progress

        say = Progress(sys.stderr).say
        settings = demo_settings(landing, warehouse, config, as_of, False, None, say)
        serve_ui(settings, settings.as_of, host, port)
    serve_ui(settings_of(landing, warehouse, config), as_of, host, port)


cli.add_command(docs)
cli.add_command(export)
cli.add_command(identity)
cli.add_command(quality)
cli.add_command(metrics)
cli.add_command(publish)
cli.add_command(report)
cli.add_command(serve)
cli.add_command(show_customer)
for command in (versions, rollback, diff):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: every way a command can end becomes an exit code here."""
    is_debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(args=arguments, prog_name="scv", standalone_mode=False)
    except ScvError as error:
        show.error(str(error))
        code = error.exit_code
    except click.UsageError as error:
        error.show(sys.stderr)
        code = 2
    except click.ClickException as error:
        show.error(error.format_message())
        code = 2
    except (KeyboardInterrupt, click.Abort):
        show.error("Interrupted. Nothing is broken: the next run continues.")
        code = 1
    except BrokenPipeError:
        code = 0
    except Exception as error:
        if is_debug:
            raise
        if isinstance(error, OSError) and error.errno in _NOT_ALLOWED:
            show.not_allowed(error)
        elif told := trouble(error):
            show.error(advice(told))
        else:
            show.unexpected(error)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
