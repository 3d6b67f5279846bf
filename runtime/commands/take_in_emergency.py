"""Break-glass (紧急访问): a person takes a role that is for emergencies, for a time; its reviewers hear of it at once and close it.

The role is held by an ordinary grant that ends by itself, to the millisecond. What is done under it stands in the trail,
reads too (`mark_use`). Nobody reviews what he took himself.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label, Role
from runtime.audit.trail import record_event
from runtime.commands.administer import PERSON
from runtime.commands.grant_roles import RoleName, label_of, refuse_overlap
from runtime.commands.mark_emergency import emergencies
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotAllowed, NotFound
from runtime.identity.holdings import Given, end_holding, grant_role, role_counts
from runtime.process.persons import persons_of
from runtime.query.late import held_roles
from runtime.records.access import NOT_THERE
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, emergency_use, notice, org_person, role_grant
from runtime.store.types import format_instant

NO_REVIEWER = code("P460", "A role is taken in an emergency, but nobody else holds the role that reviews its use.")
NOT_OVER = code("P461", "A use of a role in an emergency is reviewed while it still lasts.")
REVIEWED = code("P462", "A use of a role in an emergency that was reviewed before.")
OWN_REVIEW = code("P463", "Nobody reviews a role that he took himself.")

Verdict = Literal["justified", "unjustified"]
_READERS = frozenset({"auditor", "administrator"})
#: As many acts of one use, and as many uses, as one answer tells.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Taking:
    """Which role somebody takes, for how many hours, and why."""

    app: str
    role: str
    hours: int
    reason: str


def offers(context: Context) -> list[dict[str, object]]:
    """The roles that this person may take in an emergency."""
    return [
        {
            "app": app,
            "role": role.name,
            "label": dict(role.label),
            "app_label": dict(compiled.app.label),
            "hours": role.emergency.hours,
            "reviewed_by": label_of(context, app, role.emergency.reviewed_by),
        }
        for app, compiled in sorted(context.releases.items())
        for role in compiled.app.roles.values()
        if role.emergency is not None and _may_take(context, app, role)
    ]


def take_role(connection: Connection, context: Context, taking: Taking) -> dict[str, object]:
    """Hold the role from now on for so many hours.

    Raises NotFound for a role that is not this person's to take, Invalid for too many hours, Conflict where he holds it
    or one that excludes it, or where nobody could review it.
    """
    compiled = context.releases.get(taking.app)
    role = compiled.app.roles.get(taking.role) if compiled is not None else None
    if role is None or role.emergency is None or not _may_take(context, taking.app, role):
        raise NotFound(NOT_THERE)
    if not 1 <= taking.hours <= role.emergency.hours:
        most = role.emergency.hours
        message = {"zh": f"最长 {most} 小时。", "en": f"This role is taken for 1 to {most} hours."}
        raise Invalid(message, faults=(Fault("Q422", message, pointer="/hours"),))
    person = context.principal
    # Locked, so that two at one time do not both take it.
    connection.execute(sa.select(org_person.c.id).where(org_person.c.id == person.id).with_for_update())
    end = context.now + dt.timedelta(hours=taking.hours)
    refuse_overlap(connection, context, person.name, person.id, RoleName(taking.app, taking.role), context.now, end)
    reviewers = _reviewers(connection, context, taking.app, role.emergency.reviewed_by)
    if not reviewers:
        message = {
            "zh": "没有其他人能够复核这次紧急访问，不能启用。",
            "en": "Nobody else could review it, so the role is not taken.",
        }
        raise Conflict(message, code=NO_REVIEWER.id)
    given = Given(context.now, person.id, taking.reason)
    grant = grant_role(connection, person.id, taking.app, taking.role, given, valid_from=context.now, valid_until=end)
    row = {
        "id": new_id(context.now), "person_id": person.id, "app": taking.app, "role": taking.role, "grant_id": grant,
        "reviewed_by_role": role.emergency.reviewed_by, "reason": taking.reason, "taken_at": context.now, "until": end, "state": "open",
    }  # fmt: skip
    connection.execute(sa.insert(emergency_use), row)
    body = {"use": row["id"], "app": taking.app, "role": taking.role, "until": format_instant(end), "reason": taking.reason}
    record_event(connection, context, "emergency_taken", **PERSON, record_id=person.id, body=body)
    _tell(connection, context, reviewers, str(row["id"]))
    return show_use(connection, context, str(row["id"]))


def end_use(connection: Connection, context: Context, use_id: str) -> dict[str, object]:
    """Give the role back before its time; NotFound for another's."""
    row = _locked(connection, use_id)
    if row.person_id != context.principal.id:
        raise NotFound(NOT_THERE)
    if row.until > context.now and end_holding(connection, role_grant, row.grant_id, Given(context.now, context.principal.id)):
        body = {"use": use_id, "app": row.app, "role": row.role}
        record_event(connection, context, "emergency_ended", **PERSON, record_id=row.person_id, body=body)
    return show_use(connection, context, use_id)


