"""The small company, through the product's own door: whose each row is, what it is worth, what was refused, and that
every row is accounted for.
"""

from __future__ import annotations

from tests.end_to_end.small_company import Day


def test_rows_of_nobody_are_kept(day_1: Day) -> None:
    assert day_1.ask("select customer_id from core.fct_orders where order_id = 'O4'") == [None]
    # The family phone leads to two customers, so it leads to none.
    assert day_1.ask(
        "select customer_id from core.fct_interactions where interaction_id = 'N2'"
    ) == [None]


def test_a_device_is_stitched_backwards_when_someone_logs_in(day_1: Day) -> None:
    ann = day_1.customers["crm", "A1"]
    assert day_1.ask(
        "select customer_id from core.fct_web_events where event_id like 'W%' order by event_id"
    ) == [ann, ann, ann, None]
    assert day_1.ask(
        "select customer_id from core.fct_interactions where interaction_id = 'N3'"
    ) == [ann]
    assert day_1.ask(
        "select event_count from core.fct_web_sessions where device_id = 'dev-1' order by started_at"
    ) == [2, 1]


def test_on_a_shared_device_a_visit_is_theirs_who_logged_in(day_1: Day) -> None:
    ann, bob = day_1.customers["crm", "A1"], day_1.customers["crm", "B1"]
    assert day_1.ask(
        "select customer_id from core.fct_web_events where device_id = 'dev-3' order by event_id"
    ) == [ann, ann, bob, bob, None, None, ann, bob]
    # The chat half an hour after the visit still belongs to it; a day later nobody knows who it was.
    assert day_1.ask(
        "select customer_id from core.fct_interactions where device_id = 'dev-3' order by interaction_id"
    ) == [bob, None]
    assert day_1.ask(
        "select customer_id from core.fct_web_sessions where device_id = 'dev-3' order by started_at"
    ) == [ann, bob, None, None]


def test_what_names_nobody_belongs_to_who_has_the_order(day_1: Day, day_3: Day) -> None:
    payments = "select customer_id from core.fct_payments where payment_id in ('P5', 'P6', 'P7') order by payment_id"
    # Someone unknown who pays for 王芳 is not 王芳.
    assert day_1.ask(payments) == [day_1.customers["crm", "D1"], None, None]
    assert day_3.ask(payments) == [day_3.customers["crm", "D1"], None, day_3.customers["crm", "Z9"]]


def test_what_was_done_before_the_first_login_is_found_when_it_comes(
    day_1: Day, day_2: Day
) -> None:
    for day, owner in ((day_1, None), (day_2, day_2.customers["crm", "B1"])):
        assert day.ask("select customer_id from core.fct_web_events where event_id = 'W4'") == [
            owner
        ]
        assert day.ask(
            "select customer_id from core.fct_interactions where interaction_id = 'N6'"
        ) == [owner]


def test_rows_of_nobody_find_their_customer_when_the_profile_comes(day_2: Day, day_3: Day) -> None:
    order = "select customer_id from core.fct_orders where order_id = 'O4'"
    zed = day_3.customers["crm", "Z9"]
    assert (day_2.ask(order), day_3.ask(order)) == ([None], [zed])
    assert day_3.ask(
        f"select order_count, cast(order_amount as varchar) from marts.customer_360 where customer_id = '{zed}'"
    ) == [(1, "32.0000")]
    unattributed = "select rows_unattributed from quality.reconciliation where entity = 'orders'"
    assert (day_2.ask(unattributed), day_3.ask(unattributed)) == ([1], [0])


def test_every_refused_row_says_why(day_1: Day) -> None:
    refused = day_1.ask(
        "select table_name, line_number, layer, reason from quality.quarantine order by all"
    )
    assert [(table, line, layer) for table, line, layer, _ in refused] == [
        ("feedback", 2, "staging"),
        ("feedback", 4, "raw"),
        ("orders", 6, "raw"),
        ("orders", 7, "staging"),
        ("payments", 5, "staging"),
        ("profiles", 12, "raw"),
    ]
    reasons = " ".join(reason for *_, reason in refused)
    for column in ("score", "kind", "ordered_at", "currency", "amount", "source_record_id"):
        assert column in reasons
    for value in ("someday", "gossip", "Nobody"):
        assert value not in reasons


def test_a_bad_optional_value_costs_only_itself(day_1: Day) -> None:
    assert day_1.ask(
        "select rows_with_bad_values from quality.files where table_name = 'profiles' and source_id = 'crm'"
    ) == [1]
    assert day_1.ask(
        f"select has_birth_date_conflict from marts.customer_360 where customer_id = '{day_1.customers['crm', 'A1']}'"
    ) == [False]


