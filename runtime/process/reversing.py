"""撤销: a completed approval is taken back by another one with steps of its own; what it was stays as it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.working_time import end_of
from runtime.context import Context
from runtime.failures import Conflict, Failure, Fault, Invalid, NotAllowed
from runtime.process import codes
from runtime.process.beginning import Taking, begin
from runtime.process.editors import changed_names
from runtime.process.flows import Flow, live_flow, pinned_flow
from runtime.process.journal import read_instance
from runtime.process.office_time import clock_of
from runtime.process.people import may_start
from runtime.process.persons import names_of
from runtime.process.record import lock_record, read_case
from runtime.records.access import possible_plan
from runtime.store.direct import ask
from runtime.store.tables import audit_event, wf_instance
from runtime.store.types import format_instant
from workflow_engine.choosing import Choices
from workflow_engine.state import Reversed
from workflow_engine.undo_list import own_calls

_OVER_RECORD = (
    sa.select(wf_instance)
    .where(wf_instance.c.app == sa.bindparam("of"), wf_instance.c.record_id == sa.bindparam("record"))
    .order_by(wf_instance.c.started_at.desc(), wf_instance.c.id.desc())
)
_ENDS = (
    sa.select(audit_event.c.record_version, audit_event.c.body)
    .where(
        audit_event.c.record_id == sa.bindparam("record"),
        audit_event.c.app == sa.bindparam("of"),
        audit_event.c.kind == "process_finished",
    )
    .order_by(audit_event.c.id.desc())
)
_RUNNING = ("running", "held")


@dataclass(frozen=True, slots=True)
class Reversible:
    """A completed approval that another workflow takes back, and why it cannot be taken back now, if so."""

    instance: str
    flow: Flow
    until: dt.datetime | None
    refused: Failure | None


def reversible(connection: Connection, context: Context, app: str, record_id: str) -> Reversible | None:
    """The approval over a record that a reversal of the live release is about; None where there is none."""
    rows = ask(connection, _OVER_RECORD, {"of": app, "record": record_id})
    first = next((row for row in rows if row.reverses is None and row.parent_id is None), None)
    if first is None or first.state != "approved":
        return None
    flow = _reversal_of(context, app, first.workflow_id)
    if flow is None:
        return None
    until, late = _until(context, flow, first.ended_at)
    refused = _standing(connection, context, rows, first.id) or late or _changed(connection, context, flow, first)
    return Reversible(first.id, flow, until, refused)


def start_reversal(connection: Connection, context: Context, app: str, record_id: str, reason: str, choices: Choices) -> str:
    """Start the reversal of the completed approval over a record; returns its id. Whether the caller may see it, he knows before."""
    found = reversible(connection, context, app, record_id)
    if found is None:
        raise _refusal(
            "nothing", "该记录没有可以撤销的审批。", "There is no completed approval of this record that is taken back."
        )
    flow = found.flow
    if not may_start(connection, context, flow.compiled, flow.workflow.start_by):
        raise NotAllowed({"zh": "您不能发起此撤销。", "en": "You may not start this reversal."}, code=codes.MAY_NOT_START.id)
    if not reason.strip():
        message = {"zh": "请填写撤销原因。", "en": "A reason is needed."}
        raise Invalid(message, faults=(Fault(codes.OPINION_MISSING.id, message, pointer="/reason"),))
    lock_record(connection, flow, record_id)
    # Asked again under the lock: somebody may have changed the record or started it meanwhile.
    found = reversible(connection, context, app, record_id)
    if found is None or found.refused is not None:
        raise (
            found.refused
            if found is not None and found.refused is not None
            else _refusal("nothing", "已无可撤销的审批。", "It is gone.")
        )
    record = read_case(connection, context, flow, record_id)
    taken = _taken_back(connection, context, found.instance)
    return begin(connection, context, flow, record, choices, Taking(taken, reason.strip()))


def would_take_back(connection: Connection, context: Context, app: str, record_id: str) -> Reversed | None:
    """What a reversal started now would take back; None where nothing is to be reversed. Raises why it may not be started."""
    found = reversible(connection, context, app, record_id)
    if found is not None and found.refused is not None:
        raise found.refused
    return _taken_back(connection, context, found.instance) if found is not None else None


def reversals_of(connection: Connection, instance_id: str) -> Sequence[sa.Row[Any]]:
    """The reversals that were started of an approval, the first one first."""
    query = sa.select(wf_instance).where(wf_instance.c.reverses == instance_id).order_by(wf_instance.c.started_at)
    return connection.execute(query).all()


def _taken_back(connection: Connection, context: Context, instance_id: str) -> Reversed:
    """What the approval did and can be taken back, read from its own history."""
    journal = read_instance(connection, instance_id)
    if journal is None:
        raise ValueError(f"there is no approval {instance_id}")
    frame = journal.frame
    flow = pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)
    return Reversed(instance_id, flow.workflow.name, own_calls(flow.definition, journal.state))


def _reversal_of(context: Context, app: str, workflow_id: str) -> Flow | None:
    live = context.releases.get(app)
    workflows = live.app.workflows if live is not None else {}
    for workflow in workflows.values():
        original = workflows.get(workflow.reverses or "")
        if original is not None and original.id == workflow_id:
            return live_flow(context, app, workflow.name)
    return None


def _until(context: Context, flow: Flow, ended_at: dt.datetime) -> tuple[dt.datetime | None, Failure | None]:
    """Until when it may be started, and the refusal when that is past or cannot be counted."""
    within = flow.workflow.reverse_within
    if within is None:
        return None, None
    until = end_of(within, ended_at, clock_of(context.releases, flow.compiled, flow.workflow.calendar))
    if until is None:
        zh, en = (
            "工作日历没有这段时间，无法判断撤销期限。",
            "The calendar of working days does not tell until when it may be taken back.",
        )
        return None, _refusal("too_late", zh, en)
    if context.now < until:
        return until, None
    at = until.astimezone(ZoneInfo(flow.compiled.app.timezone)).strftime("%Y-%m-%d %H:%M")
    return until, _refusal(
        "too_late", f"撤销期限已于 {at} 届满。", f"It could be taken back until {at}.", until=format_instant(until)
    )


def _standing(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]], original: str) -> Failure | None:
    """The refusal when the record has a running approval, or the approval was taken back already."""
    running = next((row for row in rows if row.state in _RUNNING), None)
    if running is not None:
        who = names_of(connection, {running.starter}).get(running.starter, "")
        what_zh, what_en = ("撤销", "A reversal") if running.reverses == original else ("审批", "An approval")
        message = {
            "zh": f"该记录的{what_zh}正在进行中（{who}发起）。",
            "en": f"{what_en} of this record is running already, started by {who}.",
        }
        return Conflict(message, code=codes.RUNNING.id, extra={"reason": "running"})
    if any(row.reverses == original and row.state == "approved" for row in rows):
        return _refusal("reversed", "该审批已撤销。", "It was taken back already.")
    return None


def _changed(connection: Connection, context: Context, flow: Flow, original: sa.Row[Any]) -> Failure | None:
    """The refusal when what was approved is not what stands there now."""
    version = _version_left(connection, original)
    approved = pinned_flow(connection, context, original.app, original.release, original.workflow_id)
    entity = flow.entity.entity
    written = {name for values in (flow.workflow.start_set, *flow.workflow.finish_set.values()) for name in values}
    material = [name for name in approved.workflow.replay_if_changed if name in entity.fields] or [
        field.name for field in entity.fields.values() if field.compute is None and field.type != "status"
    ]
    names = [name for name in material if name not in written]
    if version is None:
        return _refusal(
            "changed", "无法确认审批之后记录是否被修改。", "Nobody can tell whether it was changed since it was approved."
        )
    if version == read_case(connection, context, flow, original.record_id).version:
        return None
    changed = [entity.fields[name] for name in changed_names(connection, entity, original.record_id, version, names)]
    if not changed:
        return None
    reading = possible_plan(context, original.app, entity.name, "read")
    changed = [field for field in changed if reading is not None and reading.shows(field.name) != "nothing"]
    zh = "、".join(field.label.get("zh", field.name) for field in changed)
    en = ", ".join(field.name for field in changed)
    what_zh, what_en = (f"（{zh}）", f" ({en})") if changed else ("", "")
    said_zh, said_en = f"审批通过之后记录已被修改{what_zh}。", f"It was changed since it was approved{what_en}."
    return _refusal("changed", said_zh, said_en, fields=[field.name for field in changed])


def _version_left(connection: Connection, original: sa.Row[Any]) -> int | None:
    """The version of the record that the end of an approval left, as the trail has it."""
    rows = ask(connection, _ENDS, {"record": original.record_id, "of": original.app})
    version: int | None = next((row.record_version for row in rows if json.loads(row.body).get("instance") == original.id), None)
    return version


def _refusal(reason: str, zh: str, en: str, **extra: object) -> Conflict:
    return Conflict({"zh": zh, "en": en}, code=codes.NOT_REVERSIBLE.id, extra={"reason": reason, **extra})
