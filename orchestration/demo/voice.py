"""What customers say: survey answers, ratings after contacts, reviews and complaints.

Scores come from one mood per customer and moment: the lasting mood, less what hurt lately, less
what made the customer leave, and a little chance. Texts follow from score and topic (texts.py).
Does not belong here: how Qualtrics or any other system stores an answer (sources/).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.demo import catalogue
from orchestration.demo.behaviour import Story
from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.draws import Bools, Dice, Floats, Ints, expanded
from orchestration.demo.needs import CHANNEL_SOURCE
from orchestration.demo.orders import FAILED, LATE

NPS, CSAT, CES, RATING = range(4)
MEMORY = 120 * DAY
KEY_SPAN = 1 << 34
WAVES = tuple(START + 45 * DAY + 90 * DAY * i for i in range(12))


@dataclass(frozen=True)
class Voice:
    """Everything that customers of one portion said or were asked."""

    invitations: pl.DataFrame
    after_contact: pl.DataFrame
    ratings: pl.DataFrame
    reviews: pl.DataFrame


@dataclass(frozen=True)
class Memory:
    """What hurt whom and when, searchable by customer and moment."""

    keys: Ints
    weight: Floats
    topic: Ints

    def of(self, n: Ints, at: Ints) -> tuple[Floats, Ints]:
        """Weight and topic of the latest hurt before each moment; zero and -1 when there is none."""
        probe = n * KEY_SPAN + at
        found = np.searchsorted(self.keys, probe, side="right") - 1
        safe = np.maximum(found, 0)
        if not len(self.keys):
            return np.zeros(len(n)), np.full(len(n), -1, dtype=np.int64)
        age = probe - self.keys[safe]
        fresh = (found >= 0) & (age <= MEMORY)
        fading = 1.0 - 0.5 * np.minimum(np.maximum(age, 0), MEMORY) / MEMORY
        return np.where(fresh, self.weight[safe] * fading, 0.0), np.where(
            fresh, self.topic[safe], -1
        )


def remembered(story: Story) -> Memory:
    """Unmet needs and bad deliveries, in order of customer and time."""
    needs = story.needs.select(
        "n",
        at=pl.col("at"),
        weight=pl.col("weight") * pl.when("settled").then(0.7).otherwise(1.3)
        + 0.05 * pl.col("tries"),
        topic="topic",
    )
    bad = story.orders.filter(pl.col("outcome").is_in([LATE, FAILED])).select(
        "n",
        at=pl.col("promised"),
        weight=pl.when(pl.col("outcome") == FAILED).then(0.4).otherwise(0.2),
        topic=pl.lit(catalogue.DELIVERY, dtype=pl.Int64),
    )
    every = pl.concat([needs, bad]).with_columns(key=pl.col("n") * KEY_SPAN + pl.col("at"))
    every = every.sort("key", "topic", "weight")
    return Memory(every["key"].to_numpy(), every["weight"].to_numpy(), every["topic"].to_numpy())


def heard(story: Story, dice: Dice) -> Voice:
    """All feedback of a portion of customers."""
    memory = remembered(story)
    return Voice(
        _invitations(story, dice, memory),
        _after_contact(story, dice, memory),
        _ratings(story, dice, memory),
        _reviews(story, dice, memory),
    )


def _mood(
    story: Story, dice: Dice, memory: Memory, name: str, n: Ints, at: Ints
) -> tuple[Floats, Ints]:
    """How a customer feels at a moment (0 to 1), and the topic on their mind."""
    rows = n - story.people.first
    hurt, topic = memory.of(n, at)
    noise = dice.unit(f"{name} noise", n, at) - 0.5
    left = (at > story.left_at[rows]) * 0.25
    mood = story.people.real("mood")[rows] - 1.15 * hurt - left + 0.3 * noise
    other = dice.pick((0.28, 0.2, 0.06, 0.14, 0.12, 0.14, 0.03, 0.03), f"{name} topic", n, at)
    return np.clip(mood, 0.0, 0.999), np.where(topic >= 0, topic, other)


def scored(mood: Floats, low: int, high: int) -> Ints:
    """A mood as a score of a scale: the upper half of moods fills the top of the scale."""
    steps = high - low + 1
    score: Ints = np.clip(low + np.floor((mood * 1.28 - 0.1) * steps), low, high).astype(np.int64)
    return score


def _invitations(story: Story, dice: Dice, memory: Memory) -> pl.DataFrame:
    people = story.people
    rows = np.flatnonzero(people.member["qualtrics"]).astype(np.int64)
    n, joined = people.array("n")[rows], people.array("joined")[rows]
    wave = np.arange(len(WAVES), dtype=np.int64)
    sent = np.asarray(WAVES)[None, :] + dice.below(DAY, "wave second", n)[:, None]
    asked = (sent > joined[:, None] + 20 * DAY) & dice.chance(
        0.95, "wave", np.repeat(n, len(wave)), np.tile(wave, len(n))
    ).reshape(len(n), len(wave))
    who, which = np.nonzero(asked)
    nothing = np.full(len(who), -1, dtype=np.int64)
    nps = pl.DataFrame(
        {
            "n": n[who],
            "slot": which.astype(np.int64),
            "metric": np.full(len(who), NPS, dtype=np.int64),
            "sent": sent[who, which],
            "order": nothing,
            "need": nothing,
        }
    )
    member = np.asarray(people.member["qualtrics"])
    orders = story.orders.filter(
        pl.Series(member[story.orders["n"].to_numpy() - people.first])
        & (pl.col("delivered") < END - 5 * DAY)
    )
    orders = orders.filter(pl.Series(dice.chance(0.9, "asks csat", orders["order"].to_numpy())))
    wait = dice.between(20 * 3600, 70 * 3600, "csat after", orders["order"].to_numpy())
    csat = pl.DataFrame(
        {
            "n": orders["n"],
            "slot": orders["k"] + 16,
            "metric": np.full(len(orders), CSAT, dtype=np.int64),
            "sent": orders["delivered"].to_numpy() + wait,
            "order": orders["order"],
            "need": np.full(len(orders), -1, dtype=np.int64),
        }
    )
    needs = story.needs.filter(
        pl.Series(member[story.needs["n"].to_numpy() - people.first])
        & (pl.col("tries") > 0)
        & (pl.col("last") < END - 3 * DAY)
    )
    needs = needs.filter(pl.Series(dice.chance(0.6, "asks ces", needs["need"].to_numpy())))
    ces = pl.DataFrame(
        {
            "n": needs["n"],
            "slot": needs["j"] + 1024,
            "metric": np.full(len(needs), CES, dtype=np.int64),
            "sent": needs["last"].to_numpy()
            + dice.between(DAY, 2 * DAY, "ces after", needs["need"].to_numpy()),
            "order": needs["order"],
            "need": needs["need"],
        }
    )
    frame = pl.concat([nps, csat, ces]).sort("n", "slot")
    n, at = frame["n"].to_numpy(), frame["sent"].to_numpy()
    mood, topic = _mood(story, dice, memory, "survey", n, at)
    metric = frame["metric"].to_numpy()
    topic = np.where(metric == CSAT, np.where(mood < 0.5, topic, catalogue.DELIVERY), topic)
    away = at > story.left_at[n - people.first]
    odds = (0.35 + 0.3 * np.abs(mood - 0.6)) * np.where(away, 0.4, 1.0)
    answered = dice.chance(odds, "answers", n, at)
    low_high = np.select(
        [metric == NPS, metric == CSAT],
        [scored(mood, 0, 10), scored(mood, 1, 5)],
        scored(mood, 1, 7),
    )
    after = dice.between(600, 60 * 3600, "answers after", n, at)
    return frame.with_columns(
        score=pl.Series(low_high),
        mood=pl.Series(mood),
        topic=pl.Series(topic),
        answered=pl.Series(answered),
        opened=pl.Series(answered | dice.chance(0.35, "opens survey", n, at)),
        answered_at=pl.Series(np.minimum(at + after, END - 60)),
        worded=pl.Series(dice.chance(0.5, "writes", n, at)),
    )


def _after_contact(story: Story, dice: Dice, memory: Memory) -> pl.DataFrame:
    """Two questions after a contact of the contact centre: CSAT or effort."""
    frame = story.contacts.filter(
        pl.col("channel").is_in(
            [i for i, name in enumerate(CHANNEL_SOURCE) if name == "contact_centre"]
        )
    )
    asked = dice.chance(0.6, "post call", frame["need"].to_numpy(), frame["i"].to_numpy())
    frame = frame.filter(pl.Series(asked) & ~pl.col("abandoned"))
    n, at = frame["n"].to_numpy(), frame["at"].to_numpy()
    mood, _ = _mood(story, dice, memory, "post call", n, at)
    mood = np.clip(mood + np.where(frame["solved"].to_numpy(), 0.18, -0.22), 0.0, 0.999)
    effort = dice.chance(0.4, "asks effort", frame["need"].to_numpy(), frame["i"].to_numpy())
    return frame.with_columns(
        metric=pl.Series(np.where(effort, CES, CSAT)),
        score=pl.Series(np.where(effort, scored(mood, 1, 7), scored(mood, 1, 5))),
        mood=pl.Series(mood),
        worded=pl.Series(dice.chance(0.3, "writes after call", n, at)),
        said_at=pl.Series(np.minimum(at + 1200 + dice.below(5000, "said after", n, at), END - 60)),
    )


def _ratings(story: Story, dice: Dice, memory: Memory) -> pl.DataFrame:
    """Good or bad, per ticket: asked when a ticket is solved."""
    tickets = tickets_of(story)
    n, need = tickets["n"].to_numpy(), tickets["need"].to_numpy()
    mood, _ = _mood(story, dice, memory, "ticket", n, tickets["last_at"].to_numpy())
    mood = np.clip(mood + np.where(tickets["settled"].to_numpy(), 0.12, -0.25), 0.0, 0.999)
    return tickets.with_columns(
        offered=pl.Series(dice.chance(0.75, "rating offered", need)) & pl.col("settled"),
        rated=pl.Series(dice.chance(0.5, "rated", need)) & pl.col("settled"),
        good=pl.Series(mood > 0.5),
        mood=pl.Series(mood),
    )


def tickets_of(story: Story) -> pl.DataFrame:
    """One ticket per need that ever came to the help desk, with its first and last contact."""
    contacts = story.contacts.filter(pl.col("channel").is_in([0, 1]))
    grouped = contacts.group_by("need", maintain_order=True).agg(
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
        touches=pl.len().cast(pl.Int64),
        channel=pl.col("channel").first(),
        employee=pl.col("employee").last(),
        wait=pl.col("wait").first(),
        here=pl.col("solved").any(),
    )
    return grouped.join(
        story.needs.select("need", "n", "topic", "order", "settled", "last"),
        on="need",
        how="left",
        maintain_order="left",
    )


def _reviews(story: Story, dice: Dice, memory: Memory) -> pl.DataFrame:
    """App-store reviews and social posts of those who have the app, now and then and when hurt."""
    people = story.people
    rows = np.flatnonzero(people.member["app_reviews"]).astype(np.int64)
    first = np.maximum(people.array("joined")[rows], START)
    busy = np.minimum(people.real("activity")[rows], 6.0)
    mean = (6.0 + 7.5 * busy) * (END - first) / (END - START)
    who, k = expanded(np.minimum(dice.count(mean, "reviews", people.array("n")[rows]), 63))
    n = people.array("n")[rows][who]
    at = first[who] + (dice.unit("review at", n, k) * (END - 60 - first[who])).astype(np.int64)
    mood, topic = _mood(story, dice, memory, "review", n, at)
    broken = (at > catalogue.APP_BROKEN) & (at < catalogue.APP_FIXED)
    hit: Bools = broken & dice.chance(0.6, "hit by release", n, k)
    mood = np.where(hit, mood * 0.45, mood)
    return pl.DataFrame(
        {
            "n": n,
            "k": k,
            "at": at,
            "score": scored(mood, 1, 5),
            "mood": mood,
            "topic": np.where(hit, catalogue.APP, topic),
            "social": dice.chance(0.15, "social", n, k),
            "signed": dice.pick((0.55, 0.25, 0.2), "signed", n, k),
            "product": dice.below(40, "reviewed product", n, k),
        }
    )
