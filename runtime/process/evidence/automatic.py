"""自动审批清单: what passed without a click: by time, by an earlier approval of the same person, or because nobody was found."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.process.evidence.history import Names, entries_of, events_of, names_for
from runtime.process.evidence.report import AT, FLOW, RECORD, STEP, UNIT, Column, Page, Report, Row, Wanted, instant, page_of
from runtime.process.words import in_language
from runtime.store.tables import wf_event
from workflow_engine.apply import replay
from workflow_engine.commands import DEDUPE, SYSTEM, TIMEOUT
from workflow_engine.state import Instance

_ABOUT = sa.or_(
    wf_event.c.kind.in_(("seat_repeated", "passed_without")),
    sa.and_(wf_event.c.kind == "visit_closed", wf_event.c.actor == TIMEOUT),
)
_WHY: dict[str, Label] = {
    "seat_repeated": {"zh": "沿用本人此前的同意", "en": "an earlier approval of the same person stands"},
    "passed_without": {"zh": "无人可审批，按流程设置通过", "en": "nobody to ask, as the workflow says"},
    "visit_closed": {"zh": "超时，按流程设置同意", "en": "late, as the workflow says"},
}
_BY = {"seat_repeated": DEDUPE, "passed_without": SYSTEM, "visit_closed": TIMEOUT}


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    found = events_of(connection, context, wanted, _ABOUT, place, limit)
    shown = [row for row in found[:limit] if row.kind != "visit_closed" or row.body["result"] == "approved"]
    repeated = {row.instance_id for row in shown if row.kind == "seat_repeated"}
    states = {id: replay(entries) for id, entries in entries_of(connection, repeated).items()}
    owners = {id: {seat.owner for visit in state.visits for seat in visit.seats} for id, state in states.items()}
    names = names_for(connection, context, shown, {owner for found in owners.values() for owner in found})
    return page_of([_line(wanted, names, row, states.get(row.instance_id)) for row in shown], place, limit, len(found))


def _line(wanted: Wanted, names: Names, row: sa.Row[Any], state: Instance | None) -> Row:
    body = row.body
    visit = state.visit(body["of_step"], body["of_visit"]) if state is not None and row.kind == "seat_repeated" else None
    seat = visit.seat(body["of_seat"]) if visit is not None else None
    return {
        "at": instant(wanted, row.at),
        **names.common(row),
        "step": names.step(row, body["step"]),
        "by": _BY[row.kind],
        "why": in_language(_WHY[row.kind], names.context.locale),
        "earlier": f"{names.step(row, body['of_step'])}: {names.person(seat.owner)}" if seat is not None else None,
    }


AUTOMATIC = Report(
    "automatic",
    {"zh": "自动审批清单", "en": "Automatic approvals"},
    {
        "zh": "期间未经人点击而通过的步骤：超时、自动去重、无人可审批",
        "en": "Steps and seats that passed in the period without anybody's click: by time, by an earlier approval, with nobody to ask",
    },
    (
        AT,
        FLOW,
        UNIT,
        RECORD,
        STEP,
        Column("by", {"zh": "执行者", "en": "Actor"}),
        Column("why", {"zh": "依据", "en": "Why"}),
        Column("earlier", {"zh": "所沿用的同意", "en": "Earlier approval"}),
    ),
    _read,
)
