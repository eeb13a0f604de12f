"""Days on which a source goes wrong are stopped, by the check that says what went wrong; good days never are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from orchestration.gates.thresholds import Threshold
from orchestration.ingestion.sources import Sources
from tests.unit.gates.days import FIRST, Company, Source, company

# A history that ends on a Thursday: the next day is like most others.
DAYS = 17


@pytest.fixture(scope="module")
def lived() -> Company:
    """Seventeen good days."""
    made = company(seed=7)
    made.past(DAYS)
    return made


def kept(name: str) -> str:
    return name.replace(".", "_kept_")


@pytest.fixture
def past(lived: Company) -> Iterator[Company]:
    """The same past for every test: what it does is undone."""
    keep = ("gates.arrivals", "gates.arrival_files", "gates.figures", "state.files", "state.runs")
    for name in keep:
        lived.con.execute(f"create or replace table {kept(name)} as from {name}").fetchall()
    last, files = (
        lived.con.execute("select max(file_id) from state.files").fetchall()[0][0],
        lived.files,
    )
    yield lived
    for name in keep:
        lived.con.execute(f"delete from {name}").fetchall()
        lived.con.execute(f"insert into {name} from {kept(name)}").fetchall()
    for (name,) in lived.con.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw'"
    ).fetchall():
        lived.con.execute(f"delete from raw.{name} where _file_id > {last}").fetchall()
    lived.files = files


TODAY = FIRST + timedelta(DAYS)


def stopped(found: dict[str, str]) -> set[str]:
    return {name for name, verdict in found.items() if verdict == "stop"}


@pytest.mark.parametrize(
    ("source", "spoilt", "check"),
    [
        ("shop", "select * from made where hash(order_id) % 2 = 0", "volume_drop"),
        ("shop", "select * from (from made union all from made)", "volume_rise"),
        ("shop", "select * from (from made union all from made)", "duplicate_rise"),
        ("shop", "select * replace (ordered_at + interval 5 hour as ordered_at) from made", "time_shift"),
        ("desk", "select * replace (started_at - interval 2 hour as started_at) from made", "time_shift"),
        ("shop", "select * replace (ordered_at + interval 2 hour as ordered_at) from made", "clock_shift"),
        ("shop", "select * replace (ordered_at - interval 2 hour as ordered_at) from made", "clock_shift"),
        # Over many days: nothing but the hour of the day tells.
        ("desk", "select * replace (started_at + interval 2 hour - interval (cast(random() * 9 as int)) day as started_at) from made", "clock_shift"),
        ("bank", "select * replace (occurred_at - interval 3 day as occurred_at) from made", "time_shift"),
        ("desk", "select * from made where channel <> 'email'", "category_gone"),
        ("desk", "select * replace (replace(channel, 'email', 'chat') as channel) from made", "category_gone"),
        ("desk", "select * replace (replace(channel, 'email', 'E-Mail') as channel) from made", "category_new"),
        ("shop", "select * replace (if(random() < .7, 'branch', channel) as channel) from made", "category_shift"),
        ("shop", "select * replace (total_amount * 100 as total_amount) from made", "value_shift"),
        ("bank", "select * replace (if(random() < .5, amount * 100, amount) as amount) from made", "value_shift"),
        ("bank", "select * replace (amount / 100 as amount) from made", "value_shift"),
        ("desk", "select * replace (replace(replace(text, 'ü', 'Ã¼'), 'ö', 'Ã¶') as text) from made", "damaged_text_rise"),
        ("desk", "select * replace (replace(replace(replace(text, 'ü', '?'), 'ö', '?'), 'ß', '?') as text) from made", "foreign_letters_gone"),
        ("shop", "select * replace (null::varchar as email) from made", "null_rise"),
    ],
)  # fmt: skip
def test_a_bad_day_is_stopped(past: Company, source: str, spoilt: str, check: str) -> None:
    found = past.live(TODAY, {source: spoilt})
    assert f"{source}: {check}" in stopped(found)
    # Of the sources that are well nothing is said.
    assert {name.partition(":")[0] for name in stopped(found)} == {source}


def test_the_hour_of_daylight_saving_is_shown_and_never_stops(past: Company) -> None:
    winter = "select * replace (started_at + interval 1 hour as started_at) from made"
    found = past.live(TODAY, {"desk": winter})
    assert found["desk: clock_shift"] == "warn"
    assert not stopped(found)


def test_a_million_rows_late_are_stopped_as_what_they_are(past: Company) -> None:
    late = "select * replace (occurred_at - interval (40 + cast(random() * 200 as int)) day as occurred_at) from made"
    found = past.live(TODAY, {"bank": late}, bank=20_000)
    assert found["bank: volume_rise"] == "stop"
    assert found["bank: late_rows"] == "warn"


def test_rows_that_came_late_among_as_many_as_usual_are_shown(past: Company) -> None:
    late = "select * replace (if(random() < .4, occurred_at - interval 9 day, occurred_at) as occurred_at) from made"
    found = past.live(TODAY, {"bank": late})
    assert found == {"bank: late_rows": "warn"}


def test_yesterdays_rows_in_another_order_are_shown(past: Company) -> None:
    yesterday = past.files - 2
    made = past.con.execute(
        "describe (select * exclude (_source_id, _file_id, _file_row, _loaded_at, _extra) from raw.canonical__orders)"
    ).fetchall()
    assert made
    past.con.execute(
        "create or replace table again as select * exclude (_source_id, _file_id, _file_row, _loaded_at, _extra) "
        f"from raw.canonical__orders where _file_id = {yesterday} order by hash(order_id)"
    ).fetchall()
    found = past.live(TODAY, {"shop": "with m as (select * from made limit 0) select * from again"})
    assert found["shop: repeated_file"] == "warn"
    assert not {name for name in stopped(found) if "volume" in name}


@pytest.mark.parametrize("seed", [11, 12])
def test_thirty_good_days_are_never_stopped(seed: int) -> None:
    """Weekends, growth, noise, a holiday that all sources keep, a missed day, a small source."""
    made = company(seed, noise=0.15, growth=1.015, weekend=0.35 + 0.1 * (seed % 3))
    holiday = FIRST + timedelta(20)
    for number in range(30):
        day = FIRST + timedelta(number)
        rows = {}
        if day == holiday:
            rows = {source: made.rows_of(source, day) // 3 for source in ("shop", "desk", "bank")}
        if number == 15:
            rows = {"bank": 0}
        found = made.live(day, **rows)
        assert not stopped(found), day
        assert not [name for name in found if "clock_shift" in name], day


def test_a_holiday_of_the_calendar_is_no_fault_of_the_one_source_that_keeps_it(
    past: Company,
) -> None:
    fewer = {"shop": past.rows_of("shop", TODAY) // 3}
    assert stopped(past.live(TODAY, **fewer)) == {"shop: volume_drop"}
    past.holidays = {TODAY + timedelta(1): frozenset({"DE"})}
    past.sources = Sources({"shop": Source("shop", default_country="DE")})
    past.con.execute("delete from gates.arrivals where published_in is null").fetchall()
    past.con.execute(
        "delete from gates.arrival_files where arrival_id not in (select arrival_id from gates.arrivals)"
    ).fetchall()
    past.con.execute(
        "delete from state.files where file_id > (select max(file_id) from gates.arrival_files)"
    ).fetchall()
    assert not stopped(past.live(TODAY + timedelta(1), **fewer))
    past.holidays, past.sources = {}, Sources({})


def test_a_day_that_went_to_quarantine_whole_is_shown(past: Company) -> None:
    run = f"r{past.files:06}"
    past.con.execute(
        "insert into state.files (file_id, run_id, source_id, system, table_name, file_name, status, rows_in_file, "
        f"rows_loaded, rows_quarantined, loaded_at) values (9000, '{run}', 'bank', 'canonical', 'payments', '{TODAY}.csv', "
        "'loaded', 400, 0, 400, now()::timestamp)"
    ).fetchall()
    assert past.live(TODAY, bank=0) == {"bank: quarantined_rise": "warn"}


def test_a_first_run_and_seven_arrivals_are_judged_by_nothing() -> None:
    made = company(seed=3)
    made.past(7)
    spoilt = {"shop": "select * replace (total_amount * 100 as total_amount) from made limit 100"}
    assert made.live(FIRST + timedelta(7), spoilt) == {}


def test_what_was_stopped_is_judged_again_until_it_is_published(past: Company) -> None:
    half = "select * from made where hash(order_id) % 2 = 0"
    assert "shop: volume_drop" in stopped(past.live(TODAY, {"shop": half}))
    assert "shop: volume_drop" in stopped(past.live(TODAY + timedelta(1)))


def test_days_that_nobody_names_are_told_by_their_events() -> None:
    made = company(seed=5, names_days=False, as_of=date(2026, 11, 22))
    made.past(16)
    half = "select * from made where hash(order_id) % 2 = 0"
    shifted = "select * replace (started_at - interval 6 hour as started_at) from made"
    found = made.live(FIRST + timedelta(16), {"shop": half, "desk": shifted})
    assert {"shop: volume_drop", "desk: time_shift"} <= stopped(found)


def test_a_companys_own_threshold_decides_for_the_table_it_names(past: Company) -> None:
    rows = {**past.thresholds.rows, ("volume_drop", "shop", "orders", ""): Threshold(0.3, 0.1)}
    default, past.thresholds = past.thresholds, type(past.thresholds)(rows)
    half = "select * from made where hash(order_id) % 2 = 0"
    assert not stopped(past.live(TODAY, {"shop": half}))
    past.thresholds = default


def test_a_level_counts_only_where_somebody_set_it(past: Company) -> None:
    rows = {**past.thresholds.rows, ("null_share", "shop", "orders", "email"): Threshold(None, 0.1)}
    default, past.thresholds = past.thresholds, type(past.thresholds)(rows)
    assert stopped(past.live(TODAY)) == {"shop: null_share"}
    past.thresholds = default


def test_findings_name_keys_and_no_personal_value(past: Company) -> None:
    past.live(
        TODAY,
        {
            "shop": "select * replace (null::varchar as email, total_amount * 100 as total_amount) from made"
        },
    )
    rows = past.con.execute(
        "select check_name, expected, observed, keys from gates.judged where verdict = 'error'"
    ).fetchall()
    keys = {check: keys for check, _, _, keys in rows}
    assert all(key.startswith("order_id=shop-") for key in keys["null_rise"])
    assert len(keys["value_shift"]) == 20
    assert "@example.org" not in str(rows)
    figures = past.con.execute("select distinct category from gates.figures").fetchall()
    assert "@example.org" not in str(figures)


def test_freshness_counts_from_the_last_arrival_and_only_where_a_limit_is_set(
    past: Company,
) -> None:
    past.sources = Sources(
        {"shop": Source("shop", freshness_hours=24), "never": Source("never", freshness_hours=1)}
    )
    found = past.live(TODAY + timedelta(3), shop=0)
    past.sources = Sources({})
    assert found["shop: freshness"] == "warn"
    assert not any(name.startswith("never") for name in found)


def test_the_books_can_be_made_again_from_raw(past: Company) -> None:
    before = past.con.execute("select * from gates.figures order by all").fetchall()
    past.con.execute("drop schema gates cascade").fetchall()
    half = "select * from made where hash(order_id) % 2 = 0"
    assert "shop: volume_drop" in stopped(past.live(TODAY, {"shop": half}))
    after = past.con.execute(
        "select figures.* from gates.figures where arrival_id <= (select max(arrival_id) from gates.arrivals where published_in is not null) "
        "and measure <> 'repeated' order by all"
    ).fetchall()
    assert after == [row for row in before if row[2] != "repeated"]
