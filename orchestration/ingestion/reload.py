"""Backfill from the UI: what a source delivered, or what landed on a day, is read from the landing once more.

Rows come as new versions of themselves, so nothing counts twice. The run that builds on them is the usual one: the
sensor `landing` starts it, as after any load.
"""

import os
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from orchestration.ingestion.landing import scan
from orchestration.ingestion.sources import Source
from orchestration.running.resource import from_environment
from orchestration.settings import Settings
from orchestration.transformation.assets import WRITER

_FIRST_DAY = "2024-01-01"


def files_of_source(settings: Settings, source_id: str) -> list[Path]:
    """The files of one source that still lie in the landing."""
    return [file.path for file in scan(settings.landing) if file.source_id == source_id]


def files_of_day(settings: Settings, day: date) -> list[Path]:
    """The files that were written on one day (UTC)."""
    return [
        file.path
        for file in scan(settings.landing)
        if datetime.fromtimestamp(file.mtime_ns / 1e9, UTC).date() == day
    ]


def marker(settings: Settings) -> Path:
    """Changes with every reload, so that the sensor sees work where no file is new."""
    return settings.build / "reloaded"


def reload_jobs(sources: Collection[Source]) -> list[dg.JobDefinition]:
    """One job with a partition a source, one with a partition a day."""
    names = sorted(source.source_id for source in sources) or ["none"]
    by_source = dg.StaticPartitionsDefinition(names)
    by_day = dg.DailyPartitionsDefinition(start_date=_FIRST_DAY, end_offset=1)
    return [
        _job("reload_source", by_source, "Read every file of one source in the landing once more."),
        _job("reload_day", by_day, "Read every file that landed on one day once more."),
    ]


def _job(name: str, partitions: dg.PartitionsDefinition[str], description: str) -> dg.JobDefinition:
    @dg.op(name=f"{name}_files", pool=WRITER)
    def reload(context: dg.OpExecutionContext) -> None:
        from orchestration.commands import load_only

        settings = from_environment(os.environ)
        key = context.partition_key
        is_day = isinstance(partitions, dg.TimeWindowPartitionsDefinition)
        files = (
            files_of_day(settings, date.fromisoformat(key))
            if is_day
            else files_of_source(settings, key)
        )
        figures = load_only(settings, files) if files else {"files_loaded": 0}
        if files:
            marker(settings).write_text(context.run_id)
        context.add_output_metadata({"files": len(files), **figures})

    @dg.job(
        name=name,
        partitions_def=partitions,
        executor_def=dg.in_process_executor,
        description=description,
    )
    def job() -> None:
        reload()

    return job
