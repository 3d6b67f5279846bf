"""What somebody was told: the newest first, with what each notice is about, and which of them he has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import BadRequest, Fault, NotFound
from runtime.outbox.webhook_policy import STOPPED_BECAUSE
from runtime.outbox.webhooks import find_webhook
from runtime.process import codes
from runtime.process.cards import card_titles
from runtime.process.flows import Flow, live_name, pinned_flow, release_of
from runtime.process.persons import persons_of
from runtime.process.publication_notices import PUBLICATIONS, show_publications
from runtime.process.transfer_notices import TRANSFERS, show_transfers
from runtime.process.view import title_at
from runtime.process.words import held_because
from runtime.records.access import NOT_THERE, is_record_id
from runtime.store.tables import notice
from runtime.store.types import format_instant

Notice = dict[str, object]
WEBHOOK_STOPPED = "webhook_stopped"
_WEBHOOK: Label = {"zh": "推送订阅", "en": "Webhook"}
#: What a notice is about that belongs to no approval.
_EMERGENCY: Label = {"zh": "紧急访问", "en": "Emergency access"}


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some notices as docs/rest.md shows them, the cursor of the next page, and how many are unread in all."""

    items: Sequence[Notice]
    next: str | None
    unread: int


def list_notices(connection: Connection, context: Context, limit: int, cursor: str | None, *, unread: bool) -> NoticePage:
    """One page of what this person was told, newest first; the cursor is the last notice's id."""
    person = context.principal.id
    query = sa.select(notice).where(notice.c.person_id == person)
    if unread:
        query = query.where(notice.c.read_at.is_(None))
    if cursor is not None:
        key = sa.select(notice.c.at, notice.c.id).where(notice.c.id == cursor, notice.c.person_id == person)
        last = connection.execute(key).one_or_none() if is_record_id(cursor) else None
        if last is None:
            message = {"zh": "cursor 不是此列表给出的位置。", "en": "This cursor was not given for this list."}
            raise BadRequest(message, faults=(Fault(codes.BAD_CURSOR.id, message, parameter="cursor"),))
        after = sa.tuple_(sa.literal(last.at, notice.c.at.type), sa.literal(last.id))
        query = query.where(sa.tuple_(notice.c.at, notice.c.id) < after)
    rows = connection.execute(query.order_by(notice.c.at.desc(), notice.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return NoticePage(
        _show(connection, context, shown), shown[-1].id if len(rows) > limit else None, count_unread(connection, person)
    )


def count_unread(connection: Connection, person: str) -> int:
    """How many notices somebody has not read."""
    unread = sa.select(sa.func.count()).where(notice.c.person_id == person, notice.c.read_at.is_(None))
    return connection.scalar(unread) or 0


def mark_read(connection: Connection, context: Context, notice_id: str | None) -> int:
    """Mark one notice of this person, or all, as read; returns how many are unread now. NotFound for a foreign one."""
    person = context.principal.id
    mine = notice.c.person_id == person
    if notice_id is not None:
        mine = sa.and_(mine, notice.c.id == notice_id)
        if connection.execute(sa.select(notice.c.id).where(mine)).first() is None:
            raise NotFound(NOT_THERE)
    connection.execute(sa.update(notice).where(mine, notice.c.read_at.is_(None)).values(read_at=context.now))
    return count_unread(connection, person)


def _show(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> list[Notice]:
    """Each as its kind is shown, in the order of the rows."""
    of_webhooks = [row for row in rows if row.kind == WEBHOOK_STOPPED]
    of_reviews = [row for row in rows if row.kind in PUBLICATIONS]
    of_transfers = [row for row in rows if row.kind in TRANSFERS]
    of_records = [row for row in rows if row.kind not in {WEBHOOK_STOPPED, *PUBLICATIONS, *TRANSFERS}]
    shown = {
        **_of_records(connection, context, of_records),
        **_of_webhooks(connection, context, of_webhooks),
        **show_publications(connection, context, of_reviews),
        **show_transfers(connection, context, of_transfers),
    }
    return [shown[row.id] for row in rows]


def _of_webhooks(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> dict[str, Notice]:
    labels = {row.record_id: webhook.label if (webhook := find_webhook(connection, row.record_id)) else "" for row in rows}
    return {
        row.id: {
            "id": row.id,
            "at": format_instant(row.at),
            "kind": row.kind,
            "app": row.app,
            "entity": None,
            "record_id": row.record_id,
            "record_title": labels[row.record_id],
            "title": _WEBHOOK,
            "task_id": None,
            "actor": None,
            "detail": STOPPED_BECAUSE[row.detail].get(context.locale) if row.detail in STOPPED_BECAUSE else row.detail,
            "read": row.read_at is not None,
        }
        for row in rows
    }


def _of_records(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> dict[str, Notice]:
    people = persons_of(connection, {row.actor for row in rows if row.actor})
    titles: dict[tuple[str, str], dict[str, str]] = {}
    for (app, entity), release in {(row.app, row.entity): row.release for row in rows}.items():
        ids = {row.record_id for row in rows if (row.app, row.entity) == (app, entity)}
        compiled = release_of(connection, context, app, release)
        titles[app, entity] = card_titles(connection, context, compiled, entity, ids)
    return {
        row.id: {
            "id": row.id,
            "at": format_instant(row.at),
            "kind": row.kind,
            "app": row.app,
            "entity": live_name(connection, context, row.app, row.release, row.entity),
            "record_id": row.record_id,
            "record_title": titles[row.app, row.entity][row.record_id],
            "title": _EMERGENCY
            if row.workflow_id is None
            else _title(pinned_flow(connection, context, row.app, row.release, row.workflow_id), row.step),
            "task_id": row.work_id,
            "actor": people.get(row.actor or ""),
            "detail": held_because(row.detail, context.locale) if row.kind == "held" else row.detail if row.workflow_id else None,
            "read": row.read_at is not None,
        }
        for row in rows
    }


def _title(flow: Flow, step: str | None) -> Label:
    """What a notice is about: its step, else the workflow."""
    return (title_at(flow.definition, step) if step else None) or flow.workflow.title
