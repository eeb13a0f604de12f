"""Campaign e-mails and visits to the site and the app.

A campaign touches a customer, some open, some click, a click becomes a visit, and an order placed
online has a visit of its own. Does not belong here: the export format of any tool (sources/).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo.behaviour import Story
from orchestration.demo.catalogue import CAMPAIGNS, DAY, END, START
from orchestration.demo.draws import Dice, Ints, expanded, scrambled

EVENT_NAMES = (
    "session_start",
    "page_view",
    "view_item",
    "scroll",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "search",
    "view_promotion",
)
# What happens in a visit, by depth; numbers are positions in EVENT_NAMES.
DEPTHS = (
    (0, 1),
    (0, 1, 2, 3),
    (0, 1, 2, 2, 3, 4, 1),
    (0, 2, 4, 1, 5),
    (0, 2, 2, 4, 5, 6),
    (0, 1, 7),
    (0, 8, 2, 2, 3),
)
PURCHASE_DEPTH, CAMPAIGN_DEPTH = 4, 6


@dataclass(frozen=True)
class Online:
    """E-mails sent and events of visits of one portion of customers."""

    touches: pl.DataFrame
    events: pl.DataFrame


def online(story: Story, dice: Dice) -> Online:
    touches = _touches(story, dice)
    return Online(touches, _events(dice, _sessions(story, dice, touches)))


def device_of(n: Ints, slot: Ints) -> pl.Series:
    """The cookie id of one of up to sixteen devices of a customer."""
    number = scrambled(n * 16 + slot, 34, "device")
    return pl.select(
        pl.concat_str(
            pl.Series(number // 7 + 100_000_000).cast(pl.String),
            pl.lit("."),
            pl.Series(1_600_000_000 + number % 150_000_000).cast(pl.String),
        )
    ).to_series()


def _touches(story: Story, dice: Dice) -> pl.DataFrame:
    people = story.people
    rows = np.flatnonzero(people.member["hubspot"]).astype(np.int64)
    n = people.array("n")[rows]
    sent = np.asarray([campaign.sent_at for campaign in CAMPAIGNS])
    every = np.arange(len(CAMPAIGNS), dtype=np.int64)
    flat_n, flat_c = np.repeat(n, len(every)), np.tile(every, len(n))
    chosen = dice.chance(0.2, "campaign", flat_n, flat_c)
    chosen &= sent[flat_c] > np.repeat(people.array("joined")[rows], len(every)) + 15 * DAY
    left = np.repeat(story.left_at[rows], len(every))
    chosen &= (sent[flat_c] < left + 120 * DAY) & np.repeat(
        dice.chance(0.85, "mailable", n), len(every)
    )
    orders = story.orders.filter(pl.col("campaign") >= 0).sort("n", "campaign", "at")
    orders = orders.unique(["n", "campaign"], keep="first", maintain_order=True)
    position = np.searchsorted(flat_n * 256 + flat_c, orders["n"] * 256 + orders["campaign"])
    bought = np.zeros(len(flat_n), dtype=np.int64)
    bought[position] = orders["at"].to_numpy()
    chosen |= bought > 0
    n, c, bought = flat_n[chosen], flat_c[chosen], bought[chosen]
    away = sent[c] > left[chosen]
    at = sent[c] + dice.below(3 * 3600, "sent second", n, c)
    bounced = dice.chance(0.02, "bounced", n, c) & (bought == 0)
    opened = dice.chance(np.where(away, 0.05, 0.32), "opened", n, c) & ~bounced
    clicked = opened & dice.chance(0.2, "clicked", n, c) | (bought > 0)
    opened = opened | clicked
    opened_at = at + dice.between(300, 30 * 3600, "opened after", n, c)
    opened_at = np.where(bought > 0, bought - 1500, opened_at)
    return pl.DataFrame(
        {
            "n": n,
            "campaign": c,
            "at": at,
            "bounced": bounced,
            "opened": opened,
            "clicked": clicked,
            "unsubscribed": opened & dice.chance(np.where(away, 0.2, 0.012), "unsubscribed", n, c),
            "opened_at": opened_at,
            "bought": bought > 0,
        }
    ).with_columns(clicked_at=pl.col("opened_at") + 45)


def _sessions(story: Story, dice: Dice, touches: pl.DataFrame) -> pl.DataFrame:
    """Visits: of daily life, from a click, and to place an order."""
    people = story.people
    first = np.maximum(people.array("joined"), START)
    span = np.minimum(story.left_at, END) - first
    share = np.where(people.real("digital") > 0.12, 0.5 + people.real("digital"), 0.0)
    mean = 8.0 * np.minimum(people.real("activity"), 9.0) * share * span / (END - START)
    count = np.minimum(dice.count(np.maximum(mean, 0.0), "visits", people.array("n")), 220)
    rows, k = expanded(count)
    n = people.array("n")[rows]
    at = first[rows] + (dice.unit("visit at", n, k) * span[rows]).astype(np.int64)
    daily = pl.DataFrame(
        {
            "n": n,
            "slot": k,
            "at": at,
            "depth": np.asarray((0, 1, 2, 3, 5))[
                dice.pick((0.34, 0.3, 0.2, 0.08, 0.08), "depth", n, k)
            ],
            "order": np.full(len(n), -1, dtype=np.int64),
            "campaign": np.full(len(n), -1, dtype=np.int64),
        }
    )
    clicks = touches.filter(
        pl.col("clicked") & ~pl.col("bought") & (pl.col("clicked_at") < END - 3600)
    )
    arrived = pl.DataFrame(
        {
            "n": clicks["n"],
            "slot": clicks["campaign"] + 256,
            "at": clicks["clicked_at"] + 5,
            "depth": np.full(len(clicks), CAMPAIGN_DEPTH, dtype=np.int64),
            "order": np.full(len(clicks), -1, dtype=np.int64),
            "campaign": clicks["campaign"],
        }
    )
    orders = story.orders.filter(pl.col("channel") < 2)
    measured = dice.chance(0.6, "measured", orders["order"].to_numpy())
    orders = orders.filter(pl.Series(measured) | (pl.col("campaign") >= 0))
    bought = pl.DataFrame(
        {
            "n": orders["n"],
            "slot": orders["k"] + 512,
            "at": orders["at"] - 400,
            "depth": np.full(len(orders), PURCHASE_DEPTH, dtype=np.int64),
            "order": orders["order"],
            "campaign": orders["campaign"],
        }
    )
    frame = pl.concat([daily, arrived, bought]).sort("n", "slot")
    n, slot = frame["n"].to_numpy(), frame["slot"].to_numpy()
    stranger = dice.chance(0.1, "stranger", n, slot) & (frame["depth"].to_numpy() != PURCHASE_DEPTH)
    device = dice.pick((0.66, 0.24, 0.1), "device", n, slot)
    known = dice.chance(np.where(frame["depth"].to_numpy() >= 3, 0.85, 0.4), "logged in", n, slot)
    rows = n - people.first
    shared = people.flag("at_home")[rows] & dice.chance(0.08, "family tablet", n, slot)
    return frame.with_columns(
        device_n=pl.Series(np.where(shared, n // 4 * 4, n)),
        device=pl.Series(np.where(stranger, 8 + slot % 8, np.where(shared, 7, device))),
        known=pl.Series(known & ~stranger),
        platform=pl.Series(dice.pick((0.5, 0.38, 0.12), "platform", n, device)),
        country=pl.Series(people.array("country")[rows]),
    )


def _events(dice: Dice, sessions: pl.DataFrame) -> pl.DataFrame:
    lengths = np.asarray([len(depth) for depth in DEPTHS])
    flat = np.asarray([name for depth in DEPTHS for name in depth])
    offsets = np.cumsum(lengths) - lengths
    depth = sessions["depth"].to_numpy()
    rows, i = expanded(lengths[depth])
    n, slot = sessions["n"].to_numpy()[rows], sessions["slot"].to_numpy()[rows]
    step = dice.between(4, 80, "event step", n, slot)
    return sessions[rows].with_columns(
        i=pl.Series(i),
        name=pl.Series(flat[offsets[depth][rows] + i]),
        happened=pl.Series(np.minimum(sessions["at"].to_numpy()[rows] + i * step, END - 1)),
        item=pl.Series(dice.below(40, "viewed item", n, slot, i)),
        event=pl.Series((n * 1024 + slot) * 8 + i),
    )
