"""Visits to site and app, in the layout of the GA4 export: one row per event, a folder per quarter."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.behaviour import Story
from orchestration.demo.browsing import EVENT_NAMES, device_of
from orchestration.demo.catalogue import CAMPAIGNS, PRODUCTS
from orchestration.demo.dirt import Sheet
from orchestration.demo.draws import Ints
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.persons import CITY_LIST, gathered
from orchestration.demo.places import COUNTRY_NAMES
from orchestration.demo.sources.common import Portion, instant
from orchestration.demo.sources.shopify import order_number

PATHS = (
    "/",
    "/",
    "/products/",
    "/products/",
    "/cart",
    "/checkout",
    "/thank-you",
    "/search",
    "/offers",
)
EVENT = Sheet(
    "ga4_export",
    "event",
    ("user_pseudo_id", "timestamp", "name", "bundle_sequence_id", "batch_event_index"),
    Layout("parquet"),
    by="quarter",
    repeated=0.001,
)


def write(portion: Portion, landing: Landing) -> None:
    """Writes one portion of web events; visits have no profiles."""
    events = portion.online.events
    people = portion.people
    n, at = events["n"].to_numpy(), events["happened"].to_numpy()
    rows = n - people.first
    name = events["name"].to_numpy()
    product = np.where(np.isin(name, (2, 4)), events["item"].to_numpy(), -1)
    slugs = [item.name.lower().replace(" ", "-") for item in PRODUCTS]
    campaign, order = events["campaign"].to_numpy(), events["order"].to_numpy()
    code = gathered([str(c.campaign_id) for c in CAMPAIGNS], np.maximum(campaign, 0))
    mailed = pl.Series(campaign >= 0)
    bought = pl.Series((order >= 0) & (name == 6))
    value = _values(portion.story, order, name)
    login = people.texts("login_id", rows)
    city = people.array("city")[rows]
    session = pl.Series(events["at"].to_numpy() % 10_000_000_000)
    minutes = instant(at)
    landing.put(
        EVENT,
        events.select(
            date=minutes.dt.date().cast(pl.String),
            timestamp=minutes,
            name=gathered(EVENT_NAMES, name),
            user_pseudo_id=device_of(events["device_n"].to_numpy(), events["device"].to_numpy()),
            user_id=pl.when(pl.col("known") & (pl.col("i") > 0)).then(login),
            bundle_sequence_id="event",
            batch_event_index="i",
            stream_id=pl.lit("3206015529"),
            platform=pl.when(pl.col("platform") == 2)
            .then(pl.lit("ANDROID"))
            .otherwise(pl.lit("WEB")),
            device_category=gathered(
                ("mobile", "desktop", "mobile"), events["platform"].to_numpy()
            ),
            geo_country=gathered(COUNTRY_NAMES, events["country"].to_numpy()),
            geo_city=gathered([c.name for c in CITY_LIST], city),
            traffic_source_source=pl.when(mailed)
            .then(pl.lit("newsletter"))
            .otherwise(pl.lit("google")),
            traffic_source_medium=pl.when(mailed)
            .then(pl.lit("email"))
            .otherwise(pl.lit("organic")),
            param_campaign=pl.when(mailed).then(code),
            param_page_location=pl.concat_str(
                pl.lit("https://shop.scv-demo.example"),
                gathered(PATHS, name),
                pl.when(pl.Series(product >= 0))
                .then(gathered(slugs, np.maximum(product, 0)))
                .otherwise(pl.lit("")),
            ),
            param_page_referrer=pl.when(pl.col("i") == 0).then(
                pl.when(mailed)
                .then(pl.lit("https://mail.example/"))
                .otherwise(pl.lit("https://www.google.com/"))
            ),
            param_ga_session_id=session,
            param_ga_session_number=pl.col("slot") + 1,
            param_engagement_time_msec=pl.Series(1000 + at % 60_000),
            ecommerce_transaction_id=pl.when(bought).then(
                pl.Series(order_number(np.maximum(order, 0))).cast(pl.String)
            ),
            ecommerce_purchase_revenue_in_usd=pl.when(bought).then(value),
            is_intraday=pl.lit(False),
            _fivetran_synced=minutes + pl.duration(hours=6),
            __lot="event",
            __at="happened",
            __nobody=pl.col("device") >= 8,
        ),
    )


def _values(story: Story, order: Ints, name: Ints) -> pl.Series:
    """Revenue of purchase events in US dollars."""
    rates = np.asarray((1.0, 7.2, 0.79, 7.8, 0.92))
    known = story.orders["order"].to_numpy()
    if not len(known):
        return pl.Series(np.zeros(len(order)))
    position = np.minimum(np.searchsorted(known, np.maximum(order, 0)), len(known) - 1)
    dollars = story.orders["total"].to_numpy() / rates[story.orders["currency"].to_numpy()]
    cents = np.round(dollars[position])
    return pl.Series(np.where((order >= 0) & (name == 6), cents, 0.0) / 100.0)