def test_times_are_utc_and_money_is_exact(day_1: Day) -> None:
    assert day_1.ask(
        "select cast(ordered_at as varchar), cast(total_amount as varchar) from core.fct_orders where order_id = 'O1'"
    ) == [("2026-01-05 02:00:00", "10.5000")]
    # The shop's clock hangs in Shanghai.
    assert day_1.ask(
        "select cast(min(observed_at) as varchar) from identity.golden_values where source_id = 'shop'"
    ) == ["2026-01-01 00:00:00"]


def test_the_360_counts_what_happened_by_the_day(day_1: Day) -> None:
    [row] = day_1.ask(
        "select order_count, cast(order_amount as varchar), cast(net_paid_amount as varchar), failed_payment_count, "
        "cast(refunded_amount as varchar), cast(last_nps_score as integer), domain_count, reporting_currency "
        f"from marts.customer_360 where customer_id = '{day_1.customers['crm', 'A1']}'"
    )
    # O1 counts; O5 was unreadable, O6 has no currency, O7 lies in the future.
    assert row == (1, "10.5000", "8.2500", 1, "2.2500", 9, 4, "GBP")


def test_amounts_are_converted_by_the_rate_of_their_day(day_1: Day) -> None:
    assert day_1.ask(
        "select cast(total_amount_reporting as varchar) from core.fct_orders where order_id = 'O4'"
    ) == ["32.0000"]
    # No rate is younger than a month by then; the row stays and says so.
    assert day_1.ask(
        "select total_amount_reporting is null from core.fct_orders where order_id = 'O7'"
    ) == [False]


def test_a_product_beyond_every_column_costs_itself_alone(day_1: Day) -> None:
    assert day_1.ask(
        "select cast(line_amount as varchar) from core.fct_order_lines order by line_number"
    ) == ["10000000000.0000", None]


def test_every_row_and_every_cent_is_accounted_for(any_day: Day) -> None:
    assert any_day.ask("select * from quality.reconciliation where rows_difference != 0") == []
    assert (
        any_day.ask("select * from quality.reconciliation_amounts where amount_difference != 0")
        == []
    )
    assert any_day.ask("select count(*) from quality.reconciliation") != [0]


def test_no_golden_value_that_nobody_sent(any_day: Day) -> None:
    assert set(any_day.ask("select email from marts.customer_360 where email is not null")) <= {
        "ann.lee@mail.com", "ANN.LEE@mail.com", "wang.fang@mail.cn", "stranger@mail.com", "old@mail.com", "info@corp.com",
    }  # fmt: skip


def test_the_newest_version_wins_and_an_older_one_never_does(day_2: Day) -> None:
    ann = day_2.customers["crm", "A1"]
    assert day_2.ask(
        f"select count(*) from identity.golden_values where customer_id = '{ann}' and attribute_value = 'Ann Old'"
    ) == [0]
    assert day_2.ask(
        "select rows_superseded from quality.reconciliation where entity = 'profiles' and source_id = 'crm'"
    ) == [3]


def test_a_deletion_leaves_core_and_is_counted(day_1: Day, day_2: Day) -> None:
    assert ("crm", "B2") not in day_2.customers
    assert day_2.customers["crm", "B1"] == day_1.customers["crm", "B1"]
    assert day_2.ask(
        "select rows_deleted from quality.reconciliation where entity = 'profiles' and source_id = 'crm'"
    ) == [1]


def test_a_key_absent_from_a_full_delivery_is_deleted(day_2: Day) -> None:
    assert ("club", "K1") not in day_2.customers
    assert ("club", "K2") in day_2.customers


def test_a_full_delivery_that_lacks_a_part_deletes_nothing_until_the_part_is_there(
    day_2: Day, day_3: Day
) -> None:
    def members(day: Day) -> set[str]:
        return {record for source, record in day.customers if source == "guild"}

    assert members(day_2) == {"G1", "G2", "G3"}
    # The part that came unchanged counts as delivered: only what no part holds is gone.
    assert members(day_3) == {"G1", "G3", "G4"}


def test_the_same_bytes_are_a_duplicate(day_2: Day) -> None:
    assert day_2.ask(
        "select source_id, file_name from quality.files where status = 'duplicate'"
    ) == [
        ("crm", "again.csv"),
        ("guild", "d2/b.csv"),
    ]
    assert day_2.summary["files"]["duplicate"] == 2


def test_a_corrected_row_that_lands_is_counted(day_2: Day) -> None:
    assert day_2.ask(
        "select cast(total_amount as varchar) from core.fct_orders where order_id = 'O5'"
    ) == ["50.0000"]


def test_a_corrected_row_leaves_the_quarantine_of_staging(day_1: Day, day_2: Day) -> None:
    refused = (
        "select count(*) from quality.quarantine where table_name = 'orders' and layer = 'staging'"
    )
    assert (day_1.ask(refused), day_2.ask(refused)) == ([1], [0])
    assert day_2.ask(
        "select rows_quarantined, rows_superseded from quality.reconciliation where entity = 'orders'"
    ) == [(1, 1)]
