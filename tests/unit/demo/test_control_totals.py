"""The truth's figures against the files themselves, read without the project's loader."""

from __future__ import annotations

import csv
import itertools
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from orchestration.demo.catalogue import LAST_DAY
from orchestration.demo.company import SOURCES, DemoSummary
from orchestration.demo.dirt import Sheet
from orchestration.demo.sources import (
    app_reviews,
    bank,
    branch,
    contact_centre,
    ga4_export,
    hubspot,
    qualtrics,
    shop_orders,
    shopify,
    stripe,
    zendesk,
)
from orchestration.demo.totals import COUNTING
from orchestration.settings import REPOSITORY

Contracts = dict[str, dict[str, Any]]

PROFILES = {
    "zendesk": ("user", "id"),
    "shopify": ("customer", "id"),
    "stripe": ("customer", "id"),
    "hubspot": ("contact", "id"),
    "qualtrics": ("directory_contact", "id"),
    "contact_centre": ("profiles", "source_record_id"),
    "branch": ("profiles", "source_record_id"),
    "app_reviews": ("profiles", "source_record_id"),
}


@pytest.fixture(scope="module")
def facts(demo: DemoSummary) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((demo.truth / "facts.json").read_text())
    return content


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    """Per system and table: the contract as it stands beside the staging models."""
    found: Contracts = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for system in {system for _, system, *_ in SOURCES}:
        path = REPOSITORY / "models" / "staging" / system / f"_{system}__sources.yml"
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        found[system] = {table["name"]: table for table in content["sources"][0]["tables"]}
    return found


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_rows_and_files_are_counted_right(
    demo: DemoSummary, landed: Any, facts: dict[str, Any]
) -> None:
    for name, fact in facts["tables"].items():
        files = landed.files(name)
        assert len(files) == fact["files"], name
        assert sum(len(landed.frame(path)) for path in files) == fact["rows"], name
    names = {path.parent.relative_to(demo.landing).as_posix() for path in demo.landing.rglob("*.*")}
    counted = {f"{source}/control_totals" for source in COUNTING}
    assert {"/".join(name.split("/")[:2]) for name in names} == {*facts["tables"], *counted}


def test_every_row_is_live_or_accounted_for(facts: dict[str, Any]) -> None:
    for name, fact in facts["tables"].items():
        refused = fact["quarantined_raw"] + fact["quarantined_staging"]
        assert fact["rows"] == fact["live"] + fact["superseded"] + fact["deleted"] + refused, name
    for total, value in facts["totals"].items():
        assert value == sum(fact[total] for fact in facts["tables"].values())


def test_all_sources_deliver(demo: DemoSummary, landed: Any, facts: dict[str, Any]) -> None:
    delivered = {name.split("/")[0] for name in facts["tables"]}
    assert (
        delivered == {source[0] for source in SOURCES} == {p.name for p in demo.landing.iterdir()}
    )


@pytest.mark.parametrize(
    ("name", "key", "updated", "money"),
    [
        ("shopify/order", "id", "updated_at", "total_price"),
        ("branch/payments", "payment_id", "updated_at", "amount"),
        ("branch/invoices", "invoice_id", "updated_at", "paid_amount"),
    ],
)
def test_money_ties_out(
    demo: DemoSummary,
    landed: Any,
    facts: dict[str, Any],
    name: str,
    key: str,
    updated: str,
    money: str,
) -> None:
    rows = landed.newest(name, key, updated)
    if "is_deleted" in rows.columns:
        rows = rows.filter(pl.col("is_deleted") != "true")
    assert len(rows) == facts["tables"][name]["live"]
    sums: dict[str, Decimal] = {}
    for code, text in rows.select("currency", money).iter_rows():
        sums[code] = sums.get(code, Decimal(0)) + amount(text)
    told = facts["tables"][name]["amounts"][money]
    assert {code: Decimal(text) for code, text in told.items()} == sums


