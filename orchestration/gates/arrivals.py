"""Arrivals: what one table of one source brought in one run for one day, in books of the gates' own.

Everything here can be made again from raw and `state.files`, so it is not saved with a version. An arrival is new until
a run that judged it has published: what a stopped run brought is judged again by the next.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb

TABLES = """
create schema if not exists gates;
create table if not exists gates.arrivals (
    arrival_id bigint, run_id varchar, source_id varchar, system varchar, table_name varchar, delivered_on date,
    dated_by varchar, is_measured boolean, published_in varchar
);
create table if not exists gates.whole_checks (checked_at timestamp);
create table if not exists gates.arrival_files (file_id bigint, arrival_id bigint);
create table if not exists gates.figures (
    arrival_id bigint, column_name varchar, measure varchar, category varchar, value double
);
create table if not exists gates.judged (
    check_name varchar, relation varchar, source_id varchar, table_name varchar, column_name varchar,
    arrival_id bigint, verdict varchar, measured double, warn_at double, fail_at double, expected varchar,
    observed varchar, keys varchar[]
);
"""

# 2026-11-05, 20261105, 2026/11/05 or 2026_11_05 in a name, whatever time follows.
_DAY = (
    r"(?:^|[^0-9])(20[0-9]{2})[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12][0-9]|3[01])"
    r"(?:[^0-9]|$|[0-9]{4,6}(?:[^0-9]|$))"
)

_ASSIGN = f"""
insert into gates.arrivals
with fresh as (
    select
        files.*, runs.as_of, runs.started_at,
        regexp_extract(files.file_name, '{_DAY}', ['y', 'm', 'd']) as parts
    from state.files as files
    left join state.runs as runs on files.run_id = runs.run_id
    anti join gates.arrival_files as known on files.file_id = known.file_id
    where files.status = 'loaded'
),
dated as (
    select *, try_cast(parts.y || '-' || parts.m || '-' || parts.d as date) as named_day from fresh
),
published as (
    select
        max(started_at) filter (where outcome = 'published') as last_at,
        (select count(*) = 0 from gates.arrivals) as is_begun
    from state.runs
)
select
    min(file_id), run_id, source_id, system, table_name,
    coalesce(any_value(named_day), any_value(as_of), cast(min(loaded_at) as date)),
    case when any_value(named_day) is not null then 'name' else 'run' end,
    false,
    -- Where the books are begun, what was published before is history; a file that is let in later is new.
    case when any_value(started_at) <= any_value(last_at) and any_value(is_begun) then 'earlier' end
from dated cross join published
group by run_id, source_id, system, table_name, named_day
order by 1
"""

_FILES = """
insert into gates.arrival_files
select files.file_id, arrivals.arrival_id
from (
    select file_id, run_id, source_id, system, table_name, status,
        try_cast(parts.y || '-' || parts.m || '-' || parts.d as date) as named_day
    from (select *, regexp_extract(file_name, '{day}', ['y', 'm', 'd']) as parts from state.files)
) as files
inner join gates.arrivals as arrivals
    on files.run_id is not distinct from arrivals.run_id and files.source_id = arrivals.source_id
    and files.system = arrivals.system and files.table_name = arrivals.table_name
    and files.named_day is not distinct from
        case when arrivals.dated_by = 'name' then arrivals.delivered_on end
anti join gates.arrival_files as known on files.file_id = known.file_id
where files.status = 'loaded' and not arrivals.is_measured
order by 1
"""


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the books where they are missing, and enter every file that has loaded since."""
    con.execute(TABLES).fetchall()
    con.execute("begin").fetchall()
    # What was set aside is no arrival until it is released.
    con.execute(
        "delete from gates.arrival_files where file_id not in "
        "(select file_id from state.files where status = 'loaded')"
    ).fetchall()
    con.execute(
        "delete from gates.arrivals where arrival_id not in "
        "(select arrival_id from gates.arrival_files)"
    ).fetchall()
    con.execute(
        "delete from gates.figures where arrival_id not in (select arrival_id from gates.arrivals)"
    ).fetchall()
    con.execute(_ASSIGN).fetchall()
    con.execute(_FILES.format(day=_DAY)).fetchall()
    con.execute("commit").fetchall()


_BY_EVENTS = """
update gates.arrivals set delivered_on = events.day, dated_by = 'events'
from (
    select arrival_id, cast(make_timestamp(cast(arg_min(middle, (spread, column_name)) * 3600000000 as bigint)) as date) as day
    from (
        select
            arrival_id, column_name,
            max(value) filter (where category = 'p50') as middle,
            max(value) filter (where category = 'p95') - max(value) filter (where category = 'p05') as spread
        from gates.figures where measure = 'hours' group by all
    )
    where spread <= 36 group by arrival_id
) as events
where events.arrival_id = arrivals.arrival_id and arrivals.dated_by = 'run' and arrivals.arrival_id in (
    select arrival_id from (
        select arrival_id, runs.as_of, lag(runs.as_of) over (
            partition by source_id, system, table_name order by arrival_id
        ) as as_of_before
        from gates.arrivals as each left join state.runs as runs on each.run_id = runs.run_id
    )
    where as_of is not distinct from as_of_before
)
"""


def date_by_events(con: duckdb.DuckDBPyConnection) -> None:
    """Several arrivals of one table that runs count from the same day: their events say which day each is of."""
    con.execute(_BY_EVENTS).fetchall()


def mark_published(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """What a run judged and publishes is history from now on."""
    con.execute(TABLES).fetchall()
    con.execute(
        "update gates.arrivals set published_in = ? where published_in is null", [run_id]
    ).fetchall()
    if is_whole_due(con):
        con.execute("insert into gates.whole_checks values (?)", [_now()]).fetchall()


def is_whole_due(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a week has gone since all tables were looked at, not only those that something came for."""
    return not con.execute(
        "select 1 from gates.whole_checks where checked_at between ? and ?",
        [_now() - timedelta(days=7), _now() + timedelta(hours=1)],
    ).fetchall()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def is_new(alias: str = "arrivals") -> str:
    """SQL condition: no published run has judged the arrival. A run may have died between its note and its swap."""
    return (
        f"({alias}.published_in is null or ({alias}.published_in <> 'earlier' and {alias}.published_in not in "
        "(select run_id from state.runs where outcome = 'published')))"
    )
