"""A publication that waits for its time: scheduled by the second person, done by a worker, cancelled until then.

At its time everything is looked at again: whether the second person still may, the base, the tables, the plan. What no
longer fits is not done, and both people are told why. Too late is not done either: a change that was approved for a
night must not come in the middle of a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import SYSTEM, Context
from runtime.failures import Conflict, Failure, Fault, Invalid, NotAllowed
from runtime.identity.principal import resolve_principal
from runtime.jobs.queue import Job, add_job, cancel_jobs
from runtime.publish.activation import base_moved, busy
from runtime.publish.apply import Publication, publish, silent
from runtime.publish.codes import BUSY, DATABASE_GONE, ONE_SCHEDULED, TIME_OVER, TOO_LATE, TWO_PEOPLE
from runtime.publish.consent import Consent
from runtime.publish.history import active_release, releases_in_state
from runtime.publish.recover import recover
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import notice, review

KIND = "publish"
#: How long after its time a publication may still begin.
LATEST = dt.timedelta(hours=1)
_FURTHEST = dt.timedelta(days=366)
_TOLD_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a worker publishes with."""

    database: Database
    releases: Releases
    settings: Settings
    clock: Callable[[], dt.datetime]


def instant_of(text: str, timezone: str) -> dt.datetime:
    """An instant as a program writes it, or a day and time in the bank's own zone; raises Invalid for anything else."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise no_time(
            {"zh": "发布时间应形如 2026-12-01T22:00。", "en": "Write the time of a publication like 2026-12-01T22:00."}
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))


def check_time(at: dt.datetime, now: dt.datetime) -> None:
    """Raise Invalid for a time at which nothing can be published any more, or that is too far away."""
    try:
        is_ahead = now < at <= now + _FURTHEST
    except OverflowError:
        is_ahead = False
    if not is_ahead:
        raise no_time(
            {
                "zh": "发布时间应在今后一年之内。",
                "en": "The time of a publication is ahead, and within a year.",
            }
        )


def no_time(message: Label) -> Invalid:
    """The time that was given cannot be one of a publication."""
    return Invalid(message, code=TIME_OVER.id, faults=(Fault(TIME_OVER.id, message, pointer="/at"),))


def schedule(connection: Connection, context: Context, row: Row[Any], note: str | None, operator: str | None = None) -> bool:
    """Let an open review wait for its time, decided by the person of the context; false when it is not open any more.

    Raises Invalid when its time is over, Conflict when another publication of the app waits already.
    """
    check_time(row.publish_at, context.now)
    if waiting(connection, row.app):
        raise Conflict(
            {
                "zh": f"应用 {row.app} 已有一个定时发布，请先取消或等它完成。",
                "en": f"Another publication of {row.app} waits for its time. Cancel it, or wait until it is done.",
            },
            code=ONE_SCHEDULED.id,
        )
    values = {"state": "scheduled", "decided_by": context.principal.id, "decided_at": context.now, "decision_note": note}
    changed = sa.update(review).where(review.c.id == row.id, review.c.state == "open").values(**values)
    if not connection.execute(changed).rowcount:
        return False
    add_job(connection, KIND, _key(row.id), {"review": row.id}, row.publish_at, now=context.now)
    body = {"review": row.id, "at": row.publish_at, "author": row.author, "operator": operator}
    record_event(connection, context, "publication_scheduled", app=row.app, body=body)
    return True


def waiting(connection: Connection, app: str) -> tuple[Row[Any], ...]:
    """The publications of an app that wait for their time, soonest first."""
    query = sa.select(review).where(review.c.app == app, review.c.state == "scheduled")
    return tuple(connection.execute(query.order_by(review.c.publish_at, review.c.id)))


def not_done(connection: Connection, app: str) -> tuple[Row[Any], ...]:
    """The publications of an app that were not done at their time, since something was published last."""
    active = active_release(connection, app)
    query = sa.select(review).where(review.c.app == app, review.c.state == "not_started")
    if active is not None and active.activated_at is not None:
        query = query.where(review.c.publish_at >= active.activated_at)
    return tuple(connection.execute(query.order_by(review.c.publish_at.desc(), review.c.id).limit(5)))


def is_late(row: Row[Any]) -> bool:
    """Whether a publication was not done only because no worker was there in time, so that somebody may still choose."""
    return row.state == "not_started" and row.failure is not None and row.failure["code"] == TOO_LATE.id


def late(connection: Connection, app: str) -> tuple[Row[Any], ...]:
    """The publications of an app whose time passed without a worker, since something was published last."""
    return tuple(row for row in not_done(connection, app) if is_late(row))


def reopen_late(connection: Connection, context: Context, row: Row[Any]) -> bool:
    """Let a late publication be decided on again, to be done at once; false when somebody chose before or asked for another one."""
    others = sa.select(review.c.id).where(review.c.app == row.app, review.c.state.in_(("open", "scheduled")))
    if connection.execute(others.limit(1)).first() is not None:
        return False
    again = {"state": "open", "publish_at": None, "failure": None}
    same = sa.update(review).where(review.c.id == row.id, review.c.state == "not_started")
    if not connection.execute(same.values(**again)).rowcount:
        return False
    record_event(connection, context, "publication_reopened", app=row.app, body={"review": row.id, "at": row.publish_at})
    return True


def leave_late(connection: Connection, context: Context, row: Row[Any]) -> bool:
    """Leave a late publication undone for good; false when somebody chose before."""
    same = sa.update(review).where(review.c.id == row.id, review.c.state == "not_started")
    if not connection.execute(same.values(state="cancelled")).rowcount:
        return False
    record_event(connection, context, "publication_cancelled", app=row.app, body={"review": row.id, "at": row.publish_at})
    return True


def cancel(connection: Connection, context: Context, row: Row[Any]) -> bool:
    """Take back a publication before its time; false when it does not wait any more, Conflict once it has begun."""
    changed = sa.update(review).where(review.c.id == row.id, review.c.state == "scheduled").values(state="cancelled")
    if not connection.execute(changed).rowcount:
        return False
    begun = any(one.app == row.app for one in releases_in_state(connection, "applying"))
    if begun or not cancel_jobs(connection, [_key(row.id)], context.now):
        raise busy(row.app)
    record_event(connection, context, "publication_cancelled", app=row.app, body={"review": row.id, "at": row.publish_at})
    return True


def run_scheduled(publisher: Publisher, job: Job, keep: Callable[[], None]) -> None:
    """Publish what waited for this time, or note why not; harmless when repeated, whoever died in between."""
    database, id = publisher.database, str(job.payload["review"])
    row = _read(database, id)
    if row is None:
        return
    if row.state == "scheduled" and _is_interrupted(database, row.app):
        # A worker died half-way: what it began is finished or taken back before anything else is tried.
        recover(database, publisher.clock())
        publisher.releases.refresh(database)
        row = _read(database, id) or row
    if row.state == "scheduled":
        try:
            _publish(publisher, row, keep)
        except Failure as failure:
            if failure.code in {BUSY.id, DATABASE_GONE.id}:
                raise  # somebody else is at it, or nobody can be: the job comes again
            _give_up(publisher, row, failure)
            return
        row = _read(database, id) or row
    if row.state == "approved":
        with database.write() as connection:
            _tell(connection, row, "published", publisher.clock())


def _publish(publisher: Publisher, row: Row[Any], keep: Callable[[], None]) -> None:
    database, now = publisher.database, publisher.clock()
    if now > row.publish_at + LATEST:
        raise Conflict(
            {
                "zh": "到了批准的时间没有后台进程执行，现已超过一小时，故未发布。可由批准人选择现在发布，或放弃。",
                "en": "No worker was there at the time that was approved, and an hour later nothing is published by itself. "
                "Whoever may approve it chooses: publish it now, or leave it.",
            },
            code=TOO_LATE.id,
        )
    with database.read() as connection:
        approver = resolve_principal(connection, row.decided_by, now, demo=publisher.settings.demo)
        active = active_release(connection, row.app)
    if (active.release if active is not None else 0) != row.base_release:
        raise base_moved(row.app, active)
    if approver is None:
        raise NotAllowed(
            {"zh": "批准人已不能在系统中操作。", "en": "The person who approved it may not act any more."}, code=TWO_PEOPLE.id
        )
    publication = Publication(
        app=row.app,
        files={str(path): str(text) for path, text in row.files.items()},
        consent=Consent(row.author, frozenset(row.editors)),
        base=row.base_release or None,
        note=row.note,
        plan_checksum=row.plan_checksum,
        units=tuple(row.units or ()),
        origin=row.origin,
    )
    context = Context(
        principal=approver,
        releases=publisher.releases.current(),
        now=now,
        business_date=publisher.settings.business_date(now),
        request_id=new_id(now),
        channel="worker",
        demo=publisher.settings.demo,
    )

    def kept(event: str, position: int, because: Label) -> None:
        keep()

    # On SQLite all of it is one transaction: the lease cannot be written meanwhile, nor can anybody else begin.
    publish(database, publisher.releases, publication, context, progress=silent if database.is_sqlite else kept)


def _give_up(publisher: Publisher, row: Row[Any], failure: Failure) -> None:
    """Note that it was not done and why, and tell both people; nothing when it was done or cancelled after all."""
    now = publisher.clock()
    context = Context(SYSTEM, {}, now, publisher.settings.business_date(now), new_id(now), channel="worker")
    reason = {"code": failure.code, **_words(failure)}
    with publisher.database.write() as connection:
        waits = sa.update(review).where(review.c.id == row.id, review.c.state == "scheduled")
        if connection.execute(waits.values(state="not_started", failure=reason)).rowcount:
            body = {"review": row.id, "at": row.publish_at, "code": failure.code, "reason": _words(failure)}
            record_event(connection, context, "publication_not_started", app=row.app, body=body)
            _tell(connection, row, "not_published", now)


def _tell(connection: Connection, row: Row[Any], kind: str, now: dt.datetime) -> None:
    """Write a notice to author and approver, once."""
    told = sa.select(notice.c.id).where(notice.c.record_id == row.id, notice.c.kind == kind, notice.c.app == row.app)
    if connection.execute(told.limit(1)).first() is not None:
        return
    same: Mapping[str, object] = {
        "kind": kind,
        "app": row.app,
        "release": row.base_release,
        "entity": "",
        "record_id": row.id,
        "at": now,
    }
    people = dict.fromkeys((row.author, row.decided_by))
    connection.execute(sa.insert(notice), [{**same, "id": new_id(now), "person_id": person} for person in people])


def _words(failure: Failure) -> dict[str, str]:
    """The failure in both languages, with the first of its faults."""
    faults = failure.faults[:_TOLD_FINDINGS]
    return {
        locale: " ".join([failure.message[locale], *(f"{one.code} {one.message[locale]}" for one in faults)])
        for locale in ("zh", "en")
    }


def _is_interrupted(database: Database, app: str) -> bool:
    with database.read() as connection:
        return any(one.app == app for one in releases_in_state(connection, "applying"))


def _read(database: Database, id: str) -> Row[Any] | None:
    with database.read() as connection:
        return connection.execute(sa.select(review).where(review.c.id == id)).one_or_none()


def _key(review_id: str) -> str:
    return f"{KIND}:{review_id}"
