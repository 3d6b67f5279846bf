"""The books of the core-banking stand-in: accounts, loans and a journal of every request, durable in one SQLite file."""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

_TABLES = """
create table if not exists account (
  account_no text primary key, customer_no text not null, currency text not null, balance text not null,
  held text not null);
create index if not exists account_customer on account (customer_no);
create table if not exists loan (
  number integer primary key autoincrement, request_key text not null unique, request_id text not null unique, body text not null,
  reversed integer not null default 0
);
create table if not exists journal (number integer primary key autoincrement, method text not null, path text not null, request_key text);
"""
_LOAN_KEYS = {"request_id", "customer_no", "amount", "term", "annual_rate"}


class Refused(Exception):
    """The core does not do it; `status`, `code` and the sentence go into the answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Booked:
    """A loan in the books, and whether the request had been known before."""

    loan: Mapping[str, object]
    replayed: bool


class Ledger:
    """One file; one writer at a time; every booking is on disk before it is answered."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=full")
        self._connection.executescript(_TABLES)

    def load_accounts(self, file: Path) -> int:
        """Take the accounts of a CSV file (customer_no, account_no, balance; currency and held if given); known ones stay as they are."""
        with file.open(encoding="utf-8-sig", newline="") as text, self._writing() as connection:
            rows = [
                (r["account_no"], r["customer_no"], r.get("currency") or "CNY", r["balance"], r.get("held") or "0")
                for r in csv.DictReader(text)
            ]
            connection.executemany("insert or ignore into account values (?, ?, ?, ?, ?)", rows)
        return len(rows)

    def note(self, method: str, path: str, key: str | None) -> None:
        """Write a request into the journal."""
        with self._writing() as connection:
            connection.execute("insert into journal (method, path, request_key) values (?, ?, ?)", (method, path, key))

    def journal(self) -> list[Mapping[str, object]]:
        """Every request that ever arrived."""
        with self._lock:
            rows = self._connection.execute("select method, path, request_key from journal order by number").fetchall()
        return [{"method": method, "path": path, "key": key} for method, path, key in rows]

    def balance(self, customer_no: str) -> Mapping[str, object]:
        """The sums over a customer's accounts; raises `Refused` for an unknown customer."""
        question = "select balance, held, currency from account where customer_no = ?"
        with self._lock:
            rows = self._connection.execute(question, (customer_no,)).fetchall()
        if not rows:
            raise Refused(404, "customer.unknown", "There is no such customer.")
        balance = sum((Decimal(row[0]) for row in rows), Decimal(0))
        available = balance - sum((Decimal(row[1]) for row in rows), Decimal(0))
        return {
            "customer_no": customer_no,
            "currency": rows[0][2],
            "balance": format(balance, "f"),
            "available": format(available, "f"),
            "accounts": len(rows),
        }

    def book_loan(self, key: str | None, body: object) -> Booked:
        """Book a loan once for each key; the same key with another body is refused."""
        if not key:
            raise Refused(400, "key.missing", "A loan is booked with an Idempotency-Key only.")
        loan = _checked(body)
        text = json.dumps(loan, sort_keys=True)
        with self._writing() as connection:
            known = connection.execute("select number, body from loan where request_key = ?", (key,)).fetchone()
            if known and known[1] != text:
                raise Refused(409, "key.reused", "This key was used for another loan.")
            if not known:
                if connection.execute("select 1 from loan where request_id = ?", (loan["request_id"],)).fetchone():
                    raise Refused(409, "request.known", "This request was booked under another key.")
                connection.execute(
                    "insert into loan (request_key, request_id, body) values (?, ?, ?)", (key, loan["request_id"], text)
                )
            number = connection.execute("select number from loan where request_key = ?", (key,)).fetchone()[0]
        return Booked({"loan_no": _loan_no(number), "request_id": loan["request_id"], "status": "booked"}, known is not None)

    def loan_by_request(self, request_id: str) -> Mapping[str, object]:
        """The loan of a request; raises `Refused` when nothing was booked for it."""
        with self._lock:
            row = self._connection.execute("select number, reversed from loan where request_id = ?", (request_id,)).fetchone()
        if not row:
            raise Refused(404, "loan.unknown", "Nothing was booked for this request.")
        return {"loan_no": _loan_no(row[0]), "request_id": request_id, "status": "reversed" if row[1] else "booked"}

    def reverse(self, loan_no: str) -> Mapping[str, object]:
        """Reverse a loan; a second time changes nothing."""
        number = loan_no.removeprefix("LN")
        with self._writing() as connection:
            changed = connection.execute(
                "update loan set reversed = 1 where number = ?", (int(number) if number.isdigit() else -1,)
            )
            if changed.rowcount == 0:
                raise Refused(404, "loan.unknown", "There is no such loan.")
        return {"loan_no": loan_no, "reversed": True}

    def loans(self) -> list[Mapping[str, object]]:
        """All loans in the order of booking."""
        with self._lock:
            rows = self._connection.execute(
                "select number, request_key, request_id, reversed, body from loan order by number"
            ).fetchall()
        return [
            {"loan_no": _loan_no(number), "key": key, "request_id": request_id, "reversed": bool(gone), "body": json.loads(body)}
            for number, key, request_id, gone, body in rows
        ]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")


def _loan_no(number: int) -> str:
    return f"LN{number:08d}"


def _checked(body: object) -> Mapping[str, object]:
    if not isinstance(body, dict) or set(body) - _LOAN_KEYS:
        raise Refused(400, "body.unknown", "The body has keys that a loan does not have.")
    for key in ("request_id", "customer_no", "amount"):
        if not isinstance(body.get(key), str) or not body[key]:
            raise Refused(400, f"{key}.missing", f"{key} is missing.")
    try:
        amount = Decimal(body["amount"])
    except InvalidOperation as wrong:
        raise Refused(400, "amount.unreadable", "The amount is not a number.") from wrong
    if not amount.is_finite() or amount <= 0:
        raise Refused(422, "amount.rule", "A loan has an amount above zero.")
    return body
