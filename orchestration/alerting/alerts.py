"""One alert, sent to every place that was configured: the log, a mailbox, a webhook.

Where to is said by environment variables, so that no secret stands in a file of the warehouse. An alert that cannot be
sent is told and costs the run nothing.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage

from orchestration.errors import UsageError

_SECONDS = 10.0


@dataclass(frozen=True)
class Alert:
    """What happened, in words that hold keys and files, never a person's values."""

    kind: str  # failed, stopped, stale, recovered
    title: str
    text: str
    warehouse: str
    run_id: str | None = None


@dataclass(frozen=True)
class Mailbox:
    """Where e-mail goes, and through which server."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    is_encrypted: bool = False

    def send(self, alert: Alert) -> None:
        message = EmailMessage()
        message["Subject"] = f"[scv] {alert.title}"
        message["From"], message["To"] = self.sender, ", ".join(self.to)
        message.set_content(f"{alert.text}\n\nWarehouse: {alert.warehouse}\n")
        with smtplib.SMTP(self.host, self.port, timeout=_SECONDS) as server:
            if self.is_encrypted:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


@dataclass(frozen=True)
class Webhook:
    """A URL that takes JSON: `text` is what chat tools show, the rest is for machines."""

    url: str

    def send(self, alert: Alert) -> None:
        body = {**asdict(alert), "text": f"{alert.title}\n{alert.text}"}
        request = urllib.request.Request(
            self.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            answer.read()


@dataclass(frozen=True)
class Alerts:
    """Every place that is told."""

    mailbox: Mailbox | None = None
    webhook: Webhook | None = None

    def send(self, alert: Alert, note: Callable[[str], None]) -> list[str]:
        """Tell all; returns the names of those that were reached."""
        note(f"alert: {alert.title}")
        reached = ["log"]
        for name, place in (("e-mail", self.mailbox), ("webhook", self.webhook)):
            if place is None:
                continue
            try:
                place.send(alert)
                reached.append(name)
            except (OSError, smtplib.SMTPException, urllib.error.URLError, ValueError) as problem:
                note(f"alert: the {name} could not be reached: {problem}")
        return reached


def from_environment(environment: Mapping[str, str]) -> Alerts:
    """`SCV_ALERT_EMAIL` (addresses, with commas) and `SCV_ALERT_SMTP` (host:port), `SCV_ALERT_WEBHOOK` (a URL)."""
    to = tuple(a.strip() for a in environment.get("SCV_ALERT_EMAIL", "").split(",") if a.strip())
    mailbox = None
    if to:
        host, _, port = environment.get("SCV_ALERT_SMTP", "localhost:25").partition(":")
        if port and not port.isdigit():
            raise UsageError(
                f"SCV_ALERT_SMTP is {host}:{port}, which is no host:port. Write it as mail.example.org:587."
            )
        mailbox = Mailbox(
            to=to,
            sender=environment.get("SCV_ALERT_FROM", to[0]),
            host=host,
            port=int(port or 25),
            user=environment.get("SCV_ALERT_SMTP_USER", ""),
            password=environment.get("SCV_ALERT_SMTP_PASSWORD", ""),
            is_encrypted=environment.get("SCV_ALERT_SMTP_TLS", "") == "true",
        )
    url = environment.get("SCV_ALERT_WEBHOOK", "")
    if url and not url.startswith(("http://", "https://")):
        raise UsageError("SCV_ALERT_WEBHOOK is no address that begins with http:// or https://.")
    return Alerts(mailbox, Webhook(url) if url else None)
