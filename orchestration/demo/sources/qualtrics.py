"""Surveys, in the layout of Qualtrics' connector: contacts, invitations, answers."""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.demo.catalogue import DAY, END, START
from orchestration.demo.dirt import LOT, Refusal, Sheet
from orchestration.demo.disguises import Style, profiles
from orchestration.demo.draws import scrambled
from orchestration.demo.files import Layout
from orchestration.demo.landing import Landing
from orchestration.demo.persons import gathered
from orchestration.demo.sources.common import (
    Portion,
    copy_of,
    instant,
    nobody,
    text_of,
    written_truth,
)
from orchestration.demo.sources.shopify import order_number
from orchestration.demo.sources.zendesk import ticket_id
from orchestration.demo.texts import composed

STYLE = Style("qualtrics", mail=0.97, phone=0.12, named=0.75, chinese_script=0.4)
SURVEYS = ("SV_relationshipNPS", "SV_deliveryCSAT1", "SV_serviceEffort")
QUESTIONS = (
    ("NPS", "NPS", "How likely are you to recommend us?"),
    ("CSAT", "SAVR", "How satisfied are you with your delivery?"),
    ("CES", "SAVR", "The company made it easy to handle my issue."),
)
SCALES = ((0, 10), (1, 5), (1, 7))
TOUCHPOINTS = ("relationship", "delivery", "service")

CONTACT = Sheet(
    "qualtrics",
    "directory_contact",
    ("id",),
    updated="last_modified",
    refusals=(Refusal("id", None),),
)
SURVEY = Sheet("qualtrics", "survey", ("id",))
QUESTION = Sheet("qualtrics", "question", ("id", "survey_id"))
OPTION = Sheet("qualtrics", "question_option", ("survey_id", "question_id", "key"))
DISTRIBUTION = Sheet("qualtrics", "distribution", ("id",))
SENT = Sheet(
    "qualtrics", "distribution_contact", ("contact_id", "distribution_id"), Layout("parquet")
)
RESPONSE = Sheet(
    "qualtrics", "survey_response", ("id",), Layout("jsonl"), updated="last_modified_date"
)
ANSWER = Sheet(
    "qualtrics", "question_response", ("_fivetran_id",), Layout("csv", "\t"), repeated=0.003
)
EMBEDDED = Sheet("qualtrics", "survey_embedded_data", ("response_id", "key"), Layout("csv", "|"))


def write(portion: Portion, landing: Landing) -> pl.DataFrame:
    """Writes one portion of the surveys and returns the truth about its profiles."""
    frame = profiles(portion.people, portion.dice, STYLE)
    n, copy = frame["n"].to_numpy(), frame["copy"].to_numpy()
    ids = text_of(n, copy, "CID_", "qualtrics")
    logged = portion.dice.chance(0.7, "qualtrics external", n, copy)
    out = portion.dice.chance(0.05, "qualtrics out", n)
    landing.put(
        CONTACT,
        frame.select(
            directory_id=pl.lit("POOL_1"),
            id=ids,
            first_name="given_text",
            last_name="family_text",
            email="mail",
            phone="phone_text",
            language="language",
            ext_ref=pl.when(pl.Series(logged) & ~pl.col("firm")).then("login_id"),
            creation_date=instant(frame["created"]),
            last_modified=instant(frame["updated"]),
            directory_unsubscribed=pl.Series(out),
            directory_unsubscribe_date=pl.when(pl.Series(out)).then(instant(frame["updated"])),
            _fivetran_synced=instant(frame["updated"]),
            __lot=pl.Series(n * 2 + copy),
        ),
    )
    _invitations(portion, landing)
    return written_truth(frame, "qualtrics", ids)


