"""What a source counted itself, against what arrived: through the door, the model and the gate."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.commands import load_only
from orchestration.gates.results import stop_message, stopping
from orchestration.gates.rules import GateFacts
from orchestration.settings import Settings
from orchestration.transformation.dbt import DbtProject

ORDERS = (
    "order_id,ordered_at,currency,total_amount\n"
    "O1,2026-01-05,EUR,10.10\nO2,2026-01-06,EUR,20.20\nO3,2026-01-06,gbp,5\nO4,someday,EUR,1.00\n"
)
PAYMENTS = (
    "payment_id,kind,amount,currency,occurred_at\n"
    "P1,charge,10.10,EUR,2026-01-05\nP2,charge,much,EUR,2026-01-05\n"
)
CHARGES = "id,amount,currency,created\nch_1,1010,eur,2026-01-05\nch_2,500,eur,2026-01-06\n"
HEAD = "table_name,file_name,row_count,column_name,amount,currency,updated_at,is_deleted\n"
TOTALS = HEAD + (
    # Rows and one sum in one line; the row in quarantine was sent too, and its amount can be read.
    "orders,d1/a.csv,4,total_amount,36.30,,2026-01-07,\n"
    "orders,d1/a.csv,,total_amount,31.30,eur,2026-01-07,\n"
    "orders,d1/a.csv,,total_amount,5,GBP,2026-01-07,\n"
    "payments,*,2,amount,99,,2026-01-07,\n"
    "orders,d9.csv,7,,,,2026-01-07,\n"
    "orders,d1/a.csv,,colour,7,,2026-01-07,\n"
)

Judged = dict[tuple[str, str, str, str | None], str]


class Desk:
    """A warehouse of which only the control totals are built and judged."""

    def __init__(self, home: Path) -> None:
        (home / "landing").mkdir(parents=True)
        self.settings = Settings(home / "landing", home / "warehouse", as_of=date(2026, 6, 30))
        for folder in (self.settings.dbt_target, self.settings.dbt_logs):
            folder.mkdir(parents=True)
        self.dbt = DbtProject(self.settings)

    def judge(self, **files: str) -> tuple[Judged, str]:
        """Load these files, then: each total's status, and what the gate says where it stops the run."""
        from orchestration.gates.runner import evaluate

        for name, text in files.items():
            path = self.settings.landing / name.replace("__", "/")
            path = path.with_name(path.name + ".csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        load_only(self.settings, [])
        nodes = self.dbt.build(["control_totals"])
        assert not [node.message for node in nodes if node.is_failed]
        database = self.settings.build_database
        with duckdb.connect(str(database), read_only=True) as con:
            rows = con.execute(
                "select table_name, file_name, measure, currency, status from quality.control_totals"
            ).fetchall()
            results = evaluate(
                GateFacts(
                    layer="marts",
                    run_id="r",
                    database=database,
                    con=con,
                    known={"quality.control_totals": {}},
                    accepted=frozenset(),
                    expected_rows={},
                )
            )
        stopped = stopping(results)
        message = stop_message("marts", stopped) if stopped else ""
        return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}, message


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def first(desk: Desk) -> tuple[Judged, str]:
    return desk.judge(
        shop__orders__d1__a=ORDERS,
        shop__payments__p=PAYMENTS,
        shop__control_totals__t=TOTALS,
        stripe__charge__c=CHARGES,
        stripe__control_totals__t="table_name,file_name,row_count,column_name,amount\ncharge,c.csv,2,amount,1510\n",
    )


def test_what_arrived_as_it_was_counted_agrees(first: tuple[Judged, str]) -> None:
    statuses, message = first
    for key in (
        ("orders", "d1/a.csv", "rows", None),
        ("orders", "d1/a.csv", "total_amount", None),
        ("orders", "d1/a.csv", "total_amount", "EUR"),
        ("orders", "d1/a.csv", "total_amount", "GBP"),
        ("payments", "*", "rows", None),
    ):
        assert statuses[key] == "agrees", key
    assert message == ""


def test_a_known_system_may_send_totals_too(first: tuple[Judged, str]) -> None:
    assert first[0]["charge", "c.csv", "rows", None] == "agrees"
    assert first[0]["charge", "c.csv", "amount", None] == "agrees"


def test_what_cannot_be_compared_is_shown_and_stops_nothing(first: tuple[Judged, str]) -> None:
    statuses, _ = first
    assert statuses["payments", "*", "amount", None] == "unreadable"
    assert statuses["orders", "d9.csv", "rows", None] == "waiting"
    assert statuses["orders", "d1/a.csv", "colour", None] == "unknown"


def test_a_cent_and_a_row_too_few_stop_the_run(desk: Desk, first: tuple[Judged, str]) -> None:
    statuses, message = desk.judge(
        shop__orders__d2=ORDERS.replace("O", "R"),
        shop__control_totals__t2=HEAD + "orders,d2.csv,5,total_amount,36.31,,2026-01-08,\n",
    )
    assert statuses["orders", "d2.csv", "rows", None] == "differs"
    assert statuses["orders", "d2.csv", "total_amount", None] == "differs"
    assert statuses["orders", "d1/a.csv", "rows", None] == "agrees"
    for part in (
        "arrived_as_the_source_counted",
        "shop",
        "d2.csv",
        "total_amount",
        "36.31",
        "36.30",
    ):
        assert part in message, part
    # The source sends one total anew and takes the other back.
    statuses, message = desk.judge(
        shop__control_totals__t3=HEAD
        + "orders,d2.csv,4,,,,2026-01-09,\norders,d2.csv,,total_amount,,,2026-01-09,true\n",
    )
    assert message == ""
    assert ("orders", "d2.csv", "total_amount", None) not in statuses


def test_a_file_that_comes_again_whole_takes_the_place_of_its_first_half(
    desk: Desk, first: tuple[Judged, str]
) -> None:
    half = "invoice_id,issued_at,currency,total_amount\nI1,2026-01-05,EUR,10\n"
    _, message = desk.judge(
        shop__invoices__i=half,
        shop__control_totals__t4=HEAD + "invoices,i.csv,2,total_amount,30,,2026-01-08,\n",
    )
    assert "i.csv" in message
    statuses, message = desk.judge(shop__invoices__i=half + "I2,2026-01-05,EUR,20\n")
    assert message == ""
    assert statuses["invoices", "i.csv", "total_amount", None] == "agrees"
