"""A company of a dozen records, worked out on paper, through the product's own door: three days of deliveries.

Day 1 brings every promise of the input contract that a small file can show; day 2 merges, corrects, deletes and
arrives late; day 3 splits a customer again; on day 4 the working database and the landed files are gone, and a steward
has decided.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject
from tests.warm import run_warm

PROFILES = """\
source_record_id,full_name,email,phone,birth_date,country,updated_at,loyalty_tier
A1,Ann Lee,ann.lee@mail.com,+44 20 7946 0001,1980-02-29,GB,2026-01-01,gold
A2,Lee Ann,ANN.LEE@mail.com ,,1985-13-24,GB,2026-01-02,
B1,Bob Ray,,+44 20 7946 0002,,GB,2026-01-01,
B2,Ray Bob,,0044 20 7946 0002,,,2026-01-01,
C1,Cid Ray,,020 7946 0002,,GB,2026-01-01,
D1,王芳,wang.fang@mail.cn,,1990-05-01,CN,2026-01-01,
T1,Tess Ting,test@test.com,,,GB,2026-01-01,
T2,Ted Tong,test@test.com,,,GB,2026-01-01,
I1,Ivy Oak,info@corp.com,,,GB,2026-01-01,
I2,Ike Elm,info@corp.com,,,GB,2026-01-01,
,Nobody,nobody@mail.com,,,GB,2026-01-01,
"""

ORDERS = """\
order_id;customer_ref;email;ordered_at;currency;total_amount
O1;A1;;2026-01-05T10:00:00+08:00;GBP;10,50
O2;;wang.fang@mail.cn;2026-01-06;GBP;20
O3;;stranger@mail.com;2026-01-07;GBP;30
O4;Z9;;2026-01-08;EUR;40
O5;A1;;someday;GBP;50
O6;A2;;2026-01-09;Euro;60
O7;A2;;2027-01-01;GBP;70
"""

FEEDBACK = [
    {
        "feedback_id": "F1",
        "customer_ref": "A1",
        "kind": "survey",
        "metric": "nps",
        "score": 9,
        "submitted_at": "2026-02-01",
    },
    {
        "feedback_id": "F2",
        "customer_ref": "A1",
        "kind": "survey",
        "metric": "nps",
        "score": 11,
        "submitted_at": "2026-02-02",
    },
    {
        "feedback_id": "F3",
        "email": "wang.fang@mail.cn",
        "kind": "review",
        "text": "很好",
        "submitted_at": 1769990400,
    },
    {"feedback_id": "F4", "customer_ref": "A1", "kind": "gossip", "submitted_at": "2026-02-02"},
]

PAYMENTS = """\
payment_id,customer_ref,kind,amount,currency,occurred_at,status,order_id
P1,A1,charge,10.50,GBP,2026-01-05,succeeded,
P2,A1,refund,2.25,GBP,2026-01-06,succeeded,
P3,A1,charge,99,GBP,2026-01-07,failed,
P4,A1,charge,-5,GBP,2026-01-07,succeeded,
P5,,charge,20,GBP,2026-01-06,succeeded,O2
P6,Y7,charge,20,GBP,2026-01-06,succeeded,O2
P7,,charge,40,EUR,2026-01-08,succeeded,O4
"""

ORDER_LINES = """\
order_id,line_number,quantity,unit_price
O1,1,100000,100000
O1,2,99999999999999,99999999999999
"""

INTERACTIONS = """\
interaction_id,customer_ref,phone,device_id,channel,started_at
N1,B1,,,voice,2026-01-05
N2,,+442079460002,,voice,2026-01-06
N3,,,dev-1,web,2026-01-07
N4,,,dev-3,chat,2026-01-08T20:35:00Z
N5,,,dev-3,chat,2026-01-09T10:10:00Z
N6,,,dev-2,chat,2026-01-06
"""

WEB_EVENTS = """\
event_id,device_id,login_id,occurred_at,name
W1,dev-1,,2026-01-07T10:00:00Z,page_view
W2,dev-1,ann-login,2026-01-07T10:10:00Z,login
W3,dev-1,,2026-01-07T11:00:00Z,page_view
W4,dev-2,,2026-01-07T10:00:00Z,page_view
X1,dev-3,,2026-01-08T10:00:00Z,page_view
X2,dev-3,ann-login,2026-01-08T10:20:00Z,login
X3,dev-3,,2026-01-08T20:00:00Z,page_view
X4,dev-3,bob-login,2026-01-08T20:10:00Z,login
X5,dev-3,,2026-01-09T10:00:00Z,page_view
X6,dev-3,,2026-01-10T10:00:00Z,page_view
X7,dev-3,ann-login,2026-01-10T10:01:00Z,login
X8,dev-3,bob-login,2026-01-10T10:02:00Z,login
"""

IDENTIFIERS = """\
source_record_id,identifier_type,identifier_value
S1,external:crm,A1
A1,login_id,ann-login
B1,login_id,bob-login
"""


@dataclass(frozen=True)
class Company:
    root: Path

    def land(self, path: str, text: str) -> None:
        target = self.root / "landing" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run(self) -> dict[str, Any]:
        done = run_warm(
            *("run", "--json", "--as-of", "2026-06-30", "--landing", self.root / "landing"),
            *("--warehouse", self.root / "warehouse", "--config", self.root / "config"),
            cwd=self.root,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(tmp_path_factory.mktemp("company"))
    config = company.root / "config"
    config.mkdir()
    (config / "sources.csv").write_text(
        "source_id,system,domain,owner,trust_tier,timezone,default_country,delivery,freshness_hours,on_failure,is_active\n"
        "crm,canonical,operational,Sales,1,UTC,GB,delta,24,stop,true\n"
        "shop,canonical,operational,Shop,2,Asia/Shanghai,GB,delta,24,stop,true\n"
        "club,canonical,operational,Club,3,UTC,GB,full,24,stop,true\n"
        "guild,canonical,operational,Guild,3,UTC,GB,full,24,stop,true\n"
    )
    (config / "exchange_rates.csv").write_text(
        "rate_date,currency,rate\n2026-01-01,EUR,1\n2026-01-01,GBP,0.8\n"
    )
    company.land("crm/profiles/p.csv", PROFILES)
    company.land("crm/identifiers/i.csv", IDENTIFIERS.replace("S1,external:crm,A1\n", ""))
    company.land("crm/orders/o.csv", ORDERS)
    company.land("crm/payments/p.csv", PAYMENTS)
    company.land("crm/order_lines/l.csv", ORDER_LINES)
    company.land(
        "crm/feedback/f.jsonl",
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in FEEDBACK),
    )
    company.land("crm/interactions/n.csv", INTERACTIONS)
    company.land("crm/web_events/w.csv", WEB_EVENTS)
    company.land(
        "shop/profiles/p.csv",
        "source_record_id,full_name,created_at\nS1,A. Lee,2026-01-01 08:00:00\n",
    )
    company.land(
        "shop/identifiers/i.csv",
        "source_record_id,identifier_type,identifier_value\nS1,external:crm,A1\n",
    )
    company.land("club/profiles/p.csv", "source_record_id,full_name\nK1,Kay\nK2,Kim\n")
    company.land("guild/profiles/d1/a.csv", "source_record_id,full_name\nG1,Gus\nG2,Gil\n")
    company.land("guild/profiles/d1/b.csv", "source_record_id,full_name\nG3,Gia\n")
    shutil.copytree(company.root / "landing", company.root / "first_day")
    return company


@dataclass(frozen=True)
class Day:
    """What one day's published warehouse answered, kept because the next day's run replaces it."""

    ask: Callable[[str], list[Any]]
    summary: dict[str, Any]
    customers: dict[tuple[str, str], str]


def publish(company: Company) -> Day:
    summary = company.run()
    version = (company.root / "warehouse" / "scv.duckdb").resolve()

    def ask(query: str) -> list[Any]:
        with duckdb.connect(str(version), read_only=True) as connection:
            rows = connection.execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    customers = {
        (source, record): customer
        for source, record, customer in ask(
            "select source_id, source_record_id, customer_id from identity.crosswalk"
        )
    }
    return Day(ask, summary, customers)


@pytest.fixture(scope="module")
def day_1(company: Company) -> Day:
    return publish(company)


@pytest.fixture(scope="module")
def day_2(company: Company, day_1: Day) -> Day:
    """A bridge between Ann and 王芳, a correction, a deletion, a late row, a full delivery, yesterday's file again."""
    company.land(
        "crm/profiles/p2.csv",
        "source_record_id,full_name,email,updated_at,is_deleted\n"
        "D1,王芳,ann.lee@mail.com,2026-02-01,\n"
        "B2,Ray Bob,,2026-02-01,true\n"
        "A1,Ann Old,old@mail.com,2025-12-01,\n",
    )
    company.land("crm/profiles/again.csv", PROFILES)
    company.land(
        "crm/orders/o2.csv",
        "order_id,customer_ref,ordered_at,currency,total_amount\n"
        "O5,A1,2026-01-08,GBP,50\nO6,A2,2026-01-09,EUR,60\n",
    )
    company.land(
        "crm/web_events/w2.csv",
        "event_id,device_id,login_id,occurred_at,name\nW5,dev-2,bob-login,2026-02-01,login\n",
    )
    company.land("club/profiles/p2.csv", "source_record_id,full_name\nK2,Kim\n")
    # A full delivery in three parts: one changed, one as it was, one that cannot be read.
    company.land("guild/profiles/d2/a.csv", "source_record_id,full_name\nG1,Gus Grey\n")
    company.land("guild/profiles/d2/b.csv", "source_record_id,full_name\nG3,Gia\n")
    company.land("guild/profiles/d2/c.csv", "id,full_name\nG4,Gem\n")
    return publish(company)


