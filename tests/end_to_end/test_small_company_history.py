"""The small company: what was known of a customer at any time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from orchestration import database
from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject
from tests.end_to_end.small_company import Day, SmallCompany


def history(day: Day, customer: str, columns: str) -> list[Any]:
    return day.ask(
        f"select cast(valid_from as varchar), {columns} from core.dim_customer_history "
        f"where customer_id = '{customer}' order by valid_from"
    )


def test_history_moves_with_the_customer(day_1: Day, day_2: Day) -> None:
    dead = day_1.customers["crm", "D1"]
    for fact in ("fct_orders", "fct_feedback", "customer_timeline"):
        assert day_2.ask(f"select count(*) from core.{fact} where customer_id = '{dead}'") == [0]


def test_history_tells_what_sources_said_at_the_time(day_1: Day, day_2: Day) -> None:
    ann = day_1.customers["crm", "A1"]
    told = history(day_1, ann, "display_name, email, profile_count, is_current")
    # The shop's clock hangs in Shanghai, so its word is the older one of the first of January.
    assert told == [
        ("2026-01-01 00:00:00", "Ann Lee", "ann.lee@mail.com", 2, False),
        ("2026-01-02 00:00:00", "Lee Ann", "ANN.LEE@mail.com", 3, True),
    ]
    # A version that came late tells of a time before; 王芳 joined her when the run of the second day saw it.
    told = history(day_2, ann, "display_name, email, profile_count, is_current")
    assert told[:3] == [
        ("2025-12-01 00:00:00", "Ann Old", "old@mail.com", 1, False),
        ("2026-01-01 00:00:00", "Ann Lee", "ann.lee@mail.com", 2, False),
        ("2026-01-02 00:00:00", "Lee Ann", "ANN.LEE@mail.com", 3, False),
    ]
    assert [row[3:] for row in told[3:]] == [(4, True)]


def test_history_of_an_ended_id_ends_with_it(day_1: Day, day_2: Day) -> None:
    wang, ann = day_1.customers["crm", "D1"], day_1.customers["crm", "A1"]
    told = history(day_2, wang, "email, is_current, merged_into")
    assert told == [
        ("2026-01-01 00:00:00", "wang.fang@mail.cn", False, ann),
        ("2026-02-01 00:00:00", "ann.lee@mail.com", False, ann),
    ]
    [end] = day_2.ask(
        f"select max(valid_to) from core.dim_customer_history where customer_id = '{wang}'"
    )
    assert day_2.ask(
        f"select valid_from from core.dim_customer_history where customer_id = '{ann}' and is_current"
    ) == [end]


def test_history_keeps_what_was_deleted(day_1: Day, day_2: Day) -> None:
    bob, kay = day_1.customers["crm", "B1"], day_1.customers["club", "K1"]
    assert history(day_2, bob, "profile_count, is_current") == [
        ("2026-01-01 00:00:00", 2, False),
        ("2026-02-01 00:00:00", 1, True),
    ]
    [(_, name, is_current)] = history(day_2, kay, "display_name, is_current")
    assert (name, is_current) == ("Kay", False)


def test_one_row_per_customer_on_any_day(any_day: Day) -> None:
    for moment in ("2026-01-01 12:00:00", "2026-02-15", "2999-01-01"):
        assert any_day.ask(
            "select customer_id from core.dim_customer_history "
            f"where valid_from <= '{moment}' and (valid_to > '{moment}' or valid_to is null) "
            "group by customer_id having count(*) > 1"
        ) == []  # fmt: skip
    assert any_day.ask(
        "select count(*) from core.dim_customer_history where is_current"
    ) == any_day.ask("select count(*) from core.dim_customer")


def test_history_kept_between_runs_is_the_one_worked_out_anew(
    small_company: SmallCompany, day_3: Day, tmp_path: Path
) -> None:
    shutil.copytree(small_company.root / "warehouse" / "build", tmp_path / "build")
    settings = Settings(
        small_company.root / "landing",
        tmp_path,
        config=small_company.root / "config",
        full_refresh=True,
    )
    nodes = DbtProject(settings).build(["int_customer_past", "dim_customer_history"])
    assert not [node.message for node in nodes if node.is_failed]
    query = "select * from core.dim_customer_history order by customer_id, valid_from"
    with database.connect(settings, read_only=True) as con:
        assert con.execute(query).fetchall() == day_3.ask(query)
