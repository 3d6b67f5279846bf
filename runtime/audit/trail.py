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

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.canonical import canonical_json, plain_cell
from runtime.context import Context
from runtime.store.copying import put_rows
from runtime.store.direct import change_many
from runtime.store.identifiers import new_id, new_ids
from runtime.store.tables import audit_event, audit_queue
from runtime.store.types import truncate_to_milliseconds

#: What a leaf is made of: every column but the leaf itself.
LEAF_COLUMNS = tuple(sorted(str(column.name) for column in audit_event.columns if column.name != "leaf"))

#: What differs among events of one kind over records of one entity.
_DIFFERING = ("id", "record_id", "record_version", "body", "leaf")
_INSERT_EVENT = sa.insert(audit_event).values({column.name: sa.bindparam(column.name) for column in audit_event.columns})
_INSERT_QUEUE = sa.insert(audit_queue).values(event_id=sa.bindparam("id"))
#: Both by one statement, as PostgreSQL can.
_EVENT = _INSERT_EVENT.returning(audit_event.c.id).cte("event")
_INSERT_BOTH = sa.insert(audit_queue).from_select(["event_id"], sa.select(_EVENT.c.id))
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
        _write_each(connection, rows)
    else:
        _put(connection, tuple(rows[0]), [tuple(row.values()) for row in rows])
    return [str(row["id"]) for row in rows]


def record_alike(connection: Connection, context: Context, act: Alike, events: Iterable[tuple[str, int, str]]) -> None:
    """Write events that differ only in record, version and body (its canonical text), as `record_events` does, but written out once."""
    given = list(events)
    if not given:
        return
    same = _common(context, act.kind, act.app, act.entity)
    if len(given) <= _FEW:
        about = ({"record_id": record, "record_version": version, "body": body} for record, version, body in given)
        _write_each(connection, [_with_leaf({**same, **each, "id": new_id(context.now)}) for each in about])
        return
    leaf = _leaf_form(same)
    ids = new_ids(context.now, len(given))
    rows = [
        (id, record, version, body, _digest((leaf % (encode(body), encode(id), encode(record), version)).encode()))
        for id, (record, version, body) in zip(ids, given, strict=True)
    ]
    _put(connection, _DIFFERING, rows, {name: value for name, value in same.items() if name not in _DIFFERING})


def leaf_of(row: Mapping[str, object]) -> str:
    """The hash of an event's row: SHA-256 over 0x00 and its canonical JSON (RFC 6962 leaf)."""
    # The canonical form of a row whose names stand in their order; every write makes one.
    return _digest(orjson.dumps({name: plain_cell(row[name]) for name in LEAF_COLUMNS}))


def commitment(path: str, value: object, nonce: str | None = None) -> Commitment:
    """Commit to a personal value: HMAC-SHA256 under a fresh 256-bit nonce, or under the nonce to check against.

    A plain hash of an identity or phone number is guessed in seconds; this is not, unless the nonce is disclosed.
    """
    nonce = nonce or secrets.token_hex(32)
    message = path.encode() + b"\0" + type(value).__name__.encode() + b"\0" + canonical_json(value).encode()
    return Commitment(nonce, hmac.new(bytes.fromhex(nonce), message, hashlib.sha256).hexdigest())


def _digest(text: bytes) -> str:
    return hashlib.sha256(b"\0" + text).hexdigest()


def _leaf_form(row: Mapping[str, object]) -> str:
    """The text that leaves of alike events are made of, with places for what differs, in the order of their names."""
    forms = {"body": "%s", "id": "%s", "record_id": "%s", "record_version": '"%d"'}
    parts = (f"{encode(name)}:{forms.get(name) or canonical_json(row[name]).replace('%', '%%')}" for name in LEAF_COLUMNS)
    return "{" + ",".join(parts) + "}"


def _put(
    connection: Connection, columns: Sequence[str], rows: Sequence[Sequence[object]], alike: Mapping[str, object] = {}
) -> None:
    place = columns.index("id")
    put_rows(connection, audit_event, columns, rows, alike)
    put_rows(connection, audit_queue, ("event_id",), [(row[place],) for row in rows])


def _write_each(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """The usual case of one act, in every write: the statements' text is made once, and on PostgreSQL they travel with others."""
    if connection.dialect.name == "sqlite":
        change_many(connection, _INSERT_EVENT, rows)
        change_many(connection, _INSERT_QUEUE, rows)
    else:
        change_many(connection, _INSERT_BOTH, rows)


def _row(context: Context, event: NewEvent) -> dict[str, object]:
    about = {"record_id": event.record_id, "record_version": event.record_version, "body": canonical_json(event.body)}
    return _with_leaf({**_common(context, event.kind, event.app, event.entity), **about, "id": new_id(context.now)})


def _common(context: Context, kind: str, app: str | None, entity: str | None) -> dict[str, object]:
    """What a row says of the act, whatever it was done to."""
    compiled = context.releases.get(app) if app else None
    return {
        "at": truncate_to_milliseconds(context.now),
        "app": app,
        "release": compiled.release if compiled else None,
        "actor": context.principal.id,
        "on_behalf_of": context.on_behalf_of,
        "unit": context.principal.unit_id,
        "channel": context.channel,
        "request_id": context.request_id,
        "kind": kind,
        "entity": entity,
    }


def _with_leaf(row: dict[str, object]) -> dict[str, object]:
    row["leaf"] = leaf_of(row)
    return row
