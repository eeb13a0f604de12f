"""The commands over published versions: which there are, back to one, what changed between two."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from orchestration import show
from orchestration.errors import UsageError
from orchestration.options import json_option, settings_of, warehouse_option
from orchestration.publishing import show_versions


@click.command()
@warehouse_option
@json_option
def versions(warehouse: Path | None, is_json: bool) -> int:
    """Published versions that are kept, newest first."""
    from orchestration.publishing.catalogue import catalogue

    listed = catalogue(settings_of(None, warehouse))
    if is_json:
        show.as_json([asdict(each) for each in listed])
    else:
        show_versions.listing(listed)
    return 0


@click.command()
@click.argument("version", required=False)
@warehouse_option
@json_option
def rollback(version: str | None, warehouse: Path | None, is_json: bool) -> int:
    """Give readers an older version, at once; without a name the one before theirs.

    Nothing else is undone. The next run that finds something new publishes the newest state again: put right what was
    wrong first. `scv rollback` with a newer version's name goes forward again.
    """
    from orchestration.pages.report import refresh_overview
    from orchestration.publishing import status
    from orchestration.publishing.rollback import roll_back

    settings = settings_of(None, warehouse)
    done = roll_back(settings, version)
    status.note_published(settings)
    refresh_overview(settings, partial(click.echo, err=True))
    if is_json:
        show.as_json(asdict(done))
    else:
        show_versions.rolled_back(done)
    return 0


@click.command()
@click.argument("before")
@click.argument("after", required=False)
@warehouse_option
@json_option
def diff(before: str, after: str | None, warehouse: Path | None, is_json: bool) -> int:
    """Rows and figures that changed between two versions; without AFTER, the one that readers have."""
    from orchestration.publishing.diff import diff as compare
    from orchestration.publishing.diff import keys_of
    from orchestration.publishing.rollback import chosen
    from orchestration.publishing.versions import versions as kept_versions

    settings = settings_of(None, warehouse)
    kept = kept_versions(settings)
    now = next((version.name for version in kept if version.is_current), None)
    if after is None and now is None:
        raise UsageError(f"{settings.warehouse} has nothing published. Start with `scv run`.")
    first, second = (chosen(kept, str(name)) for name in (before, after or now))
    try:
        # What the last run left; which columns are keys changes seldom, and without it rows are compared whole.
        keys = keys_of(json.loads((settings.dbt_target / "manifest.json").read_text()))
    except (OSError, ValueError):
        keys = {}
    found = compare(first.path, second.path, keys, settings.temporary)
    if is_json:
        show.as_json(asdict(found))
    else:
        show_versions.difference(found)
    return 0
