"""A company's own seeds laid over those of the repository, so that nobody edits the checkout to configure a company."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.settings import REPOSITORY, Settings


def merge_seeds(settings: Settings, project: Path = REPOSITORY) -> None:
    """Fill `build/seeds`; files that did not change keep their time, so dbt does not read them again."""
    if settings.config is None:
        return
    ours = {path.name: path for path in (project / "seeds").iterdir() if path.is_file()}
    theirs = {path.name: path for path in settings.config.glob("*.csv")}
    unknown = sorted(set(theirs) - set(ours))
    if unknown:
        known = ", ".join(sorted(name for name in ours if name.endswith(".csv")))
        raise UsageError(
            f"{settings.config} holds {', '.join(unknown)}, which no seed of the warehouse is called. Known: {known}."
        )
    folder = settings.merged_seeds
    folder.mkdir(parents=True, exist_ok=True)
    merged = {**ours, **theirs}
    for name, path in merged.items():
        target = folder / name
        if not target.is_file() or target.read_bytes() != path.read_bytes():
            shutil.copyfile(path, target)
    for stale in folder.iterdir():
        if stale.name not in merged:
            stale.unlink()
