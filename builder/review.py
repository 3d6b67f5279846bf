"""The second pair of eyes: a draft is submitted with its plan, and another person publishes or returns it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from builder.codes import DECIDED, NOT_THE_AUTHOR, NOTHING_CHANGED
from builder.drafts import draft_changed, read_draft
from forms_dsl.app_header import read_header
from forms_dsl.diff import diff_apps
from forms_dsl.load import load_app
from forms_dsl.required import load_required
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed, NotFound
from runtime.publish.apply import Publication, Published, plan_changed, publish
from runtime.publish.codes import TWO_PEOPLE
from runtime.publish.consent import Consent, check_consent
from runtime.publish.history import steps_of
from runtime.publish.plan import Planned, plan_publish
from runtime.publish.refused import Refused
from runtime.publish.scheduled import cancel, check_time, is_late, leave_late, reopen_late, schedule
from runtime.publish.types import PublishPlan, Step
from runtime.releases import Releases, compile_stored, published_apps
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import release, review

#: A review that something is still to come of.
UNDONE = ("open", "scheduled")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for beside the texts: a note, the units (their ids) of a pilot, and the time, none for at once."""

    note: str | None = None
    units: Sequence[str] = ()
    at: dt.datetime | None = None
    #: Where it comes from, other than from the draft: a promotion or a direct change.
    origin: Mapping[str, Any] | None = None


def submit(connection: Connection, context: Context, app: str, checksum: str, wishes: Wishes) -> str:
    """Ask a second person to publish the draft; returns the review's id.

    Raises Refused for a draft with errors, Conflict for one that is not the one looked at or changes nothing, Invalid for a
    time that is over.
    """
    if wishes.at is not None:
        check_time(wishes.at, context.now)
    draft = read_draft(connection, app)
    if draft.checksum != checksum:
        raise draft_changed()
    if not draft.changed:
        raise Conflict(
            {"zh": "草稿与已上线版本没有差别。", "en": "The draft does not differ from the active release."},
            code=NOTHING_CHANGED.id,
        )
    makers = {context.principal.id, *draft.editors}
    planned = plan_publish(connection, app, draft.files, context.now, makers=makers, units=wishes.units)
    findings = (*draft.diagnostics(), *planned.plan.diagnostics)
    if planned.plan.blocked or draft.conflicts:
        raise Refused(app, findings)
    return propose(connection, context, planned, draft.files, Consent(context.principal.id, draft.editors), wishes)


def propose(
    connection: Connection, context: Context, planned: Planned, files: Mapping[str, str], consent: Consent, wishes: Wishes
) -> str:
    """Write the review of a plan that is not blocked, in the place of those that are open; returns its id."""
    app, units = planned.plan.app, wishes.units
    connection.execute(
        sa.update(review).where(review.c.app == app, review.c.state == "open").values(state="outdated", decided_at=context.now)
    )
    id = new_id(context.now)
    row = {
        "id": id,
        "app": app,
        "base_release": planned.plan.from_ or 0,
        "checksum": planned.checksum,
        "files": dict(files),
        "plan_checksum": planned.plan.checksum,
        "note": wishes.note,
        "author": consent.author,
        "editors": sorted(consent.editors),
        "created_at": context.now,
        "state": "open",
        "units": sorted(units) or None,
        "publish_at": wishes.at,
        "origin": dict(wishes.origin) if wishes.origin is not None else None,
    }
    connection.execute(sa.insert(review), row)
    body: dict[str, object] = {
        "review": id,
        "base": planned.plan.from_,
        "checksum": planned.checksum,
        "plan": planned.plan.checksum,
        "note": wishes.note,
    }
    body |= {"units": sorted(units)} if units else {}
    body |= {"at": wishes.at} if wishes.at is not None else {}
    body |= {"origin": dict(wishes.origin)} if wishes.origin is not None else {}
    record_event(connection, context, "review_submitted", app=app, body=body)
    return id


def open_reviews(connection: Connection) -> tuple[Row[Any], ...]:
    """The reviews that wait for a decision or for their time, oldest first."""
    query = sa.select(review).where(review.c.state.in_(UNDONE)).order_by(review.c.created_at, review.c.id)
    return tuple(connection.execute(query))


