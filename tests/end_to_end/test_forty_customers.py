"""Forty customers whose 360 was worked out on paper (`tests/fixtures/forty/`), through the product's own door.

`expected.csv` says cell by cell what the definitions make of the landed rows, and how: it is changed by thinking, never by
copying what came out.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.hand_metrics import Metrics
from tests.warm import run_warm

FORTY = Path(__file__).parents[1] / "fixtures" / "forty"
AS_OF = "2024-05-29"
LISTS = {"sources", "consents_granted", "consents_withdrawn"}

Ask = Callable[[str], list[dict[str, Any]]]


def paper(name: str) -> list[dict[str, str]]:
    with (FORTY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("forty")
    done = run_warm(
        *("run", "--json", "--as-of", AS_OF, "--landing", FORTY / "landing"),
        *("--warehouse", root / "warehouse", "--config", FORTY / "config"),
        cwd=root,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return root / "warehouse"


@pytest.fixture(scope="module")
def ask(warehouse: Path) -> Iterator[Ask]:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as connection:

        def rows(query: str) -> list[dict[str, Any]]:
            answer = connection.execute(query)
            names = [column[0] for column in answer.description or []]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

        yield rows


def is_same(expected: str, found: Any, column: str) -> bool:
    if expected == "null" or found is None:
        return expected == "null" and found is None
    if column in LISTS:
        return set(expected.split(",")) == {part.strip() for part in str(found).split(",")}
    if isinstance(found, bool):
        return expected == str(found).lower()
    if isinstance(found, float):
        return abs(found - float(expected)) < 1e-9
    if isinstance(found, int | Decimal):
        return Decimal(expected) == found
    if isinstance(found, datetime):
        return datetime.fromisoformat(expected) == found
    return expected == (found.isoformat() if isinstance(found, date) else found)


def test_every_figure_is_the_one_on_paper(ask: Ask) -> None:
    customers = {
        f"{row['source_id']}:{row['source_record_id']}": row
        for row in ask(
            "select crosswalk.source_id, source_record_id, customer_360.* "
            "from identity.crosswalk inner join marts.customer_360 using (customer_id)"
        )
    }
    customers |= {f"email:{row['email']}": row for row in ask("from marts.customer_360")}
    wrong = [
        f"{line['customer']} {line['column']}: {customers[line['customer']][line['column']]}, "
        f"on paper {line['expected']} ({line['how']})"
        for line in paper("expected.csv")
        if not is_same(
            line["expected"], customers[line["customer"]][line["column"]], line["column"]
        )
    ]
    assert wrong == []


def test_there_are_forty_of_them(ask: Ask) -> None:
    assert ask("select count(*) as customers from marts.customer_360") == [{"customers": 40}]
    assert len({line["customer"] for line in paper("expected.csv")}) == 40


def test_every_row_is_where_paper_puts_it(ask: Ask) -> None:
    found = {
        (row["entity"], row["source_id"]): row
        for row in ask("from quality.reconciliation where rows_difference = 0")
    }
    wrong = [
        f"{line['entity']} of {line['source_id']}: {column} {found[key][column]}, "
        f"on paper {count} ({line['how']})"
        for line in paper("expected_rows.csv")
        for key in [(line["entity"], line["source_id"])]
        for column, count in line.items()
        if column.startswith("rows_") and int(count) != found[key][column]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("measure", "by", "expected"),
    [
        # V3701 V3702 V3704 and V101 are sent in May 2024, V3703 a year before; V3704 is answered the day after.
        ("survey_invitations", "sent_at", {"2023-05": 1, "2024-05": 4}),
        ("answered_invitations", "sent_at", {"2023-05": 1, "2024-05": 2}),
        # T1102 T1104 T1106 of Kurt Lang, and TX01 of nobody.
        ("open_tickets", "opened_at", {"2024-05": 4}),
        # T1001; T101; T1101 and T1102: T1106 is answered the day after.
        ("hours_to_first_response", "opened_at", {"2023-10": 0.25, "2024-03": 1, "2024-05": 3}),
        ("solved_tickets", "opened_at", {"2023-10": 1, "2024-02": 1, "2024-03": 1, "2024-05": 1}),
        # Of Tina Urban I2002; I2006; I2003; I2004 and I2009 less 10, and half of I2301 of the firm in dollars.
        ("open_invoice_amount", "issued_at", {"2024-03": 150, "2024-04": 140, "2024-05": 220}),
        # O1201 alone; O1203 is cancelled in June.
        ("cancelled_orders", "ordered_at", {"2024-05": 1}),
        # O102 and O1405.
        ("late_deliveries", "ordered_at", {"2024-04": 1, "2024-05": 1}),
    ],
)  # fmt: skip
def test_metrics_by_month_are_those_on_paper(
    warehouse: Path, measure: str, by: str, expected: dict[str, float]
) -> None:
    with duckdb.connect(str(warehouse / "scv.duckdb"), read_only=True) as con:
        relation, expression = Metrics(con).measures[measure]
        found = con.execute(
            f"select strftime({by}, '%Y-%m'), {expression} from {relation} group by 1"
        ).fetchall()
    assert {month: value for month, value in found if value} == expected
