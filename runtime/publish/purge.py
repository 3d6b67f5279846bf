"""Purging: dropping for good what no release uses any more, asked for by one person and let be done by another one.

One transaction on both databases drops the columns and tables, forgets them and leaves a trail, so that a killed purge has
done all of it or nothing. There is no way back.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from psycopg2 import errorcodes
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed, NotFound, Unavailable
from runtime.publish.claim import claim
from runtime.publish.codes import BUSY, GAVE_UP, NOT_PURGED, STILL_NEEDED, TOO_EARLY, TWO_PEOPLE
from runtime.publish.execute import Patience, run_statement
from runtime.publish.links import Link, unlink_statements
from runtime.publish.living import users_of
from runtime.publish.move_links import MoveLink, unlink_move
from runtime.publish.state import DatabaseState, read_state
from runtime.publish.tombstones import Tombstone, by_id, tombstones
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.purge_tables import purge
from runtime.store.tables import physical_column

#: The platform role of those who purge.
PURGER = "purger"
_RETRIED = {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED}


def ask_purge(
    connection: Connection, context: Context, app: str, things: Sequence[str], note: str | None, held: dt.timedelta
) -> str:
    """Ask for tombstones to be dropped for good; raises NotFound or Conflict for what may not be, and returns the purge's id."""
    _require_purger(context)
    check_purge(connection, context, app, things, held)
    id = new_id(context.now)
    values = {"id": id, "app": app, "things": sorted(set(things)), "note": note, "state": "open"}
    connection.execute(sa.insert(purge), {**values, "asked_by": context.principal.id, "asked_at": context.now})
    record_event(connection, context, "purge_asked", app=app, body={"purge": id, "things": sorted(set(things)), "note": note})
    return id


def withdraw_purge(connection: Connection, context: Context, app: str, id: str) -> None:
    """Take back what was asked for and not done yet; any purger may."""
    _require_purger(context)
    row = _open(connection, app, id)
    connection.execute(_decided(id, "withdrawn", context))
    record_event(connection, context, "purge_withdrawn", app=app, body={"purge": id, "things": row.things})


def approve_purge(
    database: Database, context: Context, app: str, id: str, held: dt.timedelta, *, patience: Patience = Patience()
) -> None:
    """Drop for good what somebody else asked for; raises NotAllowed, NotFound, Conflict or Unavailable and drops nothing."""
    _require_purger(context)
    if database.is_sqlite:
        _drop_at_once(database, context, app, id, held, patience)
        return
    with claim(database, app) as online:
        if online is None:
            raise Conflict(_BUSY, code=BUSY.id)
        started, pause = time.monotonic(), 0.05
        while True:
            try:
                _drop_at_once(database, context, app, id, held, patience)
                return
            except DBAPIError as failure:
                if getattr(failure.orig, "pgcode", None) not in _RETRIED:
                    raise Conflict(_refused(failure), code=NOT_PURGED.id) from failure
                if time.monotonic() - started > patience.overall.total_seconds():
                    raise Unavailable(_IN_USE, code=GAVE_UP.id) from failure
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)


def purges_of(connection: Connection, app: str) -> list[Row[Any]]:
    """The purges of an app, the newest first."""
    return list(connection.execute(sa.select(purge).where(purge.c.app == app).order_by(purge.c.asked_at.desc())))


def check_purge(
    connection: Connection, context: Context, app: str, things: Sequence[str], held: dt.timedelta
) -> tuple[Tombstone, ...]:
    """The tombstones of these ids, if they may be purged now; raises NotFound or Conflict."""
    known = by_id(tombstones(connection, app))
    if not things or any(id not in known for id in things):
        raise NotFound({"zh": "没有这样的已删除内容。", "en": "There is no such thing out of use."})
    chosen = tuple(known[id] for id in sorted(set(things)))
    for one in chosen:
        if one.since is None or one.since + held > context.now:
            until = (one.since + held).date().isoformat() if one.since is not None else "?"
            raise Conflict(_too_early(one, until), code=TOO_EARLY.id, extra={"thing": one.id, "until": until})
    for one, user in users_of(connection, app, chosen):
        raise Conflict(_needed(one, user), code=STILL_NEEDED.id, extra={"thing": one.id})
    state = read_state(connection, app, [one.table for one in chosen])
    cut = _cut_off(chosen, state) or _part_of_a_move(chosen, state)
    if cut is not None:
        raise Conflict(_between(cut), code=STILL_NEEDED.id, extra={"thing": cut.id})
    return chosen


def _drop_at_once(database: Database, context: Context, app: str, id: str, held: dt.timedelta, patience: Patience) -> None:
    try:
        with database.write() as connection:
            row = _open(connection, app, id)
            if row.asked_by == context.principal.id:
                raise NotAllowed(_SECOND, code=TWO_PEOPLE.id)
            chosen = check_purge(connection, context, app, row.things, held)
            state = read_state(connection, app, [one.table for one in chosen])
            if not database.is_sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience.lock.total_seconds() * 1000)}")
            for statement in drop_statements(chosen, state):
                run_statement(connection, statement)
            for one in chosen:
                _forget(connection, one)
            connection.execute(_decided(id, "done", context))
            told = [{"id": one.id, "thing": one.thing, "rows": one.rows, "bytes": one.bytes} for one in chosen]
            body = {"purge": id, "things": told, "asked_by": row.asked_by, "note": row.note}
            record_event(connection, context, "purged", app=app, body=body)
    except DBAPIError as failure:
        if database.is_sqlite:
            raise Conflict(_refused(failure), code=NOT_PURGED.id) from failure
        raise


