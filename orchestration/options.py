"""Options that several commands share, and the settings made of them. Light: `scv --help` imports this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from orchestration.settings import Settings, own_config, today

Command = TypeVar("Command", bound=Callable[..., Any])


class _Folder(click.Path):
    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value == "":  # A variable that nobody set; it would mean the folder somebody stands in.
            self.fail("the name of the folder is empty.", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = _Folder(file_okay=False, path_type=Path)


class Date(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-11-30.", param, ctx)


def landing_option(command: Command) -> Command:
    return click.option("--landing", type=FOLDER, help="Where files arrive. Default: ./landing")(
        command
    )


def warehouse_option(command: Command) -> Command:
    return click.option(
        "--warehouse", type=FOLDER, help="Where everything is kept. Default: ./warehouse"
    )(command)


def config_option(command: Command) -> Command:
    return click.option(
        "--config",
        type=_Folder(file_okay=False, exists=True, path_type=Path),
        help="Your own seeds, laid over those of the repository.",
    )(command)


def json_option(command: Command) -> Command:
    return click.option(
        "--json", "is_json", is_flag=True, help="Print one JSON object and nothing else."
    )(command)


def settings_of(
    landing: Path | None,
    warehouse: Path | None,
    config: Path | None = None,
    as_of: date | None = None,
    full_refresh: bool = False,
    truth: Path | None = None,
) -> Settings:
    """Absolute paths from here on: dbt changes the working directory.

    A warehouse may carry seeds of its own; they hold for every command that names no other folder.
    """
    where = (warehouse or Path("warehouse")).resolve()
    own = own_config(where)
    return Settings(
        landing=(landing or Path("landing")).resolve(),
        warehouse=where,
        as_of=as_of or today(),
        config=config.resolve() if config else own if own.is_dir() else None,
        full_refresh=full_refresh,
        truth=truth.resolve() if truth else None,
    )


def truth_option(command: Command) -> Command:
    return click.option(
        "--truth",
        type=click.Path(exists=True, path_type=Path),
        help="Which profile is whom (CSV: source_id, source_record_id, person_id), to score against.",
    )(command)
