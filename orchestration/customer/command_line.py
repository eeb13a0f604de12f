"""`scv show`: options in, the page out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration import show as printing
from orchestration.options import json_option, settings_of, warehouse_option


@click.command()
@click.argument("customer", metavar="CUSTOMER")
@click.option(
    "--events",
    type=click.IntRange(min=0),
    default=15,
    show_default=True,
    help="How many of the newest events.",
)
@warehouse_option
@json_option
def show(customer: str, events: int, warehouse: Path | None, is_json: bool) -> int:
    """One customer on one screen: who, from which sources and why, the four domains, the last events.

    CUSTOMER is a customer_id, an e-mail, a telephone number or SOURCE:ID.
    """
    from orchestration.customer.page import customer_page
    from orchestration.customer.screen import lines

    page = customer_page(settings_of(None, warehouse), customer, events)
    if is_json:
        printing.as_json(page)
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(page)))
    return 0
