"""A company's own seeds in place of the repository's, so that nobody edits the checkout to configure a company."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.settings import REPOSITORY, Settings


def complete_seeds(settings: Settings, project: Path = REPOSITORY) -> None:
    """Fill `build/seeds` with the company's own, whole; a name that no seed has is refused: it is probably a slip."""
    if settings.config is None:
        return
    ours = {path.name: path for path in (project / "seeds").glob("*.csv")}
    theirs = {path.name: path for path in settings.config.glob("*.csv")}
    unknown = sorted(set(theirs) - set(ours))
    if unknown:
        raise UsageError(
            f"{settings.config} holds {', '.join(unknown)}, which no seed of the warehouse is called. "
            f"Known: {', '.join(sorted(ours))}."
        )
    folder = settings.own_seeds
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in theirs.items():
        (folder / name).write_bytes(_completed(path, _columns(ours[name])))


def _columns(ours: Path) -> list[str]:
    return ours.read_text(encoding="utf-8").split("\n", 1)[0].strip().split(",")


def _completed(theirs: Path, columns: list[str]) -> bytes:
    """Their rows under our columns: what they left out is empty, as a spreadsheet's mark and blanks are nothing."""
    try:
        rows = list(csv.reader(io.StringIO(theirs.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(
            f"{theirs} cannot be read as CSV in UTF-8; save it again as that."
        ) from None
    header = [name.strip().lower() for name in rows[0]] if rows else []
    strange = [name for name in header if name not in columns]
    if strange or not header or len(set(header)) < len(header):
        problem = (
            f"the column '{strange[0]}' is not known" if strange else "the header is not whole"
        )
        raise UsageError(f"{theirs}: {problem}; the columns are {', '.join(columns)}.")
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    for number, row in enumerate(rows[1:], 2):
        if not any(value.strip() for value in row):
            continue
        if len(row) > len(header):
            raise UsageError(
                f"{theirs}, row {number}: {len(row)} values under {len(header)} columns; "
                "put values that hold a comma in quotes."
            )
        values = dict(zip(header, row, strict=False))
        writer.writerow([values.get(name, "").strip() for name in columns])
    return made.getvalue().encode()
