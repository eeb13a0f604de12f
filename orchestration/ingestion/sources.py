"""Which layout a `source_id` has, in which zone its times are, how it delivers.

Reads the seed `sources`, a company's own before the repository's. A `source_id` that the seed does
not name is canonical with the defaults below: nothing has to be written to onboard it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.errors import UsageError
from orchestration.settings import Settings

CANONICAL = "canonical"
# The layout of what any source may add: the totals that it counted itself.
CONTROL, CONTROL_TOTALS = "control", "control_totals"
DOMAINS = ("identity", "voc", "operational", "financial", "interaction")
DELIVERIES = ("delta", "full")
ON_FAILURE = ("stop", "skip_source")
COLUMNS = (
    "source_id",
    "system",
    "domain",
    "owner",
    "trust_tier",
    "timezone",
    "default_country",
    "delivery",
    "freshness_hours",
    "on_failure",
    "is_active",
)


@dataclass(frozen=True)
class Source:
    """One system of one owner."""

    source_id: str
    system: str = CANONICAL
    domain: str = ""
    owner: str = ""
    trust_tier: int = 3
    timezone: str = "UTC"
    default_country: str = ""
    delivery: str = "delta"
    freshness_hours: int | None = None
    on_failure: str = "stop"
    is_active: bool = True
    is_known: bool = False


@dataclass(frozen=True)
class Sources:
    """The seed, and the default for whatever it does not name."""

    known: Mapping[str, Source]

    def get(self, source_id: str) -> Source:
        return self.known.get(source_id) or Source(source_id)


def load_sources(settings: Settings, systems: frozenset[str] | set[str] | None = None) -> Sources:
    """Read the seed; `systems` are the layouts that a row may name (all, when not given)."""
    return read_sources(settings.seed("sources"), systems)


def read_sources(path: Path, systems: frozenset[str] | set[str] | None = None) -> Sources:
    """Read one file of the seed, naming row and column of the first value that cannot be right."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it again as UTF-8.") from None
    reader = csv.DictReader(io.StringIO(text))
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    unknown = [name for name in reader.fieldnames if name not in COLUMNS]
    if unknown or "source_id" not in reader.fieldnames:
        named = f"the column '{unknown[0]}' is not known" if unknown else "'source_id' is missing"
        raise UsageError(f"{path}: {named}; the columns are {', '.join(COLUMNS)}.")
    known: dict[str, Source] = {}
    for row in reader:
        values = {k: (v or "").strip() for k, v in row.items() if k and isinstance(v, str | None)}
        if any(values.values()):
            source = _Row(path, reader.line_num, values).source(systems)
            if source.source_id in known:
                raise UsageError(
                    f"{path}, line {reader.line_num}, column source_id: '{source.source_id}' "
                    "stands there twice; keep one row."
                )
            known[source.source_id] = source
    return Sources(known)


@dataclass(frozen=True)
class _Row:
    """One row of the seed while it is checked."""

    path: Path
    line: int
    values: Mapping[str, str]

    def fail(self, column: str, expected: str) -> UsageError:
        return UsageError(
            f"{self.path}, line {self.line}, column {column}: "
            f"'{self.values.get(column, '')}' is not {expected}."
        )

    def choice(self, column: str, choices: tuple[str, ...], default: str) -> str:
        value = self.values.get(column, "").lower() or default
        if value and value not in choices:
            raise self.fail(column, f"one of {', '.join(choices)}")
        return value

    def number(self, column: str) -> int | None:
        text = self.values.get(column, "")
        if not text:
            return None
        try:
            value = int(text)
        except ValueError:
            raise self.fail(column, "a whole number") from None
        if not 0 < value < 1_000_000_000:
            raise self.fail(column, "above zero")
        return value

    def source(self, systems: frozenset[str] | set[str] | None) -> Source:
        values = self.values
        if not values.get("source_id"):
            raise self.fail("source_id", "a name; give every row the name of its landing folder")
        system = values.get("system") or CANONICAL
        if systems is not None and system not in systems:
            raise self.fail("system", f"one of {', '.join(sorted(systems))}")
        zone = values.get("timezone") or "UTC"
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise self.fail("timezone", "a zone such as UTC or Europe/Berlin") from None
        country = values.get("default_country", "").upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise self.fail("default_country", "a country code of two letters")
        tier = self.number("trust_tier")
        active = self.choice("is_active", ("true", "false"), "true")
        return Source(
            source_id=values["source_id"],
            system=system,
            domain=self.choice("domain", DOMAINS, ""),
            owner=values.get("owner", ""),
            trust_tier=3 if tier is None else tier,
            timezone=zone,
            default_country=country,
            delivery=self.choice("delivery", DELIVERIES, "delta"),
            freshness_hours=self.number("freshness_hours"),
            on_failure=self.choice("on_failure", ON_FAILURE, "stop"),
            is_active=active == "true",
            is_known=True,
        )
