"""Payments and subscriptions, in the layout of Stripe's connector: amounts in minor units."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo import places
from orchestration.demo.catalogue import DAY, END, PLANS, START
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Ints, expanded, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.persons import gathered
from orchestration.demo.places import CURRENCIES
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    happened,
    instant,
    nobody,
    text_of,
    updated_after,
    written_truth,
)
from orchestration.demo.sources.shopify import order_number

STYLE = Style(
    "stripe", mail=0.96, phone=0.22, named=0.95, chinese_script=0.1, address=0.6, twice=0.02
)
MONTH = 2_629_800
CODES = tuple(code.lower() for code in CURRENCIES)
REASONS = ("customer_service", "too_expensive", "low_quality", "unused", "missing_features")

CUSTOMER = Sheet(
    "stripe", "customer", ("id",), deleted="is_deleted", updated="_fivetran_synced", erased=0.0
)
CARD = Sheet("stripe", "card", ("id",))
CHARGE = Sheet(
    "stripe",
    "charge",
    ("id",),
    by="year",
    updated="_fivetran_synced",
    minor={"amount": "currency"},
    refusals=(Refusal("created", "not a time"), Refusal("id", None), Refusal("currency", None)),
)
REFUND = Sheet("stripe", "refund", ("id",), minor={"amount": "currency"})
DISPUTE = Sheet("stripe", "dispute", ("id",), minor={"amount": "currency"})
INVOICE = Sheet(
    "stripe",
    "invoice",
    ("id",),
    Layout("parquet"),
    updated="_fivetran_synced",
    before={"status": "open"},
    minor={"total": "currency", "amount_paid": "currency"},
)
SUBSCRIPTION = Sheet("stripe", "subscription", ("id",), updated="_fivetran_synced")
ITEM = Sheet("stripe", "subscription_item", ("id",), Layout("csv", "\t"))
PLAN = Sheet("stripe", "plan", ("id",))
PRODUCT = Sheet("stripe", "product", ("id",))


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of Stripe and returns the truth about its profiles."""
    truth = _customers(portion, landing)
    invoices = _subscriptions(portion, landing)
    _charges(portion, landing, invoices)
    return truth


def write_once(landing: Landing) -> None:
    """Plans and their products."""
    synced = instant(np.full(len(PLANS) * len(CODES), START, dtype=np.int64))
    rows = [
        (name, cents, code, rate)
        for name, cents in PLANS
        for code, rate in zip(CODES, places.UNITS_PER_DOLLAR, strict=True)
    ]
    landing.put(
        PLAN,
        pl.DataFrame(
            {
                "id": [f"plan_{name}_{code}" for name, _, code, _ in rows],
                "active": [True] * len(rows),
                "amount": [plan_price(cents, rate) for _, cents, _, rate in rows],
                "currency": [code for _, _, code, _ in rows],
                "interval": ["month"] * len(rows),
                "interval_count": [1] * len(rows),
                "nickname": [name for name, _, _, _ in rows],
                "product_id": [f"prod_{name}" for name, _, _, _ in rows],
                "created": synced,
                "_fivetran_synced": synced,
            }
        ),
        clean=True,
    )
    landing.put(
        PRODUCT,
        pl.DataFrame(
            {
                "id": [f"prod_{name}" for name, _ in PLANS],
                "name": [f"Membership {name}" for name, _ in PLANS],
                "type": ["service"] * len(PLANS),
                "created": synced.head(len(PLANS)),
                "_fivetran_synced": synced.head(len(PLANS)),
            }
        ),
        clean=True,
    )


def plan_price(cents: int, rate: float) -> int:
    """The monthly price of a plan in the minor units of a currency."""
    return round(cents * rate / 10) * 10


