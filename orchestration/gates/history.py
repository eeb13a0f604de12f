"""What the gates' books know of one table of one source: its new arrivals, and the published ones before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from orchestration.gates.arrivals import is_new
from orchestration.gates.drift import REMEMBERED

_EPOCH = date(1970, 1, 1)


@dataclass
class Arrival:
    """One arrival in figures."""

    arrival_id: int
    day: date
    is_dated: bool
    is_new: bool
    files: list[str]
    file_ids: list[int]
    rows_in_file: int
    rows_loaded: int
    rows_quarantined: int
    rows_with_bad_values: int
    rows_with_damaged_text: int
    # Column and measure → category (mostly none) → value.
    figures: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    def figure(self, column: str, measure: str) -> float | None:
        """The one value of a measure that has no categories."""
        return self.figures.get((column, measure), {}).get("")

    @property
    def rows(self) -> int:
        """Rows that were looked at: all, or of a large arrival a part that stands for all."""
        return int(self.figure("", "rows") or 0)

    def share(self, column: str, measure: str) -> float:
        return (self.figure(column, measure) or 0.0) / self.rows if self.rows else 0.0

    def counts(self, column: str) -> dict[str, int]:
        return {v: int(n) for v, n in self.figures.get((column, "category"), {}).items()}

    def columns(self, measure: str) -> list[str]:
        return sorted(column for column, name in self.figures if name == measure)

    def lags(self, column: str) -> dict[str, float]:
        """Hours between midnight of the arrival's own day and its events, by quantile."""
        midnight = (self.day - _EPOCH).days * 24.0
        return {q: value - midnight for q, value in self.figures.get((column, "hours"), {}).items()}


@dataclass
class History:
    """One table of one source."""

    source_id: str
    system: str
    table_name: str
    new: list[Arrival] = field(default_factory=list)
    past: list[Arrival] = field(default_factory=list)

    @property
    def measured_past(self) -> list[Arrival]:
        """Earlier arrivals that brought rows."""
        return [arrival for arrival in self.past if arrival.rows][-REMEMBERED:]

    def repeats(self, arrival: Arrival) -> Arrival | None:
        """An earlier arrival with exactly these rows, in whatever order."""
        content = arrival.figures.get(("", "content"))
        same = (each for each in self.past[::-1] if each.figures.get(("", "content")) == content)
        return next(same, None) if content else None

    def before(self, arrival: Arrival) -> Arrival | None:
        """The arrival that came just before."""
        earlier = [a for a in self.past + self.new if a.arrival_id < arrival.arrival_id and a.rows]
        return max(earlier, key=lambda a: a.arrival_id) if earlier else None


def histories(con: duckdb.DuckDBPyConnection, is_whole: bool = False) -> list[History]:
    """Every table of every source that ever delivered; figures only where something new came, unless `is_whole`."""
    found: dict[tuple[str, str, str], History] = {}
    by_id: dict[int, Arrival] = {}
    for source, system, table, *rest in con.execute(
        "select arrivals.source_id, arrivals.system, arrivals.table_name, arrivals.arrival_id, "
        f"any_value(arrivals.delivered_on), any_value(arrivals.dated_by), bool_or({is_new()}), "
        "list(files.file_name order by files.file_id), list(files.file_id order by files.file_id), "
        "sum(files.rows_in_file), sum(files.rows_loaded), sum(files.rows_quarantined), "
        "sum(files.rows_with_bad_values), sum(files.rows_with_damaged_text) "
        "from gates.arrivals as arrivals "
        "inner join gates.arrival_files as members on arrivals.arrival_id = members.arrival_id "
        "inner join state.files as files on members.file_id = files.file_id "
        "group by all order by arrivals.arrival_id"
    ).fetchall():
        arrival_id, day, dated_by, is_fresh, names, ids = rest[:6]
        in_file, loaded, quarantined, bad, damaged = (int(count or 0) for count in rest[6:])
        arrival = Arrival(
            arrival_id,
            day,
            dated_by != "events",
            bool(is_fresh),
            names,
            ids,
            in_file,
            loaded,
            quarantined,
            bad,
            damaged,
        )
        history = found.setdefault((source, system, table), History(source, system, table))
        (history.new if arrival.is_new else history.past).append(arrival)
        by_id[arrival_id] = arrival
    wanted = [
        arrival.arrival_id
        for history in found.values()
        if history.new or is_whole
        for arrival in [*history.past[-2 * REMEMBERED :], *history.new]
    ]
    for arrival_id, figures in _figures(con, wanted).items():
        by_id[arrival_id].figures = figures
    return list(found.values())


def _figures(
    con: duckdb.DuckDBPyConnection, arrivals: list[int]
) -> Mapping[int, dict[tuple[str, str], dict[str, float]]]:
    figures: dict[int, dict[tuple[str, str], dict[str, float]]] = defaultdict(dict)
    for arrival_id, column, measure, category, value in con.execute(
        "select figures.arrival_id, column_name, measure, category, value from gates.figures as figures "
        "semi join (select unnest(?::bigint[]) as arrival_id) as wanted "
        "on figures.arrival_id = wanted.arrival_id",
        [arrivals],
    ).fetchall():
        figures[arrival_id].setdefault((column, measure), {})[category] = value
    return figures
