"""A company of three sources that deliver every day, in raw tables made by the engine: a month costs seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import duckdb

from orchestration.gates.arrivals import mark_published
from orchestration.gates.judging import Rulebook, judge_arrivals
from orchestration.gates.thresholds import Thresholds, default_thresholds
from orchestration.ingestion import state
from orchestration.ingestion.contracts import Contracts
from orchestration.ingestion.sources import Source, Sources
from orchestration.running import record
from orchestration.settings import REPOSITORY

FIRST = date(2026, 9, 1)  # A Tuesday.
SOURCES = {
    "shop": ("orders", 900),
    "desk": ("interactions", 700),
    "bank": ("payments", 400),
}
_ROWS = {
    "orders": """
        select '{source}-{day}-' || i as order_id, 'c' || cast(random() * 5000 as int) as customer_ref,
            case when random() < .8 then 'Zoë{day}' || i || '@example.org' end as email,
            timestamp '{day}' + interval (cast(sqrt(random()) * 86000 as int)) second as ordered_at,
            case when random() < .85 then 'paid' when random() < .7 then 'open' else 'cancelled' end as status,
            case when random() < .6 then 'web' when random() < .6 then 'app' else 'branch' end as channel,
            'EUR' as currency, exp(3 + random() * 2)::decimal(18, 4) as total_amount
        from range({rows}) as r(i)
    """,
    "interactions": """
        select '{source}-{day}-' || i as interaction_id, 'c' || cast(random() * 5000 as int) as customer_ref,
            case when random() < .4 then 'voice' when random() < .6 then 'email' else 'chat' end as channel,
            timestamp '{day}' + interval (28800 + cast(random() * 36000 as int)) second as started_at,
            case when random() < .5 then 'Grüße aus Köln' else 'hello' end as text,
            cast(random() * 400 as bigint) as handle_seconds
        from range({rows}) as r(i)
    """,
    "payments": """
        select '{source}-{day}-' || i as payment_id, 'c' || cast(random() * 5000 as int) as customer_ref,
            case when random() < .9 then 'charge' else 'refund' end as kind,
            exp(3 + random() * 2)::decimal(18, 4) as amount, case when random() < .9 then 'EUR' else 'GBP' end as currency,
            timestamp '{day}' + interval (cast(random() * 86000 as int)) second as occurred_at,
            case when random() < .9 then 'card' else 'transfer' end as method
        from range({rows}) as r(i)
    """,
}


@dataclass
class Company:
    """Its landing, day by day; what it brings may be spoilt by SQL over the rows of one source."""

    con: duckdb.DuckDBPyConnection
    contracts: Contracts
    random: Random
    names_days: bool = True
    thresholds: Thresholds = field(default_factory=default_thresholds)
    sources: Sources = field(default_factory=lambda: Sources({}))
    holidays: Mapping[date, frozenset[str]] = field(default_factory=dict)
    growth: float = 1.01
    noise: float = 0.12
    weekend: float = 0.45
    as_of: date | None = None
    files: int = 0

    def __post_init__(self) -> None:
        self.con.execute(f"select setseed({self.random.random()})").fetchall()
        state.ensure(self.con, self.contracts)
        record.prepare(self.con)

    def rows_of(self, source: str, day: date) -> int:
        around = SOURCES[source][1] * self.growth ** (day - FIRST).days
        if day.weekday() >= 5:
            around *= self.weekend
        return int(around * self.random.uniform(1 - self.noise, 1 + self.noise))

    def live(
        self, day: date, spoilt: Mapping[str, str] | None = None, **rows: int
    ) -> dict[str, str]:
        """One run of one day; returns the checks that do not pass with their verdicts, as `source: check`."""
        run = f"r{self.files:06}"
        facts = {"as_of": self.as_of or day}
        record.begin(self.con, run, facts, run)
        for source, (table, _) in SOURCES.items():
            self.land(
                run,
                source,
                table,
                day,
                rows.get(source, self.rows_of(source, day)),
                (spoilt or {}).get(source),
            )
        rules = Rulebook(
            self.contracts, self.sources, self.thresholds, self.holidays, self.as_of or day
        )
        judge_arrivals(self.con, rules)
        found = {
            f"{source}: {check}": verdict
            for source, check, verdict in self.con.execute(
                "select source_id, check_name, max(verdict) filter (where verdict <> 'pass') as worst "
                "from (select source_id, check_name, case verdict when 'error' then 'stop' else verdict end as verdict "
                "from gates.judged) group by all having worst is not null order by all"
            ).fetchall()
        }
        if "stop" not in found.values():
            mark_published(self.con, run)
            record.update(self.con, run, {"outcome": "published", "version": run})
        else:
            record.update(self.con, run, {"outcome": "stopped"})
        return found

    def land(
        self, run: str, source: str, table: str, day: date, rows: int, spoilt: str | None
    ) -> None:
        made = f"({_ROWS[table].format(source=source, day=day, rows=rows)})"
        self.con.execute(
            f"create or replace temp table made as {(spoilt or 'select * from made').replace('from made', f'from {made}')}"
        ).fetchall()
        if not rows:
            return
        self.files += 1
        name = f"{day}.csv" if self.names_days else f"{self.files}.csv"
        columns = ", ".join(c[0] for c in self.con.execute("describe made").fetchall())
        self.con.execute(
            f"insert into raw.canonical__{table} ({columns}, _source_id, _file_id, _file_row, _loaded_at) "
            f"select *, '{source}', {self.files}, row_number() over (), timestamp '{day}' from made"
        ).fetchall()
        damaged = "false" if table != "interactions" else "contains(text, 'Ã')"
        self.con.execute(
            "insert into state.files (file_id, run_id, source_id, system, table_name, file_name, status, rows_in_file, "
            "rows_loaded, rows_quarantined, rows_with_bad_values, rows_with_damaged_text, loaded_at) "
            f"select {self.files}, '{run}', '{source}', 'canonical', '{table}', '{name}', 'loaded', count(*), count(*), "
            f"0, 0, count(*) filter ({damaged.join(('where ', ''))}), now()::timestamp from made"
        ).fetchall()

    def past(self, days: int) -> date:
        """Good days; returns the day after them."""
        for number in range(days):
            day = FIRST + timedelta(number)
            found = self.live(day)
            assert "stop" not in found.values(), (day, found)
        return FIRST + timedelta(days)


def company(seed: int = 1, **how: object) -> Company:
    """A company before its first day."""
    from orchestration.ingestion.contracts import load_contracts

    whole = load_contracts(REPOSITORY)
    system = whole.systems["canonical"]
    tables = {name: system.tables[name] for name, _ in SOURCES.values()}
    contracts = Contracts({"canonical": type(system)("canonical", tables)})
    con = duckdb.connect()
    con.execute("set threads = 1").fetchall()
    return Company(con, contracts, Random(seed), **how)  # type: ignore[arg-type]


__all__ = ["FIRST", "Company", "Source", "company"]
