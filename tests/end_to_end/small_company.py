"""A company of a dozen records, worked out on paper: what it lands on three days, and what was published after each.

Day 1 brings every promise of the input contract that a small file can show; day 2 merges, corrects, deletes and
arrives late; day 3 splits a customer again; on day 4 the working database and the landed files are gone, and a steward
has decided. What must come of it is the tests' to say.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

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
class SmallCompany:
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


@dataclass(frozen=True)
class Day:
    """What one day's run said, and the version it published; the next day's run publishes another."""

    version: Path
    summary: dict[str, Any]

    def ask(self, query: str) -> list[Any]:
        """The rows of a query; the values where it has one column."""
        with duckdb.connect(str(self.version), read_only=True) as con:
            rows = con.execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    @cached_property
    def customers(self) -> dict[tuple[str, str], str]:
        """Whose each record is: source and record → customer."""
        found = self.ask("select source_id, source_record_id, customer_id from identity.crosswalk")
        return {(source, record): customer for source, record, customer in found}


def published(company: SmallCompany) -> Day:
    """Run it, and what is published then."""
    summary = company.run()
    return Day((company.root / "warehouse" / "scv.duckdb").resolve(), summary)


def day(folder: Path, number: int) -> Day:
    """One day of the company that all tests share, whichever process asks for it first; the days before it come first."""
    company = SmallCompany(folder / "small_company")
    with FileLock(str(folder / "small_company.lock")):
        for each in range(1, number + 1):
            told = folder / f"small_company_day_{each}.json"
            if not told.is_file():
                found = _DAYS[each](company)
                told.write_text(json.dumps([str(found.version), found.summary]))
    version, summary = json.loads(told.read_text())
    return Day(Path(version), summary)


def _day_1(company: SmallCompany) -> Day:
    config = company.root / "config"
    config.mkdir(parents=True, exist_ok=True)
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
    shutil.copytree(company.root / "landing", company.root / "first_day", dirs_exist_ok=True)
    return published(company)


def _day_2(company: SmallCompany) -> Day:
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
    return published(company)


def _day_3(company: SmallCompany) -> Day:
    """王芳 has an address of her own again; the part that could not be read is corrected."""
    company.land("guild/profiles/d2/c.csv", "source_record_id,full_name\nG4,Gem\n")
    company.land("crm/profiles/z.csv", "source_record_id,full_name\nZ9,Zed Zane\n")
    company.land(
        "crm/profiles/p3.csv",
        "source_record_id,full_name,email,updated_at\nD1,王芳,wang.fang@mail.cn,2026-03-01\n",
    )
    return published(company)


def _day_4(company: SmallCompany) -> Day:
    """Nothing is left but what was published, and two decisions."""
    root = company.root.with_name("small_company_moved")
    for kept in ("config", "warehouse/versions", "warehouse/status.json", "warehouse/scv.duckdb"):
        source, target = company.root / kept, root / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target, follow_symlinks=False)
    (root / "landing").mkdir(parents=True, exist_ok=True)
    for decision, one, other in (("unlink", "A1", "A2"), ("link", "B1", "C1")):
        done = run_warm(
            *("identity", decision, f"crm:{one}", f"crm:{other}", "--by", "Ada", "--why", "asked"),
            *("--warehouse", root / "warehouse", "--config", root / "config"),
            cwd=root,
        )
        assert done.returncode == 0, done.stderr
    return published(SmallCompany(root))


_DAYS = {1: _day_1, 2: _day_2, 3: _day_3, 4: _day_4}
