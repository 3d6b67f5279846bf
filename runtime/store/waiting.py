"""Statements that travel with the next one of their connection, what a refusal of them means, and demands that refuse a transaction.

A way to the server and back costs as much as a statement, so on PostgreSQL what gives no answer waits for the next that does.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import psycopg2
import psycopg2.errors
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

from runtime.failures import Unavailable
from runtime.store.prepared import Known, Prepared

Row = tuple[Any, ...]
#: What a refusal by the database means for who wrote: the exception to raise in its place, None where it is about something else.
Meaning = Callable[[DBAPIError], Exception | None]
#: Where a connection remembers what was prepared on it, and the statements that travel with its next one.
_KNOWN, _LATER = "qiqiao_prepared", "qiqiao_later"
#: How PostgreSQL says that a demand does not hold (`lc.demand`), and the name of the value by which it is told which one.
DEMAND_CODE, _DEMAND = "QD001", "demand_name"
#: Raises where a condition does not hold: installed with the functions of expressions.
INSTALL_DEMAND = f"""
create or replace function lc.demand(held boolean, name text) returns boolean language plpgsql as $body$
begin
  if held is not true then
    raise exception using errcode = '{DEMAND_CODE}', message = name;
  end if;
  return true;
end
$body$"""
_demands = itertools.count()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A statement that travels with the next one of its connection, and what a refusal of it means."""

    prepared: Prepared
    values: Mapping[str, object]
    meaning: Meaning | None


def rows_now(connection: Connection, prepared: Prepared, values: Mapping[str, object]) -> list[Row]:
    """The rows of one SELECT, over the driver's own cursor: SQLAlchemy's execution costs more than the statement."""
    if prepared.positions is not None:
        cursor = connection.connection.cursor()
        try:
            return list(cursor.execute(prepared.text, prepared.row(values)))
        except sqlite3.Error as failure:
            _raise_refusal(connection, prepared.text, failure)
        finally:
            cursor.close()
    cursor = connection.connection.cursor()
    # What is refused may be a change that waited and travels with the question.
    with refusals(connection, prepared.text, _waiting_on(connection)):
        try:
            _execute(connection, cursor, prepared, values)
            return list(cursor.fetchall())
        finally:
            cursor.close()


def change_now(connection: Connection, prepared: Prepared, values: Mapping[str, object]) -> int:
    """Run one INSERT, UPDATE or DELETE in the transaction of a connection; returns how many rows it changed."""
    cursor = connection.connection.cursor()
    with refusals(connection, prepared.text, _waiting_on(connection)):
        try:
            _execute(connection, cursor, prepared, values)
            return int(cursor.rowcount)
        finally:
            cursor.close()


def change_later(
    connection: Connection, prepared: Prepared, values: Mapping[str, object], meaning: Meaning | None = None
) -> None:
    """Run one INSERT, UPDATE or DELETE in the transaction of a connection, together with its next statement.

    On PostgreSQL it travels with that statement, or with the commit, and fails there: a way to the server and back costs as
    much as the statement. SQLite has no way to save. What a refusal means is asked of `meaning`.
    """
    if prepared.positions is not None:
        try:
            change_now(connection, prepared, values)
        except DBAPIError as refused:
            _raise_meant(refused, [meaning] if meaning else ())
            raise
        return
    _let_wait(connection, prepared, values, meaning)


def demand_later(
    connection: Connection, prepared: Prepared, values: Mapping[str, object], refusal: Callable[[], Exception]
) -> None:
    """Ask a question (as `demanding` makes them) together with the next statement; raises what `refusal` makes where it is answered no.

    On PostgreSQL the raising is done by the server, so that the question costs no way of its own.
    """
    if prepared.positions is not None:
        if not rows_now(connection, prepared, {**values, _DEMAND: ""})[0][0]:
            raise refusal()
        return
    name = f"demand {next(_demands)}"

    def meaning(refused: DBAPIError) -> Exception | None:
        is_mine = isinstance(refused.orig, psycopg2.Error) and refused.orig.pgcode == DEMAND_CODE
        return refusal() if is_mine and refused.orig.diag.message_primary == name else None  # type: ignore[union-attr]

    _let_wait(connection, prepared, {**values, _DEMAND: name}, meaning)


def demanding(condition: sa.ColumnElement[bool], dialect: Dialect) -> sa.Select[Any]:
    """The question whether a condition holds, for `demand_later`."""
    name = sa.bindparam(_DEMAND, type_=sa.Text())
    columns = [condition, name] if dialect.name == "sqlite" else [sa.func.lc.demand(condition, name)]
    return sa.select(*columns)


