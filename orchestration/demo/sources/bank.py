"""The bank side of the branches: accounts, payments, loans, visits and written complaints.

Who these customers are stands in branch.py.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo import catalogue
from orchestration.demo.catalogue import (
    ACCOUNT_PLANS,
    BRANCHES,
    DAY,
    EMPLOYEES,
    END,
    MONTHLY_FEES,
    START,
    TOPICS,
)
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.draws import Ints, expanded, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.needs import BRANCH
from orchestration.demo.persons import gathered
from orchestration.demo.places import CURRENCIES, UNITS_PER_DOLLAR
from orchestration.demo.sources.branch import STYLE, ZONE
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    happened,
    instant,
    nobody,
    text_of,
)
from orchestration.demo.texts import composed

STEPS = (
    ("application", "front_office"),
    ("document_check", "back_office"),
    ("decision", "back_office"),
    ("payout", "back_office"),
)
KINDS = ("charge", "fee", "fee", "penalty", "credit", "fee")
DESCRIPTIONS = (
    "transfer service",
    "monthly account fee",
    "overdraft fee",
    "late payment penalty",
    "interest",
    "cheque book",
)
REFERENCE_PERCENT = (90, 80, 45, 30, 100, 12)
SUBSCRIPTIONS = Sheet(
    "branch",
    "subscriptions",
    ("subscription_id",),
    Layout("csv", "|"),
    zone=ZONE,
    updated="updated_at",
    money={"monthly_amount": "currency"},
)
PAYMENTS = Sheet(
    "branch",
    "payments",
    ("payment_id",),
    Layout("csv", ";", decimal_comma=True),
    by="year",
    zone=ZONE,
    clock="offset",
    updated="updated_at",
    deleted="is_deleted",
    money={"amount": "currency", "reference_price": "currency"},
    refusals=(
        Refusal("amount", "free"),
        Refusal("occurred_at", "2024-13-01"),
        Refusal("kind", None),
    ),
)
INVOICES = Sheet(
    "branch",
    "invoices",
    ("invoice_id",),
    Layout("parquet"),
    zone=ZONE,
    updated="updated_at",
    before={"status": "open"},
    money={"total_amount": "currency", "paid_amount": "currency"},
)
STEPS_SHEET = Sheet(
    "branch", "process_steps", ("process_id", "step", "entered_at"), Layout("csv", "|"), zone=ZONE
)
INTERACTIONS = Sheet(
    "branch",
    "interactions",
    ("interaction_id",),
    by="year",
    zone=ZONE,
    updated="updated_at",
    deleted="is_deleted",
    refusals=(Refusal("started_at", "20240230"), Refusal("interaction_id", None)),
)
FEEDBACK = Sheet("branch", "feedback", ("feedback_id",), zone=ZONE, updated="updated_at")


def write(portion: Portion, landing: Landing) -> None:
    """Writes one portion of the bank side."""
    _accounts(portion, landing)
    instalments = _loans(portion, landing)
    landing.put(PAYMENTS, pl.concat([_payments(portion), instalments]).sort(LOT))
    _interactions(portion, landing)
    _complaints(portion, landing)


def _bankers(portion: Portion) -> tuple[Ints, Ints]:
    rows = np.flatnonzero(portion.people.member["branch"]).astype(np.int64)
    return rows, portion.people.array("n")[rows]


def _accounts(portion: Portion, landing: Landing) -> None:
    """Accounts are subscriptions; leaving customers close them and say why."""
    dice, people = portion.dice, portion.people
    rows, n = _bankers(portion)
    who, k = expanded(1 + dice.pick((0.6, 0.3, 0.1), "accounts", n))
    n, rows = n[who], rows[who]
    plan = (dice.below(3, "account plan", n) * (k > 0) + k) % len(ACCOUNT_PLANS)
    started = people.array("joined")[rows] + k * 40 * DAY
    started = np.minimum(started, END - DAY)
    left = np.maximum(
        portion.story.left_at[rows] + dice.below(20 * DAY, "closes", n), started + DAY
    )
    country = people.array("country")[rows]
    fee = (np.asarray(MONTHLY_FEES)[plan] * np.asarray(UNITS_PER_DOLLAR)[country] / 10).astype(
        np.int64
    ) * 10
    lot = n * 4 + k
    closed = left < END
    reasons = ("service", "fees", "moving", "better offer")
    landing.put(
        SUBSCRIPTIONS,
        pl.select(
            subscription_id="A"
            + pl.Series(scrambled(lot, 25, "account")).cast(pl.String).str.zfill(8),
            customer_ref=text_of(n, copy_of(dice, STYLE, n, lot), "B", "branch"),
            plan=gathered(ACCOUNT_PLANS, plan),
            started_at=instant(started),
            ended_at=happened(left),
            monthly_amount=pl.Series(fee),
            currency=gathered(CURRENCIES, country),
            status=pl.Series(np.where(closed, "closed", "active")),
            cancel_reason=pl.when(pl.Series(closed)).then(
                gathered(reasons, dice.pick((0.45, 0.35, 0.1, 0.1), "why closed", n))
            ),
            updated_at=instant(np.where(closed, left, np.minimum(started + DAY, END - 1))),
            __lot=pl.Series(lot),
        ),
    )


def _payments(portion: Portion) -> pl.DataFrame:
    dice = portion.dice
    charges = portion.story.charges
    n, charge, what = (charges[name].to_numpy() for name in ("n", "charge", "what"))
    lost = nobody(dice, "bank payment", 0.004, charge)
    amount = charges["amount"].to_numpy()
    fair = amount * np.asarray(REFERENCE_PERCENT)[what] // 100
    at = charges["at"].to_numpy()
    owner = text_of(n, copy_of(dice, STYLE, n, charge), "B", "branch")
    return charges.select(
        payment_id="P"
        + pl.Series(scrambled(charge, 29, "bank payment")).cast(pl.String).str.zfill(9),
        customer_ref=pl.when(pl.Series(lost)).then(pl.lit("B-UNKNOWN")).otherwise(owner),
        invoice_id=pl.lit(None, dtype=pl.String),
        kind=gathered(KINDS, what),
        amount=pl.Series(amount),
        currency=gathered(CURRENCIES, charges["currency"].to_numpy()),
        occurred_at=instant(at),
        status=pl.lit("succeeded"),
        method=pl.lit("account"),
        description=gathered(DESCRIPTIONS, what),
        reference_price=pl.Series(fair),
        is_captive="captive",
        updated_at=instant(np.minimum(at + 3600, END - 1)),
        is_deleted=pl.lit(False),
        __lot=pl.Series(n * 256 + charge % 64),
        __at="at",
        __nobody=pl.Series(lost),
    )


def _loans(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Loan applications as process steps; paid-out loans as invoices and the payments of them."""
    dice, people = portion.dice, portion.people
    rows, n = _bankers(portion)
    chosen = dice.chance(0.16, "applies", n)
    rows, n = rows[chosen], n[chosen]
    first = np.maximum(people.array("joined")[rows], START)
    at = first + (dice.unit("applies at", n) * np.maximum(END - 60 * DAY - first, DAY)).astype(
        np.int64
    )
    granted = dice.chance(0.72, "granted", n)
    owner = text_of(n, copy_of(dice, STYLE, n, n), "B", "branch")
    process = "L" + pl.Series(scrambled(n, 23, "loan")).cast(pl.String).str.zfill(7)
    parts = []
    entered = at
    for i, (step, unit) in enumerate(STEPS):
        stay = dice.between(3600, (2, 18, 9, 4)[i] * DAY, f"stay {step}", n)
        left = entered + stay
        outcome = np.where(left >= END, "", "done")
        if step == "decision":
            outcome = np.where(left >= END, "", np.where(granted, "granted", "refused"))
        shown = (entered < END) & ((i < 3) | granted)
        parts.append(
            pl.select(
                process_id=process,
                step=pl.lit(step),
                entered_at=instant(entered),
                customer_ref=owner,
                left_at=happened(left),
                org_unit=pl.lit(unit),
                priority=pl.Series(dice.between(1, 3, f"priority {step}", n)).cast(pl.String),
                outcome=pl.Series(outcome),
                __lot=pl.Series(n * 4 + i),
            ).filter(pl.Series(shown))
        )
        entered = left
    landing.put(STEPS_SHEET, pl.concat(parts).sort(LOT))
    return _instalments(portion, landing, n[granted], rows[granted], entered[granted])


