"""Which rules of the register of proxies (代理) hold: for a case, and for the list of somebody who acts for others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.cards import amount_field
from runtime.process.flows import Flow
from runtime.process.record import CaseRecord
from runtime.store.tables import org_person, wf_proxy


@dataclass(frozen=True, slots=True)
class Rule:
    """Somebody acts for `owner`: in one app and workflow, or in all."""

    owner: str
    app: str | None
    workflow_id: str | None


def holds_on(day: dt.date) -> sa.ColumnElement[bool]:
    """The condition that a rule of the register holds on a day."""
    return sa.and_(wf_proxy.c.valid_from <= day, wf_proxy.c.valid_to >= day, wf_proxy.c.ended_at.is_(None))


def proxies_of(connection: Connection, context: Context, flow: Flow, record: CaseRecord, owner: str) -> frozenset[str]:
    """Who may act for somebody on a case: active people, within the scope and the amount of their rules."""
    rows = connection.execute(
        sa.select(wf_proxy.c.proxy, wf_proxy.c.amount)
        .join(org_person, org_person.c.id == wf_proxy.c.proxy)
        .where(
            wf_proxy.c.owner == owner,
            holds_on(context.business_date),
            sa.or_(wf_proxy.c.app.is_(None), wf_proxy.c.app == flow.compiled.app.name),
            sa.or_(wf_proxy.c.workflow_id.is_(None), wf_proxy.c.workflow_id == flow.workflow.id),
            org_person.c.active,
            org_person.c.deleted_at.is_(None),
            sa.true() if context.demo else org_person.c.demo.is_(sa.false()),
        )
    )
    return frozenset(row.proxy for row in rows if row.amount is None or _is_within(flow, record, Decimal(row.amount)))


def rules_for(connection: Connection, context: Context) -> list[Rule]:
    """For whom this person may act today."""
    columns = (wf_proxy.c.owner, wf_proxy.c.app, wf_proxy.c.workflow_id)
    found = sa.select(*columns).where(wf_proxy.c.proxy == context.principal.id, holds_on(context.business_date))
    return [Rule(row.owner, row.app, row.workflow_id) for row in connection.execute(found)]


def _is_within(flow: Flow, record: CaseRecord, cap: Decimal) -> bool:
    """Whether the amount of a case is covered; one that is missing never is."""
    field = amount_field(flow)
    amount = record.values.get(field.name) if field is not None else None
    return isinstance(amount, Decimal) and amount <= cap
