"""Whether a record may be submitted now: it is a draft, and the pause after an earlier end of the same flow is over."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.working_time import end_of
from runtime.context import Context
from runtime.failures import Conflict
from runtime.process import codes
from runtime.process.flows import Flow
from runtime.process.office_time import clock_of
from runtime.process.record import CaseRecord
from runtime.store.direct import ask_value
from runtime.store.tables import wf_instance
from runtime.store.types import format_instant

_ENDED = sa.select(sa.func.max(wf_instance.c.ended_at)).where(
    wf_instance.c.record_id == sa.bindparam("record"),
    wf_instance.c.app == sa.bindparam("of"),
    wf_instance.c.workflow_id == sa.bindparam("workflow"),
    wf_instance.c.state == sa.bindparam("end"),
)


def refuse_all_but_drafts(connection: Connection, flow: Flow, record: CaseRecord) -> None:
    """A record is submitted once: its status is the first one, or it has none and was never approved. Raises Conflict."""
    status = flow.status
    if status is not None:
        is_draft = record.values.get(status.name) in (None, status.options.choices[0].code)
    else:
        is_draft = _ended(connection, flow, record.id, "approved") is None
    if not is_draft:
        message = {"zh": "该记录已提交过，不能再次发起审批。", "en": "This record was submitted already; only a draft is."}
        raise Conflict(message, code=codes.NO_DRAFT.id)


def refuse_while_cooling(connection: Connection, context: Context, flow: Flow, record_id: str) -> None:
    """After an end with a `cooldown` the same flow is not started for the record until that time is over. Raises Conflict."""
    for end, pause in flow.workflow.finish_cooldown.items():
        ended = _ended(connection, flow, record_id, end)
        if ended is None:
            continue
        until = end_of(pause, ended, clock_of(context.releases, flow.compiled, flow.workflow.calendar))
        if until is None:
            message = {
                "zh": "工作日历没有这段时间，无法判断冷静期何时结束。",
                "en": "The calendar of working days does not reach so far: nobody can tell when the pause is over.",
            }
            raise Conflict(message, code=codes.COOLING.id, extra={"until": None})
        if context.now < until:
            at = until.astimezone(ZoneInfo(flow.compiled.app.timezone)).strftime("%Y-%m-%d %H:%M")
            message = {"zh": f"冷静期内不能再次发起，{at} 之后可以。", "en": f"It can be submitted again after {at}."}
            raise Conflict(message, code=codes.COOLING.id, extra={"until": format_instant(until)})


def _ended(connection: Connection, flow: Flow, record_id: str, end: str) -> dt.datetime | None:
    """When the flow last came to this end over the record."""
    key = {"record": record_id, "of": flow.compiled.app.name, "workflow": flow.workflow.id, "end": end}
    ended: dt.datetime | None = ask_value(connection, _ENDED, key)
    return ended
