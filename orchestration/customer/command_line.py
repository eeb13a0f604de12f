"""`scv show`: options in, the page out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration import show as printing
from orchestration.options import json_option, settings_of, warehouse_option

_ON_A_SCREEN = 15
_ON_A_PAGE = 300


@click.command()
@click.argument("customer", metavar="CUSTOMER")
@click.option(
    "--events",
    type=click.IntRange(min=0),
    help="How many of the newest events. Default: 15 on the screen, 300 on a page.",
)
@click.option(
    "--html",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the customer as a page that needs no network. It holds personal data and is yours to delete.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    help="Language of the page: English or simplified Chinese.",
)
@warehouse_option
@json_option
def show(
    customer: str,
    events: int | None,
    path: Path | None,
    language: str,
    warehouse: Path | None,
    is_json: bool,
) -> int:
    """One customer on one screen: who, from which sources and why, the four domains, the last events.

    CUSTOMER is a customer_id, an e-mail, a telephone number or SOURCE:ID.
    """
    from orchestration.customer.page import customer_page
    from orchestration.customer.screen import lines

    asked = events if events is not None else _ON_A_PAGE if path else _ON_A_SCREEN
    page = customer_page(settings_of(None, warehouse), customer, asked)
    if path:
        from orchestration.pages.customer_page import render
        from orchestration.pages.look import write
        from orchestration.pages.words import LANGUAGES, speaking

        with speaking(LANGUAGES[language]):
            click.echo(write(path.resolve(), render(page)))
        return 0
    if is_json:
        printing.as_json(page)
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(page)))
    return 0
