"""Alerts reach a real mail server and a real HTTP endpoint; a place that cannot be reached costs nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.alerting import occasions
from orchestration.alerting.alerts import Alert, from_environment
from orchestration.errors import UsageError
from orchestration.settings import Settings
from tests.unit.alerting.servers import Mails, Posts, served

ALERT = Alert("stopped", "Run r1 was stopped by a gate", "The raw gate stopped it.", "/w", "r1")


def test_an_alert_arrives_by_mail_and_by_webhook() -> None:
    said: list[str] = []
    with served(Mails) as (smtp, mails), served(Posts) as (http, posts):
        alerts = from_environment(
            {
                "SCV_ALERT_EMAIL": "oncall@example.org, data@example.org",
                "SCV_ALERT_SMTP": f"127.0.0.1:{smtp}",
                "SCV_ALERT_FROM": "scv@example.org",
                "SCV_ALERT_WEBHOOK": f"http://127.0.0.1:{http}/hook",
            }
        )
        assert alerts.send(ALERT, said.append) == ["log", "e-mail", "webhook"]
    (mail,) = mails
    assert mail["from"] == "<scv@example.org>"
    assert mail["to"] == ["<oncall@example.org>", "<data@example.org>"]
    assert "Subject: [scv] Run r1 was stopped by a gate" in mail["text"]
    assert "The raw gate stopped it." in mail["text"]
    (post,) = posts
    assert (post["kind"], post["run_id"]) == ("stopped", "r1")
    assert post["text"].startswith("Run r1 was stopped by a gate\n")
    assert said == ["alert: Run r1 was stopped by a gate"]


def test_who_cannot_be_reached_is_told_and_the_others_are() -> None:
    said: list[str] = []
    with served(Posts) as (http, posts):
        alerts = from_environment(
            {
                "SCV_ALERT_EMAIL": "oncall@example.org",
                "SCV_ALERT_SMTP": "127.0.0.1:1",
                "SCV_ALERT_WEBHOOK": f"http://127.0.0.1:{http}/hook",
            }
        )
        assert alerts.send(ALERT, said.append) == ["log", "webhook"]
        broken = from_environment({"SCV_ALERT_WEBHOOK": f"http://127.0.0.1:{http}/broken"})
        assert broken.send(ALERT, said.append) == ["log"]
    assert len(posts) == 2
    assert "the e-mail could not be reached" in said[1]
    assert "the webhook could not be reached" in said[3]


def test_nobody_configured_is_the_log_alone() -> None:
    assert from_environment({}).send(ALERT, lambda _: None) == ["log"]


@pytest.mark.parametrize(
    "environment",
    [
        {"SCV_ALERT_WEBHOOK": "file:///etc/passwd"},
        {"SCV_ALERT_EMAIL": "a@b", "SCV_ALERT_SMTP": "h:x"},
    ],
)
def test_a_place_that_cannot_be_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="SCV_ALERT"):
        from_environment(environment)


def _source(**about: Any) -> dict[str, Any]:
    return {
        "source_id": "crm", "last_arrival_at": "2026-06-30 05:00:00", "age_hours": 30.0,
        "freshness_hours": 24, "owner": "Sales", "is_stale": True, **about,
    }  # fmt: skip


def test_a_late_source_is_an_alert_until_it_delivers(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    found = occasions.stale(settings, [_source(), _source(source_id="shop", is_stale=False)])
    ((name, alert),) = found.items()
    assert name == "crm since 2026-06-30 05:00:00"
    assert "Ask Sales" in alert.text and "30.0 hours ago" in alert.text


def test_a_run_that_published_is_no_alert(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "landing", tmp_path / "warehouse", date(2026, 6, 30))
    summary = {
        "exit_code": 3, "outcome": "stopped", "run_id": "r1", "message": "The raw gate stopped the run.",
        "published": {"version": "v0"},
    }  # fmt: skip
    alert = occasions.of_run(settings, summary)
    assert alert is not None
    assert alert.title == "Run r1 was stopped by a gate"
    assert "Readers go on with version v0." in alert.text
    assert occasions.of_run(settings, {**summary, "exit_code": 0}) is None
