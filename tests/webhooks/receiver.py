"""A receiver of webhooks on this machine: keeps what came, checks each signature by itself, answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    id: str
    timestamp: str
    signatures: tuple[str, ...]
    body: bytes
    path: str = ""

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def code(self) -> str:
        """The code of the client that it tells of, or what it is."""
        record = self.json["data"].get("record")
        return str(record["code"] if record else f"{self.json['type'].rsplit('.', 1)[-1]}")


def signed_by(secret: str, request: Received) -> bool:
    """Whether a request is signed with a secret, as Standard Webhooks 1.0 says it; written from the text, not from our code."""
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[len("whsec_") :])
    content = b".".join([request.id.encode(), request.timestamp.encode(), request.body])
    expected = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected, given) for given in request.signatures)


@dataclass
class Receiver:
    """What came, and what is answered next: a status, or a function that answers by itself."""

    url: str = ""
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    usual: int = 204
    #: How many requests are being answered at this moment, and the most there ever were.
    at_once: int = 0
    most_at_once: int = 0
    pause: float = 0.0

    @property
    def codes(self) -> list[str]:
        return [request.code for request in self.requests]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for the time of a test."""
    receiver, guard = Receiver(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = self.headers
            came = Received(
                head["webhook-id"], head["webhook-timestamp"], tuple(head["webhook-signature"].split(" ")), body, self.path
            )
            with guard:
                receiver.requests.append(came)
                receiver.at_once += 1
                receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
                answer = receiver.answers.pop(0) if receiver.answers else receiver.usual
            time.sleep(receiver.pause)
            with guard:
                receiver.at_once -= 1
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            text = f"answer {answer}".encode() if answer != 204 else b""
            self.send_header("Content-Length", str(len(text)))
            if 300 <= answer < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    receiver.url = f"http://127.0.0.1:{receiver.port}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