def test_minor_units_tie_out(demo: DemoSummary, landed: Any, facts: dict[str, Any]) -> None:
    rows = landed.newest("stripe/charge", "id", "_fivetran_synced")
    sums: dict[str, Decimal] = {}
    for code, text in rows.select("currency", "amount").iter_rows():
        sums[code.upper()] = sums.get(code.upper(), Decimal(0)) + Decimal(text) / 100
    told = facts["tables"]["stripe/charge"]["amounts"]["amount"]
    assert {code: Decimal(text) for code, text in told.items()} == sums


def test_rows_of_nobody_are_counted_right(
    demo: DemoSummary, landed: Any, facts: dict[str, Any]
) -> None:
    orders = landed.newest("shopify/order", "id", "updated_at")
    known = set(landed.table("shopify/customer")["id"])
    lost = orders.filter(
        pl.col("email").is_null()
        & (pl.col("customer_id").is_null() | ~pl.col("customer_id").is_in(known))
    )
    assert len(lost) == facts["tables"]["shopify/order"]["of_nobody"] > 0


def test_scores_off_the_scale_are_counted_right(
    demo: DemoSummary, landed: Any, facts: dict[str, Any]
) -> None:
    for name in ("contact_centre/feedback", "app_reviews/feedback"):
        rows = landed.table(name).filter(pl.col("score").is_not_null())
        wild = rows.filter(
            pl.col("score").cast(pl.Float64) > pl.col("scale_max").cast(pl.Float64)
        ).filter(pl.col("feedback_id").str.ends_with("-x"))
        assert len(wild) == facts["tables"][name]["quarantined_staging"]