@pytest.fixture(scope="module")
def day_3(company: Company, day_2: Day) -> Day:
    """王芳 has an address of her own again; the part that could not be read is corrected."""
    company.land("guild/profiles/d2/c.csv", "source_record_id,full_name\nG4,Gem\n")
    company.land("crm/profiles/z.csv", "source_record_id,full_name\nZ9,Zed Zane\n")
    company.land(
        "crm/profiles/p3.csv",
        "source_record_id,full_name,email,updated_at\nD1,王芳,wang.fang@mail.cn,2026-03-01\n",
    )
    return publish(company)


@pytest.fixture(scope="module")
def day_4(company: Company, day_3: Day, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Nothing is left but what was published, and two decisions."""
    root = tmp_path_factory.mktemp("moved")
    for kept in ("config", "warehouse/versions", "warehouse/status.json", "warehouse/scv.duckdb"):
        source, target = company.root / kept, root / kept
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target, follow_symlinks=False)
    (root / "landing").mkdir()
    for decision, one, other in (("unlink", "A1", "A2"), ("link", "B1", "C1")):
        done = run_warm(
            *("identity", decision, f"crm:{one}", f"crm:{other}", "--by", "Ada", "--why", "asked"),
            *("--warehouse", root / "warehouse", "--config", root / "config"),
            cwd=root,
        )
        assert done.returncode == 0, done.stderr
    return publish(Company(root))


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


@pytest.fixture(params=["day_1", "day_2", "day_3", "day_4"])
def any_day(request: pytest.FixtureRequest) -> Iterator[Day]:
    yield request.getfixturevalue(request.param)


def test_every_row_and_every_cent_is_accounted_for(any_day: Day) -> None:
    assert any_day.ask("select * from quality.reconciliation where rows_difference != 0") == []
    assert (
        any_day.ask("select * from quality.reconciliation_amounts where amount_difference != 0")
        == []
    )
    assert any_day.ask("select count(*) from quality.reconciliation") != [0]


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


def test_no_golden_value_that_nobody_sent(any_day: Day) -> None:
    assert set(any_day.ask("select email from marts.customer_360 where email is not null")) <= {
        "ann.lee@mail.com", "ANN.LEE@mail.com", "wang.fang@mail.cn", "stranger@mail.com", "old@mail.com", "info@corp.com",
    }  # fmt: skip


def test_a_merge_keeps_one_id_and_the_other_leads_to_it(day_1: Day, day_2: Day) -> None:
    ann, wang = day_1.customers["crm", "A1"], day_1.customers["crm", "D1"]
    assert day_2.customers["crm", "D1"] == day_2.customers["crm", "A1"] == ann
    assert day_2.ask(
        f"select is_live, merged_into from identity.customers where customer_id = '{wang}'"
    ) == [(False, ann)]
    assert ("merged", wang, ann) in day_2.ask(
        "select event_type, customer_id, other_customer_id from identity.events"
    )


def test_history_moves_with_the_customer(day_1: Day, day_2: Day) -> None:
    dead = day_1.customers["crm", "D1"]
    for fact in ("fct_orders", "fct_feedback", "customer_timeline"):
        assert day_2.ask(f"select count(*) from core.{fact} where customer_id = '{dead}'") == [0]


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


def history(day: Day, customer: str, columns: str) -> list[Any]:
    return day.ask(
        f"select cast(valid_from as varchar), {columns} from core.dim_customer_history "
        f"where customer_id = '{customer}' order by valid_from"
    )


def test_the_order_of_rows_and_files_changes_no_id(
    company: Company, day_1: Day, tmp_path: Path
) -> None:
    shutil.copytree(company.root / "config", tmp_path / "config")
    shuffled = Company(tmp_path)
    first_day = company.root / "first_day"
    for number, path in enumerate(sorted(first_day.rglob("*.*"), reverse=True)):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [] if path.suffix == ".jsonl" else lines[:1]
        place = path.relative_to(first_day).with_name(f"{number}{path.suffix}")
        shuffled.land(str(place), "".join(head + lines[len(head) :][::-1]))
    assert publish(shuffled).customers == day_1.customers


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
    company: Company, day_3: Day, tmp_path: Path
) -> None:
    shutil.copytree(company.root / "warehouse" / "build", tmp_path / "build")
    settings = Settings(
        company.root / "landing",
        tmp_path,
        config=company.root / "config",
        full_refresh=True,
    )
    nodes = DbtProject(settings).build(["int_customer_past", "dim_customer_history"])
    assert not [node.message for node in nodes if node.is_failed]
    query = "select * from core.dim_customer_history order by customer_id, valid_from"
    with duckdb.connect(str(settings.build_database), read_only=True) as con:
        assert con.execute(query).fetchall() == day_3.ask(query)


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


def test_a_dry_run_foretells_what_the_run_does_and_touches_nothing(
    company: Company, day_3: Day, day_4: Day, tmp_path: Path
) -> None:
    config, warehouse = tmp_path / "config", company.root / "warehouse"
    shutil.copytree(company.root / "config", config)
    (config / "identity_decisions.csv").write_text(
        "decided_at,decided_by,decision,source_id_1,source_record_id_1,source_id_2,source_record_id_2,reason\n"
        "2026-06-30,Ada,unlink,crm,A1,crm,A2,asked\n2026-06-30,Ada,link,crm,B1,crm,C1,asked\n"
    )
    files = {path: path.stat() for path in warehouse.rglob("*") if path.is_file()}
    done = run_warm(
        *("identity", "diff", "--json", "--warehouse", warehouse, "--config", config), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    after = {path: path.stat() for path in warehouse.rglob("*") if path.is_file()}
    changed = {path.name for path in files | after if files.get(path) != after.get(path)}
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
