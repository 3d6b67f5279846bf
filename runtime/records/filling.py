"""Words of the search for records that were there before their field was searched: filled in some at a time, harmless when repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, CompiledEntity, searched_numbers
from runtime.compile.tables import column_of
from runtime.query.searching import forget_words, keep_words
from runtime.store.tables import search_field

_AT_ONCE = 500

#: Opens the transactions in which words are written.
Write = Callable[[], AbstractContextManager[Connection]]


def unfilled(connection: Connection, compiled: CompiledApp) -> frozenset[int]:
    """The fields of an app, by their numbers, whose records do not all have their words yet."""
    known = connection.scalars(sa.select(search_field.c.field).where(search_field.c.app == compiled.app.name))
    return searched_numbers(compiled).difference(known)


def fill_words(write: Write, compiled: CompiledApp, fields: frozenset[int]) -> None:
    """Give all records their words for these fields, in place of any that are left from earlier."""
    if fields:
        with write() as connection:
            forget_words(connection, fields)
    for entity, narrowed in _narrowed(compiled, fields):
        table, last = entity.table, ""
        while True:
            with write() as connection:
                chosen = sa.select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)
                ids = _fill(connection, entity, narrowed, chosen)
            if not ids:
                break
            last = ids[-1]


def fill_changed(write: Write, compiled: CompiledApp, fields: frozenset[int], since: dt.datetime) -> None:
    """Give the records that were written since then their words again: by a release that did not keep them yet."""
    for entity, narrowed in _narrowed(compiled, fields):
        table = entity.table
        with write() as connection:
            late = connection.scalars(sa.select(table.c.id).where(table.c.changed_at >= since)).all()
        for start in range(0, len(late), _AT_ONCE):
            some = late[start : start + _AT_ONCE]
            with write() as connection:
                forget_words(connection, fields, some)
                _fill(connection, entity, narrowed, sa.select(table.c.id).where(table.c.id.in_(some)))


def mark_filled(connection: Connection, app: str, wanted: frozenset[int], now: dt.datetime) -> None:
    """Note that the fields that the live releases of an app search have their words, and drop those of fields that none does."""
    known = set(connection.scalars(sa.select(search_field.c.field).where(search_field.c.app == app)))
    gone = frozenset(known - wanted)
    if gone:
        forget_words(connection, gone)
        connection.execute(sa.delete(search_field).where(search_field.c.field.in_(gone)))
    fresh = [{"field": number, "app": app, "filled_at": now} for number in sorted(wanted - known)]
    if fresh:
        connection.execute(sa.insert(search_field), fresh)


def _narrowed(compiled: CompiledApp, fields: frozenset[int]) -> Iterable[tuple[CompiledEntity, Mapping[str, int]]]:
    for entity in compiled.entities.values():
        narrowed = {name: number for name, number in entity.searched.items() if number in fields}
        if narrowed:
            yield entity, narrowed


def _fill(
    connection: Connection, entity: CompiledEntity, narrowed: Mapping[str, int], chosen: sa.Select[tuple[str]]
) -> list[str]:
    """Keep the words of some records, each locked so that no writer's words are mixed with what it had before."""
    columns = {name: column for name in narrowed if (column := column_of(entity.entity, entity.table, name)) is not None}
    id = entity.table.c.id
    rows = connection.execute(sa.select(id, *columns.values()).where(id.in_(chosen)).order_by(id).with_for_update()).all()
    keep_words(connection, narrowed, {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows})
    return [row[0] for row in rows]
