"""The register of proxies (代理): who sets one, what he may set, and who reads the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotAllowed, NotFound
from runtime.process.persons import persons_of
from runtime.records.access import NOT_THERE
from runtime.store.identifiers import new_id
from runtime.store.tables import org_person, wf_proxy
from runtime.store.types import format_instant

BAD_PROXY = code("P440", "A proxy that nobody can be: oneself, somebody who may not act, days in the wrong order or past.")
CIRCLE = code("P441", "Two people would act for each other at the same time.")

#: Who looks after the register, and who reads it.
_KEEPERS, _READERS = frozenset({"administrator"}), frozenset({"administrator", "auditor"})
_LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewProxy:
    """Who shall act for whom, when and for what."""

    proxy: str
    valid_from: dt.date
    valid_to: dt.date
    owner: str | None = None
    app: str | None = None
    workflow: str | None = None
    amount: Decimal | None = None
    reason: str | None = None


def set_proxy(connection: Connection, context: Context, new: NewProxy) -> dict[str, object]:
    """Let somebody act for the caller, or for another where an administrator says so; the rule as the register shows it."""
    person = context.principal
    owner = new.owner or person.id
    if owner != person.id and not _KEEPERS & person.platform_roles:
        raise NotAllowed({"zh": "只有管理员能为他人设置代理。", "en": "Only an administrator sets a proxy for somebody else."})
    if owner != person.id and new.proxy == person.id:
        # Who keeps the register would else take what he was never given.
        raise NotAllowed({"zh": "不能把他人的事项设为由自己代理。", "en": "Nobody makes himself the proxy of somebody else."})
    _refuse(connection, context, owner, new)
    row = {
        "id": new_id(context.now),
        "owner": owner,
        "proxy": new.proxy,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
        "app": new.app,
        "workflow_id": _workflow_id(context, new),
        "amount": None if new.amount is None else format(new.amount, "f"),
        "reason": new.reason,
        "set_by": person.id,
        "set_at": context.now,
        "ended_by": None,
        "ended_at": None,
    }
    connection.execute(sa.insert(wf_proxy), row)
    days = {"from": new.valid_from.isoformat(), "to": new.valid_to.isoformat()}
    body = {name: row[name] for name in ("id", "owner", "proxy", "app", "workflow_id", "amount", "reason")}
    record_event(connection, context, "proxy_set", body=body | days)
    return _one(connection, context, str(row["id"]))


def end_proxy(connection: Connection, context: Context, proxy_id: str) -> dict[str, object]:
    """End a rule now; by its owner, by who was named in it, or by an administrator. What was done by it stands."""
    person = context.principal
    row = connection.execute(sa.select(wf_proxy).where(wf_proxy.c.id == proxy_id).with_for_update()).one_or_none()
    if row is None or (person.id not in (row.owner, row.proxy) and not _KEEPERS & person.platform_roles):
        raise NotFound(NOT_THERE)
    if row.ended_at is None:
        ended = {"ended_by": person.id, "ended_at": context.now}
        connection.execute(sa.update(wf_proxy).where(wf_proxy.c.id == proxy_id).values(ended))
        record_event(connection, context, "proxy_ended", body={"id": proxy_id, "owner": row.owner, "proxy": row.proxy})
    return _one(connection, context, proxy_id)


def list_proxies(connection: Connection, context: Context, *, whole: bool) -> list[dict[str, object]]:
    """The rules by which others act for the caller or he for them, newest first; `whole` is the register of the bank."""
    person = context.principal
    if whole and not _READERS & person.platform_roles:
        raise NotAllowed({"zh": "代理登记簿由管理员和审计查看。", "en": "The register is for administrators and auditors."})
    mine = sa.or_(wf_proxy.c.owner == person.id, wf_proxy.c.proxy == person.id)
    query = sa.select(wf_proxy).where(sa.true() if whole else mine)
    return _show(connection, context, connection.execute(query.order_by(wf_proxy.c.set_at.desc(), wf_proxy.c.id.desc())).all())


def _refuse(connection: Connection, context: Context, owner: str, new: NewProxy) -> None:
    people = {owner, new.proxy}
    known = sa.select(sa.func.count()).where(org_person.c.id.in_(people), org_person.c.active, org_person.c.deleted_at.is_(None))
    if owner == new.proxy or connection.scalar(known) != len(people):
        _fault("/proxy", {"zh": "代理人须是另一位在岗人员。", "en": "The proxy must be another person, who may act."})
    if new.valid_to < max(new.valid_from, context.business_date) or new.valid_to - new.valid_from > _LONGEST:
        message = {
            "zh": "期限须从早到晚、未过期，且不超过一年。",
            "en": "The days go from early to late, end in the future, and span at most a year.",
        }
        _fault("/to", message)
    if new.workflow is not None and _workflow_id(context, new) is None:
        _fault("/workflow", {"zh": "没有这个流程。", "en": "There is no such workflow."})
    back = sa.select(wf_proxy.c.id).where(
        wf_proxy.c.owner == new.proxy,
        wf_proxy.c.proxy == owner,
        wf_proxy.c.ended_at.is_(None),
        wf_proxy.c.valid_from <= new.valid_to,
        wf_proxy.c.valid_to >= new.valid_from,
    )
    if connection.execute(back).first() is not None:
        message = {
            "zh": "对方在此期间已由您代理，不能互相代理。",
            "en": "You act for this person in that time: not for each other.",
        }
        raise Conflict(message, code=CIRCLE.id)


def _fault(pointer: str, message: Label) -> None:
    raise Invalid(message, faults=(Fault(BAD_PROXY.id, message, pointer=pointer),))


def _workflow_id(context: Context, new: NewProxy) -> str | None:
    compiled = context.releases.get(new.app or "")
    found = compiled.app.workflows.get(new.workflow or "") if compiled else None
    return found.id if found else None


def _one(connection: Connection, context: Context, proxy_id: str) -> dict[str, object]:
    return _show(connection, context, connection.execute(sa.select(wf_proxy).where(wf_proxy.c.id == proxy_id)).all())[0]


def _show(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> list[dict[str, object]]:
    ids = {person for row in rows for person in (row.owner, row.proxy, row.set_by, row.ended_by) if person}
    people = persons_of(connection, ids)
    return [
        {
            "id": row.id,
            "owner": people.get(row.owner),
            "proxy": people.get(row.proxy),
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat(),
            "app": row.app,
            "workflow": _title(context, row.app, row.workflow_id),
            "amount": row.amount,
            "reason": row.reason,
            "set_by": people.get(row.set_by),
            "set_at": format_instant(row.set_at),
            "ended_by": people.get(row.ended_by or ""),
            "ended_at": format_instant(row.ended_at) if row.ended_at else None,
            "holds": row.ended_at is None and row.valid_from <= context.business_date <= row.valid_to,
        }
        for row in rows
    ]


def _title(context: Context, app: str | None, workflow_id: str | None) -> Label | None:
    compiled = context.releases.get(app or "")
    flows = compiled.app.workflows.values() if compiled else ()
    return next((dict(flow.title) for flow in flows if flow.id == workflow_id), None)
