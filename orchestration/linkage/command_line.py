"""The commands of `scv identity`: options in, what they do lies in the modules beside this one."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration import show
from orchestration.options import json_option, settings_of, truth_option, warehouse_option


@click.group()
def identity() -> None:
    """Who is whom: measure it."""


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
