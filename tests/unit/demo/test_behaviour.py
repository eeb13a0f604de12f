"""The story hangs together: what goes wrong shows in what people say, do and no longer buy."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from orchestration.demo import behaviour, browsing, persons, voice
from orchestration.demo.behaviour import Story
from orchestration.demo.browsing import Online
from orchestration.demo.catalogue import DAY, END
from orchestration.demo.clock import NEVER
from orchestration.demo.draws import Dice
from orchestration.demo.orders import CANCELLED, FAILED, LATE, ON_TIME
from orchestration.demo.texts import composed
from orchestration.demo.voice import CSAT, NPS, Voice

DICE = Dice(11)


@pytest.fixture(scope="module")
def story() -> Story:
    return behaviour.told(persons.made(DICE, 0, 6_000), DICE)


@pytest.fixture(scope="module")
def said(story: Story) -> Voice:
    return voice.heard(story, DICE)


@pytest.fixture(scope="module")
def seen(story: Story) -> Online:
    return browsing.online(story, DICE)


def test_portions_do_not_change_the_story(story: Story) -> None:
    half = behaviour.told(persons.made(DICE, 3_000, 3_000), DICE)
    for name in ("orders", "lines", "charges", "needs", "contacts"):
        whole: pl.DataFrame = getattr(story, name)
        if "n" in whole.columns:
            whole = whole.filter(pl.col("n") >= 3_000)
        else:
            whole = whole.filter(pl.col("order") >= 3_000 * 512)
        assert whole.equals(getattr(half, name)), name


def test_refunds_never_exceed_the_charge(story: Story) -> None:
    orders = story.orders
    assert (orders["refund"] >= 0).all() and (orders["refund"] <= orders["total"]).all()
    whole = orders.filter(pl.col("outcome").is_in([FAILED, CANCELLED]))
    assert (whole["refund"] == whole["total"]).all()
    returned = orders.filter((pl.col("refund") > 0) & pl.col("outcome").is_in([ON_TIME, LATE]))
    assert len(returned) and returned["sent_back"].all()
    assert (returned["refund_at"] > returned["delivered"]).mean() > 0.99


def test_order_totals_are_the_sum_of_their_parts(story: Story) -> None:
    sums = story.lines.group_by("order").agg(
        gross=(pl.col("price") * pl.col("quantity")).sum(),
        kinds=pl.col("product").n_unique(),
        count=pl.len(),
    )
    orders = story.orders.join(sums, on="order", suffix="_of_lines")
    assert len(orders) == len(story.orders)
    assert (orders["gross"] == orders["gross_of_lines"]).all()
    assert (orders["kinds"] == orders["count"]).all()
    parts = orders["gross"] - orders["discount"] + orders["tax"] + orders["shipping"]
    assert (parts == orders["total"]).all()


def test_late_parcels_lower_satisfaction_and_raise_contacts(story: Story, said: Voice) -> None:
    answers = said.invitations.filter((pl.col("metric") == CSAT) & pl.col("answered"))
    joined = answers.join(story.orders.select("order", "outcome"), on="order")
    means = dict(joined.group_by("outcome").agg(pl.col("score").mean()).iter_rows())
    assert means[LATE] < means[ON_TIME] - 0.4
    asked = story.orders.with_columns(asks=pl.col("order").is_in(story.needs["order"].implode()))
    shares = dict(asked.group_by("outcome").agg(pl.col("asks").mean()).iter_rows())
    assert shares[LATE] > 3 * shares[ON_TIME]
    assert shares[FAILED] > shares[LATE]


def test_open_needs_come_back_on_other_channels_within_days(story: Story) -> None:
    contacts = story.contacts
    again = contacts.filter(pl.col("i") > 0)
    assert len(again) > 100
    assert (again["channel"] != again["before"]).mean() > 0.5
    gaps = contacts.select(gap=pl.col("at").diff().over("need"))["gap"].drop_nulls()
    assert gaps.min() > 0 and gaps.max() <= 100 * 3600
    before = contacts.with_columns(follows=pl.col("i").shift(-1).over("need").is_not_null())
    assert not before.filter("solved")["follows"].any()


def test_contacts_use_channels_the_customer_has(story: Story) -> None:
    from orchestration.demo.needs import CHANNEL_SOURCE

    for channel, source in enumerate(CHANNEL_SOURCE):
        rows = story.contacts.filter(pl.col("channel") == channel)["n"].to_numpy()
        assert story.people.member[source][rows].all()


def test_detractors_leave_and_stop_buying(story: Story, said: Voice) -> None:
    answers = said.invitations.filter((pl.col("metric") == NPS) & pl.col("answered"))
    first = answers.sort("n", "sent").unique("n", keep="first", maintain_order=True)
    n, sent = first["n"].to_numpy(), first["sent"].to_numpy()
    group = np.where(
        first["score"].to_numpy() <= 6, 0, np.where(first["score"].to_numpy() >= 9, 2, 1)
    )
    left = (story.left_at[n] > sent - 40 * DAY) & (story.left_at[n] < sent + 180 * DAY)
    assert left[group == 0].mean() > 1.4 * left[group == 2].mean()
    orders = story.orders.select("n", bought="at").join(
        pl.DataFrame({"n": n, "sent": sent, "group": group}), on="n"
    )
    counts = orders.group_by("group").agg(
        after=(pl.col("bought") > pl.col("sent")).sum(),
        before=(pl.col("bought") <= pl.col("sent")).sum(),
    )
    ratio = {row[0]: row[1] / row[2] for row in counts.iter_rows()}
    assert ratio[0] < 0.8 * ratio[2]


def test_who_has_left_hardly_comes_back(story: Story) -> None:
    at = story.orders["at"].to_numpy()
    after = at > story.left_at[story.orders["n"].to_numpy()]
    would_be = len(at) * (story.left_at < END).mean()
    assert after.sum() < 0.3 * would_be
    share = (story.left_at < END).mean()
    assert 0.08 < share < 0.35


def test_fees_lead_to_complaints(story: Story) -> None:
    complained = story.charges.with_columns(
        complains=pl.col("charge").is_in(story.needs["charge"].implode())
    )
    shares = dict(complained.group_by("what").agg(pl.col("complains").mean()).iter_rows())
    assert shares[3] > 0.15 > shares[0]


def test_campaigns_come_before_clicks_visits_and_orders(story: Story, seen: Online) -> None:
    touches = seen.touches
    assert (touches["opened_at"] > touches["at"]).all()
    assert touches.filter("clicked")["opened"].all()
    drawn = story.orders.filter(pl.col("campaign") >= 0)
    joined = drawn.join(touches.rename({"at": "mailed"}), on=["n", "campaign"])
    assert len(joined) == len(drawn) > 100
    assert joined["clicked"].all()
    first = joined.sort("at").unique(["n", "campaign"], keep="first")
    assert (first["clicked_at"] < first["at"]).all()
    bought = seen.events.filter((pl.col("order") >= 0) & (pl.col("name") == 6))
    assert bought["order"].is_unique().all()


def test_texts_follow_the_score() -> None:
    count = 500
    keys = np.arange(count, dtype=np.int64)
    topic = keys % 8
    bad = composed(DICE, "test", np.zeros(count, np.bool_), topic, np.full(count, 0.1), keys)
    good = composed(DICE, "test", np.ones(count, np.bool_), topic, np.full(count, 0.95), keys)
    assert not bad.str.contains("Excellent|Five stars|recommend it").any()
    assert good.str.contains(r"\p{Han}").all()
    assert not good.str.contains("太差|失望|退款。").any()


def test_numbers_per_customer_are_those_of_the_large_benchmark(
    story: Story, said: Voice, seen: Online
) -> None:
    count = len(story.people)
    assert 2.3 < len(story.orders) / count < 4.0
    assert 20 < len(seen.events) / count < 36
    feedback = (
        said.invitations["answered"].sum()
        + len(said.after_contact)
        + said.ratings["rated"].sum()
        + len(said.reviews)
    )
    assert 2.0 < feedback / count < 4.0
    per_customer = story.orders["n"].value_counts()["count"]
    assert per_customer.max() > 12 * per_customer.median()


def test_households_share_home_and_differ_in_person(story: Story) -> None:
    frame = story.people.frame.filter("at_home")
    homes = frame.group_by("block").agg(
        pl.len(),
        pl.col("family", "house", "phone_home", "country").n_unique(),
        pl.col("given", "phone", "email").n_unique().name.suffix("s"),
    )
    assert (homes["len"] >= 2).all()
    for shared in ("family", "house", "phone_home", "country"):
        assert (homes[shared] == 1).all(), shared
    assert (homes["phones"] == homes["len"]).all() and (homes["emails"] == homes["len"]).all()
    assert (homes["givens"] == homes["len"]).mean() > 0.9


def test_everybody_is_in_some_source(story: Story) -> None:
    member = story.people.member
    assert np.logical_or.reduce([member[name] for name in persons.SOURCES]).all()
    assert NEVER > END
