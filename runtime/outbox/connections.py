"""The connections of this installation as the engine takes them, and what is remembered of their answers and health."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection as DatabaseConnection
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError

from connectors.protocol import Connection, StoredAnswer
from runtime.store.away import DatabaseAway
from runtime.store.database import Database
from runtime.store.tables import connection as connection_table
from runtime.store.tables import connector_answer
from runtime.store.types import format_instant
from runtime.store.upsert import upsert

_LOG = logging.getLogger("qiqiao.connections")
#: An unchanged state is written down this often, so that a page of customers is not a page of updates.
_NOTED_EVERY = dt.timedelta(minutes=1)
#: So long the last good answer of a source is kept for the day on which it does not answer.
_ANSWERS_KEPT = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SavedConnection:
    """A connection with what is known of it here."""

    settings: Connection
    changed_at: dt.datetime
    state: Mapping[str, object] | None


def find_connection(database: DatabaseConnection, connector: str) -> SavedConnection | None:
    """The connection of a connector, if one is set up here."""
    row = database.execute(sa.select(connection_table).where(connection_table.c.connector == connector)).one_or_none()
    return _saved(row) if row else None


def list_connections(database: DatabaseConnection) -> list[SavedConnection]:
    """All connections by name."""
    return [_saved(row) for row in database.execute(sa.select(connection_table).order_by(connection_table.c.connector))]


def save_connection(database: DatabaseConnection, settings: Connection, now: dt.datetime) -> None:
    """Write a connection in place of an older one; what was known of the old one's health is forgotten."""
    values = {
        "connector": settings.connector,
        "parameters": dict(settings.parameters),
        "allowed_hosts": list(settings.allowed_hosts),
        "enabled": settings.enabled,
        "changed_at": now,
        "last_state": None,
    }
    database.execute(upsert(database, connection_table, values, key=("connector",)))


def note_state(database: DatabaseConnection, connector: str, outcome: str, reachable: bool, now: dt.datetime) -> bool:
    """Remember how the last call of a connection went; true when it became unreachable or came back."""
    mine = connection_table.c.connector == connector
    found = sa.select(connection_table.c.last_state).where(mine)

    def is_known(row: Row[tuple[object]] | None) -> bool:
        before = _state(row)
        fresh = str(before.get("at")) > format_instant(now - _NOTED_EVERY)
        return row is None or (before.get("reachable") == reachable and before.get("outcome") == outcome and fresh)

    # Looked at first without the lock: every call passes here, and most have nothing to say.
    if is_known(database.execute(found).one_or_none()):
        return False
    row = database.execute(found.with_for_update()).one_or_none()
    if is_known(row):
        return False
    before, at = _state(row), format_instant(now)
    changed = before.get("reachable") != reachable
    state = {"outcome": outcome, "reachable": reachable, "since": at if changed else before.get("since"), "at": at}
    database.execute(sa.update(connection_table).where(mine).values(last_state=state))
    return changed


def _state(row: Row[tuple[object]] | None) -> Mapping[str, object]:
    return cast("Mapping[str, object] | None", row.last_state if row is not None else None) or {}


@dataclass(frozen=True, slots=True)
class DatabaseAnswers:
    """The last good answers in the database, one short transaction each."""

    database: Database

    def get(self, key: str) -> StoredAnswer | None:
        """The last good answer, if any."""
        with self.database.read() as opened:
            row = opened.execute(
                sa.select(connector_answer.c.answer, connector_answer.c.as_of).where(connector_answer.c.key == key)
            ).one_or_none()
        return StoredAnswer(cast("Mapping[str, str | None]", row.answer), row.as_of) if row else None

    def put(self, key: str, answer: StoredAnswer) -> None:
        """Keep an answer unless a newer one is there."""
        values = {"key": key, "answer": dict(answer.values), "as_of": answer.as_of}
        newer = connector_answer.c.as_of <= answer.as_of
        try:
            with self.database.write() as opened:
                opened.execute(upsert(opened, connector_answer, values, key=("key",), where=newer))
                # What was asked so long ago is shown to nobody, and may be about a person.
                opened.execute(connector_answer.delete().where(connector_answer.c.as_of < answer.as_of - _ANSWERS_KEPT))
        except (SQLAlchemyError, DatabaseAway):
            # The reader has the answer; only the next failure of the source will be felt more.
            _LOG.warning("an answer of another system could not be kept", exc_info=True)


def _saved(row: Row[tuple[object, ...]]) -> SavedConnection:
    settings = Connection(
        row.connector,
        cast("Mapping[str, str]", row.parameters),
        tuple(cast("list[str]", row.allowed_hosts)),
        row.enabled,
    )
    return SavedConnection(settings, row.changed_at, cast("Mapping[str, object] | None", row.last_state))
