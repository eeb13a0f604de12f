"""The web shop, in the layout of Shopify's REST connector."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo import catalogue
from orchestration.demo.catalogue import PRODUCTS
from orchestration.demo.dirt import Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Ints, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.sources.common import (
    Portion,
    happened,
    instant,
    number_of,
    written_truth,
)

STYLE = Style("shopify", mail=0.96, phone=0.5, named=0.98, chinese_script=0.35, address=0.85)
CUSTOMER_BASE, ORDER_BASE = 6_588_000_000_000, 5_100_000_000_000

CUSTOMER = Sheet(
    "shopify",
    "customer",
    ("id",),
    Layout(encoding="utf-8-sig"),
    updated="updated_at",
    deleted="_fivetran_deleted",
    erased=0.0,
    refusals=(Refusal("id", None),),
)
ADDRESS = Sheet("shopify", "customer_address", ("id",), Layout("csv", "|"))
PRODUCT = Sheet("shopify", "product", ("id",))
VARIANT = Sheet("shopify", "product_variant", ("id",))
ITEM = Sheet("shopify", "inventory_item", ("id",))


def order_number(order: Ints) -> Ints:
    """The shop's id of an order."""
    return ORDER_BASE + scrambled(order, 34, "order")


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the shop and returns the truth about its profiles."""
    return _customers(portion, landing)


def write_once(landing: Landing) -> None:
    """The catalogue, the same in every demo."""
    ids = [product.product_id for product in PRODUCTS]
    synced = instant(np.full(len(ids), catalogue.START, dtype=np.int64))
    landing.put(
        PRODUCT,
        pl.DataFrame(
            {
                "id": ids,
                "title": [p.name for p in PRODUCTS],
                "handle": [p.name.lower().replace(" ", "-") for p in PRODUCTS],
                "product_type": [p.category for p in PRODUCTS],
                "vendor": ["House brand"] * len(ids),
                "created_at": synced,
                "updated_at": synced,
                "_fivetran_synced": synced,
            }
        ),
        clean=True,
    )
    landing.put(
        VARIANT,
        pl.DataFrame(
            {
                "id": [i + 40_000_000_000_000 for i in ids],
                "product_id": ids,
                "inventory_item_id": [i + 43_000_000_000_000 for i in ids],
                "title": ["Default Title"] * len(ids),
                "price": [p.price for p in PRODUCTS],
                "sku": [f"SKU{i:04d}" for i in range(len(ids))],
                "_fivetran_synced": synced,
            }
        ).with_columns(pl.col("price") / 100),
        clean=True,
    )
    landing.put(
        ITEM,
        pl.DataFrame(
            {
                "id": [i + 43_000_000_000_000 for i in ids],
                "unit_cost_amount": [p.cost / 100 for p in PRODUCTS],
                "unit_cost_currency_code": ["USD"] * len(ids),
                "_fivetran_synced": synced,
            }
        ),
        clean=True,
    )


def _customers(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = number_of(n, copy, CUSTOMER_BASE, "shopify")
    marketing = portion.dice.chance(0.6, "accepts marketing", n)
    landing.put(
        CUSTOMER,
        frame.select(
            id=ids,
            first_name="given_text",
            last_name="family_text",
            email="mail",
            phone="phone_text",
            state=pl.lit("enabled"),
            created_at=instant(frame["created"]),
            updated_at=instant(frame["updated"]),
            accepts_marketing=pl.Series(marketing),
            accepts_marketing_updated_at=instant(frame["created"]),
            tax_exempt=pl.lit(False),
            verified_email=pl.lit(True),
            _fivetran_deleted=pl.lit(False),
            _fivetran_synced=instant(frame["updated"]),
            __lot=pl.Series(n * 2 + copy),
            __at=frame["created"],
        ),
    )
    housed = frame.with_columns(id=ids, lot=pl.Series(n * 2 + copy)).filter("has_address")
    landing.put(
        ADDRESS,
        housed.select(
            id=pl.col("id") + 1_000_000_000_000,
            customer_id="id",
            first_name="given_text",
            last_name="family_text",
            company=pl.when("firm").then("firm_name"),
            address_1="address_text",
            address_2=pl.lit(None, dtype=pl.String),
            city="city_text",
            province="region_text",
            zip="postal_text",
            country_code="country_text",
            is_default=pl.lit(True),
            _fivetran_synced=instant(housed["updated"]),
            __lot="lot",
        ),
    )
    return written_truth(frame, "shopify", ids)


__all__ = ["happened", "order_number", "write", "write_once"]