def read_review(connection: Connection, id: str) -> Row[Any]:
    """One review; raises NotFound."""
    row = connection.execute(sa.select(review).where(review.c.id == id)).one_or_none()
    if row is None:
        raise NotFound({"zh": "没有此发布申请。", "en": "There is no such review."})
    return row


def plan_of(connection: Connection, row: Row[Any], context: Context) -> Planned:
    """What publishing a review would do now."""
    makers = {row.author, *row.editors}
    return plan_publish(connection, row.app, texts_of(row), context.now, makers=makers, units=row.units or ())


def plan_as_decided(connection: Connection, row: Row[Any]) -> PublishPlan:
    """What a review that was decided asked for, against the release that it was made from, with the statements that were carried out.

    Rows and running approvals are counted of now, so that of then nothing is told about them.
    """
    base, texts = row.base_release or None, texts_of(row)
    old = compile_stored(connection, row.app, base).app if base is not None else None
    new = load_app(texts, others=load_required(texts, published_apps(connection))).app
    version, to = aim_of(connection, row)
    done = steps_of(connection, row.app, to) if row.state == "approved" else ()
    steps = tuple(Step(step.phase, step.sql, step.because, step.reverse) for step in done)
    changes = diff_apps(old, new) if new is not None else ()
    return PublishPlan(row.app, base, to, version, changes, steps, (), (), (), row.plan_checksum, tuple(row.units or ()))


def texts_of(row: Row[Any]) -> Mapping[str, str]:
    """The texts that a review asks to publish."""
    return {str(path): str(text) for path, text in row.files.items()}


def aim_of(connection: Connection, row: Row[Any]) -> tuple[str, int]:
    """The version that a review asks for, and the number of the release it is or would be."""
    same = sa.select(release.c.release).where(release.c.app == row.app, release.c.checksum == row.checksum)
    made = connection.execute(same.where(release.c.based_on.is_not_distinct_from(row.base_release or None))).scalars().first()
    last = connection.execute(sa.select(sa.func.max(release.c.release)).where(release.c.app == row.app)).scalar()
    version = str(read_header(texts_of(row)).get("version", ""))
    return version, made if made is not None and row.state == "approved" else (last or 0) + 1


def may_decide(row: Row[Any], context: Context) -> bool:
    """Whether the person of the context is a second person for this review."""
    return (
        row.state == "open"
        and "publisher" in context.principal.platform_roles
        and context.principal.id not in {row.author, *row.editors}
    )


def may_withdraw(row: Row[Any], context: Context) -> bool:
    """Whether the person of the context submitted this review and may take it back."""
    return bool(row.state == "open" and context.principal.id == row.author)


def withdraw(connection: Connection, context: Context, id: str) -> None:
    """Take a review back by who submitted it; the draft stays as it is. Raises Conflict when it was decided, NotAllowed for others."""
    row = _undecided(connection, id)
    if not may_withdraw(row, context):
        raise NotAllowed(
            {"zh": "只有提交人可以撤回发布申请。", "en": "Only who submitted a review can withdraw it."}, code=NOT_THE_AUTHOR.id
        )
    values = {"state": "withdrawn", "decided_by": context.principal.id, "decided_at": context.now}
    if not connection.execute(sa.update(review).where(review.c.id == id, review.c.state == "open").values(**values)).rowcount:
        raise _decided(read_review(connection, id))
    record_event(connection, context, "review_withdrawn", app=row.app, body={"review": id})


def approve(database: Database, releases: Releases, context: Context, id: str, note: str | None) -> Published | None:
    """Publish what was submitted, if its plan is still the one that was submitted; None when it waits for its time now."""
    with database.write() as connection:
        row = _undecided(connection, id)
        consent = Consent(row.author, frozenset(row.editors))
        check_consent(connection, row.app, consent, context)
        if row.publish_at is not None:
            approve_for_later(connection, context, row, note)
            return None
        _note_decision(connection, row, note)
    publication = Publication(
        app=row.app,
        files=texts_of(row),
        consent=consent,
        base=row.base_release or None,
        note=row.note,
        plan_checksum=row.plan_checksum,
        units=tuple(row.units or ()),
        origin=row.origin,
    )
    return publish(database, releases, publication, context)