def _instalments(
    portion: Portion, landing: Landing, n: Ints, rows: Ints, start: Ints
) -> pl.DataFrame:
    dice, country = portion.dice, portion.people.array("country")[rows]
    count = np.clip((END - DAY - start) // (30 * DAY), 0, 18)
    who, k = expanded(count)
    lot = n[who] * 32 + k
    issued = start[who] + k * 30 * DAY
    size = dice.between(15_000, 90_000, "instalment", n)[who]
    size = (size * np.asarray(UNITS_PER_DOLLAR)[country[who]] / 10).astype(np.int64) * 10
    late = dice.chance(0.07, "instalment late", lot)
    paid_at = issued + np.where(
        late,
        dice.between(16 * DAY, 40 * DAY, "paid late", lot),
        dice.between(DAY, 13 * DAY, "paid", lot),
    )
    paid = paid_at < END
    owner = text_of(n[who], copy_of(dice, STYLE, n[who], n[who]), "B", "branch")
    ids = "N" + pl.Series(scrambled(lot, 28, "instalment")).cast(pl.String).str.zfill(9)
    code = gathered(CURRENCIES, country[who])
    landing.put(
        INVOICES,
        pl.select(
            invoice_id=ids,
            customer_ref=owner,
            issued_at=instant(issued),
            due_at=instant(issued + 14 * DAY),
            paid_at=happened(paid_at),
            currency=code,
            total_amount=pl.Series(size),
            paid_amount=pl.Series(np.where(paid, size, 0)),
            status=pl.Series(
                np.where(paid, "paid", np.where(issued + 14 * DAY < END, "overdue", "open"))
            ),
            updated_at=instant(np.where(paid, paid_at, issued)),
            __lot=pl.Series(lot),
        ),
    )
    return pl.select(
        payment_id="Q" + ids.str.slice(1),
        customer_ref=owner,
        invoice_id=ids,
        kind=pl.lit("charge"),
        amount=pl.Series(size),
        currency=code,
        occurred_at=instant(paid_at),
        status=pl.lit("succeeded"),
        method=pl.lit("account"),
        description=pl.lit("loan instalment"),
        reference_price=pl.Series(size),
        is_captive=pl.lit(False),
        updated_at=instant(np.minimum(paid_at + 3600, END - 1)),
        is_deleted=pl.lit(False),
        __lot=pl.Series(lot // 32 * 256 + 128 + lot % 32),
        __at=pl.Series(paid_at),
        __nobody=pl.lit(False),
    ).filter(pl.Series(paid))


def _interactions(portion: Portion, landing: Landing) -> None:
    """Visits that came of a need, and visits of daily life; now and then a clock that runs ahead."""
    dice, people = portion.dice, portion.people
    contacts = portion.story.contacts.filter(pl.col("channel") == BRANCH)
    rows, n = _bankers(portion)
    first = np.maximum(people.array("joined")[rows], START)
    span = np.minimum(portion.story.left_at[rows], END) - 3600 - first
    busy = np.minimum(people.real("activity")[rows], 5.0)
    mean = 2.6 * busy * np.maximum(span, 0) / (END - START)
    who, k = expanded(np.minimum(dice.count(mean, "visits to branch", n), 63))
    v_n = n[who]
    v_at = first[who] + (dice.unit("visit to branch at", v_n, k) * np.maximum(span[who], 1)).astype(
        np.int64
    )
    visits = pl.DataFrame(
        {
            "n": v_n,
            "lot": (v_n * 64 + k) * 2 + 1,
            "at": v_at,
            "topic": np.full(len(v_n), catalogue.ACCOUNT, dtype=np.int64),
            "handle": 120 + dice.below(900, "visit handle", v_n, k),
            "wait": dice.below(1500, "visit wait", v_n, k),
            "solved": np.ones(len(v_n), dtype=np.bool_),
            "case": pl.Series([None] * len(v_n), dtype=pl.String),
            "logins": np.ones(len(v_n), dtype=np.int64),
        }
    )
    needs = contacts.select(
        "n",
        lot=(pl.col("need") * 8 + pl.col("i")) * 2,
        at="at",
        topic="topic",
        handle="handle",
        wait="wait",
        solved="solved",
        case=pl.when(pl.col("carried") | (pl.col("i") == 0)).then(
            pl.concat_str(pl.lit("case-"), pl.col("need").cast(pl.String))
        ),
        logins="logins",
    )
    every = pl.concat([needs, visits]).sort("n", "lot")
    n, lot = every["n"].to_numpy(), every["lot"].to_numpy()
    at = every["at"].to_numpy()
    ahead = dice.chance(0.00008, "clock ahead", n, lot)
    shown = np.where(ahead, at + 1500 * DAY, at)
    lost = nobody(dice, "walk-in visit", 0.01, lot)
    clerk = gathered([p.employee_id for p in EMPLOYEES], 2 + 3 * dice.below(12, "clerk", lot))
    ended = shown + every["wait"].to_numpy() + every["handle"].to_numpy()
    landing.put(
        INTERACTIONS,
        every.select(
            interaction_id="V" + pl.Series(scrambled(n % 8 + lot * 8, 42, "visit")).cast(pl.String),
            customer_ref=pl.when(pl.Series(lost))
            .then(None)
            .otherwise(text_of(n, copy_of(dice, STYLE, n, lot), "B", "branch")),
            channel=pl.lit("branch"),
            direction=pl.lit("inbound"),
            started_at=instant(shown),
            ended_at=instant(ended),
            topic=gathered(TOPICS, every["topic"].to_numpy()),
            subject=gathered(BRANCHES, n % len(BRANCHES)),
            employee_id=clerk,
            context_ref="case",
            wait_seconds="wait",
            handle_seconds="handle",
            reauthentication_count="logins",
            outcome=pl.when("solved").then(pl.lit("resolved")).otherwise(pl.lit("unresolved")),
            updated_at=instant(ended),
            is_deleted=pl.lit(False),
            __lot="lot",
            __at="at",
            __nobody=pl.Series(lost),
        ),
    )


def _complaints(portion: Portion, landing: Landing) -> None:
    """Written complaints about fees, penalties and staff."""
    dice, people = portion.dice, portion.people
    needs = portion.story.needs.filter(
        pl.col("topic").is_in([catalogue.FEES, catalogue.STAFF, catalogue.ACCOUNT])
    )
    rows = needs["n"].to_numpy() - people.first
    wrote = dice.chance(
        np.where(needs["topic"].to_numpy() == catalogue.FEES, 0.6, 0.12),
        "complains in writing",
        needs["need"].to_numpy(),
    )
    needs = needs.filter(pl.Series(np.asarray(people.member["branch"])[rows] & wrote))
    n, need = needs["n"].to_numpy(), needs["need"].to_numpy()
    chinese = np.isin(people.array("country")[n - people.first], (1, 3))
    text = composed(
        dice, "complaint", chinese, needs["topic"].to_numpy(), np.full(len(n), 0.1), need
    )
    at = instant(np.minimum(needs["at"].to_numpy() + 1800, END - 1))
    landing.put(
        FEEDBACK,
        needs.select(
            feedback_id="C"
            + pl.Series(scrambled(need, 31, "complaint")).cast(pl.String).str.zfill(10),
            customer_ref=text_of(n, copy_of(dice, STYLE, n, need), "B", "branch"),
            kind=pl.lit("complaint"),
            text=text,
            language=pl.Series(np.where(chinese, "zh", "en")),
            submitted_at=at,
            touchpoint=pl.lit("branch"),
            updated_at=at,
            __lot="need",
        ),
    )
