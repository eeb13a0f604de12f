"""The help desk, in the layout of Zendesk's connector: users, tickets, comments, chats, ratings."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.catalogue import EMPLOYEES, END, START, TOPICS, seconds_of
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import Ints, scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.needs import CHAT
from orchestration.demo.persons import gathered
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    happened,
    instant,
    nobody,
    number_of,
    updated_after,
    written_truth,
)
from orchestration.demo.sources.shopify import order_number
from orchestration.demo.texts import composed

STYLE = Style("zendesk", mail=0.96, phone=0.35, named=0.99, chinese_script=0.75)
USER_BASE, TICKET_BASE, AGENT_BASE = 380_000_000_000, 1_000_000, 403_000_000_000
ORGANISATION_BASE = 370_000_000_000

USER = Sheet("zendesk", "user", ("id",), updated="updated_at", refusals=(Refusal("id", None),))
ORGANISATION = Sheet("zendesk", "organization", ("id",), Layout("csv", ";"))
GROUP = Sheet("zendesk", "group", ("id",))
TICKET = Sheet(
    "zendesk",
    "ticket",
    ("id",),
    by="year",
    updated="updated_at",
    before={"status": "open"},
    refusals=(Refusal("created_at", "last week"), Refusal("id", None)),
)
HISTORY = Sheet(
    "zendesk", "ticket_field_history", ("ticket_id", "field_name", "updated"), Layout("csv.gz")
)
COMMENT = Sheet("zendesk", "ticket_comment", ("id",), by="year", repeated=0.003)
CHAT_SHEET = Sheet("zendesk", "ticket_chat", ("chat_id", "ticket_id"))
CHAT_EVENT = Sheet(
    "zendesk", "ticket_chat_event", ("chat_id", "created_at", "chat_index"), Layout("jsonl")
)


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the help desk and returns the truth about its profiles."""
    truth = _users(portion, landing)
    tickets = _tickets(portion, landing)
    _history(portion, landing, tickets)
    _comments(portion, landing, tickets)
    return truth


def agent_id(employee: Ints) -> pl.Series:
    return pl.Series(AGENT_BASE + employee * 7)


def write_once(landing: Landing) -> None:
    """Agents and their groups."""
    number = np.arange(len(EMPLOYEES), dtype=np.int64)
    hired = instant(np.asarray([seconds_of(person.hired) for person in EMPLOYEES]))
    landing.put(
        USER,
        pl.DataFrame(
            {
                "id": agent_id(number),
                "name": [person.name for person in EMPLOYEES],
                "email": [f"{person.employee_id.lower()}@scv-demo.example" for person in EMPLOYEES],
                "phone": pl.Series([None] * len(number), dtype=pl.String),
                "role": [
                    "admin" if person.role == "team lead" else "agent" for person in EMPLOYEES
                ],
                "organization_id": pl.Series([None] * len(number), dtype=pl.Int64),
                "external_id": pl.Series([None] * len(number), dtype=pl.String),
                "locale": ["en-US"] * len(number),
                "active": [True] * len(number),
                "default_group_id": 360_000_000_000 + number % 3,
                "created_at": hired,
                "updated_at": hired,
                "_fivetran_synced": hired,
            }
        ),
        clean=True,
    )
    started = instant(np.full(3, START, dtype=np.int64))
    landing.put(
        GROUP,
        pl.DataFrame(
            {
                "id": 360_000_000_000 + np.arange(3, dtype=np.int64),
                "name": ["Voice", "Messaging", "Branch"],
                "created_at": started,
                "updated_at": started,
                "_fivetran_synced": started,
            }
        ),
        clean=True,
    )


