"""The audit trail's entry: one event row and one queue row in the transaction of the act itself.

If the event cannot be written, the act is not done: both stand in one transaction. Order and proof come later,
by the sealer; nothing here locks or counts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as encode

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.canonical import canonical_json
from runtime.context import Context
from runtime.store.copying import put_rows
from runtime.store.direct import change_many
from runtime.store.identifiers import new_id, new_ids
from runtime.store.tables import audit_event, audit_queue
from runtime.store.types import truncate_to_milliseconds

#: What a leaf is made of: every column but the leaf itself.
LEAF_COLUMNS = tuple(column.name for column in audit_event.columns if column.name != "leaf")

#: What differs among events of one kind over records of one entity.
_DIFFERING = ("id", "record_id", "record_version", "body", "leaf")
_INSERT_EVENT = sa.insert(audit_event)
_INSERT_QUEUE = sa.insert(audit_queue)
#: Up to so many events of one act go in one by one, more of them all at once.
_FEW = 20


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
class Alike:
    """What many events have in common."""

    kind: str
    app: str
    entity: str


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
    if len(rows) <= _FEW:
        # The usual case of one act, in every write: the statements' text is made once, and on PostgreSQL they travel with others.
        change_many(connection, _INSERT_EVENT, rows)
        change_many(connection, _INSERT_QUEUE, [{"event_id": row["id"]} for row in rows])
    else:
        _put(connection, tuple(rows[0]), [tuple(row.values()) for row in rows])
    return [str(row["id"]) for row in rows]


def record_alike(connection: Connection, context: Context, act: Alike, events: Iterable[tuple[str, int, str]]) -> None:
    """Write events that differ only in record, version and body (its canonical text), as `record_events` does, but written out once."""
    given = list(events)
    if not given:
        return
    same = _row(context, NewEvent(act.kind, {}, act.app, act.entity))
    leaf = _leaf_form(same)
    ids = new_ids(context.now, len(given))
    rows = [
        (id, record, version, body, _digest(leaf % (encode(body), encode(id), encode(record), version)))
        for id, (record, version, body) in zip(ids, given, strict=True)
    ]
    _put(connection, _DIFFERING, rows, {name: value for name, value in same.items() if name not in _DIFFERING})


def leaf_of(row: Mapping[str, object]) -> str:
    """The hash of an event's row: SHA-256 over 0x00 and its canonical JSON (RFC 6962 leaf)."""
    return _digest(canonical_json({name: row[name] for name in LEAF_COLUMNS}))


def commitment(path: str, value: object, nonce: str | None = None) -> Commitment:
    """Commit to a personal value: HMAC-SHA256 under a fresh 256-bit nonce, or under the nonce to check against.

    A plain hash of an identity or phone number is guessed in seconds; this is not, unless the nonce is disclosed.
    """
    nonce = nonce or secrets.token_hex(32)
    message = path.encode() + b"\0" + type(value).__name__.encode() + b"\0" + canonical_json(value).encode()
    return Commitment(nonce, hmac.new(bytes.fromhex(nonce), message, hashlib.sha256).hexdigest())


def _digest(text: str) -> str:
    return hashlib.sha256(b"\0" + text.encode()).hexdigest()


def _leaf_form(row: Mapping[str, object]) -> str:
    """The text that leaves of alike events are made of, with places for what differs, in the order of their names."""
    forms = {"body": "%s", "id": "%s", "record_id": "%s", "record_version": '"%d"'}
    parts = (f"{encode(name)}:{forms.get(name) or canonical_json(row[name]).replace('%', '%%')}" for name in sorted(LEAF_COLUMNS))
    return "{" + ",".join(parts) + "}"


def _put(
    connection: Connection, columns: Sequence[str], rows: Sequence[Sequence[object]], alike: Mapping[str, object] = {}
) -> None:
    place = columns.index("id")
    put_rows(connection, audit_event, columns, rows, alike)
    put_rows(connection, audit_queue, ("event_id",), [(row[place],) for row in rows])


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