def change_each(connection: Connection, prepared: Prepared, rows: Sequence[Mapping[str, object]]) -> None:
    """Run one INSERT, UPDATE or DELETE for each of these values, on a database that takes them by position: on SQLite."""
    assert prepared.positions is not None  # noqa: S101 - PostgreSQL takes many rows as arrays, in one statement
    cursor = connection.connection.cursor()
    try:
        for values in rows:
            cursor.execute(prepared.text, prepared.row(values))
    except sqlite3.Error as failure:
        _raise_refusal(connection, prepared.text, failure)
    finally:
        cursor.close()


def send_waiting(connection: Connection) -> None:
    """Run what waits for the next statement of a connection."""
    waiting: list[_Waiting] | None = connection.connection.info.pop(_LATER, None)
    if not waiting:
        return
    cursor = connection.connection.cursor()
    with refusals(connection, waiting[-1].prepared.text, waiting):
        try:
            cursor.execute(b"; ".join(_written(connection, cursor, waiting)))
        finally:
            cursor.close()


def send_before_others(engine: Engine) -> None:
    """Let what waits go before whatever SQLAlchemy itself runs or commits on a connection of this engine, and vanish with a rollback."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(connection: Connection, *_: object) -> None:
        send_waiting(connection)

    event.listen(engine, "commit", send_waiting)

    # What stood before a savepoint was sent by the savepoint itself, so what still waits belongs to what is undone.
    @event.listens_for(engine, "rollback_savepoint")
    @event.listens_for(engine, "rollback")
    def forget(connection: Connection, *_: object) -> None:
        # What broke has lost what waited with it; asking for it would raise in the place of why it broke.
        if not connection.invalidated:
            connection.connection.info.pop(_LATER, None)


@contextmanager
def refusals(connection: Connection, text: str, waited: Sequence[_Waiting] = ()) -> Iterator[None]:
    """What the driver raises becomes what SQLAlchemy raises for it, or what it means for a statement that had waited."""
    try:
        yield
    except (psycopg2.Error, sqlite3.Error) as failure:
        _raise_refusal(connection, text, failure, waited)


def _raise_refusal(
    connection: Connection, text: str, failure: psycopg2.Error | sqlite3.Error, waited: Sequence[_Waiting] = ()
) -> NoReturn:
    base = psycopg2.Error if isinstance(failure, psycopg2.Error) else sqlite3.Error
    refused = DBAPIError.instance(text, None, failure, base, True, dialect=connection.dialect)
    assert isinstance(refused, DBAPIError)  # noqa: S101 - the driver's own error always becomes one
    _raise_meant(refused, [each.meaning for each in waited if each.meaning is not None])
    raise refused from failure


def _waiting_on(connection: Connection) -> Sequence[_Waiting]:
    """The statements that travel with the next one of a connection."""
    return tuple(connection.connection.info.get(_LATER, ()))


def _let_wait(connection: Connection, prepared: Prepared, values: Mapping[str, object], meaning: Meaning | None) -> None:
    waiting: list[_Waiting] = connection.connection.info.setdefault(_LATER, [])
    waiting.append(_Waiting(prepared, values, meaning))


def _written(connection: Connection, cursor: Any, waiting: Sequence[_Waiting]) -> list[bytes]:
    """The statements that waited as the server takes them, once all of them are prepared."""
    for each in waiting:
        _make_ready(connection, cursor, each.prepared)
    return [cursor.mogrify(each.prepared.execute, each.prepared.bound(each.values)) for each in waiting]


def _raise_meant(refused: DBAPIError, meanings: Sequence[Meaning]) -> None:
    for meaning in meanings:
        meant = meaning(refused)
        if meant is not None:
            raise meant from refused


def _make_ready(connection: Connection, cursor: Any, prepared: Prepared) -> None:
    # What is prepared stays so on its connection, whatever becomes of the transaction.
    known: Known = connection.connection.info.setdefault(_KNOWN, Known())
    for statement in known.ready(prepared):
        cursor.execute(statement)


def _execute(connection: Connection, cursor: Any, prepared: Prepared, values: Mapping[str, object]) -> None:
    if prepared.positions is not None:
        cursor.execute(prepared.text, prepared.row(values))
        return
    bound = prepared.bound(values)
    _make_ready(connection, cursor, prepared)
    waiting = connection.connection.info.pop(_LATER, ())
    try:
        if waiting:
            # The answer is that of the last of them.
            cursor.execute(b"; ".join([*_written(connection, cursor, waiting), cursor.mogrify(prepared.execute, bound)]))
        else:
            cursor.execute(prepared.execute, bound)
    except psycopg2.errors.FeatureNotSupported as outdated:
        # A publication has changed the type of a column that the prepared statement reads: begin on a new connection.
        connection.connection.invalidate()
        raise Unavailable({"zh": "数据结构刚刚更新，请重试。", "en": "The tables were just changed; try again."}) from outdated
