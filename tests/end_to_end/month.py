"""A month of an invented company in files, each row version on a day drawn by lot: what a test of daily loads lands.

Belongs here: who the people are, what they do, how rows are corrected, deleted, repeated and late. What must come of it
is the test's to say. Every row that can arrive in any order carries `updated_at`, as the contract asks.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Days of the month on which files land, and those on which the club sends all of its members.
DAYS = (4, 6, 10, 13, 15, 20, 27, 30)
FULL_DELIVERIES = (4, 15, 27)
PEOPLE = 24
# Of these a steward decides: they are there from the first day on, so that every month has a merge and a split.
DECIDED = (1, 2, 5, 9)
_GIVEN = ("Ann", "Bob", "Cleo", "Dov", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon", "Kim", "Lou")
_FAMILY = ("Lee", "Ray", "Oak", "Elm", "Fox", "Hay")
_CURRENCIES = ("EUR", "EUR", "EUR", "GBP", "ISK")

Record = dict[str, Any]

SOURCES = (
    "source_id,system,domain,owner,trust_tier,timezone,default_country,delivery,freshness_hours,on_failure,is_active\n"
    "crm,canonical,operational,Sales,1,UTC,GB,delta,24,stop,true\n"
    "shop,canonical,operational,Shop,2,Asia/Shanghai,GB,delta,24,stop,true\n"
    "desk,canonical,interaction,Desk,3,America/New_York,GB,delta,24,stop,true\n"
    "club,canonical,operational,Club,3,UTC,GB,full,24,stop,true\n"
)
# Iceland's crowns have no rate: their amounts stay out, counted.
RATES = "rate_date,currency,rate\n2026-05-20,EUR,1\n2026-05-20,GBP,0.8\n"


@dataclass
class Month:
    """What arrives on each day: rows by source and table."""

    seed: int
    arrivals: dict[int, dict[tuple[str, str], list[Record]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        for number in range(PEOPLE):
            self._profiles(number)
            self._deeds(number)
        self._devices()
        self._club()

    def land(self, landing: Path, days: Iterable[int], sources: tuple[str, ...]) -> None:
        """Write the files of these days."""
        for day in days:
            for (source, table), rows in self.arrivals[day].items():
                if source not in sources:
                    continue
                folder = landing / source / table
                folder.mkdir(parents=True, exist_ok=True)
                columns = sorted({name for row in rows for name in row})
                with (folder / f"{day:02}.csv").open("w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, columns)
                    writer.writeheader()
                    writer.writerows(self._dice.sample(rows, len(rows)))

    def _versions(self, source: str, table: str, *versions: Record, is_early: bool = False) -> None:
        """Versions of one row, oldest first, each on a day of its own; some twice, some deleted in the end."""
        told = list(versions)
        if self._dice.random() < 0.1 and not is_early:
            told.append({**told[-1], "is_deleted": "true"})
        at = self._dice.randrange(60)
        for number, version in enumerate(told):
            # A minute apart: the newest is the newest whatever day it comes.
            row = {**version, "updated_at": f"2026-06-{1 + number * 5:02}T10:{at:02}:00Z"}
            for _ in range(2 if self._dice.random() < 0.1 else 1):
                day = DAYS[0] if is_early else self._day()
                self.arrivals[day][source, table].append(row)

    def _day(self) -> int:
        return self._dice.choice(DAYS)

    def _profiles(self, number: int) -> None:
        """One person in up to three systems; e-mails that change join people for a while, or for good."""
        name = f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number % len(_FAMILY)]}"
        mail, born = f"p{number}@mail.com", f"19{60 + number}-02-03"
        neighbour = f"p{(number + 7) % PEOPLE}@mail.com"
        base = {"source_record_id": f"C{number}", "full_name": name, "birth_date": born}
        versions = [{**base, "email": mail, "phone": f"+44 20 7946 00{number // 2:02}"}]
        if number % 4 == 0:
            versions.append({**versions[0], "email": neighbour})
        if number % 8 == 0:
            versions.append({**versions[0], "city": "London"})
        if number % 5 == 0:
            versions.append({**versions[-1], "full_name": name.upper()})
        self._versions("crm", "profiles", *versions, is_early=number in DECIDED)
        if number % 2:
            self._versions(
                *("shop", "profiles"),
                {
                    "source_record_id": f"S{number}",
                    "given_name": name.split(maxsplit=1)[0],
                    "email": mail,
                },
            )
        if number % 3 == 0:
            record = {"source_record_id": f"D{number}", "full_name": name}
            self._versions("desk", "profiles", record)
            self._versions(
                *("desk", "identifiers"),
                {
                    **{"source_record_id": f"D{number}", "identifier_type": "external:crm"},
                    "identifier_value": f"C{number}",
                },
            )
        self._versions(
            *("crm", "consents"),
            {
                **{"source_record_id": f"C{number}", "purpose": "email", "is_granted": "true"},
                "recorded_at": "2026-01-01",
            },
        )
        self._versions(
            *("crm", "relationships"),
            {
                **{"source_record_id": f"C{number}", "role": "pays_for"},
                "related_record_id": f"C{(number + 1) % PEOPLE}",
            },
        )

    def _deeds(self, number: int) -> None:
        for deed in range(self._dice.randint(1, 4)):
            day = f"2026-0{self._dice.randint(1, 6)}-{self._dice.randint(1, 28):02}"
            key, order = f"{number}-{deed}", f"O{number}-{deed}"
            currency = self._dice.choice(_CURRENCIES)
            # Some name a profile, some carry an e-mail alone, of which some belong to nobody else.
            who: Record = self._dice.choice(
                [
                    {"customer_ref": f"S{number}"},
                    {"email": f"p{number}@mail.com"},
                    {"email": f"guest{number}@mail.com"},
                    {"customer_ref": "S999"},
                ]
            )
            ordered: Record = {
                **{"order_id": order, "ordered_at": f"{day} 09:00:00", "currency": currency},
                **{"total_amount": f"{10 + deed}.10", "status": "open", **who},
            }
            self._versions(
                *("shop", "orders", ordered),
                {**ordered, "status": "delivered", "delivered_at": f"{day} 21:00:00"},
            )
            for line in ("1", "2"):
                self._versions(
                    *("shop", "order_lines"),
                    {"order_id": order, "line_number": line, "quantity": 1, "unit_price": "5.05"},
                )
            paid: Record = {
                **{"payment_id": f"P{key}", "kind": "charge", "amount": f"{10 + deed}.10"},
                **{"currency": currency, "occurred_at": f"{day} 09:05:00", "order_id": order},
                **who,
            }
            self._versions("shop", "payments", paid)
            if deed == 1:
                # More than was paid: whatever arrives first, the refund must not exceed the charge in the end.
                refund = {**paid, "payment_id": f"R{key}", "kind": "refund", "amount": "4.00"}
                self._versions("shop", "payments", refund)
            ticket: Record = {
                **{"ticket_id": f"T{key}", "customer_ref": f"D{number}", "status": "open"},
                "opened_at": f"{day} 23:30:00",
            }
            self._versions(
                *("desk", "tickets", ticket),
                {**ticket, "status": "solved", "solved_at": f"{day} 23:59:00"},
            )
            self._versions(
                *("desk", "interactions"),
                {
                    **{"interaction_id": f"N{key}", "channel": "voice", "started_at": day},
                    **{"phone": f"020 7946 00{number // 2:02}", "device_id": f"dev-{number}"},
                },
            )
            said: Record = {
                **{"feedback_id": f"F{key}", "kind": "survey", "metric": "nps", "score": 12},
                **{"submitted_at": day, "customer_ref": f"C{number}"},
            }
            # First off its scale, then corrected; sometimes the correction comes first.
            self._versions("crm", "feedback", said, {**said, "score": deed * 3})
            self._versions(
                *("crm", "subscriptions"),
                {
                    **{"subscription_id": f"U{key}", "customer_ref": f"C{number}", "plan": "basic"},
                    **{"started_at": day, "monthly_amount": 5, "currency": "EUR"},
                },
                {
                    **{"subscription_id": f"U{key}", "customer_ref": f"C{number}", "plan": "gold"},
                    **{"started_at": day, "monthly_amount": 9, "currency": "EUR"},
                },
            )
            self._versions(
                *("crm", "invoices"),
                {
                    **{"invoice_id": f"I{key}", "customer_ref": f"C{number}", "issued_at": day},
                    **{"currency": currency, "total_amount": 7},
                },
            )

    def _devices(self) -> None:
        """Visits of devices, most before anyone logs in; every sixth device has two people."""
        for number in range(PEOPLE):
            for minute in range(4):
                login = {3: f"login-{number}"}.get(minute) if number % 3 else None
                event = {
                    **{"event_id": f"W{number}-{minute}", "device_id": f"dev-{number}"},
                    **{"occurred_at": f"2026-06-10T10:{minute * 9:02}:00Z", "name": "page_view"},
                }
                self._versions("shop", "web_events", {**event, "login_id": login or ""})
            for person in {number, number + (number % 6 == 1)}:
                self._versions(
                    *("crm", "identifiers"),
                    {
                        **{"source_record_id": f"C{person}", "identifier_type": "login_id"},
                        "identifier_value": f"login-{number}",
                    },
                )

    def _club(self) -> None:
        """All members, three times: some join, some leave, some change."""
        for turn, day in enumerate(FULL_DELIVERIES):
            at = f"2026-06-{day:02}T08:00:00Z"
            for number in range(turn, PEOPLE, 3 - turn % 2):
                key = {"source_record_id": f"K{number}", "updated_at": at}
                member = {**key, "email": f"p{number}@mail.com", "city": f"Town {turn}"}
                self.arrivals[day]["club", "profiles"].append(member)
                ticket = {"ticket_id": f"K{number}", "customer_ref": f"K{number}"}
                ticket |= {"opened_at": "2026-03-01", "status": ("open", "held", "solved")[turn]}
                self.arrivals[day]["club", "tickets"].append({**ticket, "updated_at": at})


def decisions(day: int) -> str:
    """The stewards' file as it stands on a day: one joins, one parts, one is withdrawn in the end."""
    rows = [
        (8, 31, "2026-06-08,Ada,link,crm,C1,crm,C2,asked"),
        (12, 21, "2026-06-12,Ada,link,crm,C5,crm,C9,looked alike"),
        (18, 31, "2026-06-18,Ada,unlink,crm,C3,shop,S3,two people"),
    ]
    head = "decided_at,decided_by,decision,source_id_1,source_record_id_1,source_id_2,source_record_id_2,reason"
    return "\n".join([head, *(row for first, last, row in rows if first <= day <= last), ""])
