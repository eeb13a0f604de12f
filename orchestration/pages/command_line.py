"""`scv docs` and `scv report`: the catalogue and the overview of what is published, as pages."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.options import settings_of, warehouse_option


@click.command()
@click.option(
    "--to",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write. Default: reports/catalogue.html in the warehouse.",
)
@warehouse_option
def docs(path: Path | None, warehouse: Path | None) -> int:
    """Write the catalogue: every relation and column, one page that needs no network.

    The same in Chinese lies beside it (FILE.zh.html); each page leads to the other.
    """
    from orchestration.pages.catalogue import gather
    from orchestration.pages.catalogue_page import render
    from orchestration.pages.look import write
    from orchestration.pages.words import LANGUAGES, speaking

    settings = settings_of(None, warehouse)
    page = path.resolve() if path else settings.reports / "catalogue.html"
    catalogue = gather(settings)
    for language in LANGUAGES.values():
        with speaking(language):
            write(language.beside(page), render(catalogue, page))
    click.echo(page)
    return 0


@click.command()
@click.option(
    "--to",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write. Default: reports/overview.html in the warehouse.",
)
@warehouse_option
def report(path: Path | None, warehouse: Path | None) -> int:
    """Write the overview: customers, the four domains over time, identity and data health on one page.

    Every run that publishes writes it too. It holds no person's data. The same in Chinese lies beside it (FILE.zh.html).
    """
    from orchestration.pages.report import write_overview

    click.echo(write_overview(settings_of(None, warehouse), path.resolve() if path else None))
    return 0