def held_now(connection: Connection, context: Context) -> list[dict[str, object]]:
    """The roles that this person holds in an emergency at this moment, the first to end first."""
    if not emergencies(context):
        return []
    mine = (emergency_use.c.person_id == context.principal.id, emergency_use.c.until > context.now)
    rows = connection.execute(sa.select(emergency_use).where(*mine).order_by(emergency_use.c.until, emergency_use.c.id))
    return [
        {"id": row.id, "app": row.app, "label": label_of(context, row.app, row.role), "until": format_instant(row.until)}
        for row in rows
    ]


def review_use(connection: Connection, context: Context, use_id: str, verdict: Verdict, opinion: str) -> dict[str, object]:
    """Close a use with an opinion, once it is over.

    Raises NotFound for who does not review it, NotAllowed for who took it, Conflict while it lasts or when it is closed.
    """
    row = _locked(connection, use_id)
    if not _may_see(context, row):
        raise NotFound(NOT_THERE)
    if row.person_id == context.principal.id or not _may_review(context, row):
        message = {
            "zh": "由负责复核的其他人员办理，本人不能复核。",
            "en": "Somebody else reviews it, who holds the reviewing role.",
        }
        raise NotAllowed(message, code=OWN_REVIEW.id)
    if row.state != "open":
        raise Conflict({"zh": "这次紧急访问已复核。", "en": "It was reviewed before."}, code=REVIEWED.id)
    if row.until > context.now:
        message = {"zh": "紧急访问尚未结束，结束后再复核。", "en": "It still lasts; it is reviewed once it is over."}
        raise Conflict(message, code=NOT_OVER.id, extra={"until": format_instant(row.until)})
    closed = {"state": verdict, "reviewed_by": context.principal.id, "reviewed_at": context.now, "opinion": opinion}
    connection.execute(sa.update(emergency_use).where(emergency_use.c.id == use_id).values(closed))
    body = {"use": use_id, "app": row.app, "role": row.role, "verdict": verdict, "reason": opinion}
    record_event(connection, context, "emergency_reviewed", **PERSON, record_id=row.person_id, body=body)
    return show_use(connection, context, use_id)


def list_uses(connection: Connection, context: Context, *, only_open: bool) -> list[dict[str, object]]:
    """The uses that this person took or may review, the newest first; all of them for auditors and administrators."""
    query = sa.select(emergency_use).order_by(emergency_use.c.taken_at.desc(), emergency_use.c.id.desc())
    if only_open:
        query = query.where(emergency_use.c.state == "open")
    if not _sees_all(context):
        mine = [emergency_use.c.person_id == context.principal.id]
        for app, compiled in context.releases.items():
            if roles := held_roles(context, compiled):
                mine.append((emergency_use.c.app == app) & emergency_use.c.reviewed_by_role.in_(sorted(roles)))
        query = query.where(sa.or_(*mine))
    return _shown(connection, context, connection.execute(query.limit(_MOST)).all())


