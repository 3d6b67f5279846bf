"""The rows of a publication: claimed, activated or failed, always together with the audit event.

Activation is one transaction on both databases: who reads the release table sees the old release or the new one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from forms_dsl.moved import moved_fields
from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.compile.storages import storage_text
from runtime.compile.tables import storage_of
from runtime.context import Context
from runtime.failures import Conflict, Failure
from runtime.publish.codes import BASE_MOVED, BUSY, PILOT_RUNS
from runtime.publish.history import files_of
from runtime.publish.plan import Planned
from runtime.publish.steps import wanted_tables
from runtime.publish.types import Files, Release, Step
from runtime.releases import compile_stored
from runtime.store.tables import draft_file, physical_column, publish_step, release, review


def base_moved(app: str, active: Release | None) -> Conflict:
    """Somebody else published since this change was made."""
    number = active.release if active is not None else 0
    return Conflict(
        {
            "zh": f"应用 {app} 在此期间已有他人发布（当前版本 {number}）。请先查看差异，再基于新版本发布。",
            "en": f"Somebody else published {app} in the meantime (release {number} is active now). Look at what changed, then "
            f"publish on top of it.",
        },
        code=BASE_MOVED.id,
        extra={"active": number},
    )


def busy(app: str) -> Conflict:
    """Another publication of the same app is under way."""
    return Conflict(
        {"zh": f"应用 {app} 正在发布中，请稍候。", "en": f"{app} is being published right now. Wait until that is done."},
        code=BUSY.id,
    )


def pilot_runs(app: str, pilot: Release) -> Conflict:
    """Nothing else is published beside a pilot: it would be one release more to go back to, and nobody knows which."""
    return Conflict(
        {
            "zh": f"应用 {app} 的版本 {pilot.release} 正在试点：请先结束试点或推广到全行。",
            "en": f"Release {pilot.release} of {app} is a pilot: end it or make it live for all first.",
        },
        code=PILOT_RUNS.id,
        extra={"pilot": pilot.release},
    )


def insert_release(
    connection: Connection,
    planned: Planned,
    files: Files,
    author: str,
    note: str | None,
    context: Context,
    origin: Mapping[str, Any] | None = None,
) -> None:
    """Write the release as `applying`, with its steps; raises Conflict when another one is under way."""
    plan = planned.plan
    row = {
        "app": plan.app,
        "release": plan.to,
        "version": plan.version,
        "checksum": planned.checksum,
        "files": dict(files),
        "state": "applying",
        "based_on": plan.from_,
        "author": author,
        "approver": context.principal.id,
        "note": note,
        "created_at": context.now,
        "origin": dict(origin) if origin is not None else None,
        "pilot": {"units": list(plan.units), "held": sorted(planned.held)} if plan.units else None,
    }
    try:
        connection.execute(sa.insert(release), row)
    except IntegrityError:
        raise busy(plan.app) from None
    insert_steps(connection, plan.app, plan.to, plan.steps)


def insert_steps(connection: Connection, app: str, number: int, steps: Sequence[Step]) -> None:
    """Record what is to be done for a release, after what was recorded for it before."""
    last = connection.execute(
        sa.select(sa.func.max(publish_step.c.position)).where(publish_step.c.app == app, publish_step.c.release == number)
    ).scalar()
    first = 0 if last is None else last + 1
    rows = [
        {
            "app": app,
            "release": number,
            "position": first + place,
            "phase": step.phase,
            "sql": step.sql,
            "because": dict(step.because),
            "reverse": step.reverse,
        }
        for place, step in enumerate(steps)
    ]
    if rows:
        connection.execute(sa.insert(publish_step), rows)


def reopen_release(connection: Connection, target: Release, steps: Sequence[Step]) -> None:
    """Make an earlier release `applying` again; raises Conflict when another one is under way."""
    try:
        connection.execute(state_change(target, target.state, state="applying"))
    except IntegrityError:
        raise busy(target.app) from None
    # What was done for it the first time is in use since: whatever becomes of this attempt never takes that back.
    of_target = (publish_step.c.app == target.app, publish_step.c.release == target.release)
    connection.execute(sa.update(publish_step).where(*of_target).values(reverse=None))
    insert_steps(connection, target.app, target.release, steps)


def mark_done(connection: Connection, target: Release, now: dt.datetime) -> None:
    """Note that all steps of a release are done."""
    where = (publish_step.c.app == target.app, publish_step.c.release == target.release, publish_step.c.done_at.is_(None))
    connection.execute(sa.update(publish_step).where(*where).values(done_at=now))


def activate_release(
    connection: Connection,
    target: Release,
    base: int | None,
    compiled: CompiledApp,
    context: Context,
    kind: str,
    operator: str | None = None,
) -> None:
    """Make an `applying` release the active one, or a pilot; raises Conflict when its base is no longer active."""
    if target.becomes_pilot:
        _begin_pilot(connection, target, base, compiled, context, operator)
        return
    if base is not None:
        where = (release.c.app == target.app, release.c.release == base, release.c.state == "active")
        if not connection.execute(sa.update(release).where(*where).values(state="superseded")).rowcount:
            raise base_moved(target.app, None)
    try:
        done = connection.execute(state_change(target, "applying", state="active", activated_at=context.now, pilot=None))
    except IntegrityError:
        raise base_moved(target.app, None) from None
    if not done.rowcount:
        raise busy(target.app)
    remember_columns(connection, compiled, target, context.now)
    _settle_drafts(connection, target, context.now)
    body = {**_told(target, base, operator), **_moved(connection, target, base, compiled)}
    record_event(connection, context, kind, app=target.app, body=body)


def _begin_pilot(
    connection: Connection, target: Release, base: int | None, compiled: CompiledApp, context: Context, operator: str | None
) -> None:
    """Make an `applying` release live for its units; the active one stays, and so do drafts, for nothing is published yet."""
    active = sa.select(release.c.release).where(release.c.app == target.app, release.c.state == "active")
    if connection.execute(active.with_for_update()).scalar() != base:
        raise base_moved(target.app, None)
    if not connection.execute(state_change(target, "applying", state="pilot", piloted_at=context.now)).rowcount:
        raise busy(target.app)
    remember_columns(connection, compiled, target, context.now, is_pilot=True)
    _settle_review(connection, target, context.now)
    body = {**_told(target, base, operator), "units": list(target.units), **_moved(connection, target, base, compiled)}
    record_event(connection, context, "pilot_started", app=target.app, body=body)


def _told(target: Release, base: int | None, operator: str | None) -> dict[str, object]:
    """What the trail says of a release that people use from now on."""
    return {
        "release": target.release,
        "version": target.version,
        "checksum": target.checksum,
        "before": base,
        "author": target.author,
        "approver": target.approver,
        "note": target.note,
        "operator": operator,
    } | ({"origin": dict(target.origin)} if target.origin is not None else {})


def _moved(connection: Connection, target: Release, base: int | None, compiled: CompiledApp) -> dict[str, object]:
    """The fields that stand in another entity from now on: the platform moved them, record by record it leaves no event."""
    if base is None:
        return {}
    texts = [*files_of(connection, target.app, base).values(), *files_of(connection, target.app, target.release).values()]
    if not any("moved_from" in text for text in texts):
        return {}
    moved = moved_fields(compile_stored(connection, target.app, base).app, compiled.app)
    return {"moved": [{"from": one.source, "to": one.target} for one in moved]} if moved else {}


def fail_release(connection: Connection, target: Release, failure: Failure, context: Context) -> None:
    """Give an `applying` release up: what was active before stays; an earlier release goes back to where it was."""
    before = "superseded" if target.activated_at is not None else "pilot" if target.piloted_at is not None else "failed"
    connection.execute(state_change(target, "applying", state=before))
    if before != "failed":
        of_target = (publish_step.c.app == target.app, publish_step.c.release == target.release)
        connection.execute(sa.delete(publish_step).where(*of_target, publish_step.c.done_at.is_(None)))
    body = {"release": target.release, "version": target.version, "code": failure.code, "reason": dict(failure.message)}
    record_event(connection, context, "publish_failed", app=target.app, body=body)


def state_change(target: Release, before: str, **values: object) -> sa.Update:
    """Changes the row of a release that is still in a state."""
    where = (release.c.app == target.app, release.c.release == target.release, release.c.state == before)
    return sa.update(release).where(*where).values(**values)


def remember_columns(
    connection: Connection, compiled: CompiledApp, target: Release, now: dt.datetime, *, is_pilot: bool = False
) -> None:
    """Note every column in use with its storage, and mark the others as dropped by this release.

    A pilot drops none, for the active release uses them on.
    """
    query = sa.select(physical_column).where(physical_column.c.app == target.app)
    known = {(row.table_name, row.column_name): row for row in connection.execute(query)}
    used = {
        (wanted.table.name, column): (wanted.entity.entity.id, storage_text(storage_of(field)))
        for wanted in wanted_tables(compiled)
        for column, field in wanted.fields.items()
    }
    for key, (entity_id, storage) in sorted(used.items()):
        before = known.get(key)
        if before is None:
            values = {"table_name": key[0], "column_name": key[1], "app": target.app, "entity_id": entity_id, "storage": storage}
            connection.execute(sa.insert(physical_column), values)
        elif before.storage != storage or before.dropped_in is not None:
            connection.execute(_column(key).values(storage=storage, dropped_in=None, dropped_at=None))
    for key, before in sorted(known.items()):
        if key not in used and before.dropped_in is None and not is_pilot:
            connection.execute(_column(key).values(dropped_in=target.release, dropped_at=now))


def _column(key: tuple[str, str]) -> sa.Update:
    return sa.update(physical_column).where(physical_column.c.table_name == key[0], physical_column.c.column_name == key[1])


def _settle_drafts(connection: Connection, target: Release, now: dt.datetime) -> None:
    """Close the review that asked for this release, and drop from the draft what is now published.

    Decided by the data alone, so that a publication resumed after a crash settles them too.
    """
    from_review = _settle_review(connection, target, now) or target.piloted_at is not None
    connection.execute(
        sa.update(review).where(review.c.app == target.app, review.c.state == "open").values(state="outdated", decided_at=now)
    )
    published = files_of(connection, target.app, target.release)
    sums = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in published.items()}
    for row in connection.execute(sa.select(draft_file).where(draft_file.c.app == target.app)).all():
        same = sums.get(row.path) == row.checksum if row.text is not None else row.path not in published
        where = (draft_file.c.app == target.app, draft_file.c.path == row.path)
        if same:
            connection.execute(sa.delete(draft_file).where(*where))
        elif from_review:
            # Edited again after it was submitted: what is published now is what it was made from.
            connection.execute(sa.update(draft_file).where(*where).values(base_release=target.release))


def _settle_review(connection: Connection, target: Release, now: dt.datetime) -> bool:
    """Close the review that asked for this release; whether there was one."""
    ours = (review.c.app == target.app, review.c.checksum == target.checksum)
    decided = {"state": "approved", "decided_by": target.approver, "decided_at": now}
    closed = connection.execute(sa.update(review).where(*ours, review.c.state == "open").values(**decided)).rowcount
    # One that waited for its time was decided before.
    waited = connection.execute(sa.update(review).where(*ours, review.c.state == "scheduled").values(state="approved")).rowcount
    return bool(closed or waited)
