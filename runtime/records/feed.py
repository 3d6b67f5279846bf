"""The change feed: which records of an entity were saved or deleted, in the order in which the audit trail was sealed.

The order is given after the commit, by one sealer, without a gap: unlike a number drawn inside of a transaction, a place in it
never appears before a place that is already there (architecture.md 5.7). So a reader that remembers how far it came loses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from runtime.context import Context
from runtime.query.plans import AccessPlan, ReadPlan
from runtime.query.rights import CASE_PERSON
from runtime.query.run import compile_read, dialect_name, ids_value, question
from runtime.query.select import RECORD_IDS
from runtime.records.access import access_plan
from runtime.records.beside import asking_items
from runtime.records.codes import BAD_CURSOR, NO_FEED
from runtime.records.planning import plan_get
from runtime.records.request import FeedRequest, GetRequest, fault, refused
from runtime.store.asking import Asking, Question
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import audit_event, audit_leaf
from runtime.store.types import Instant, format_instant
from runtime.store.waiting import Row

#: Events of the whole trail that one page looks through; those of other entities are passed over.
WINDOW = 2_000
_LARGEST = 2**62
_SAVED = ("record.created", "record.changed", "record.restored")
_DELETED = "record.deleted"
#: The events of which a feed tells.
FEED_KINDS = (*_SAVED, _DELETED)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an event beside the record."""

    deleted: bool
    at: str