def show_use(connection: Connection, context: Context, use_id: str) -> dict[str, object]:
    """One use with what was done under it; NotFound for who neither took nor reviews it."""
    row = connection.execute(sa.select(emergency_use).where(emergency_use.c.id == use_id)).one_or_none()
    if row is None or not _may_see(context, row):
        raise NotFound(NOT_THERE)
    [shown] = _shown(connection, context, [row])
    during = sa.and_(
        audit_event.c.actor == row.person_id, audit_event.c.app == row.app, audit_event.c.at.between(row.taken_at, row.until)
    )
    acts = connection.execute(sa.select(audit_event).where(during).order_by(audit_event.c.id.desc()).limit(_MOST))
    return shown | {
        "acts": [
            {
                "at": format_instant(act.at),
                "kind": act.kind,
                "entity": act.entity,
                "record_id": act.record_id,
                "path": _path(act.body),
            }
            for act in acts
        ]
    }


def _path(body: str) -> object:
    """Where an act under the role went, as far as its event says so."""
    return json.loads(body).get("path")


def _may_take(context: Context, app: str, role: Role) -> bool:
    compiled = context.releases[app]
    return role.emergency is not None and bool(held_roles(context, compiled) & set(role.emergency.taken_by))


def _sees_all(context: Context) -> bool:
    return bool(_READERS & context.principal.platform_roles) or "operator" in context.principal.platform_roles


def _may_review(context: Context, row: sa.Row[Any]) -> bool:
    compiled = context.releases.get(row.app)
    return compiled is not None and row.reviewed_by_role in held_roles(context, compiled)


def _may_see(context: Context, row: sa.Row[Any]) -> bool:
    return row.person_id == context.principal.id or _may_review(context, row) or _sees_all(context)


def _locked(connection: Connection, use_id: str) -> sa.Row[Any]:
    row = connection.execute(sa.select(emergency_use).where(emergency_use.c.id == use_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NOT_THERE)
    return row


def _reviewers(connection: Connection, context: Context, app: str, role: str) -> list[str]:
    """Everybody else who may act and holds the reviewing role now, itself or through another."""
    compiled = context.releases[app]
    holding = [name for name in compiled.app.roles if role in compiled.role_closure.get(name, ())]
    held = sa.select(role_grant.c.person_id).where(role_grant.c.app == app, role_grant.c.role.in_(holding), role_counts())
    people = sa.select(org_person.c.id).where(
        org_person.c.id.in_(held),
        org_person.c.active,
        org_person.c.deleted_at.is_(None),
        org_person.c.id != context.principal.id,
    )
    if not context.demo:
        people = people.where(org_person.c.demo.is_(sa.false()))
    return list(connection.scalars(people.order_by(org_person.c.id), {"now": context.now}))


def _tell(connection: Connection, context: Context, reviewers: Sequence[str], use_id: str) -> None:
    about = {"app": "org", "release": context.releases["org"].release, "entity": "person", "record_id": context.principal.id}
    rows = [
        {"id": new_id(context.now), "person_id": person, "kind": "emergency", **about, "detail": use_id, "actor": context.principal.id, "at": context.now}
        for person in reviewers
    ]  # fmt: skip
    connection.execute(sa.insert(notice), rows)


def _shown(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> list[dict[str, object]]:
    people = persons_of(connection, {each for row in rows for each in (row.person_id, row.reviewed_by) if each})
    return [_use(context, people, row) for row in rows]


def _use(context: Context, people: Mapping[str, object], row: sa.Row[Any]) -> dict[str, object]:
    is_over = row.until <= context.now
    can = []
    if row.person_id == context.principal.id:
        can = [] if is_over else ["end"]
    elif row.state == "open" and is_over and _may_review(context, row):
        can = ["review"]
    role: Label = label_of(context, row.app, row.role)
    return {
        "id": row.id,
        "app": row.app,
        "role": row.role,
        "label": role,
        "person": people.get(row.person_id),
        "reason": row.reason,
        "taken_at": format_instant(row.taken_at),
        "until": format_instant(row.until),
        "holds": not is_over,
        "state": row.state,
        "reviewed_by_role": label_of(context, row.app, row.reviewed_by_role),
        "reviewed_by": people.get(row.reviewed_by or ""),
        "reviewed_at": format_instant(row.reviewed_at) if row.reviewed_at else None,
        "opinion": row.opinion,
        "can": can,
    }
