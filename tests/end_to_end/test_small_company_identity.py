"""The small company: who is whom, and ids that last through merges, splits, loss and a steward's decisions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.end_to_end.small_company import Day, SmallCompany, published
from tests.warm import run_warm


def test_names_in_both_orders_and_a_shared_email_are_one_customer(day_1: Day) -> None:
    assert (
        day_1.customers["crm", "A1"]
        == day_1.customers["crm", "A2"]
        == day_1.customers["shop", "S1"]
    )


def test_a_shared_family_phone_joins_one_name_only(day_1: Day) -> None:
    assert day_1.customers["crm", "B1"] == day_1.customers["crm", "B2"]
    assert day_1.customers["crm", "C1"] != day_1.customers["crm", "B1"]


def test_test_addresses_and_shared_mailboxes_join_nobody(day_1: Day) -> None:
    assert len({day_1.customers["crm", key] for key in ("T1", "T2", "I1", "I2")}) == 4


def test_an_email_that_exists_only_on_an_order_is_a_customer(day_1: Day) -> None:
    [(record, customer)] = day_1.ask(
        "select source_record_id, customer_id from identity.crosswalk where source_record_id like 'derived:%'"
    )
    assert record.startswith("derived:email:")
    assert day_1.ask("select customer_id from core.fct_orders where order_id = 'O3'") == [customer]


def test_an_email_that_a_profile_has_finds_that_profile(day_1: Day) -> None:
    assert day_1.ask("select customer_id from core.fct_orders where order_id = 'O2'") == [
        day_1.customers["crm", "D1"]
    ]
    assert day_1.ask("select customer_id from core.fct_feedback where feedback_id = 'F3'") == [
        day_1.customers["crm", "D1"]
    ]


def test_a_merge_keeps_one_id_and_the_other_leads_to_it(day_1: Day, day_2: Day) -> None:
    ann, wang = day_1.customers["crm", "A1"], day_1.customers["crm", "D1"]
    assert day_2.customers["crm", "D1"] == day_2.customers["crm", "A1"] == ann
    assert day_2.ask(
        f"select is_live, merged_into from identity.customers where customer_id = '{wang}'"
    ) == [(False, ann)]
    assert ("merged", wang, ann) in day_2.ask(
        "select event_type, customer_id, other_customer_id from identity.events"
    )


def test_a_split_leaves_the_id_with_the_larger_part(day_2: Day, day_3: Day) -> None:
    assert day_3.customers["crm", "A1"] == day_2.customers["crm", "A1"]
    assert day_3.customers["crm", "D1"] != day_2.customers["crm", "A1"]
    assert [day_3.customers["crm", "D1"]] == day_3.ask(
        "select customer_id from core.fct_orders where order_id = 'O2'"
    )


def test_untouched_records_never_change_their_id(day_1: Day, day_3: Day) -> None:
    untouched = [("crm", key) for key in ("A1", "A2", "B1", "C1", "T1", "T2", "I1", "I2")] + [
        ("shop", "S1"),
        ("club", "K2"),
    ]
    assert {key: day_3.customers[key] for key in untouched} == {
        key: day_1.customers[key] for key in untouched
    }


def test_ids_form_no_cycle(day_3: Day) -> None:
    assert (
        day_3.ask(
            "select dead.customer_id from identity.customers as dead left join identity.customers as survivor "
            "on dead.merged_into = survivor.customer_id where dead.merged_into is not null and not survivor.is_live"
        )
        == []
    )


def test_the_order_of_rows_and_files_changes_no_id(
    small_company: SmallCompany, day_1: Day, tmp_path: Path
) -> None:
    shutil.copytree(small_company.root / "config", tmp_path / "config")
    shuffled = SmallCompany(tmp_path)
    first_day = small_company.root / "first_day"
    for number, path in enumerate(sorted(first_day.rglob("*.*"), reverse=True)):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [] if path.suffix == ".jsonl" else lines[:1]
        place = path.relative_to(first_day).with_name(f"{number}{path.suffix}")
        shuffled.land(str(place), "".join(head + lines[len(head) :][::-1]))
    assert published(shuffled).customers == day_1.customers


def test_one_live_customer_per_profile_and_one_row_per_live_customer(any_day: Day) -> None:
    assert (
        any_day.ask(
            "select crosswalk.* from identity.crosswalk left join identity.customers using (customer_id) where is_live is not true"
        )
        == []
    )
    assert any_day.ask(
        "select count(*), count(distinct customer_id) from marts.customer_360"
    ) == any_day.ask("select count(*), count(*) from identity.customers where is_live")


def test_what_was_lost_is_restored_and_no_id_changes(day_3: Day, day_4: Day) -> None:
    assert set(day_4.customers) == set(day_3.customers)
    decided = {("crm", "A2"), ("crm", "B1"), ("crm", "C1")}
    assert {key: value for key, value in day_4.customers.items() if key not in decided} == {
        key: value for key, value in day_3.customers.items() if key not in decided
    }
    for table in (
        "quality.quarantine",
        "quality.files",
        "core.fct_orders",
        "core.fct_interactions",
    ):
        assert day_4.ask(f"select count(*) from {table}") == day_3.ask(
            f"select count(*) from {table}"
        )
    history = "select count(*) from identity.events where occurred_at <= ?"
    [last] = day_3.ask("select cast(max(occurred_at) as varchar) from identity.events")
    assert day_4.ask(history.replace("?", f"timestamp '{last}'")) == day_3.ask(
        "select count(*) from identity.events"
    )


def test_what_a_steward_decided_holds_and_is_told(day_3: Day, day_4: Day) -> None:
    assert (
        day_4.customers["crm", "A1"] == day_3.customers["crm", "A1"] != day_4.customers["crm", "A2"]
    )
    assert day_4.customers["crm", "B1"] == day_4.customers["crm", "C1"]
    assert day_4.ask(
        "select decision, status, decided_by from identity.decisions order by decision"
    ) == [("link", "in force", "Ada"), ("unlink", "in force", "Ada")]
    told = day_4.ask(
        "select event_type, rule_id, reason from identity.events "
        f"where run_id = '{day_4.summary['run_id']}' order by event_type"
    )
    assert [(kind, rule) for kind, rule, _ in told] == [
        ("merged", "decision"),
        ("split", "decision"),
    ]
    assert all("Ada" in reason and "asked" in reason for *_, reason in told)


def written(folder: Path) -> set[tuple[Path, tuple[int, int, int]]]:
    """Every file with what only writing changes; other tests may read it meanwhile."""
    states = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {(p, (each.st_ino, each.st_size, each.st_mtime_ns)) for p, each in states.items()}


def test_a_dry_run_foretells_what_the_run_does_and_touches_nothing(
    small_company: SmallCompany, day_3: Day, day_4: Day, tmp_path: Path
) -> None:
    config, warehouse = tmp_path / "config", small_company.root / "warehouse"
    shutil.copytree(small_company.root / "config", config)
    (config / "identity_decisions.csv").write_text(
        "decided_at,decided_by,decision,source_id_1,source_record_id_1,source_id_2,source_record_id_2,reason\n"
        "2026-06-30,Ada,unlink,crm,A1,crm,A2,asked\n2026-06-30,Ada,link,crm,B1,crm,C1,asked\n"
    )
    files = written(warehouse)
    done = run_warm(
        *("identity", "diff", "--json", "--warehouse", warehouse, "--config", config), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    changed = {path.name for path, _ in files ^ written(warehouse)}
    assert changed <= {".lock"}
    moved = {key for key in day_3.customers if day_3.customers[key] != day_4.customers[key]}
    told = {
        tuple(name.split(":")): change["to_customer_id"]
        for change in found["largest_changes"]
        for name in change["profiles"]
    }
    assert told == {key: day_4.customers[key] for key in moved}
    assert found["records_moved"] == len(moved)
    assert (found["customers_split"], found["customers_merged"]) == (1, 1)
    assert (found["customers_new"], found["customers_gone"]) == (1, 1)
    assert all("asked" in change["reason"] for change in found["largest_changes"])
