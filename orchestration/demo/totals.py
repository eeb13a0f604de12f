"""What some of the demo's sources count themselves, so that a run can be checked against them.

Belongs here: rows and money per landed file, written as the sources would send them. Does not: what must become of the
rows (`Count` in landing.py), which only the truth tells.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from orchestration.demo.dirt import Sheet

# Where money is, books are kept; the other sources send no totals, as most systems do.
COUNTING = frozenset({"shopify", "stripe", "branch"})
HEADER = ("table_name", "file_name", "row_count", "column_name", "amount", "currency")
ALL = ""


@dataclass
class Tally:
    """Rows of one file, and the sum of its first column of money: of all rows, and by currency."""

    rows: int = 0
    column: str = ""
    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, sheet: Sheet, frame: pl.DataFrame) -> None:
        """Rows as they are sent, also those that will be refused."""
        self.rows += len(frame)
        units = Decimal(100 if sheet.money else 1)
        for column, currency in [*sheet.money.items(), *sheet.minor.items()][:1]:
            self.column = column
            # In a refused row an amount is the text that the file will hold.
            is_text = frame.schema[column] == pl.String
            amounts = frame.select(
                pl.col(column).cast(pl.Int64, strict=False).alias("amount"),
                pl.col(currency).cast(pl.String).str.to_uppercase().alias("code"),
            )
            by_code = amounts.group_by("code").agg(pl.col("amount").sum())
            for code, amount in by_code.iter_rows():
                value = Decimal(amount) / (1 if is_text else units)
                self.sums[ALL] += value
                if code:
                    self.sums[code] += value


@dataclass
class Tallies:
    """Of every file that holds money, of the sources that count."""

    files: dict[tuple[str, str, str], Tally] = field(default_factory=dict)

    def add(self, sheet: Sheet, name: str, *frames: pl.DataFrame) -> None:
        if sheet.source in COUNTING and (sheet.money or sheet.minor):
            tally = self.files.setdefault((sheet.source, sheet.table, name), Tally())
            for frame in frames:
                tally.add(sheet, frame)

    def write(self, landing: Path) -> None:
        """One file of control totals per source."""
        for source in sorted({source for source, *_ in self.files}):
            path = landing / source / "control_totals" / "control_totals.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(HEADER)
                for (owner, table, name), tally in sorted(self.files.items()):
                    if owner != source:
                        continue
                    for code, amount in sorted(tally.sums.items()):
                        rows = tally.rows if code == ALL else ""
                        writer.writerow((table, name, rows, tally.column, f"{amount:.2f}", code))