def write_once(landing: Landing) -> None:
    """The three surveys, their two questions each, and one distribution a week and survey."""
    started = instant(np.full(1, START, dtype=np.int64))
    stamp = {"_fivetran_deleted": False, "_fivetran_synced": started[0]}
    landing.put(
        SURVEY,
        pl.DataFrame(
            [
                {"id": survey, "survey_name": name, "survey_status": "Active", **stamp}
                for survey, (name, _, _) in zip(SURVEYS, QUESTIONS, strict=True)
            ]
        ),
        clean=True,
    )
    questions, options = [], []
    for survey, (tag, selector, text), (low, high) in zip(SURVEYS, QUESTIONS, SCALES, strict=True):
        questions.append(
            {
                "id": "QID1",
                "survey_id": survey,
                "question_type": "MC",
                "selector": selector,
                "data_export_tag": tag,
                "question_text": text,
                **stamp,
            }
        )
        questions.append(
            {
                "id": "QID2",
                "survey_id": survey,
                "question_type": "TE",
                "selector": "ML",
                "data_export_tag": f"{tag}_text",
                "question_text": "Why?",
                **stamp,
            }
        )
        for value in range(low, high + 1):
            options.append(
                {
                    "survey_id": survey,
                    "question_id": "QID1",
                    "key": str(value),
                    "recode_value": str(value),
                    "text": str(value),
                    **stamp,
                }
            )
    landing.put(QUESTION, pl.DataFrame(questions), clean=True)
    landing.put(OPTION, pl.DataFrame(options), clean=True)
    weeks = (END - START) // (7 * DAY) + 1
    rows = [
        {
            "id": distribution(which, week),
            "send_date_seconds": START + week * 7 * DAY,
            "survey_link_survey_id": survey,
            "request_type": "Invite",
            "request_status": "Done",
            "_fivetran_deleted": False,
        }
        for which, survey in enumerate(SURVEYS)
        for week in range(weeks)
    ]
    frame = pl.DataFrame(rows)
    sent = instant(frame["send_date_seconds"])
    landing.put(
        DISTRIBUTION,
        frame.drop("send_date_seconds").with_columns(
            send_date=sent, created_date=sent, modified_date=sent, _fivetran_synced=sent
        ),
        clean=True,
    )


def distribution(which: int, week: int) -> str:
    return f"EMD_{which}{week:04d}"


