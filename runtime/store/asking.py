"""Questions to the database as values: code that asks is a generator, and who carries the question decides how to wait.

The same reading code thus serves a transaction in a thread (`answer`) and the event loop (`lanes`).
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, TypeVar

import psycopg2
import psycopg2.errors
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from runtime.failures import Unavailable

Row = tuple[Any, ...]
#: What a refusal by the database means for who wrote: the exception to raise in its place, None where it is about something else.
Meaning = Callable[[DBAPIError], Exception | None]
Answer = TypeVar("Answer")
#: Where a connection remembers what was prepared on it, and the statements that travel with its next one.
_KNOWN, _LATER = "qiqiao_prepared", "qiqiao_later"
#: So many statements stay prepared on a connection; each takes some ten kilobytes of the server.
MOST_PREPARED = 200
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
_NAMED = re.compile(r"%\((\w+)\)s|%%")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A SELECT as text for one database, made once; its constants are in the form of the driver."""

    text: str
    #: The order of the values, None when they go by name.
    positions: tuple[str, ...] | None
    fixed: Mapping[str, object]
    #: What turns a value of the request into what the driver takes.
    processes: Mapping[str, Callable[[Any], object]]
    #: For PostgreSQL: what prepares the statement on a connection, and what runs it there.
    name: str = ""
    prepare: str = ""
    execute: str = ""

    def bound(self, values: Mapping[str, object]) -> dict[str, object]:
        """All values as the driver takes them."""
        bound = {**self.fixed, **values}
        for name, process in self.processes.items():
            bound[name] = process(bound[name])
        return bound


@dataclass(frozen=True, slots=True)
class Question:
    """One statement with its values; the answer are its rows."""

    prepared: Prepared
    values: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A statement that travels with the next one of its connection, and what a refusal of it means."""

    text: bytes
    meaning: Meaning | None


class Known:
    """The statements that are prepared on one connection, the longest unused first; the server keeps each of them in memory."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def ready(self, prepared: Prepared) -> Iterator[str]:
        """What must run, each before the next is asked for, so that a statement is prepared; nothing when it is."""
        if prepared.name in self._names:
            self._names[prepared.name] = self._names.pop(prepared.name)
            return
        if len(self._names) >= MOST_PREPARED:
            oldest = next(iter(self._names))
            yield f"DEALLOCATE {oldest}"
            del self._names[oldest]
        yield prepared.prepare
        self._names[prepared.name] = None


#: Code that asks: yields questions, is sent their rows, returns what it made of them.
Asking = Generator[Question, list[Row], Answer]


def prepare(statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete, dialect: Dialect) -> Prepared:
    """A statement as text; building it for each request would cost more than running it."""
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what these compile to
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    requested = {name for name, bind in binds.items() if bind.required}
    expanded = compiled.construct_expanded_state(dict.fromkeys(requested))
    processes: dict[str, Callable[[Any], object]] = {
        name: process for name, process in expanded.processors.items() if callable(process)
    }
    for name, bind in binds.items():
        own = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if own is not None and not bind.expanding:
            processes[name] = own
    fixed = {
        name: processes.pop(name)(value) if name in processes else value
        for name, value in expanded.parameters.items()
        if name not in requested
    }
    text = expanded.statement
    positions = tuple(expanded.positiontup) if expanded.positiontup is not None else None
    if positions is not None:
        return Prepared(text, positions, fixed, processes)
    types = {name: _type_name(bind, dialect) for name, bind in binds.items()}
    return Prepared(text, None, fixed, processes, *_server_side(text, types))


def explained(prepared: Prepared) -> Prepared:
    """For PostgreSQL: the question how it would answer a statement; the answer is the plan as JSON."""
    return replace(prepared, execute=f"EXPLAIN (FORMAT JSON) {prepared.execute}")


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
    """The rows of one question, over the driver's own cursor: SQLAlchemy's execution costs more than the statement."""
    cursor = connection.connection.cursor()
    # What is refused may be a change that waited and travels with the question.
    with refusals(connection, question.prepared.text, _waiting_on(connection)):
        try:
            _execute(connection, cursor, question.prepared, question.values)
            return list(cursor.fetchall())
        finally:
            cursor.close()