def drop_statements(chosen: Sequence[Tombstone], state: DatabaseState) -> list[str]:
    """The statements that take columns and tables away, with what would stand in the way; what refers to others goes first."""
    parted = sorted((link for link in state.moves if _touched(link, chosen)), key=lambda link: link.name)
    statements = [statement for link in parted for statement in unlink_move(link, is_sqlite=state.is_sqlite)]
    statements += [statement for one in chosen if one.column is not None for statement in _drop_column(one, one.column, state)]
    tables = sorted((one for one in chosen if one.column is None), key=lambda one: (-one.thing.count("."), one.table))
    if state.is_sqlite:
        return [*statements, *(f"DROP TABLE {one.table}" for one in tables)]
    return [*statements, *([f"DROP TABLE {', '.join(one.table for one in tables)}"] if tables else [])]


def _drop_column(one: Tombstone, column: str, state: DatabaseState) -> Iterator[str]:
    for link in sorted(state.links, key=lambda link: (link.parent, link.child)):
        if link.table == one.table and column in {link.parent, link.child}:
            yield from unlink_statements(link, is_sqlite=state.is_sqlite)
    yield f"ALTER TABLE {one.table} DROP COLUMN {column}"


def _forget(connection: Connection, one: Tombstone) -> None:
    where = [physical_column.c.table_name == one.table]
    if one.column is not None:
        where.append(physical_column.c.column_name == one.column)
    connection.execute(sa.delete(physical_column).where(*where))


def _cut_off(chosen: Sequence[Tombstone], state: DatabaseState) -> Tombstone | None:
    """A column through which others that stay are kept the same: without it they would fall behind unnoticed."""
    going = {(one.table, one.column): one for one in chosen if one.column is not None}
    for (table, column), one in going.items():
        around = {_other(link, column) for link in state.links if link.table == table and column in {link.parent, link.child}}
        if len({name for name in around if (table, name) not in going}) > 1:
            return one
    return None


def _touched(link: MoveLink, chosen: Sequence[Tombstone]) -> set[tuple[str, str]]:
    """The columns of a move that go."""
    going = {(one.table, one.column) for one in chosen}
    return {column for column in link.columns if column in going or (column[0], None) in going}


def _part_of_a_move(chosen: Sequence[Tombstone], state: DatabaseState) -> Tombstone | None:
    """A column of moved fields that would go without the others of its side: those would fall behind unnoticed."""
    for link in state.moves:
        touched = _touched(link, chosen)
        sides = [{(link.base, base) for base, _ in link.pairs}, {(link.detail, detail) for _, detail in link.pairs}]
        if touched and not any(side <= touched for side in sides):
            return next(one for one in chosen if (one.table, one.column) in touched)
    return None


def _other(link: Link, column: str) -> str:
    return link.child if link.parent == column else link.parent


def _open(connection: Connection, app: str, id: str) -> Row[Any]:
    row = connection.execute(sa.select(purge).where(purge.c.id == id, purge.c.app == app).with_for_update()).one_or_none()
    if row is None or row.state != "open":
        raise NotFound({"zh": "没有待复核的清除申请。", "en": "There is no such purge to be decided."})
    return row


def _decided(id: str, state: str, context: Context) -> sa.Update:
    values = {"state": state, "decided_by": context.principal.id, "decided_at": context.now}
    return sa.update(purge).where(purge.c.id == id).values(**values)


def _require_purger(context: Context) -> None:
    if PURGER not in context.principal.platform_roles:
        words = {"zh": "只有持有“purger”平台角色的人可以清除数据。", "en": "Only a person with the platform role purger purges."}
        raise NotAllowed(words)


_BUSY: Label = {"zh": "该应用正在发布中，请稍候。", "en": "The app is being published right now. Wait until that is done."}
_IN_USE: Label = {
    "zh": "未清除：表一直被长时间运行的查询占用，请稍后再试。",
    "en": "Nothing was purged: a long-running query holds the table. Try again later.",
}
_SECOND: Label = {
    "zh": "申请清除的人不能自己复核，须由另一个人批准。",
    "en": "Whoever asked for a purge cannot let it be done. A second person must.",
}


def _refused(failure: DBAPIError) -> Label:
    said = getattr(getattr(failure.orig, "diag", None), "message_primary", None) or str(failure.orig)
    return {"zh": f"未清除，数据库拒绝：{said}", "en": f"Nothing was purged; the database refused: {said}"}


def _too_early(one: Tombstone, until: str) -> Label:
    return {"zh": f"“{one.thing}”须保留至 {until}。", "en": f"{one.thing} is to be kept until {until}."}


def _needed(one: Tombstone, user: Label) -> Label:
    return {"zh": f"“{one.thing}”仍被使用：{user['zh']}", "en": f"{one.thing} is still needed: {user['en']}"}


def _between(one: Tombstone) -> Label:
    return {
        "zh": f"“{one.thing}”的其他列通过该列保持一致，请一并清除或先清除较早的列。",
        "en": f"Other columns of {one.thing} are kept the same through this one; purge them first or together.",
    }