def _invitations(portion: Portion, landing: Landing) -> None:
    dice, people = portion.dice, portion.people
    asked = portion.voice.invitations.filter(pl.col("sent") < END)
    n, slot = asked["n"].to_numpy(), asked["slot"].to_numpy()
    event = n * 2048 + slot
    metric = asked["metric"].to_numpy()
    week = (asked["sent"].to_numpy() - START) // (7 * DAY)
    contact = text_of(n, copy_of(dice, STYLE, n, event), "CID_", "qualtrics")
    link = "CGC_" + pl.Series(scrambled(event, 36, "lookup")).cast(pl.String)
    response = "R_" + pl.Series(scrambled(event, 36, "response")).cast(pl.String).str.zfill(11)
    survey = gathered(SURVEYS, metric)
    weekly = pl.concat_str(
        pl.lit("EMD_"),
        pl.Series(metric).cast(pl.String),
        pl.Series(week).cast(pl.String).str.zfill(4),
    )
    asked = asked.with_columns(
        contact=contact, response=response, survey=survey, event=pl.Series(event), link=link
    ).with_columns(distribution=weekly)
    # One person is asked once per distribution: the table's key in the connector.
    asked = asked.unique(["contact", "distribution"], keep="first", maintain_order=True)
    answered, seconds = asked["answered"].to_numpy(), asked["answered_at"].to_numpy()
    landing.put(
        SENT,
        asked.select(
            contact_id="contact",
            distribution_id="distribution",
            contact_lookup_id="link",
            sent_at=instant(asked["sent"]),
            opened_at=pl.when("opened").then(
                instant(np.minimum(asked["sent"].to_numpy() + 4000, END - 1))
            ),
            response_completed_at=pl.when("answered").then(instant(seconds)),
            response_id=pl.when("answered").then("response"),
            status=pl.when("answered")
            .then(pl.lit("Finished"))
            .when("opened")
            .then(pl.lit("Opened"))
            .otherwise(pl.lit("Pending")),
            _fivetran_synced=instant(np.where(answered, seconds, asked["sent"].to_numpy())),
            __lot="event",
        ),
    )
    said = asked.filter("answered")
    n, event, seconds = (
        said["n"].to_numpy(),
        said["event"].to_numpy(),
        said["answered_at"].to_numpy(),
    )
    rows = n - people.first
    lost = nobody(dice, "anonymous survey", 0.0, event)
    chinese = np.isin(people.array("country")[rows], (1, 3))
    landing.put(
        RESPONSE,
        said.select(
            id="response",
            survey_id="survey",
            status=pl.lit(0),
            finished=pl.lit(1),
            progress=pl.lit(100),
            distribution_channel=pl.lit("email"),
            duration_in_seconds=pl.Series(dice.between(15, 240, "survey length", event)),
            start_date=instant(seconds - 120),
            end_date=instant(seconds),
            recorded_date=instant(seconds),
            last_modified_date=instant(seconds),
            recipient_email=pl.when(pl.Series(lost))
            .then(None)
            .otherwise(people.texts("email", rows)),
            user_language=pl.Series(np.where(chinese, "ZH-S", "EN")),
            _fivetran_synced=instant(seconds),
            __lot="event",
            __nobody=pl.Series(lost),
        ),
    )
    text = composed(
        dice, "survey", chinese, said["topic"].to_numpy(), said["mood"].to_numpy(), event
    )
    titles = gathered([text_ for _, _, text_ in QUESTIONS], said["metric"].to_numpy())
    worded = said["worded"].to_numpy()
    parts = []
    for index, question in enumerate(("QID1", "QID2")):
        is_score = index == 0
        parts.append(
            said.select(
                _fivetran_id="A"
                + pl.Series(scrambled(event * 2 + index, 37, "answer")).cast(pl.String),
                response_id="response",
                question_id=pl.lit(question),
                question=titles if is_score else pl.lit("Why?"),
                question_option_key=pl.col("score").cast(pl.String)
                if is_score
                else pl.lit(None, dtype=pl.String),
                value=pl.col("score").cast(pl.String)
                if is_score
                else pl.lit(None, dtype=pl.String),
                text=pl.lit(None, dtype=pl.String) if is_score else pl.lit(text),
                _fivetran_synced=instant(seconds),
                __lot=pl.Series(event * 2 + index),
                __at=pl.Series(seconds),
            ).filter(pl.Series(np.full(len(said), is_score) | worded))
        )
    answers = pl.concat(parts).sort(LOT)
    wild = pl.Series(dice.chance(0.001, "score off the scale", answers[LOT].to_numpy()))
    wild = wild & (answers["question_id"] == "QID1")
    landing.put(
        ANSWER,
        answers.with_columns(value=pl.when(wild).then(pl.lit("99")).otherwise("value")),
    )
    landing.refused_in_place(ANSWER, int(wild.sum()))
    order, need = said["order"].to_numpy(), said["need"].to_numpy()
    data = [
        said.select(
            "response",
            "event",
            key=pl.lit("touchpoint"),
            value=gathered(TOUCHPOINTS, said["metric"].to_numpy()),
        ),
        said.select(
            "response",
            "event",
            key=pl.lit("order_id"),
            value=pl.Series(order_number(np.maximum(order, 0))).cast(pl.String),
        ).filter(pl.Series(order >= 0)),
        said.select(
            "response",
            "event",
            key=pl.lit("ticket_id"),
            value=pl.Series(ticket_id(np.maximum(need, 0))).cast(pl.String),
        ).filter(pl.Series((need >= 0) & np.isin(need, portion.voice.ratings["need"].to_numpy()))),
    ]
    flat = pl.concat([part.with_columns(which=pl.lit(i)) for i, part in enumerate(data)]).sort(
        "event", "which"
    )
    landing.put(
        EMBEDDED,
        flat.select(
            "key",
            import_id="key",
            response_id="response",
            value="value",
            _fivetran_synced=instant(np.full(len(flat), END - 1, dtype=np.int64)),
            __lot=pl.col("event") * 4 + pl.col("which"),
        ),
    )