def test_truth_names_every_profile_once(demo: DemoSummary, landed: Any) -> None:
    with (demo.truth / "profiles.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    truth = {(row["source_id"], row["source_record_id"]) for row in rows}
    assert len(truth) == len(rows) == demo.profiles
    for source, (name, key) in PROFILES.items():
        rows_there = landed.table(f"{source}/{name}")
        if source == "zendesk":
            rows_there = rows_there.filter(pl.col("role") == "end-user")
        ids = {
            record
            for record in rows_there[key].to_list()
            if record is not None and not record.endswith("-x")
        }
        told = {record for where, record in truth if where == source}
        assert ids == {record for record in told if not record.startswith("organization:")}, source


def test_customers_are_known_to_about_three_sources(demo: DemoSummary, landed: Any) -> None:
    assert 2.7 < demo.profiles / demo.customers < 3.4


def test_columns_are_those_of_the_contracts(
    landed: Any, facts: dict[str, Any], contracts: Contracts
) -> None:
    systems = {source: system for source, system, *_ in SOURCES}
    for name in facts["tables"]:
        source, entity = name.split("/")
        system = systems[source]
        contract = contracts[system][entity]
        known = {column["name"]: column.get("config", {}) for column in contract["columns"]}
        columns = set(landed.frame(landed.files(name)[0]).columns)
        required = {
            column for column, config in known.items() if config.get("meta", {}).get("required")
        }
        assert columns <= set(known), name
        assert required <= columns, name


def test_everything_happens_until_the_last_day_save_a_few_clock_faults(
    demo: DemoSummary, landed: Any
) -> None:
    late = 0
    checked = 0
    for name, column in (
        ("shopify/order", "created_at"),
        ("zendesk/ticket", "created_at"),
        ("ga4_export/event", "timestamp"),
        ("contact_centre/interactions", "started_at"),
        ("branch/interactions", "started_at"),
        ("qualtrics/survey_response", "recorded_date"),
    ):
        days = landed.table(name)[column].drop_nulls().str.slice(0, 10)
        real = days.filter(days.str.contains(r"^20\d\d-(0[1-9]|1[0-2])-\d\d$"))
        # Shanghai is ahead of UTC: its last day may be written as the next.
        last = "2026-07-01" if name.startswith("branch") else LAST_DAY.isoformat()
        late += int((real > last).sum())
        checked += len(real)
    assert late < checked / 1000


def test_configuration_covers_the_nine_sources(demo: DemoSummary, landed: Any) -> None:
    with (demo.config / "sources.csv").open(encoding="utf-8") as stream:
        sources = {row["source_id"]: row for row in csv.DictReader(stream)}
    assert len(sources) == 9
    assert sources["branch"]["timezone"] == "Asia/Shanghai"
    assert sources["contact_centre"]["timezone"] == "America/New_York"
    header = (REPOSITORY / "seeds" / "sources.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(next(iter(sources.values())))


def test_rates_cover_every_week_and_currency(demo: DemoSummary, landed: Any) -> None:
    with (demo.config / "exchange_rates.csv").open(encoding="utf-8") as stream:
        rates = list(csv.DictReader(stream))
    assert {row["currency"] for row in rates} == {"USD", "EUR", "GBP", "CNY", "HKD"}
    assert all(Decimal(row["rate"]) == 1 for row in rates if row["currency"] == "USD")
    days = sorted({date.fromisoformat(row["rate_date"]) for row in rates})
    assert {(b - a).days for a, b in itertools.pairwise(days)} == {7}
    assert (LAST_DAY - days[-1]).days < 7
    assert len(rates) == 5 * len(days)


def test_formats_encodings_and_delimiters_differ(demo: DemoSummary, landed: Any) -> None:
    endings = {"".join(path.suffixes[-2:]) for path in demo.landing.rglob("*.*")}
    assert any(end.endswith(".csv.gz") for end in endings)
    for wanted in (".csv", ".jsonl", ".parquet", ".xlsx"):
        assert any(end.endswith(wanted) for end in endings), wanted
    assert _bytes(demo, "branch/profiles/profiles_cn.csv").decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        _bytes(demo, "branch/profiles/profiles_cn.csv").decode("utf-8")
    assert _bytes(demo, "shopify/customer/customer.csv").startswith(b"\xef\xbb\xbf")
    assert _bytes(demo, "app_reviews/initiatives/initiatives.csv").startswith(b"\xff\xfe")
    assert b";" in _bytes(demo, "branch/payments/payments_2025.csv")
    assert "12,00" in _bytes(demo, "branch/payments/payments_2026.csv").decode()


def _bytes(demo: DemoSummary, name: str) -> bytes:
    path: Path = demo.landing / name
    return path.read_bytes()


def test_refusals_break_what_the_contract_requires(contracts: Contracts) -> None:
    systems = {source: system for source, system, *_ in SOURCES}
    modules = (zendesk, shopify, shop_orders, stripe, hubspot, qualtrics, contact_centre, branch)
    sheets = [
        value
        for module in (*modules, bank, app_reviews, ga4_export)
        for value in vars(module).values()
        if isinstance(value, Sheet)
    ]
    assert len(sheets) > 50
    for sheet in sheets:
        system = systems[sheet.source]
        contract = contracts[system][sheet.table]
        assert set(contract["config"]["meta"]["key"]) == set(sheet.key), sheet.name
        required = {
            column["name"]
            for column in contract["columns"]
            if column.get("config", {}).get("meta", {}).get("required")
        }
        for refusal in sheet.refusals:
            assert refusal.layer == "staging" or refusal.column in required, sheet.name


@pytest.mark.parametrize("source", sorted(COUNTING))
def test_what_a_source_counts_itself_is_in_its_files(landed: Any, source: str) -> None:
    told = landed.frame(landed.landing / source / "control_totals" / "control_totals.csv")
    tables = told["table_name"].unique()
    files = {path for table in tables for path in landed.files(f"{source}/{table}")}
    assert len(files) == told.select("table_name", "file_name").n_unique() > 0
    for table, name, rows, column, amount, code in told.rows():
        frame = landed.frame(landed.landing / source / table / name)
        assert rows is None or int(rows) == len(frame)
        of = frame if code is None else frame.filter(pl.col("currency").str.to_uppercase() == code)
        texts = of[column].str.replace(",", ".", literal=True).drop_nulls()
        numbers = [Decimal(text) for text in texts if text.replace(".", "").isdigit()]
        assert sum(numbers) == Decimal(amount), (table, name, column, code)