def approve_for_later(
    connection: Connection, context: Context, row: Row[Any], note: str | None, operator: str | None = None
) -> None:
    """Let a review wait for its time, if it fits now; the caller has checked who approves."""
    planned = plan_of(connection, row, context)
    if planned.plan.blocked:
        raise Refused(row.app, planned.plan.diagnostics)
    if planned.plan.checksum != row.plan_checksum:
        raise plan_changed()
    if not schedule(connection, context, row, note, operator):
        raise _decided(read_review(connection, row.id))


def may_cancel(row: Row[Any], context: Context) -> bool:
    """Whether the person of the context may take a publication back before its time: who submitted it, and every publisher."""
    is_undone = row.state == "scheduled" or is_late(row)
    return is_undone and (context.principal.id == row.author or "publisher" in context.principal.platform_roles)


def may_do_late(row: Row[Any], context: Context) -> bool:
    """Whether the person of the context may publish now what no worker published at its time: a second person, as for approving."""
    makers = {row.author, *row.editors}
    return is_late(row) and "publisher" in context.principal.platform_roles and context.principal.id not in makers


def approve_late(database: Database, releases: Releases, context: Context, id: str, note: str | None) -> Published | None:
    """Publish at once what no worker published at its time; raises Conflict when somebody chose before, as `approve` for all else."""
    with database.write() as connection:
        row = read_review(connection, id)
        if not is_late(row):
            raise _decided(row)
        check_consent(connection, row.app, Consent(row.author, frozenset(row.editors)), context)
        if not reopen_late(connection, context, row):
            raise _decided(row)
    return approve(database, releases, context, id, note)


def cancel_scheduled(connection: Connection, context: Context, id: str) -> None:
    """Take a publication back before its time; the draft stays. Raises Conflict when it does not wait, NotAllowed for others."""
    row = read_review(connection, id)
    if row.state != "scheduled" and not is_late(row):
        raise _decided(row)
    if not may_cancel(row, context):
        raise NotAllowed(
            {
                "zh": "只有提交人或发布人可以取消定时发布。",
                "en": "Only who submitted it, or a publisher, can cancel a publication that waits for its time.",
            },
            code=NOT_THE_AUTHOR.id,
        )
    if not (leave_late if is_late(row) else cancel)(connection, context, row):
        raise _decided(read_review(connection, id))


def return_review(connection: Connection, context: Context, id: str, note: str) -> None:
    """Give a draft back to its author with a reason; the draft stays as it is."""
    row = _undecided(connection, id)
    if not may_decide(row, context):
        raise NotAllowed(
            {
                "zh": "编制或提交了这次修改的人不能自己退回，也不能批准。",
                "en": "Whoever edited or submitted this change can neither return nor approve it.",
            },
            code=TWO_PEOPLE.id,
        )
    values = {"state": "returned", "decided_by": context.principal.id, "decided_at": context.now, "decision_note": note}
    changed = sa.update(review).where(review.c.id == id, review.c.state == "open").values(**values)
    if not connection.execute(changed).rowcount:
        raise _decided(read_review(connection, id))
    record_event(connection, context, "review_returned", app=row.app, body={"review": id, "note": note})


def _note_decision(connection: Connection, row: Row[Any], note: str | None) -> None:
    """Keep what the second person said; the state changes with the activation, so that a crash leaves both or neither."""
    connection.execute(sa.update(review).where(review.c.id == row.id, review.c.state == "open").values(decision_note=note))


def _undecided(connection: Connection, id: str) -> Row[Any]:
    row = read_review(connection, id)
    if row.state != "open":
        raise _decided(row)
    return row


def _decided(row: Row[Any]) -> Conflict:
    words = {
        "approved": ("已批准发布", "was approved"),
        "returned": ("已退回", "was returned"),
        "withdrawn": ("已由提交人撤回", "was withdrawn by who submitted it"),
        "outdated": ("已过期，另有提交或发布", "is outdated: something else was submitted or published"),
        "scheduled": ("已批准，等待发布时间", "was approved and waits for its time"),
        "cancelled": ("的定时发布已取消", "waited for its time and was cancelled"),
        "not_started": ("到时未能发布", "was not published at its time"),
        "open": ("尚待批准", "waits for a decision"),
    }
    zh, en = words.get(row.state, ("已处理", "was decided"))
    return Conflict({"zh": f"该发布申请{zh}。", "en": f"This review {en}."}, code=DECIDED.id)