def _waiting_on(connection: Connection) -> Sequence[_Waiting]:
    """The statements that travel with the next one of a connection."""
    return tuple(connection.connection.info.get(_LATER, ()))


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
        if not ask_now(connection, Question(prepared, {**values, _DEMAND: ""}))[0][0]:
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


def _let_wait(connection: Connection, prepared: Prepared, values: Mapping[str, object], meaning: Meaning | None) -> None:
    cursor = connection.connection.cursor()
    with refusals(connection, prepared.text):
        try:
            _make_ready(connection, cursor, prepared)
            waiting: list[_Waiting] = connection.connection.info.setdefault(_LATER, [])
            waiting.append(_Waiting(cursor.mogrify(prepared.execute, prepared.bound(values)), meaning))
        finally:
            cursor.close()


def change_each(connection: Connection, prepared: Prepared, rows: Sequence[Mapping[str, object]]) -> None:
    """Run one INSERT, UPDATE or DELETE for each of these values, on a database that takes them by position: on SQLite."""
    assert prepared.positions is not None  # noqa: S101 - PostgreSQL takes many rows as arrays, in one statement
    cursor = connection.connection.cursor()
    bound = (prepared.bound(values) for values in rows)
    with refusals(connection, prepared.text):
        try:
            cursor.executemany(prepared.text, [tuple(each[name] for name in prepared.positions) for each in bound])
        finally:
            cursor.close()


def send_waiting(connection: Connection) -> None:
    """Run what waits for the next statement of a connection."""
    waiting: list[_Waiting] | None = connection.connection.info.pop(_LATER, None)
    if not waiting:
        return
    text = b"; ".join(each.text for each in waiting)
    cursor = connection.connection.cursor()
    with refusals(connection, text.decode(), waiting):
        try:
            cursor.execute(text)
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
        base = psycopg2.Error if isinstance(failure, psycopg2.Error) else sqlite3.Error
        refused = DBAPIError.instance(text, None, failure, base, True, dialect=connection.dialect)
        assert isinstance(refused, DBAPIError)  # noqa: S101 - the driver's own error always becomes one
        _raise_meant(refused, [each.meaning for each in waited if each.meaning is not None])
        raise refused from failure


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
    bound = prepared.bound(values)
    if prepared.positions is not None:
        cursor.execute(prepared.text, tuple(bound[name] for name in prepared.positions))
        return
    _make_ready(connection, cursor, prepared)
    waiting = connection.connection.info.pop(_LATER, ())
    try:
        if waiting:
            # The answer is that of the last of them.
            cursor.execute(b"; ".join([*(each.text for each in waiting), cursor.mogrify(prepared.execute, bound)]))
        else:
            cursor.execute(prepared.execute, bound)
    except psycopg2.errors.FeatureNotSupported as outdated:
        # A publication has changed the type of a column that the prepared statement reads: begin on a new connection.
        connection.connection.invalidate()
        raise Unavailable({"zh": "数据结构刚刚更新，请重试。", "en": "The tables were just changed; try again."}) from outdated


def _server_side(text: str, types: Mapping[str, str]) -> tuple[str, str, str]:
    """Name, PREPARE and EXECUTE of a statement: planning again for each request would cost more than running."""
    order: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    numbered_text = _NAMED.sub(numbered, text)
    name = "q_" + blake2b(numbered_text.encode(), digest_size=12).hexdigest()
    listed = ", ".join(types.get(each, "unknown") for each in order)
    given = ", ".join(f"%({each})s" for each in order)
    head = f"PREPARE {name}{f' ({listed})' if listed else ''} AS "
    return name, head + numbered_text, f"EXECUTE {name}{f' ({given})' if given else ''}"


def _type_name(bind: sa.BindParameter[Any], dialect: Dialect) -> str:
    """The type of a parameter, left to the server where ours has no name there."""
    try:
        name = dialect.type_compiler_instance.process(bind.type.dialect_impl(dialect))
    except (CompileError, NotImplementedError):
        return "unknown"
    return name.partition(" COLLATE")[0]
