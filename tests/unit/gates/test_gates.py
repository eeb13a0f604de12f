"""Every gate passes a sound warehouse and stops on what is certainly wrong, naming keys and never values."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from orchestration.gates.arrivals import TABLES as BOOKS
from orchestration.gates.results import CheckResult, stop_message, stopping
from orchestration.gates.rules import GateFacts

_SOUND = f"""
{BOOKS}
create schema state; create schema raw; create schema staging; create schema identity; create schema core;
create schema marts; create schema quality;
create table state.runs (run_id varchar, started_at timestamp, outcome varchar);
create table state.files (
    file_id bigint, run_id varchar, source_id varchar, system varchar, table_name varchar, file_name varchar,
    status varchar, rows_in_file bigint, rows_loaded bigint, rows_quarantined bigint
);
insert into state.runs values ('r1', timestamp '2026-01-01', 'running');
insert into state.files values (1, 'r1', 'crm', 'canonical', 'profiles', 'p.csv', 'loaded', 3, 2, 1);
create table raw.canonical__profiles (source_record_id varchar, email varchar, _file_id bigint);
insert into raw.canonical__profiles values ('A1', 'ann@example.org', 1), ('A2', 'bob@example.org', 1);
create table staging.profiles_versions as
    select 'crm' as source_id, *, 'live' as _outcome, null::varchar as _reject_reason from raw.canonical__profiles;
create table staging.profiles as select * from staging.profiles_versions;
create table identity.customers (customer_id varchar, is_live boolean, merged_into varchar);
insert into identity.customers values ('c1', true, null), ('c0', false, 'c1');
create table identity.crosswalk as select source_id, source_record_id, 'c1' as customer_id from staging.profiles;
create table identity.decisions as
    select 'd1' as decision_id, 'link' as decision, 'in force' as status, null as status_reason,
        'c1' as customer_id_1, 'c1' as customer_id_2;
create table core.dim_customer as select customer_id from identity.customers where is_live;
create table core.fct_orders as
    select 'crm' as source_id, 'o1' as order_id, 'c1' as customer_id, timestamp '2026-01-01' as ordered_at,
        10.5::decimal(18, 4) as total_amount_reporting, 10.5::decimal(18, 4) as total_amount,
        false as is_cancelled;
create table marts.customer_360 as
    select 'c1' as customer_id, 1 as order_count, 10.5::decimal(38, 4) as order_amount, date '2026-06-30' as as_of_date;
create table quality.reconciliation as
    select 'orders' as entity, 'crm' as source_id, 1 as rows_landed, 0 as rows_difference;
create table quality.reconciliation_amounts as
    select 'orders' as entity, 'crm' as source_id, 'total_amount' as column_name, 'GBP' as currency,
        0::decimal(38, 4) as amount_difference;
