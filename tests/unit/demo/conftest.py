"""One small demo company, made once for all tests of the demo, and a reader of its files.

The reader does not use the project's loader, so that what it counts is independent of it.
"""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from orchestration.demo.company import DemoSummary, generate

CUSTOMERS, SEED = 800, 5


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    home: Path = tmp_path_factory.mktemp("company")
    return generate(CUSTOMERS, SEED, home / "landing")


@pytest.fixture(scope="session")
def landed(demo: DemoSummary) -> Landed:
    return Landed(demo.landing)


def text_of(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if data.startswith(b"\xff\xfe"):
        return data.decode("utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


@dataclass(frozen=True)
class Landed:
    """The files of a landing folder as frames of text."""

    landing: Path

    def files(self, name: str) -> list[Path]:
        return sorted(path for path in (self.landing / name).rglob("*") if path.is_file())

    def frame(self, path: Path) -> pl.DataFrame:
        """All columns as text, as they stand in the file."""
        if path.suffix == ".parquet":
            return pl.read_parquet(path).select(pl.all().cast(pl.String))
        if path.suffix == ".xlsx":
            import openpyxl

            sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
            head, *rows = sheet.iter_rows(values_only=True)
            texts = [[None if value is None else str(value) for value in row] for row in rows]
            return pl.DataFrame(
                texts, schema=dict.fromkeys(map(str, head), pl.String), orient="row"
            )
        text = text_of(path)
        if path.suffix == ".jsonl":
            records = [json.loads(line) for line in text.splitlines()]
            return pl.DataFrame(
                {
                    name: [None if row[name] is None else str(row[name]) for row in records]
                    for name in records[0]
                },
                schema=dict.fromkeys(records[0], pl.String),
            )
        delimiter = max(",;|\t", key=text.split("\n", 1)[0].count)
        return pl.read_csv(io.BytesIO(text.encode()), separator=delimiter, infer_schema=False)

    def table(self, name: str) -> pl.DataFrame:
        """All rows of one table of one source, in the order of arrival."""
        return pl.concat([self.frame(path) for path in self.files(name)])

    def newest(self, name: str, key: str, updated: str) -> pl.DataFrame:
        """The winning version of every good key; refused rows have keys that end in -x, or none."""
        rows = self.table(name).filter(pl.col(key).is_not_null() & ~pl.col(key).str.ends_with("-x"))
        return rows.sort(updated, maintain_order=True).unique(key, keep="last", maintain_order=True)
