"""The audit trail's entry: one event row and one queue row in the transaction of the act itself.

If the event cannot be written, the act is not done: both stand in one transaction. Order and proof come later,
by the sealer; nothing here locks or counts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.audit.canonical import canonical_json
from runtime.context import Context
from runtime.store.asking import Prepared, change_later, prepare
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, audit_queue
from runtime.store.types import truncate_to_milliseconds

#: What a leaf is made of: every column but the leaf itself.
LEAF_COLUMNS = tuple(column.name for column in audit_event.columns if column.name != "leaf")

_INSERT_EVENT = sa.insert(audit_event)
_INSERT_QUEUE = sa.insert(audit_queue)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An act to be recorded; `body` holds no C2 or C3 value in clear (see `commitment`)."""

    kind: str
    body: Mapping[str, object]
    app: str | None = None
    entity: str | None = None
    record_id: str | None = None
    record_version: int | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A proof of a personal value that tells nothing without its nonce."""

    nonce: str
    digest: str


def record_event(
    connection: Connection,
    context: Context,
    kind: str,
    *,
    app: str | None = None,
    entity: str | None = None,
    record_id: str | None = None,
    record_version: int | None = None,
    body: Mapping[str, object],
) -> str:
    """Write one event in the caller's transaction; returns its id."""
    return record_events(connection, context, [NewEvent(kind, body, app, entity, record_id, record_version)])[0]


def record_events(connection: Connection, context: Context, events: Sequence[NewEvent]) -> list[str]:
    """Write many events of one act in the caller's transaction, in their order; returns their ids."""
    if not events:
        return []
    rows = [_row(context, event) for event in events]
    if len(rows) == 1:
        # The usual case of one act, in every write: the statements' text is made once.
        event, queue = _prepared(connection.dialect)
        change_later(connection, event, rows[0])
        change_later(connection, queue, {"event_id": rows[0]["id"]})
    else:
        connection.execute(_INSERT_EVENT, rows)
        connection.execute(_INSERT_QUEUE, [{"event_id": row["id"]} for row in rows])
    return [str(row["id"]) for row in rows]


@lru_cache(maxsize=8)
def _prepared(dialect: Dialect) -> tuple[Prepared, Prepared]:
    return prepare(_INSERT_EVENT, dialect), prepare(_INSERT_QUEUE, dialect)


def leaf_of(row: Mapping[str, object]) -> str:
    """The hash of an event's row: SHA-256 over 0x00 and its canonical JSON (RFC 6962 leaf)."""
    text = canonical_json({name: row[name] for name in LEAF_COLUMNS})
    return hashlib.sha256(b"\0" + text.encode()).hexdigest()


def commitment(path: str, value: object, nonce: str | None = None) -> Commitment:
    """Commit to a personal value: HMAC-SHA256 under a fresh 256-bit nonce, or under the nonce to check against.

    A plain hash of an identity or phone number is guessed in seconds; this is not, unless the nonce is disclosed.
    """
    nonce = nonce or secrets.token_hex(32)
    message = path.encode() + b"\0" + type(value).__name__.encode() + b"\0" + canonical_json(value).encode()
    return Commitment(nonce, hmac.new(bytes.fromhex(nonce), message, hashlib.sha256).hexdigest())


def _row(context: Context, event: NewEvent) -> dict[str, object]:
    compiled = context.releases.get(event.app) if event.app else None
    row: dict[str, object] = {
        "id": new_id(context.now),
        "at": truncate_to_milliseconds(context.now),
        "app": event.app,
        "release": compiled.release if compiled else None,
        "actor": context.principal.id,
        "on_behalf_of": context.on_behalf_of,
        "unit": context.principal.unit_id,
        "channel": context.channel,
        "request_id": context.request_id,
        "kind": event.kind,
        "entity": event.entity,
        "record_id": event.record_id,
        "record_version": event.record_version,
        "body": canonical_json(event.body),
    }
    return row | {"leaf": leaf_of(row)}