def _users(portion: Portion, landing: Landing) -> pl.DataFrame:
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = number_of(n, copy, USER_BASE, "zendesk")
    logged = portion.dice.chance(0.7, "zendesk external", n, copy)
    synced = instant(frame["updated"])
    firm_id = pl.Series(ORGANISATION_BASE + n // 4)
    landing.put(
        USER,
        frame.select(
            id=ids,
            name="full_text",
            email="mail",
            phone="phone_text",
            role=pl.lit("end-user"),
            organization_id=pl.when("firm").then(firm_id),
            external_id=pl.when(pl.Series(logged) & ~pl.col("firm")).then("login_id"),
            locale="language",
            active=pl.lit(True),
            default_group_id=pl.lit(None, dtype=pl.Int64),
            created_at=instant(frame["created"]),
            updated_at=synced,
            _fivetran_synced=synced,
            __lot=pl.Series(n * 2 + copy),
        ),
    )
    firms = frame.with_columns(id=firm_id).filter(pl.col("firm") & (pl.col("copy") == 0))
    landing.put(
        ORGANISATION,
        firms.select(
            id="id",
            name="firm_name",
            created_at=instant(firms["created"]),
            updated_at=instant(firms["updated"]),
            _fivetran_synced=instant(firms["updated"]),
            __lot="n",
        ),
        clean=True,
    )
    return pl.concat(
        [
            written_truth(frame, "zendesk", ids),
            written_truth(firms, "zendesk", "organization:" + firms["id"].cast(pl.String)),
        ]
    )


def ticket_id(need: Ints) -> Ints:
    return TICKET_BASE + scrambled(need, 32, "ticket")


def _tickets(portion: Portion, landing: Landing) -> pl.DataFrame:
    dice = portion.dice
    tickets = portion.voice.ratings
    need, n = tickets["need"].to_numpy(), tickets["n"].to_numpy()
    lost = nobody(dice, "ticket", 0.012, need)
    people = portion.people
    rows = n - people.first
    chat = tickets["channel"].to_numpy() == CHAT
    first, last = tickets["first_at"].to_numpy(), tickets["last_at"].to_numpy()
    reply = np.minimum(first + 60 + tickets["wait"].to_numpy(), END - 120)
    solved = (
        last + np.maximum(tickets["wait"].to_numpy(), 900) + dice.below(30 * 3600, "solving", need)
    )
    done = tickets["settled"].to_numpy() & (solved < END)
    closed = solved + 4 * 86_400
    status = np.where(
        ~done,
        np.where(dice.chance(0.5, "pending", need), "pending", "open"),
        np.where(closed < END, "closed", "solved"),
    )
    mail = people.texts("email", rows)
    topic = tickets["topic"].to_numpy()
    order = tickets["order"].to_numpy()
    updated = np.minimum(
        np.where(done, np.where(closed < END, closed, solved), last + 3600), END - 30
    )
    tickets = tickets.with_columns(
        ticket=pl.Series(ticket_id(need)),
        reply=pl.Series(reply),
        solved_at=pl.Series(solved),
        closed_at=pl.Series(closed),
        done=pl.Series(done),
        lost=pl.Series(lost),
        requester=number_of(n, copy_of(dice, STYLE, n, need), USER_BASE, "zendesk"),
    )
    landing.put(
        TICKET,
        tickets.select(
            id="ticket",
            requester_id=pl.when("lost").then(None).otherwise("requester"),
            submitter_id=pl.when("lost").then(None).otherwise("requester"),
            assignee_id=agent_id(tickets["employee"].to_numpy()),
            group_id=pl.lit(360_000_000_001),
            status=pl.Series(status),
            priority=gathered(("urgent", "high", "normal", "low"), np.minimum(topic // 2, 3)),
            type=pl.lit("problem"),
            subject=gathered([name.replace("_", " ").capitalize() for name in TOPICS], topic),
            via_channel=pl.Series(np.where(chat, "chat", np.where(need % 3 == 0, "web", "email"))),
            via_source_from_address=pl.when("lost").then(None).otherwise(mail),
            custom_topic=gathered(TOPICS, topic),
            custom_order_id=pl.when(pl.Series(order >= 0)).then(
                pl.Series(order_number(np.maximum(order, 0))).cast(pl.String)
            ),
            created_at=instant(first),
            updated_at=instant(updated),
            _fivetran_synced=instant(updated),
            __lot="need",
            __at="first_at",
            __nobody="lost",
        ),
    )
    return tickets


def _history(portion: Portion, landing: Landing, tickets: pl.DataFrame) -> None:
    """Status changes (a second contact reopens), and the satisfaction score."""
    said = composed(
        portion.dice,
        "rating",
        _speaks_chinese(portion, tickets["n"].to_numpy()),
        tickets["topic"].to_numpy(),
        tickets["mood"].to_numpy(),
        tickets["need"].to_numpy(),
    )
    tickets = tickets.with_columns(said=said)
    again = pl.col("done") & (pl.col("touches") > 1)
    offered = pl.col("done") & pl.col("offered")
    rated = offered & pl.col("rated")
    wordy = rated & (pl.col("need") % 2 == 0)
    steps: tuple[tuple[str, pl.Expr, pl.Expr, pl.Expr], ...] = (
        ("status", pl.lit(True), pl.col("first_at"), pl.lit("new")),
        ("status", pl.lit(True), pl.col("reply"), pl.lit("open")),
        ("status", again, (pl.col("last_at") + pl.col("first_at")) // 2 + 240, pl.lit("solved")),
        ("status", again, pl.col("last_at") + 300, pl.lit("open")),
        ("status", pl.col("done"), pl.col("solved_at"), pl.lit("solved")),
        ("status", pl.col("done"), pl.col("closed_at"), pl.lit("closed")),
        ("satisfaction_score", offered, pl.col("solved_at") + 3600, pl.lit("offered")),
        (
            "satisfaction_score",
            rated,
            pl.col("solved_at") + 9000,
            pl.when("good").then(pl.lit("good")).otherwise(pl.lit("bad")),
        ),
        ("satisfaction_comment", wordy, pl.col("solved_at") + 9000, pl.col("said")),
    )
    parts = [
        tickets.filter(where).select(
            field_name=pl.lit(field),
            ticket_id="ticket",
            seconds=at,
            user_id=pl.lit(None, dtype=pl.Int64),
            value=value,
            lot=pl.col("need") * 16 + i,
        )
        for i, (field, where, at, value) in enumerate(steps)
    ]
    frame = pl.concat(parts).filter(pl.col("seconds") < END).sort("lot")
    landing.put(
        HISTORY,
        frame.select(
            "field_name",
            "ticket_id",
            "user_id",
            "value",
            updated=instant(frame["seconds"]),
            _fivetran_synced=instant(frame["seconds"].to_numpy() + 300),
            __lot="lot",
        ),
    )


def _speaks_chinese(portion: Portion, n: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(portion.people.array("country")[n - portion.people.first], (1, 3))


def _comments(portion: Portion, landing: Landing, tickets: pl.DataFrame) -> None:
    """What the customer wrote at each contact, the agent's answer, and internal notes."""
    dice = portion.dice
    contacts = portion.story.contacts.filter(pl.col("channel") <= CHAT).join(
        tickets.select("need", "ticket", "requester", "mood", "lost", "reply"),
        on="need",
        how="left",
        maintain_order="left",
    )
    need, i = contacts["need"].to_numpy(), contacts["i"].to_numpy()
    chinese = _speaks_chinese(portion, contacts["n"].to_numpy())
    asked = composed(
        dice,
        "comment",
        chinese,
        contacts["topic"].to_numpy(),
        contacts["mood"].to_numpy() * 0.6,
        need,
        i,
    )
    at = contacts["at"].to_numpy()
    answered = np.minimum(at + contacts["wait"].to_numpy() + 60, END - 60)
    answer = pl.Series(
        np.where(
            chinese,
            "您好，我们已经收到您的问题，正在处理。",
            "Hello, we have your message and are working on it.",
        )
    )
    note = pl.Series(
        np.where(
            contacts["solved"].to_numpy(), "Solved at this contact.", "Handed to the back office."
        )
    )
    parts = []
    for slot, body, seconds, public, by_agent in (
        (0, asked, at, True, False),
        (1, answer, answered, True, True),
        (2, note, answered + 30, False, True),
    ):
        parts.append(
            contacts.select(
                id=pl.Series(
                    1_030_000_000_000 + scrambled((need * 8 + i) * 4 + slot, 38, "comment")
                ),
                ticket_id="ticket",
                user_id=agent_id(contacts["employee"].to_numpy())
                if by_agent
                else pl.when("lost").then(None).otherwise("requester"),
                body=body,
                created=instant(seconds),
                public=pl.lit(public),
                voice_comment=pl.lit(False),
                facebook_comment=pl.lit(False),
                tweet=pl.lit(False),
                via_channel=pl.when(pl.col("channel") == CHAT)
                .then(pl.lit("chat"))
                .otherwise(pl.lit("email")),
                _fivetran_synced=instant(seconds + 400),
                __lot=pl.Series((need * 8 + i) * 4 + slot),
                __at=pl.Series(seconds),
            ).filter(pl.Series((slot < 2) | (need % 4 == 0)))
        )
    landing.put(COMMENT, pl.concat(parts).sort(LOT))
    chats = contacts.filter(pl.col("channel") == CHAT)
    need, i, at = chats["need"].to_numpy(), chats["i"].to_numpy(), chats["at"].to_numpy()
    chat = "4323." + pl.Series(scrambled(need * 8 + i, 35, "chat")).cast(pl.String)
    landing.put(
        CHAT_SHEET,
        chats.select(
            chat_id=chat,
            ticket_id="ticket",
            user_id=pl.when("lost").then(None).otherwise("requester"),
            channel=pl.lit("chat"),
            authenticated=pl.lit(True),
            _fivetran_synced=instant(at + 4000),
            __lot=pl.Series(need * 8 + i),
        ),
    )
    events = []
    for index, (kind, offset) in enumerate(
        (("ChatJoin", 0), ("ChatMessage", 12), ("ChatMessage", 75), ("ChatLeave", 600))
    ):
        by_agent = index == 2
        actor = pl.concat_str(
            pl.lit("agent:"), agent_id(chats["employee"].to_numpy()).cast(pl.String)
        )
        events.append(
            chats.select(
                chat_id=chat,
                created_at=instant(np.minimum(at + offset, END - 5)),
                actor_id=actor
                if by_agent
                else pl.concat_str(pl.lit("visitor:"), pl.col("n").cast(pl.String)),
                chat_index=pl.lit(index),
                message=pl.lit(
                    answer.gather(np.flatnonzero(contacts["channel"].to_numpy() == CHAT))
                )
                if by_agent
                else (
                    pl.lit(asked.gather(np.flatnonzero(contacts["channel"].to_numpy() == CHAT)))
                    if index == 1
                    else pl.lit(None, dtype=pl.String)
                ),
                type=pl.lit(kind),
                _fivetran_synced=instant(at + 4000),
                __lot=pl.Series((need * 8 + i) * 4 + index),
            )
        )
    landing.put(CHAT_EVENT, pl.concat(events).sort(LOT))


__all__ = ["happened", "ticket_id", "updated_after", "write", "write_once"]
