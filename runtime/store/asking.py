"""Questions to the database as values: code that asks is a generator, and who carries the question decides how to wait.

The same reading code thus serves a transaction in a thread (`answer`) and the event loop (`lanes`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from runtime.store.prepared import Prepared
from runtime.store.waiting import Row, refusals, rows_now, send_waiting

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Question:
    """One statement with its values; the answer are its rows."""

    prepared: Prepared
    values: Mapping[str, object] = field(repr=False)


#: Code that asks: yields questions, is sent their rows, returns what it made of them.
Asking = Generator[Question, list[Row], Answer]


def answer(connection: Connection, asking: Asking[Answer]) -> Answer:
    """Carry the questions of some code over a connection of this thread, in its transaction."""
    rows: list[Row] | None = None
    while True:
        try:
            question = asking.send(rows) if rows is not None else next(asking)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        rows = ask_now(connection, question)


def ask_now(connection: Connection, question: Question) -> list[Row]:
    """The rows of one question, in the transaction of a connection."""
    return rows_now(connection, question.prepared, question.values)


def stream_now(connection: Connection, question: Question, size: int) -> Iterator[list[Row]]:
    """The rows of one question in pieces of so many, never all of them in memory; the transaction stays open meanwhile."""
    prepared = question.prepared
    bound = prepared.bound(question.values)
    if prepared.positions is not None:
        cursor = connection.connection.cursor()
        statement: tuple[str, Any] = (prepared.text, tuple(bound[name] for name in prepared.positions))
    else:
        send_waiting(connection)
        # A named cursor stays on the server; it is read to its end, so its plan may be one that begins slowly.
        connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")
        cursor = connection.connection.driver_connection.cursor(name="stream")  # type: ignore[union-attr]
        statement = (prepared.text, bound)
    with refusals(connection, prepared.text):
        try:
            cursor.execute(*statement)
            while rows := cursor.fetchmany(size):
                yield list(rows)
        finally:
            cursor.close()
