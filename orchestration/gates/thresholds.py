"""How much is too much: the seed `quality_thresholds`, a company's own rows before the repository's.

The row that names most (source, then table, then column) decides. A company's file need not repeat the repository's
rows: what it does not name keeps the default. Which figure a check compares stands in `drift.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.gates.results import ERROR, WARN
from orchestration.settings import REPOSITORY, Settings

SEED = "quality_thresholds"
PASS = "pass"
# Of these a small figure is the bad one.
LOW = frozenset({"volume_drop", "min_rows", "min_value"})
_COLUMNS = (
    *("source_id", "table_name", "column_name", "check_name"),
    *("warn_at", "fail_at", "description"),
)


@dataclass(frozen=True)
class Threshold:
    """From where on a check is shown, and from where on it stops; None for never."""

    warn_at: float | None = None
    fail_at: float | None = None

    @property
    def is_set(self) -> bool:
        return self.warn_at is not None or self.fail_at is not None

    def words(self) -> str:
        """From where on it is shown and stops, as part of a sentence."""
        limits = (("shown at", self.warn_at), ("stops at", self.fail_at))
        told = [f"{what} {limit:g}" for what, limit in limits if limit is not None]
        return f" ({', '.join(told)})" if told else ""

    def verdict(self, check: str, measured: float) -> str:
        """`pass`, or the severity of what was measured."""
        for severity, limit in ((ERROR, self.fail_at), (WARN, self.warn_at)):
            if limit is not None and (measured <= limit if check in LOW else measured >= limit):
                return severity
        return PASS


_NONE = Threshold()


@dataclass(frozen=True)
class Thresholds:
    """Every row of the seed by what it is about; empty names stand for all."""

    rows: Mapping[tuple[str, str, str, str], Threshold]

    def of(self, check: str, source: str = "", table: str = "", column: str = "") -> Threshold:
        """What holds for one column of one table of one source."""
        for of_source in dict.fromkeys((source, "")):
            for of_table in dict.fromkeys((table, "")):
                for of_column in dict.fromkeys((column, "")):
                    found = self.rows.get((check, of_source, of_table, of_column))
                    if found is not None:
                        return found
        return _NONE


def load_thresholds(settings: Settings) -> Thresholds:
    """The repository's rows, and over them the company's."""
    rows = dict(_read(REPOSITORY / "seeds" / f"{SEED}.csv"))
    known = {check for check, *_ in rows}
    if settings.has_own_seed(SEED):
        rows |= dict(_read(settings.seed(SEED), known))
    return Thresholds(rows)


def default_thresholds() -> Thresholds:
    """The repository's rows alone."""
    return Thresholds(dict(_read(REPOSITORY / "seeds" / f"{SEED}.csv")))


def load_holidays(settings: Settings) -> dict[date, frozenset[str]]:
    """Day → the countries that rest on it, of the seed `holidays`; an empty country stands for all."""
    path = settings.seed("holidays")
    days: dict[date, set[str]] = {}
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    for row in reader:
        try:
            day = date.fromisoformat((row.get("holiday_date") or "").strip())
        except ValueError:
            raise UsageError(
                f"{path}, line {reader.line_num}, column holiday_date: write it as 2026-11-30."
            ) from None
        days.setdefault(day, set()).add((row.get("country") or "").strip().upper())
    return {day: frozenset(countries) for day, countries in days.items()}


def _read(
    path: Path, known: set[str] | None = None
) -> Iterable[tuple[tuple[str, str, str, str], Threshold]]:
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read as CSV in UTF-8; save it again as that.") from None
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    strange = [name for name in names if name not in _COLUMNS]
    if strange or "check_name" not in names:
        raise UsageError(f"{path}: the columns are {', '.join(_COLUMNS)}.")
    for row in reader:
        values = {name: (value or "").strip() for name, value in row.items() if name in _COLUMNS}
        if not any(values.values()):
            continue
        where = f"{path}, line {reader.line_num}"
        check = values["check_name"]
        if not check or (known is not None and check not in known):
            raise UsageError(
                f"{where}, column check_name: '{check}' is no check; known are "
                f"{', '.join(sorted(known or ()))}."
            )
        limits = [_number(where, name, values.get(name, "")) for name in ("warn_at", "fail_at")]
        about = (values.get(name, "") for name in ("source_id", "table_name", "column_name"))
        source, table, column = about
        yield (check, source, table, column), Threshold(*limits)


def _number(where: str, name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise UsageError(f"{where}, column {name}: '{text}' is not a number.") from None