def _customers(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = text_of(n, copy, "cus_", "stripe")
    landing.put(
        CUSTOMER,
        frame.select(
            id=ids,
            name="full_text",
            email="mail",
            phone="phone_text",
            address_line_1="address_text",
            address_city="city_text",
            address_state="region_text",
            address_postal_code="postal_text",
            address_country=pl.when("has_address").then("country_text"),
            created=instant(frame["created"]),
            currency=gathered(CODES, frame["country"].to_numpy()),
            delinquent=pl.lit(False),
            is_deleted=pl.lit(False),
            livemode=pl.lit(True),
            _fivetran_synced=instant(frame["updated"]),
            __lot=pl.Series(n * 2 + copy),
        ),
    )
    carded = frame.with_columns(id=ids, lot=pl.Series(n * 2 + copy)).filter(
        pl.Series(portion.dice.chance(0.8, "has card", n)) & ~pl.col("firm")
    )
    landing.put(
        CARD,
        carded.select(
            id=pl.concat_str(pl.lit("card_"), pl.col("id").str.slice(4)),
            customer_id="id",
            fingerprint="card_fingerprint",
            brand=pl.lit("Visa"),
            funding=pl.lit("credit"),
            created=instant(carded["created"]),
            is_deleted=pl.lit(False),
            _fivetran_synced=instant(carded["updated"]),
            __lot="lot",
        ),
    )
    return written_truth(frame, "stripe", ids)


def _subscriptions(portion: Portion, landing: Landing) -> pl.DataFrame:
    people, dice = portion.people, portion.dice
    rows = np.flatnonzero(people.member["stripe"]).astype(np.int64)
    n = people.array("n")[rows]
    rows = rows[dice.chance(0.62, "subscribes", n)]
    n = people.array("n")[rows]
    first = np.maximum(people.array("joined")[rows], START)
    started = first + (dice.unit("subscribed", n) * (END - DAY - first) * 0.8).astype(np.int64)
    quits = started + dice.between(60 * DAY, 1400 * DAY, "quits", n)
    ended = np.minimum(np.maximum(portion.story.left_at[rows], started + 20 * DAY), quits)
    left = portion.story.left_at[rows] <= quits
    plan = np.where(people.flag("firm")[rows], 3, dice.pick((0.5, 0.35, 0.15), "plan", n))
    country = people.array("country")[rows]
    owner = text_of(n, copy_of(dice, STYLE, n, n), "cus_", "stripe")
    ids = "sub_" + pl.Series(scrambled(n, 23, "subscription")).cast(pl.String).str.zfill(7)
    over = pl.Series(ended < END)
    reason = np.where(left, dice.pick((0.5, 0.2, 0.2, 0.06, 0.04), "reason", n), 3)
    stop = happened(ended)
    synced = instant(np.minimum(ended + 60, END - 30))
    landing.put(
        SUBSCRIPTION,
        pl.select(
            id=ids,
            customer_id=owner,
            status=pl.when(over).then(pl.lit("canceled")).otherwise(pl.lit("active")),
            start_date=instant(started),
            created=instant(started),
            canceled_at=stop,
            ended_at=stop,
            cancellation_details_reason=pl.when(over).then(pl.lit("cancellation_requested")),
            cancellation_details_feedback=pl.when(over).then(gathered(REASONS, reason)),
            quantity=pl.lit(1),
            livemode=pl.lit(True),
            _fivetran_synced=synced,
            __lot=pl.Series(n),
        ),
    )
    names = [f"plan_{name}_{code}" for name, _ in PLANS for code in CODES]
    landing.put(
        ITEM,
        pl.select(
            id="si_" + pl.Series(n).cast(pl.String),
            subscription_id=ids,
            plan_id=gathered(names, plan * len(CODES) + country),
            quantity=pl.lit(1),
            created=instant(started),
            _fivetran_synced=synced,
            __lot=pl.Series(n),
        ),
    )
    prices = np.asarray(
        [[plan_price(cents, rate) for rate in places.UNITS_PER_DOLLAR] for _, cents in PLANS]
    )
    return _invoices(
        portion, landing, n, started, ended, prices[plan, country], country, owner, ids
    )


def _invoices(
    portion: Portion,
    landing: Landing,
    n: Ints,
    started: Ints,
    ended: Ints,
    price: Ints,
    country: Ints,
    owner: pl.Series,
    subscription: pl.Series,
) -> pl.DataFrame:
    """One invoice a month; most are paid, a few stay open or are given up."""
    dice = portion.dice
    months = (np.minimum(ended, END - DAY) - started) // MONTH + 1
    rows, k = expanded(months)
    number = n[rows] * 64 + k
    issued = started[rows] + k * MONTH
    paid_at = issued + dice.between(600, 3 * DAY, "invoice paid", number)
    state = dice.pick((0.965, 0.02, 0.015), "invoice state", number)
    paid = (state == 0) & (paid_at < END)
    ids = "in_" + pl.Series(scrambled(number, 29, "invoice")).cast(pl.String).str.zfill(9)
    total = price[rows]
    status = np.where(paid, "paid", np.where(state == 2, "uncollectible", "open"))
    frame = pl.DataFrame(
        {
            "id": ids,
            "customer_id": owner.gather(rows),
            "currency": gathered(CODES, country[rows]),
            "created": instant(issued),
            "period_start": instant(issued),
            "period_end": instant(issued + MONTH),
            "due_date": instant(issued + 14 * DAY),
            "status_transitions_finalized_at": instant(issued + 60),
            "status_transitions_paid_at": instant(np.where(paid, paid_at, END * 9)),
            "subtotal": total,
            "tax": np.zeros(len(rows), dtype=np.int64),
            "total": total,
            "amount_due": total,
            "amount_paid": np.where(paid, total, 0),
            "amount_remaining": np.where(paid, 0, total),
            "paid": paid,
            "status": status,
            "subscription_id": subscription.gather(rows),
            "number": "INV-" + pl.Series(number).cast(pl.String),
            "is_deleted": np.zeros(len(rows), dtype=np.bool_),
            "livemode": np.ones(len(rows), dtype=np.bool_),
            "_fivetran_synced": instant(
                updated_after(dice, "invoice", np.where(paid, paid_at, issued), number)
            ),
            LOT: number,
        }
    )
    landing.put(INVOICE, frame)
    return frame.with_columns(paid_at=pl.Series(paid_at)).filter("paid")


def _charges(portion: Portion, landing: Landing, invoices: pl.DataFrame) -> None:
    """Card payments: of invoices, and of shop orders whose buyer pays with a saved card."""
    dice = portion.dice
    orders = portion.story.orders.filter(pl.col("gateway") == 2)
    order, n = orders["order"].to_numpy(), orders["n"].to_numpy()
    lost = nobody(dice, "charge", 0.006, order)
    owner = text_of(n, copy_of(dice, STYLE, n, order), "cus_", "stripe")
    mail = portion.people.texts("email", n - portion.people.first)
    charge = "ch_" + pl.Series(scrambled(order * 2, 35, "charge")).cast(pl.String).str.zfill(11)
    number = pl.Series(order_number(order)).cast(pl.String)
    of_orders = orders.select(
        id=charge,
        customer_id=pl.when(pl.Series(lost)).then(None).otherwise(pl.lit(owner)),
        amount="total",
        amount_refunded="refund",
        currency=gathered(CODES, orders["currency"].to_numpy()),
        created=instant(orders["at"].to_numpy() + 30),
        status=pl.lit("succeeded"),
        paid=pl.lit(True),
        invoice_id=pl.lit(None, dtype=pl.String),
        receipt_email=pl.when(pl.Series(lost)).then(None).otherwise(mail),
        description=pl.lit("Shop order"),
        metadata=pl.concat_str(pl.lit('{"order_id":"'), number, pl.lit('"}')),
        __of_nobody=pl.Series(lost),
        __seconds=pl.Series(orders["at"].to_numpy() + 30),
        __lot=pl.Series(n * 4096 + order % 512 * 2),
    )
    lot = invoices[LOT].to_numpy()
    of_invoices = invoices.select(
        id="ch_i" + pl.Series(scrambled(lot, 29, "invoice charge")).cast(pl.String).str.zfill(9),
        customer_id="customer_id",
        amount="total",
        amount_refunded=pl.lit(0, dtype=pl.Int64),
        currency="currency",
        created=instant(invoices["paid_at"]),
        status=pl.lit("succeeded"),
        paid=pl.lit(True),
        invoice_id="id",
        receipt_email=pl.lit(None, dtype=pl.String),
        description=pl.lit("Membership"),
        metadata=pl.lit("{}"),
        __of_nobody=pl.lit(False),
        __seconds="paid_at",
        __lot=pl.Series(lot // 64 * 4096 + 2048 + lot % 64 * 2),
    )
    every = pl.concat([of_orders, of_invoices])
    refused_by_bank = every.filter(
        pl.Series(dice.chance(0.03, "declined", every["__lot"].to_numpy()))
    )
    refused_by_bank = refused_by_bank.with_columns(
        id=pl.concat_str(pl.col("id"), pl.lit("f")),
        status=pl.lit("failed"),
        paid=pl.lit(False),
        amount_refunded=pl.lit(0, dtype=pl.Int64),
        created=pl.col("created") - pl.duration(minutes=2),
        __lot=pl.col("__lot") + 1,
    )
    every = pl.concat([every, refused_by_bank])
    synced = updated_after(dice, "charge", every["__seconds"].to_numpy(), every["__lot"].to_numpy())
    landing.put(
        CHARGE,
        every.select(
            "id",
            "customer_id",
            "amount",
            "amount_refunded",
            amount_captured=pl.when("paid").then("amount").otherwise(0),
            captured="paid",
            currency="currency",
            created="created",
            status="status",
            paid="paid",
            refunded=pl.col("amount_refunded") >= pl.col("amount"),
            invoice_id="invoice_id",
            receipt_email="receipt_email",
            description="description",
            metadata="metadata",
            livemode=pl.lit(True),
            _fivetran_synced=instant(synced),
            __lot="__lot",
            __at="__seconds",
            __nobody="__of_nobody",
        ).sort(LOT),
    )
    back = orders.with_columns(charge=charge).filter(pl.col("refund") > 0)
    landing.put(
        REFUND,
        back.select(
            id=pl.concat_str(pl.lit("re_"), pl.col("charge").str.slice(3)),
            charge_id="charge",
            amount="refund",
            currency=gathered(CODES, back["currency"].to_numpy()),
            created=instant(back["refund_at"]),
            reason=pl.lit("requested_by_customer"),
            status=pl.lit("succeeded"),
            _fivetran_synced=instant(back["refund_at"]),
            __lot="order",
        ),
    )
    fought = orders.with_columns(charge=charge).filter(
        (pl.col("refund") == 0) & pl.Series(dice.chance(0.006, "disputed", order))
    )
    when = np.minimum(fought["at"].to_numpy() + 30 * DAY, END - 60)
    landing.put(
        DISPUTE,
        fought.select(
            id=pl.concat_str(pl.lit("du_"), pl.col("charge").str.slice(3)),
            charge_id="charge",
            amount="total",
            currency=gathered(CODES, fought["currency"].to_numpy()),
            created=instant(when),
            reason=pl.lit("product_unacceptable"),
            status=gathered(("lost", "won", "under_review"), fought["order"].to_numpy() % 3),
            livemode=pl.lit(True),
            _fivetran_synced=instant(when),
            __lot="order",
        ),
    )
