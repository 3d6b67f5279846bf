"""超期清单: open steps whose due time is past, by unit: since when, and who holds them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.evidence.history import names_for
from runtime.process.evidence.report import FLOW, RECORD, STEP, UNIT, Column, Page, Report, Wanted, cases_wanted, instant, page_of
from runtime.store.tables import org_branch, wf_instance, wf_visit, wf_work, wf_work_person

_LATE: sa.Select[Any] = (
    sa.select(
        wf_visit.c.instance_id,
        wf_visit.c.step,
        wf_visit.c.due_at,
        wf_instance.c.app,
        wf_instance.c.release,
        wf_instance.c.workflow_id,
        wf_instance.c.entity,
        wf_instance.c.record_id,
        wf_instance.c.starter_unit,
    )
    .join(wf_instance, wf_instance.c.id == wf_visit.c.instance_id)
    .outerjoin(org_branch, org_branch.c.id == wf_instance.c.starter_unit)
)


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    """The period is that of the due time, as far as it is past."""
    until = min(wanted.until, context.now)
    within = (wf_visit.c.state == "open", wf_visit.c.due_at >= wanted.since, wf_visit.c.due_at < until)
    order = (org_branch.c.f_path, wf_visit.c.due_at, wf_visit.c.instance_id, wf_visit.c.step)
    query = _LATE.where(*within, *cases_wanted(context, wanted)).order_by(*order).offset(place).limit(limit + 1)
    found = connection.execute(query).all()
    shown = found[:limit]
    asked = sa.select(wf_work.c.instance_id, wf_work.c.step, wf_work_person.c.person_id)
    offered = asked.join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id).where(
        wf_work.c.state == "open", wf_work.c.seat_id.is_not(None), wf_work.c.instance_id.in_([row.instance_id for row in shown])
    )
    holders: dict[tuple[str, str], list[str]] = {}
    for row in connection.execute(offered):
        holders.setdefault((row.instance_id, row.step), []).append(row.person_id)
    names = names_for(connection, context, shown, {person for people in holders.values() for person in people})
    rows = [
        {
            **names.common(row),
            "step": names.step(row, row.step),
            "due": instant(wanted, row.due_at),
            "days": (context.now - row.due_at).days,
            "holders": ", ".join(sorted(filter(None, map(names.person, holders.get((row.instance_id, row.step), []))))),
        }
        for row in shown
    ]
    return page_of(rows, place, limit, len(found))


OVERDUE = Report(
    "overdue",
    {"zh": "各机构超期待办", "en": "Overdue items by branch"},
    {
        "zh": "截至现在仍未办理且已超期的步骤，按发起机构排列；期间指到期时间",
        "en": "Open steps that are past their due time now, by the unit that the case was started from; the period is that of the due time",
    },
    (
        UNIT,
        FLOW,
        RECORD,
        STEP,
        Column("due", {"zh": "到期时间", "en": "Due"}, "instant"),
        Column("days", {"zh": "超期天数", "en": "Days late"}, "number"),
        Column("holders", {"zh": "待办人", "en": "In whose list"}),
    ),
    _read,
)
