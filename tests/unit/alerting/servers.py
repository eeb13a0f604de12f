"""A mail server and an HTTP endpoint on this machine that keep what they are given."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Mails(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client without extensions speaks."""

    def handle(self) -> None:
        self._say("220 ready")
        envelope: dict[str, Any] = {"to": []}
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            word = line.split(" ")[0].upper()
            if word == "MAIL":
                envelope["from"] = line.partition(":")[2].split()[0]
            elif word == "RCPT":
                envelope["to"].append(line.partition(":")[2])
            elif word == "DATA":
                self._say("354 go on")
                text = []
                while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    text.append(part)
                envelope["text"] = "\n".join(text)
                self.server.kept.append(envelope)  # type: ignore[attr-defined]
            elif word == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Posts(BaseHTTPRequestHandler):
    """Takes JSON."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.kept.append(body)  # type: ignore[attr-defined]
        self.send_response(500 if self.path == "/broken" else 204)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def served(handler: Any) -> Iterator[tuple[int, list[Any]]]:
    """The port, and what arrived."""
    kind = HTTPServer if handler is Posts else socketserver.TCPServer
    with kind(("127.0.0.1", 0), handler) as server:
        server.kept = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1], server.kept  # type: ignore[attr-defined]
        finally:
            server.shutdown()
