"""The demo's landing folder while it is filled, and the count of everything put there.

Belongs here: splitting tables into files, clocks and money as each source writes them, control
totals. Does not: bytes of a format (files.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from orchestration.demo.dirt import BAD, HIDDEN, LOT, MOMENT, NOBODY, Sheet, Soiled, soiled
from orchestration.demo.draws import Dice
from orchestration.demo.files import Layout, Part
from orchestration.demo.totals import Tallies


@dataclass
class Count:
    """Control totals of one table."""

    files: int = 0
    rows: int = 0
    refused_by_loader: int = 0
    refused_by_staging: int = 0
    bad_values: int = 0
    superseded: int = 0
    deleted: int = 0
    live: int = 0
    of_nobody: int = 0
    amounts: dict[str, dict[str, int]] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """As JSON: amounts in hundredths become exact decimal texts."""
        money = {
            column: {
                code: f"{cents // 100}.{cents % 100:02d}" for code, cents in sorted(sums.items())
            }
            for column, sums in sorted(self.amounts.items())
        }
        return {
            "files": self.files,
            "rows": self.rows,
            "quarantined_raw": self.refused_by_loader,
            "quarantined_staging": self.refused_by_staging,
            "rows_with_bad_values": self.bad_values,
            "superseded": self.superseded,
            "deleted": self.deleted,
            "live": self.live,
            "of_nobody": self.of_nobody,
            "amounts": money,
        }


@dataclass
class Landing:
    """All files of one demo being written below `folder`."""

    folder: Path
    dice: Dice
    parts: dict[Path, Part] = field(default_factory=dict)
    counts: dict[str, Count] = field(default_factory=dict)
    schemas: dict[str, pl.Schema] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=Tallies)

    def put(self, sheet: Sheet, frame: pl.DataFrame, *, clean: bool = False) -> None:
        """Writes rows of one table with the faults of that table (none when `clean`)."""
        schema = self.schemas.setdefault(sheet.name, frame.schema)
        if clean:
            frame = aligned(frame, schema)
            none = frame.clear()
            result = Soiled(frame, none, none, frame, 0, 0)
        else:
            result = soiled(self.dice, sheet, frame)
        self._file(sheet, result.main, result.refused, "")
        if len(result.corrections):
            self._file(sheet, result.corrections, result.refused.clear(), "corrections")
        self._add(sheet, frame, result)

    def refused_in_place(self, sheet: Sheet, rows: int) -> None:
        """Counts rows that staging must refuse although they stand among the good ones."""
        count = self.counts[sheet.name]
        count.refused_by_staging += rows
        count.live -= rows

    def close(self) -> None:
        """Finishes every file, in the order of their names; what the sources counted goes beside."""
        self.tallies.write(self.folder)
        for path in sorted(self.parts):
            self.parts[path].close()

    def _add(self, sheet: Sheet, frame: pl.DataFrame, result: Soiled) -> None:
        count = self.counts.setdefault(sheet.name, Count())
        written = len(result.main) + len(result.corrections) + len(result.refused)
        count.rows += written
        count.refused_by_staging += result.refused_by_staging
        count.refused_by_loader += len(result.refused) - result.refused_by_staging
        count.superseded += written - len(result.refused) - len(frame)
        count.deleted += result.deleted
        if BAD in frame.columns:
            count.bad_values += len(result.main.filter(BAD)) + len(result.corrections.filter(BAD))
        count.live += len(result.live)
        if NOBODY in frame.columns:
            count.of_nobody += int(result.live[NOBODY].sum())
        for column, currency in {**sheet.money, **sheet.minor}.items():
            sums = count.amounts.setdefault(column, {})
            money = result.live.group_by(pl.col(currency).str.to_uppercase().alias("code")).agg(
                pl.col(column).sum().alias("sum")
            )
            for code, cents in money.select("code", "sum").iter_rows():
                sums[code] = sums.get(code, 0) + int(cents or 0)

    def _file(self, sheet: Sheet, rows: pl.DataFrame, refused: pl.DataFrame, suffix: str) -> None:
        period = _period(sheet)
        if period is None or suffix:
            name = f"{sheet.stem or sheet.table}_{suffix}" if suffix else sheet.stem or sheet.table
            self._append(sheet, name, rows, refused)
            return
        rows = rows.with_columns(__period=period)
        refused = refused.with_columns(__period=period)
        bad = refused.partition_by("__period", as_dict=True, maintain_order=True)
        for (key,), group in rows.partition_by(
            "__period", as_dict=True, maintain_order=True
        ).items():
            folder = f"{key}/" if sheet.by in ("month", "quarter") else ""
            spoiled = bad.pop((key,), refused.clear())
            self._append(
                sheet,
                f"{folder}{sheet.stem or sheet.table}_{key}",
                group.drop("__period"),
                spoiled.drop("__period"),
            )
        for (key,), spoiled in bad.items():
            folder = f"{key}/" if sheet.by in ("month", "quarter") else ""
            self._append(
                sheet,
                f"{folder}{sheet.stem or sheet.table}_{key}",
                rows.clear().drop("__period"),
                spoiled.drop("__period"),
            )

    def _append(self, sheet: Sheet, name: str, rows: pl.DataFrame, refused: pl.DataFrame) -> None:
        path = self.folder / sheet.source / sheet.table / f"{name}.{sheet.layout.format}"
        part = self.parts.get(path)
        if part is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = self.parts[path] = Part(path, sheet.layout)
            self.counts.setdefault(sheet.name, Count()).files += 1
        file_name = path.relative_to(self.folder / sheet.source / sheet.table).as_posix()
        self.tallies.add(sheet, file_name, rows, refused)
        part.add(written(sheet, rows))
        if len(refused):
            # Refused rows stand at the end, so that portions of customers do not show.
            part.add_last(written(sheet, refused))


def aligned(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The frame with all columns of its table, in the table's order and types."""
    unknown = set(frame.columns) - set(schema)
    if unknown:
        raise ValueError(f"columns that the table does not have: {sorted(unknown)}")
    return frame.select(
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )


def _period(sheet: Sheet) -> pl.Expr | None:
    moment = (pl.col(MOMENT) * 1_000_000).cast(pl.Datetime("us"))
    if sheet.by == "month":
        return moment.dt.strftime("%Y-%m")
    if sheet.by == "quarter":
        return pl.concat_str(
            moment.dt.year().cast(pl.String), pl.lit("-q"), moment.dt.quarter().cast(pl.String)
        )
    if sheet.by == "year":
        return moment.dt.year().cast(pl.String)
    return None


def written(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns as the source writes them: its clock, its money, nothing hidden."""
    frame = frame.drop([name for name in HIDDEN if name in frame.columns])
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    columns: list[pl.Expr] = []
    for name in times:
        if sheet.clock == "epoch":
            columns.append(pl.col(name).dt.epoch("ms"))
            continue
        local = (
            pl.col(name)
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(sheet.zone)
            .dt.replace_time_zone(None)
        )
        if sheet.clock == "offset":
            stamped = pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(sheet.zone)
            columns.append(stamped.dt.strftime("%Y-%m-%dT%H:%M:%S%:z").alias(name))
        elif sheet.zone != "UTC":
            columns.append(local.alias(name))
    for name in sheet.money:
        if frame.schema[name] != pl.String:
            amount = pl.col(name) / 100
            if sheet.layout.format == "parquet":
                amount = (pl.col(name).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))
            columns.append(amount)
    return frame.with_columns(columns) if columns else frame


__all__ = ["HIDDEN", "LOT", "MOMENT", "NOBODY", "Count", "Landing", "Layout", "Sheet"]