def asking_feed(dialect: Dialect, context: Context, app: str, entity: str, request: FeedRequest) -> Asking[bytes]:
    """One page of the feed as REST answers it: only records that this person may read, as they stand now.

    A record stands once in a page, at its last change; a deleted one is told of to whoever could read it as it last was.
    """
    access = feed_access(context, app, entity)
    begin = _begin(request.cursor)
    size = yield from asking_size(dialect)
    events = yield from _asking_window(dialect, access, begin)
    last, next = _last_of(events, min(begin + WINDOW, size), request.limit)
    found = yield from _as_seen(dialect, context, access, request, [id for id, event in last.items() if not event.deleted])
    gone = yield from _gone(dialect, context, access, [id for id, event in last.items() if event.deleted])
    items = [_item(id, event, found.get(id)) for id, event in last.items() if id in found or id in gone]
    head = b'{"items":[' + b",".join(items) + b'],"next":' + orjson.dumps(str(max(next, begin)))
    return head + b',"more":' + orjson.dumps(next < size) + b"}"


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the trail that a feed may tell of, at its place."""

    place: int
    event_id: str
    entity: str
    record_id: str
    told: Told


def asking_changes(
    dialect: Dialect, context: Context, app: str, entities: Sequence[str], begin: int, kinds: Sequence[str] = FEED_KINDS
) -> Asking[tuple[list[Change], int]]:
    """The events of these entities within one window from a place on, in their order, and the place behind the window.

    Each event is one entry, also where several are of one record: for readers that must know of every change.
    """
    size = yield from asking_size(dialect)
    found: list[Change] = []
    for entity in entities:
        events = yield from _asking_window(dialect, feed_access(context, app, entity), begin, tuple(kinds))
        # What is sealed while the entities are asked one after the other waits for the next window, else one could be passed over.
        sealed = (event for event in events if event[0] < size)
        found += [Change(int(place), event_id, entity, id, _last(kind, at)) for place, id, kind, at, event_id in sealed]
    return sorted(found, key=lambda change: change.place), max(begin, min(begin + WINDOW, size))


def asking_change(dialect: Dialect, context: Context, app: str, change: Change) -> Asking[bytes | None]:
    """One event as the feed tells it to this person now; None where he is not told of it.

    A record that is deleted by now is not told as saved: its deletion comes later in the feed.
    """
    access, ids = feed_access(context, app, change.entity), [change.record_id]
    if change.told.deleted:
        gone = yield from _gone(dialect, context, access, ids)
        return _item(change.record_id, change.told, None) if gone else None
    found = yield from _as_seen(dialect, context, access, FeedRequest(), ids)
    return _item(change.record_id, change.told, found[change.record_id]) if found else None


def feed_access(context: Context, app: str, entity: str) -> AccessPlan:
    """What this person may read of an entity that has a feed; raises NotFound, NotAllowed or BadRequest."""
    access = access_plan(context, app, entity, "read")
    if access.entity.entity.audit == "none":
        zh, en = "此数据不留痕，因此没有变更流。", "No trail is kept of these records, so there is no feed."
        raise refused([fault(NO_FEED, "cursor", zh, en)])
    return access


def asking_size(dialect: Dialect) -> Asking[int]:
    """How many events of the trail are sealed: the first place that is not there yet."""
    rows = yield Question(_size(dialect), {})
    return int(rows[0][0] or 0)


def asking_place(dialect: Dialect, since: dt.datetime) -> Asking[int]:
    """The first place with an event of this moment or a later one; the end of the trail where there is none."""
    size = yield from asking_size(dialect)
    rows = yield Question(_place(dialect), {"since": since})
    return size if rows[0][0] is None else int(rows[0][0])


def _asking_window(dialect: Dialect, access: AccessPlan, begin: int, kinds: tuple[str, ...] = FEED_KINDS) -> Asking[list[Row]]:
    key = ("feed window", access.entity.table.name, dialect.name, kinds)
    window = access.compiled.cache.get_or_make(key, lambda: _window(access.entity.table, dialect, kinds))
    values = {"app": access.compiled.app.name, "first": begin, "behind": begin + WINDOW}
    return (yield Question(window, values))


def _begin(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor[:20]) > _LARGEST:
        raise refused([fault(BAD_CURSOR, "cursor", "cursor 不是变更流给出的位置。", "This cursor was not given by a feed.")])
    return int(cursor[:20])


@lru_cache(maxsize=8)
def _size(dialect: Dialect) -> Prepared:
    return prepare(sa.select(sa.func.max(audit_leaf.c.leaf_index) + sa.literal_column("1")), dialect)


@lru_cache(maxsize=8)
def _place(dialect: Dialect) -> Prepared:
    joined = audit_leaf.join(audit_event, audit_event.c.id == audit_leaf.c.event_id)
    later = audit_event.c.at >= sa.bindparam("since", type_=Instant())
    return prepare(sa.select(sa.func.min(audit_leaf.c.leaf_index)).select_from(joined).where(later), dialect)


def _window(table: sa.Table, dialect: Dialect, kinds: tuple[str, ...]) -> Prepared:
    """What happened to records of this table, living or not; what of it a person may know is asked by the plans."""
    # Told apart by the table: an event keeps the name that its entity had then.
    joined = audit_leaf.join(audit_event, audit_event.c.id == audit_leaf.c.event_id)
    joined = joined.join(table, table.c.id == audit_event.c.record_id)
    window = (
        sa.select(audit_leaf.c.leaf_index, audit_event.c.record_id, audit_event.c.kind, audit_event.c.at, audit_event.c.id)
        .select_from(joined)
        .where(
            audit_leaf.c.leaf_index >= sa.bindparam("first", type_=sa.BigInteger()),
            audit_leaf.c.leaf_index < sa.bindparam("behind", type_=sa.BigInteger()),
            audit_event.c.app == sa.bindparam("app", type_=sa.String()),
            audit_event.c.kind.in_(kinds),
        )
        .order_by(audit_leaf.c.leaf_index)
    )
    return prepare(window, dialect)


def _last_of(events: Sequence[Row], end: int, limit: int) -> tuple[Mapping[str, Told], int]:
    """The last event of each of the first `limit` records, and the place behind what was looked through."""
    last: dict[str, Told] = {}
    for place, record_id, kind, at, _ in events:
        if record_id not in last and len(last) == limit:
            return last, int(place)
        last.pop(record_id, None)
        last[record_id] = _last(kind, at)
    return last, end


def _last(kind: str, at: str | dt.datetime) -> Told:
    return Told(kind == _DELETED, at if isinstance(at, str) else format_instant(at))


def _as_seen(
    dialect: Dialect, context: Context, access: AccessPlan, request: FeedRequest, ids: Sequence[str]
) -> Asking[Mapping[str, bytes]]:
    """Living records by id as this person may see them."""
    shape = (access.fingerprint, request.select, request.titles)
    wanted = GetRequest(request.select, titles=request.titles)
    plan = access.compiled.cache.get_or_make(("feed", shape), lambda: replace(plan_get(context, access, wanted), kind="some"))
    rows = yield from _some(dialect, context, plan, shape, ids)
    items = yield from asking_items(dialect, context, plan, rows, 2, titles=request.titles)
    return {row[1]: item for row, item in zip(rows, items, strict=True)}


def _gone(dialect: Dialect, context: Context, access: AccessPlan, ids: Sequence[str]) -> Asking[frozenset[str]]:
    """Those of the records that were deleted and that this person could read as they last were."""
    plan = replace(plan_get(context, access, GetRequest(select=())), kind="some", deleted=True)
    rows = yield from _some(dialect, context, plan, (access.fingerprint, "deleted"), ids)
    return frozenset(row[1] for row in rows)


def _some(dialect: Dialect, context: Context, plan: ReadPlan, shape: object, ids: Sequence[str]) -> Asking[list[Row]]:
    if not ids:
        return []
    cache = plan.access.compiled.cache
    statement = cache.get_or_make(("statement", dialect.name, "feed", shape), lambda: compile_read(plan, dialect))
    values = {RECORD_IDS: ids_value(dialect_name(dialect), ids), CASE_PERSON: context.principal.id}
    return (yield question(context, statement, values))


def _item(id: str, event: Told, record: bytes | None) -> bytes:
    kind = "deleted" if event.deleted else "saved"
    return orjson.dumps({"kind": kind, "id": id, "at": event.at})[:-1] + b',"record":' + (record or b"null") + b"}"
