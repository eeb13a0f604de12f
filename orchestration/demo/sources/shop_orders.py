"""Orders of the web shop with their lines, money, parcels and abandoned baskets.

Who the buyers are and what there is to buy stands in shopify.py.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo import catalogue
from orchestration.demo.catalogue import CAMPAIGNS, DAY, END, PRODUCTS
from orchestration.demo.clock import NEVER
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.draws import Ints, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.orders import FAILED, LATE, ON_TIME, UNDERWAY
from orchestration.demo.persons import gathered
from orchestration.demo.places import CURRENCIES
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    instant,
    nobody,
    number_of,
    updated_after,
)
from orchestration.demo.sources.shopify import CUSTOMER_BASE, ORDER_BASE, STYLE, order_number

GATEWAYS = ("shopify_payments", "paypal", "stripe")
ORDER = Sheet(
    "shopify",
    "order",
    ("id",),
    by="quarter",
    updated="updated_at",
    before={"fulfillment_status": "unfulfilled"},
    money={
        "total_price": "currency",
        "subtotal_price": "currency",
        "total_tax": "currency",
        "total_discounts": "currency",
        "total_line_items_price": "currency",
    },
    refusals=(
        Refusal("created_at", "yesterday"),
        Refusal("id", None),
        Refusal("total_price", "n/a"),
    ),
)
LINE = Sheet("shopify", "order_line", ("id",), repeated=0.003)
SHIPPING = Sheet("shopify", "order_shipping_line", ("id",), Layout("csv", ";"))
URL_TAG = Sheet("shopify", "order_url_tag", ("order_id", "key"))
REFUND = Sheet("shopify", "refund", ("id",))
LINE_REFUND = Sheet("shopify", "order_line_refund", ("id",), Layout("csv.gz"))
TRANSACTION = Sheet(
    "shopify",
    "transaction",
    ("id",),
    by="year",
    money={"amount": "currency"},
    repeated=0.003,
    refusals=(Refusal("amount", "twelve"), Refusal("id", None)),
)
FULFILLMENT = Sheet("shopify", "fulfillment", ("id",), Layout("parquet"), updated="updated_at")
EVENT = Sheet("shopify", "fulfillment_event", ("id",), Layout("parquet"))
CHECKOUT = Sheet("shopify", "abandoned_checkout", ("id",), Layout("jsonl"), updated="updated_at")


def write(portion: Portion, landing: Landing) -> None:
    """Writes what one portion of customers did in the shop."""
    _orders(portion, landing)
    _money(portion, landing)
    _parcels(portion, landing)
    _abandoned(portion, landing)


def _orders(portion: Portion, landing: Landing) -> None:
    orders = _references(portion, portion.story.orders)
    order, at = orders["order"].to_numpy(), orders["at"].to_numpy()
    outcome = orders["outcome"].to_numpy()
    last = np.where(orders["delivered"].to_numpy() < END, orders["delivered"].to_numpy(), at + DAY)
    updated = instant(updated_after(portion.dice, "order", np.minimum(last, END - DAY), order))
    refund, total = orders["refund"].to_numpy(), orders["total"].to_numpy()
    financial = np.where(
        refund == 0, "paid", np.where(refund >= total, "refunded", "partially_refunded")
    )
    shipped = np.isin(outcome, (ON_TIME, LATE))
    rows = orders["n"].to_numpy() - portion.people.first
    landing.put(
        ORDER,
        orders.select(
            id="number",
            note=pl.lit(None, dtype=pl.String),
            email="email",
            taxes_included=pl.lit(False),
            currency=gathered(CURRENCIES, orders["currency"].to_numpy()),
            subtotal_price=pl.col("gross") - pl.col("discount"),
            total_tax="tax",
            total_price="total",
            created_at=instant(at),
            updated_at=updated,
            name="#" + pl.Series(order % 900_000 + 1000).cast(pl.String),
            billing_address_phone=pl.when(pl.lit(pl.Series(orders["of_nobody"].to_numpy())))
            .then(None)
            .when(pl.Series(portion.dice.chance(0.3, "billing phone", order)))
            .then(
                "+"
                + gathered(("1", "86", "44", "852", "353"), orders["country"].to_numpy())
                + portion.people.texts("phone", rows)
            ),
            customer_id="customer_id",
            order_number=pl.Series(order % 900_000 + 1000),
            financial_status=pl.Series(financial),
            fulfillment_status=pl.Series(np.where(shipped, "fulfilled", "unfulfilled")),
            processed_at=instant(at),
            cancel_reason=pl.when(pl.col("cancelled_at") < NEVER).then(pl.lit("customer")),
            cancelled_at=instant(orders["cancelled_at"]),
            total_discounts="discount",
            total_line_items_price="gross",
            source_name=pl.when("walk_in")
            .then(pl.lit("pos"))
            .otherwise(gathered(("web", "app", "pos"), orders["channel"].to_numpy())),
            buyer_accepts_marketing=pl.lit(False),
            test=pl.lit(False),
            _fivetran_synced=updated,
            __lot=pl.Series(order),
            __at=pl.Series(at),
            __nobody="of_nobody",
        ),
    )
    lines = portion.story.lines.join(
        orders.select("order", "number", "at", "outcome"),
        on="order",
        how="left",
        maintain_order="left",
    )
    product = lines["product"].to_numpy()
    names = [item.name for item in PRODUCTS]
    ids = np.asarray([item.product_id for item in PRODUCTS], dtype=np.int64)
    line_id = ORDER_BASE + 8_000_000_000_000 + scrambled(lines["line"].to_numpy(), 36, "line")
    lines = lines.with_columns(line_id=pl.Series(line_id), product_id=pl.Series(ids[product]))
    landing.put(
        LINE,
        lines.select(
            order_id="number",
            id="line_id",
            product_id="product_id",
            variant_id=pl.col("product_id") + 40_000_000_000_000,
            name=gathered(names, product),
            title=gathered(names, product),
            vendor=pl.lit("House brand"),
            price=pl.col("price") / 100,
            quantity="quantity",
            sku=gathered([f"SKU{i:04d}" for i in range(len(PRODUCTS))], product),
            gift_card=pl.lit(False),
            index=pl.col("i") + 1,
            total_discount=pl.lit(0),
            _fivetran_synced=instant(lines["at"].to_numpy() + 3600),
            __lot="line",
            __at="at",
        ),
    )
    paid = orders.filter(pl.col("shipping") > 0)
    landing.put(
        SHIPPING,
        paid.select(
            id=pl.col("number") + 1_000_000_000_000,
            order_id="number",
            code=pl.lit("Standard"),
            price=pl.col("shipping") / 100,
            source=pl.lit("shopify"),
            title=pl.lit("Standard"),
            _fivetran_synced=instant(paid["at"].to_numpy() + 3600),
            __lot="order",
        ),
    )
    after = orders.filter(pl.col("campaign") >= 0)
    codes = [str(campaign.campaign_id) for campaign in CAMPAIGNS]
    landing.put(
        URL_TAG,
        after.select(
            key=pl.lit("utm_campaign"),
            order_id="number",
            value=gathered(codes, after["campaign"].to_numpy()),
            _fivetran_synced=instant(after["at"].to_numpy() + 3600),
            __lot="order",
        ),
    )


def _references(portion: Portion, orders: pl.DataFrame) -> pl.DataFrame:
    """Who an order belongs to: a customer, only an e-mail (guest), nobody, or an unknown id."""
    n, order = orders["n"].to_numpy(), orders["order"].to_numpy()
    dice, people = portion.dice, portion.people
    lost = nobody(dice, "order", 0.004, order)
    walk_in = nobody(dice, "walk-in", 0.012, order)
    guest = ~orders["member"].to_numpy() | dice.chance(0.04, "as guest", order)
    copy = copy_of(dice, STYLE, n, order)
    ids = number_of(n, copy, CUSTOMER_BASE, "shopify")
    return orders.with_columns(
        customer_id=pl.when(pl.Series(lost))
        .then(pl.Series(9_900_000_000_000 + order % 100_000))
        .when(pl.Series(guest | walk_in))
        .then(None)
        .otherwise(pl.lit(ids)),
        email=pl.when(pl.Series(lost | walk_in))
        .then(None)
        .otherwise(people.texts("email", n - people.first)),
        of_nobody=pl.Series(lost | walk_in),
        walk_in=pl.Series(walk_in),
        number=pl.Series(order_number(order)),
    )


def _money(portion: Portion, landing: Landing) -> None:
    """Payments that the shop itself took (those at Stripe are Stripe's), and what went back."""
    orders = portion.story.orders.with_columns(
        number=pl.Series(order_number(portion.story.orders["order"].to_numpy()))
    )
    here = orders.filter(pl.col("gateway") < 2)
    failed = here.filter(
        pl.Series(portion.dice.chance(0.04, "first try fails", here["order"].to_numpy()))
    )
    back = here.filter(pl.col("refund") > 0)

    def rows(
        frame: pl.DataFrame, kind: str, slot: int, at: Ints, amount: str, status: str
    ) -> pl.DataFrame:
        number = frame["order"].to_numpy() * 4 + slot
        return frame.select(
            id=pl.Series(2_600_000_000_000 + scrambled(number, 36, "transaction")),
            order_id="number",
            refund_id=pl.col("number") - 4_000_000_000_000
            if kind == "refund"
            else pl.lit(None, dtype=pl.Int64),
            amount=amount,
            created_at=instant(at),
            processed_at=instant(at),
            gateway=gathered(GATEWAYS, frame["gateway"].to_numpy()),
            source_name=pl.lit("web"),
            message=pl.lit("Transaction approved" if status == "success" else "Card declined"),
            currency=gathered(CURRENCIES, frame["currency"].to_numpy()),
            kind=pl.lit(kind),
            status=pl.lit(status),
            test=pl.lit(False),
            _fivetran_synced=instant(at + 600),
            __lot=pl.Series(number),
            __at=pl.Series(at),
        )

    landing.put(
        TRANSACTION,
        pl.concat(
            [
                rows(here, "sale", 0, here["at"].to_numpy() + 40, "total", "success"),
                rows(failed, "sale", 1, failed["at"].to_numpy() + 8, "total", "failure"),
                rows(back, "refund", 2, back["refund_at"].to_numpy(), "refund", "success"),
            ]
        ).sort(LOT),
    )
    returned = orders.filter(pl.col("refund") > 0)
    landing.put(
        REFUND,
        returned.select(
            id=pl.col("number") - 4_000_000_000_000,
            created_at=instant(returned["refund_at"]),
            processed_at=instant(returned["refund_at"]),
            note=pl.lit(None, dtype=pl.String),
            restock=pl.lit(True),
            _fivetran_synced=instant(returned["refund_at"].to_numpy() + 600),
            order_id="number",
            __lot="order",
        ),
    )
    lines = portion.story.lines.join(
        returned.select("order", "number", "outcome", "refund_at"),
        on="order",
        how="inner",
        maintain_order="left",
    )
    lines = lines.filter(pl.col("returned") | (pl.col("outcome") >= FAILED))
    line_id = ORDER_BASE + 8_000_000_000_000 + scrambled(lines["line"].to_numpy(), 36, "line")
    landing.put(
        LINE_REFUND,
        lines.select(
            id=pl.Series(line_id - 7_000_000_000_000),
            refund_id=pl.col("number") - 4_000_000_000_000,
            restock_type=pl.when("returned").then(pl.lit("return")).otherwise(pl.lit("cancel")),
            quantity="quantity",
            order_line_id=pl.Series(line_id),
            subtotal=pl.col("value") / 100,
            total_tax=pl.lit(0),
            _fivetran_synced=instant(lines["refund_at"].to_numpy() + 600),
            __lot="line",
        ),
    )


def _parcels(portion: Portion, landing: Landing) -> None:
    orders = portion.story.orders.with_columns(
        number=pl.Series(order_number(portion.story.orders["order"].to_numpy()))
    ).filter((pl.col("shipped") < END) & (pl.col("channel") < 2))
    order, shipped = orders["order"].to_numpy(), orders["shipped"].to_numpy()
    fulfillment = 4_230_000_000_000 + scrambled(order, 34, "parcel")
    last = np.where(orders["delivered"].to_numpy() < END, orders["delivered"].to_numpy(), shipped)
    carrier = np.where(orders["at"].to_numpy() >= catalogue.CARRIER_FIXED, "NorthStar", "SwiftPost")
    landing.put(
        FULFILLMENT,
        orders.select(
            id=pl.Series(fulfillment),
            order_id="number",
            status=pl.when(pl.col("outcome") == FAILED)
            .then(pl.lit("failure"))
            .otherwise(pl.lit("success")),
            shipment_status=pl.when(pl.col("outcome").is_in([FAILED, UNDERWAY]))
            .then(pl.lit("in_transit"))
            .otherwise(pl.lit("delivered")),
            tracking_company=pl.Series(carrier),
            service=pl.lit("manual"),
            created_at=instant(shipped),
            updated_at=instant(last),
            _fivetran_synced=instant(last),
            __lot="order",
        ),
    )
    kinds = []
    for slot, status, column in ((0, "in_transit", "shipped"), (1, "delivered", "delivered")):
        part = orders.with_columns(fulfillment=pl.Series(fulfillment)).filter(pl.col(column) < END)
        number = part["order"].to_numpy() * 2 + slot
        kinds.append(
            part.select(
                id=pl.Series(45_000_000_000_000 + scrambled(number, 35, "parcel event")),
                fulfillment_id="fulfillment",
                order_id="number",
                status=pl.lit(status),
                happened_at=instant(part[column]),
                estimated_delivery_at=instant(part["promised"]),
                created_at=instant(part[column]),
                updated_at=instant(part[column]),
                _fivetran_synced=instant(part[column]),
                _fivetran_deleted=pl.lit(False),
                __lot=pl.Series(number),
            )
        )
    landing.put(EVENT, pl.concat(kinds).sort(LOT))


def _abandoned(portion: Portion, landing: Landing) -> None:
    """Baskets left at the checkout by those who had said who they are."""
    events = portion.online.events.filter(
        (pl.col("depth") == 3) & (pl.col("i") == 4) & pl.col("known")
    )
    shop = np.asarray(portion.people.member["shopify"])
    rows = events["n"].to_numpy() - portion.people.first
    events = events.filter(pl.Series(shop[rows]))
    n, event = events["n"].to_numpy(), events["event"].to_numpy()
    rows = n - portion.people.first
    at = events["happened"].to_numpy()
    ids = number_of(n, copy_of(portion.dice, STYLE, n, event), CUSTOMER_BASE, "shopify")
    landing.put(
        CHECKOUT,
        events.select(
            id=pl.Series(12_000_000_000 + scrambled(event, 42, "checkout")),
            customer_id=ids,
            email=portion.people.texts("email", rows),
            currency=gathered(CURRENCIES, events["country"].to_numpy()),
            customer_locale=gathered(
                ("en", "zh-CN", "en", "zh-HK", "en"), events["country"].to_numpy()
            ),
            created_at=instant(at),
            updated_at=instant(at + 900),
            completed_at=pl.lit(None, dtype=pl.Datetime("us")),
            total_price=pl.Series(1000 + portion.dice.below(20_000, "basket", event)) / 100,
            _fivetran_deleted=pl.lit(False),
            _fivetran_synced=instant(at + 1200),
            __lot=pl.Series(event),
        ),
    )