"""


def judged(
    tmp_path: Path,
    layer: str,
    *damage: str,
    accepted: Iterable[str] = (),
    is_whole: bool = True,
) -> list[CheckResult]:
    from orchestration.gates.runner import evaluate

    path = tmp_path / "scv.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(_SOUND)
        for statement in damage:
            con.execute(statement)
        names = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
        ).fetchall()
    with duckdb.connect(str(path), read_only=True) as con:
        facts = GateFacts(
            layer=layer,
            run_id="r1",
            database=path,
            con=con,
            known={name: {} for (name,) in names},
            accepted=frozenset(accepted),
            is_whole=is_whole,
            expected_rows={"marts.customer_360": 1, "identity.customers": 2},
        )
        return evaluate(facts)


@pytest.mark.parametrize("layer", ["raw", "staging", "identity", "core", "marts", "published"])
def test_a_sound_warehouse_passes(tmp_path: Path, layer: str) -> None:
    results = judged(tmp_path, layer)
    assert results, "a gate without checks guards nothing"
    assert stopping(results) == []


@pytest.mark.parametrize(
    ("layer", "damage", "check", "key"),
    [
        (
            "raw",
            "update state.files set rows_loaded = 1",
            "every_row_is_loaded_or_quarantined",
            "file_name=p.csv",
        ),
        (
            "raw",
            "delete from raw.canonical__profiles where source_record_id = 'A2'",
            "tables_hold_every_row_of_their_files_once",
            "rows_held=1",
        ),
        (
            "raw",
            "insert into raw.canonical__profiles values ('A9', 'eve@example.org', 99)",
            "tables_hold_every_row_of_their_files_once",
            "file_id=99",
        ),
        (
            "staging",
            "delete from staging.profiles_versions where source_record_id = 'A1'",
            "every_raw_row_became_one_version",
            "rows_in_staging=1",
        ),
        (
            "identity",
            "delete from identity.crosswalk where source_record_id = 'A1'",
            "every_profile_belongs_to_a_customer",
            "source_record_id=A1",
        ),
        (
            "identity",
            "update identity.crosswalk set customer_id = 'c0'",
            "customer_of_a_profile_lives",
            "customer_id=c0",
        ),
        (
            "identity",
            "insert into identity.customers values ('c2', true, null)",
            "live_customer_has_a_profile",
            "customer_id=c2",
        ),
        (
            "identity",
            "insert into identity.customers values ('c2', false, 'c3'), ('c3', false, 'c2')",
            "merged_customer_leads_to_the_last_one",
            "customer_id=c2",
        ),
        (
            "identity",
            "update identity.decisions set decision = 'unlink'",
            "unlinked_profiles_are_apart",
            "decision_id=d1",
        ),
        (
            "core",
            "delete from core.dim_customer",
            "every_live_customer_is_here",
            "customer_id=c1",
        ),
        (
            "core",
            "update core.fct_orders set customer_id = 'c0'",
            "customer_of_a_fact_is_live",
            "customer_id=c0",
        ),
        (
            "marts",
            "update quality.reconciliation set rows_difference = 1",
            "rows_balance",
            "entity=orders",
        ),
        (
            "marts",
            "update quality.reconciliation_amounts set amount_difference = 0.0001",
            "amounts_balance",
            "currency=GBP",
        ),
        (
            "marts",
            "update marts.customer_360 set order_amount = 10.49",
            "order_amount_ties_out_with_fct_orders",
            "total_in_360=10.4900",
        ),
        (
            "marts",
            "insert into marts.customer_360 values ('c9', 0, 0, date '2026-06-30')",
            "only_live_customers_are_here",
            "customer_id=c9",
        ),
        (
            "published",
            "insert into marts.customer_360 values ('c9', 0, 0, date '2026-06-30')",
            "every_relation_holds_the_rows_as_built",
            "relation=marts.customer_360",
        ),
    ],
)
def test_what_is_certainly_wrong_stops(
    tmp_path: Path, layer: str, damage: str, check: str, key: str
) -> None:
    failed = stopping(judged(tmp_path, layer, damage))
    assert check in [result.check_name for result in failed]
    message = stop_message(layer, failed)
    assert key in message
    assert "@example.org" not in message


def test_a_relation_that_is_missing_fails_its_checks(tmp_path: Path) -> None:
    failed = stopping(judged(tmp_path, "published", "drop table marts.customer_360"))
    assert failed
    assert all("could not be" in result.observed for result in failed)


def test_refused_files_and_quarantined_rows_are_shown_and_do_not_stop(tmp_path: Path) -> None:
    results = judged(
        tmp_path,
        "raw",
        "insert into state.files values (2, 'r1', 'crm', 'canonical', 'orders', 'o.csv', 'refused', 5, 0, 0)",
    )
    assert stopping(results) == []
    warned = {result.check_name for result in results if result.is_warning}
    assert warned == {"no_file_refused", "no_row_quarantined"}


def test_a_check_that_somebody_accepted_is_shown_and_does_not_stop(tmp_path: Path) -> None:
    damage = (
        "insert into gates.judged values ('volume_drop', 'raw.canonical__profiles', 'crm', 'profiles', '', 1, 'error', "
        "0.5, 0.75, 0.6, 'about 2,000 rows', '1,000 rows', ['file=p.csv'])"
    )
    (failed,) = stopping(judged(tmp_path, "raw", damage))
    assert (failed.relation, failed.source_id) == ("raw.canonical__profiles", "crm")
    assert (failed.expected, failed.sample_keys) == ("about 2,000 rows", ("file=p.csv",))
    for number, accepted in enumerate(("volume_drop", "volume_drop@crm")):
        (tmp_path / str(number)).mkdir()
        results = judged(tmp_path / str(number), "raw", damage, accepted=[accepted])
        assert stopping(results) == []
        assert [result.observed for result in results if "accepted" in result.observed]
    (tmp_path / "other").mkdir()
    assert stopping(judged(tmp_path / "other", "raw", damage, accepted=["volume_drop@shop"]))


def test_yesterdays_file_under_a_new_name_is_shown(tmp_path: Path) -> None:
    file = "insert into state.files values ({}, 'r1', 'crm', 'canonical', 'profiles', '{}', 'duplicate', 3, 0, 0)"
    results = judged(tmp_path, "raw", file.format(2, "p.csv"), file.format(3, "new.csv"))
    (again,) = [result for result in results if result.check_name == "no_file_came_again"]
    assert again.is_warning, again.observed
    assert again.sample_keys == ("source_id=crm, table_name=profiles, file_name=new.csv",)


@pytest.mark.parametrize(("is_whole", "is_stopped"), [(True, True), (False, False)])
def test_between_weekly_looks_only_tables_that_something_came_for_are_counted(
    tmp_path: Path, is_whole: bool, is_stopped: bool
) -> None:
    damage = (
        "delete from raw.canonical__profiles where source_record_id = 'A2'",
        "insert into gates.arrivals values (1, 'r0', 'crm', 'canonical', 'profiles', '2026-01-01', 'run', true, 'earlier')",
        "insert into gates.arrival_files values (1, 1)",
    )
    failed = stopping(judged(tmp_path, "raw", *damage, is_whole=is_whole))
    assert bool(failed) is is_stopped


def test_a_table_that_something_came_for_is_counted_every_day(tmp_path: Path) -> None:
    damage = (
        "delete from raw.canonical__profiles where source_record_id = 'A2'",
        "insert into gates.arrivals values (1, 'r1', 'crm', 'canonical', 'profiles', '2026-01-01', 'run', true, null)",
        "insert into gates.arrival_files values (1, 1)",
    )
    assert stopping(judged(tmp_path, "raw", *damage, is_whole=False))


def test_more_refunded_than_paid_is_shown(tmp_path: Path) -> None:
    results = judged(
        tmp_path,
        "core",
        """
        create table core.fct_payments as
            select * from (values
                ('shop', 'o1', 'c1', 'EUR', 'charge', 10.5, true), ('shop', 'o1', 'c1', 'EUR', 'refund', 6.0, true),
                ('shop', 'o1', 'c1', 'EUR', 'refund', 9.0, false), ('shop', 'o2', 'c1', 'EUR', 'charge', 5.0, true),
                ('shop', 'o2', 'c1', 'EUR', 'refund', 5.0, true), ('shop', 'o2', 'c1', 'EUR', 'refund', 0.01, true)
            ) as paid (source_id, order_id, customer_id, currency, kind, amount, is_settled)
        """,
    )
    [found] = [r for r in results if r.check_name == "no_more_is_refunded_than_was_paid"]
    assert found.is_warning
    assert stopping(results) == []
    assert "order_id=o2" in str(found.sample_keys)
    assert "order_id=o1" not in str(found.sample_keys)
