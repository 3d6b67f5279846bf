"""A stand-in for a core-banking system: a small real server with durable books, for demonstrations and fault tests.

    python -m connectors.testing.core_bank --port 9100 --data FOLDER [--accounts FILE.csv] [--key-file FILE] [--faults]

It answers GET /health, GET /customers/{no}/balance, POST /loans (with Idempotency-Key), GET /loans/by-request/{id} and
POST /loans/{no}/reverse. With --faults a test orders faults at POST /control/faults and reads GET /control/journal and
GET /control/loans; without it these paths do not exist.
"""

from __future__ import annotations

import argparse
import hmac
import json
import signal
import sys
import threading
import time
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from connectors.testing.faults import Faults, Ordered
from connectors.testing.ledger import Ledger, Refused

_LARGEST_BODY = 64 * 1024


class CoreBankServer(ThreadingHTTPServer):
    """The server with its books, its key and, in tests, its faults."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], ledger: Ledger, key: str | None, faults: Faults | None) -> None:
        super().__init__(address, CoreBankHandler)
        self.ledger = ledger
        self.key = key
        self.faults = faults


class CoreBankHandler(BaseHTTPRequestHandler):
    """One request."""

    server: CoreBankServer
    protocol_version = "HTTP/1.1"
    server_version = "core-bank-stand-in"
    timeout = 30

    def do_GET(self) -> None:
        """A question."""
        self._serve("GET")

    def do_POST(self) -> None:
        """A command."""
        self._serve("POST")

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the journal holds what arrived."""

    def _serve(self, method: str) -> None:
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        self.close_connection = True
        try:
            body = self._body()
            if path.startswith("/control/") and self.server.faults is not None:
                self._answer(200, self._control(method, path, body))
                return
            if self.server.key and not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.server.key}"):
                raise Refused(401, "key.wrong", "The key is not accepted.")
            self.server.ledger.note(method, path, self.headers.get("Idempotency-Key"))
            fault = self.server.faults.next_for(f"{method} {path}") if self.server.faults else None
            self._work(method, path, body, fault)
        except Refused as refused:
            self._answer(refused.status, {"code": refused.code, "message": refused.message})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up; what was booked stays booked

    def _work(self, method: str, path: str, body: object, fault: Ordered | None) -> None:
        kind = fault.kind if fault else ""
        if kind == "drop_before":
            return
        if kind == "busy":
            self._answer(503, {"code": "busy", "message": "Not now."}, {"Retry-After": "1"})
            return
        if fault and kind == "late_work":
            time.sleep(fault.seconds)
        answer, headers = self._do(method, path, body)
        match kind:
            case "drop_after":
                return
            case "error":
                self._answer(500, {"code": "error", "message": "Something broke after the work."})
            case "garbage":
                self._send(200, b"<html>welcome to the core bank</html>", {"Content-Type": "text/html"})
            case "other":
                self._answer(200, {**answer, "request_id": "another-request", "customer_no": "another-customer"})
            case "trickle":
                self._send(200, json.dumps(answer).encode(), headers, pause=1.0)
            case "endless":
                self._pour()
            case _:
                if fault and kind == "late":
                    time.sleep(fault.seconds)
                if kind == "twice":
                    self._do(method, path, body)
                    self._answer(200, answer, headers)
                self._answer(200, answer, headers)

    def _do(self, method: str, path: str, body: object) -> tuple[Mapping[str, object], Mapping[str, str]]:
        ledger = self.server.ledger
        match method, path.strip("/").split("/"):
            case "GET", ["health"]:
                return {"status": "ok"}, {}
            case "GET", ["customers", customer_no, "balance"]:
                return ledger.balance(customer_no), {}
            case "GET", ["loans", "by-request", request_id]:
                return ledger.loan_by_request(request_id), {}
            case "POST", ["loans"]:
                booked = ledger.book_loan(self.headers.get("Idempotency-Key"), body)
                return booked.loan, {"X-Replayed": "true"} if booked.replayed else {}
            case "POST", ["loans", loan_no, "reverse"]:
                return ledger.reverse(loan_no), {}
        raise Refused(404, "path.unknown", "There is nothing at this path.")

    def _control(self, method: str, path: str, body: object) -> Mapping[str, object]:
        match method, path:
            case "POST", "/control/faults" if self.server.faults is not None:
                try:
                    return {"waiting": self.server.faults.order(body)}
                except (ValueError, KeyError, TypeError) as wrong:
                    raise Refused(400, "faults.unreadable", str(wrong)) from wrong
            case "GET", "/control/journal":
                return {"items": self.server.ledger.journal()}
            case "GET", "/control/loans":
                return {"items": self.server.ledger.loans()}
        raise Refused(404, "path.unknown", "There is nothing at this path.")

    def _body(self) -> object:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            raise Refused(413, "body.large", "The body is too large.")
        text = self.rfile.read(int(length))
        try:
            return json.loads(text) if text else None
        except ValueError as wrong:
            raise Refused(400, "body.unreadable", "The body is not JSON.") from wrong

    def _answer(self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], pause: float = 0.0) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for position in range(0, len(body), 1 if pause else max(len(body), 1)):
            self.wfile.write(body[position : position + 1] if pause else body)
            time.sleep(pause)

    def _pour(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="core_bank", description="A stand-in for a core-banking system.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100, help="0 takes a free port")
    parser.add_argument("--data", type=Path, required=True, help="the folder that keeps the books")
    parser.add_argument("--accounts", type=Path, help="CSV with customer_no, account_no, balance and, if not CNY, currency")
    parser.add_argument("--key-file", type=Path, help="a file with the key that callers must send as a bearer token")
    parser.add_argument("--faults", action="store_true", help="let tests order faults")
    given = parser.parse_args(arguments)
    given.data.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(given.data / "core_bank.db")
    if given.accounts:
        ledger.load_accounts(given.accounts)
    key = given.key_file.read_text(encoding="utf-8").strip() if given.key_file else None
    server = CoreBankServer((given.host, given.port), ledger, key, Faults() if given.faults else None)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"core_bank listening on http://{given.host}:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("core_bank stopped", file=sys.stderr)
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
