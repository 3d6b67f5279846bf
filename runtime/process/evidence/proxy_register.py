"""代理登记簿: the rules of proxies that held in a period, who set and ended them, and how often they were used."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.identity.organisation import path_range
from runtime.process.evidence.history import people_called
from runtime.process.evidence.report import Column, Page, Report, Wanted, cases_wanted, instant, page_of
from runtime.process.words import in_language
from runtime.store.tables import org_branch, org_person, wf_instance, wf_proxy, wf_seat, wf_work

_ALL: Label = {"zh": "全部流程", "en": "all workflows"}


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    first, last = wanted.since.astimezone(wanted.zone).date(), wanted.until.astimezone(wanted.zone).date()
    query = sa.select(wf_proxy).where(wf_proxy.c.valid_from < last, wf_proxy.c.valid_to >= first)
    if wanted.app is not None:
        query = query.where(sa.or_(wf_proxy.c.app.is_(None), wf_proxy.c.app == wanted.app))
    if wanted.workflow_id is not None:
        query = query.where(sa.or_(wf_proxy.c.workflow_id.is_(None), wf_proxy.c.workflow_id == wanted.workflow_id))
    if wanted.unit_path is not None:
        start, behind = path_range(wanted.unit_path)
        below = sa.select(org_person.c.id).join(org_branch, org_branch.c.id == org_person.c.f_branch)
        query = query.where(wf_proxy.c.owner.in_(below.where(org_branch.c.f_path >= start, org_branch.c.f_path < behind)))
    found = connection.execute(query.order_by(wf_proxy.c.set_at, wf_proxy.c.id).offset(place).limit(limit + 1)).all()
    shown = found[:limit]
    people = {person for row in shown for person in (row.owner, row.proxy, row.set_by, row.ended_by) if person is not None}
    called, acts = people_called(connection, people), _acts(connection, context, wanted)
    rows = [
        {
            "owner": called.get(row.owner),
            "proxy": called.get(row.proxy),
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat(),
            "scope": _scope(context, row.app, row.workflow_id),
            "amount": row.amount,
            "reason": row.reason,
            "set_by": called.get(row.set_by, row.set_by),
            "set_at": instant(wanted, row.set_at),
            "ended_by": called.get(row.ended_by or ""),
            "ended_at": instant(wanted, row.ended_at),
            "acts": acts.get((row.owner, row.proxy), 0),
        }
        for row in shown
    ]
    return page_of(rows, place, limit, len(found))


def _acts(connection: Connection, context: Context, wanted: Wanted) -> dict[tuple[str, str], int]:
    """How often each decided in the place of each in the period."""
    done = (
        sa.select(wf_seat.c.owner, wf_work.c.done_by, sa.func.count().label("acts"))
        .join(wf_seat, wf_seat.c.id == wf_work.c.seat_id)
        .join(wf_instance, wf_instance.c.id == wf_work.c.instance_id)
        .where(wf_work.c.by_proxy, wf_work.c.done_at >= wanted.since, wf_work.c.done_at < wanted.until)
        .where(wf_seat.c.owner != wf_work.c.done_by, *cases_wanted(context, wanted))
        .group_by(wf_seat.c.owner, wf_work.c.done_by)
    )
    return {(row.owner, row.done_by): row.acts for row in connection.execute(done)}


def _scope(context: Context, app: str | None, workflow_id: str | None) -> str:
    locale, compiled = context.locale, context.releases.get(app or "")
    if app is None or compiled is None:
        return app or in_language(_ALL, locale)
    flow = next((flow for flow in compiled.app.workflows.values() if flow.id == workflow_id), None)
    label = in_language(compiled.app.label, locale)
    return (
        f"{label} · {in_language(flow.title, locale)}"
        if flow is not None
        else f"{label} · {workflow_id or in_language(_ALL, locale)}"
    )


PROXIES = Report(
    "proxies",
    {"zh": "代理登记簿", "en": "Proxy register"},
    {
        "zh": "期间有效的代理：何人代何人、期限、范围、设置与终止人、期间代办次数",
        "en": "Proxies that held in the period: who for whom, when and for what, who set and ended it, and how often it was used",
    },
    (
        Column("owner", {"zh": "被代理人", "en": "In the place of"}),
        Column("proxy", {"zh": "代理人", "en": "Proxy"}),
        Column("from", {"zh": "起", "en": "From"}),
        Column("to", {"zh": "止", "en": "To"}),
        Column("scope", {"zh": "范围", "en": "For"}),
        Column("amount", {"zh": "金额上限", "en": "Up to"}),
        Column("reason", {"zh": "事由", "en": "Reason"}),
        Column("set_by", {"zh": "设置人", "en": "Set by"}),
        Column("set_at", {"zh": "设置时间", "en": "Set at"}, "instant"),
        Column("ended_by", {"zh": "终止人", "en": "Ended by"}),
        Column("ended_at", {"zh": "终止时间", "en": "Ended at"}, "instant"),
        Column("acts", {"zh": "代办次数", "en": "Used"}, "number"),
    ),
    _read,
)
