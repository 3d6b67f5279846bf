"""What an approval shows of its reversal, and a reversal of what it takes back: both lead to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from forms_dsl.model import Label
from forms_dsl.workflow_tree import UNDO
from runtime.process.flows import pinned_flow
from runtime.process.journal import read_instance
from runtime.process.opened import Opened
from runtime.process.people import may_start
from runtime.process.persons import Person
from runtime.process.reversing import reversible
from runtime.process.words import in_language
from runtime.store.types import format_instant
from workflow_engine.state import Instance, Visit
from workflow_engine.undo_list import APPROVED

_STATES: Mapping[str, Label] = {
    "running": {"zh": "撤销审批中", "en": "the reversal is running"},
    "held": {"zh": "撤销受阻", "en": "the reversal is held"},
    "approved": {"zh": "已撤销", "en": "it is reversed"},
    "rejected": {"zh": "撤销未获批准，原审批有效", "en": "the reversal was refused; the approval stands"},
    "stopped": {"zh": "撤销已停止，原审批有效", "en": "the reversal was stopped; the approval stands"},
}


def reversal_offer(opened: Opened) -> dict[str, object] | None:
    """For who may start it: the reversal of this completed approval, until when, and why not now; None for everybody else."""
    if opened.journal.state.state != APPROVED or opened.journal.state.reverses is not None:
        return None
    connection, context, frame = opened.connection, opened.context, opened.journal.frame
    found = reversible(connection, context, frame.app, frame.record_id)
    if found is None or found.instance != frame.instance_id:
        return None
    if not may_start(connection, context, found.flow.compiled, found.flow.workflow.start_by):
        return None
    return {
        "workflow": found.flow.workflow.name,
        "title": found.flow.workflow.title,
        "until": format_instant(found.until) if found.until is not None else None,
        "refused": in_language(found.refused.message, context.locale) if found.refused is not None else None,
    }


def reversed_one(opened: Opened) -> dict[str, object] | None:
    """The completed approval that this one takes back."""
    taken = opened.journal.state.reverses
    original = read_instance(opened.connection, taken.instance) if taken is not None else None
    if original is None:
        return None
    frame, state = original.frame, original.state
    flow = pinned_flow(opened.connection, opened.context, frame.app, frame.release, frame.workflow_id)
    ended_at = format_instant(state.ended_at) if state.ended_at is not None else None
    return {"id": frame.instance_id, "title": flow.workflow.title, "state": state.state, "ended_at": ended_at}


def shown_reversal(opened: Opened, row: sa.Row[Any]) -> dict[str, object]:
    """A reversal that was started of this approval."""
    flow = pinned_flow(opened.connection, opened.context, row.app, row.release, row.workflow_id)
    ended_at = format_instant(row.ended_at) if row.ended_at is not None else None
    return {"id": row.id, "title": flow.workflow.title, "state": row.state, "ended_at": ended_at}


def told_of(row: sa.Row[Any], people: Mapping[str, Person], locale: str) -> dict[str, object]:
    """The line at the end of a completed approval about its reversal: its own events, which stay as they are, do not know of it."""
    nothing = dict.fromkeys(("step", "title", "on_behalf_of", "post", "opinion"))
    said = {"kind": "reversal", "actor": people.get(row.starter), "detail": in_language(_STATES[row.state], locale)}
    return {"at": format_instant(row.started_at), **nothing, **said}


def undone_at(state: Instance, visit: Visit | None, locale: str) -> str:
    """Which call of the reversed approval a visit takes back, in front of how that went; nothing elsewhere."""
    if state.reverses is None or visit is None or visit.step != UNDO or visit.undoes is None:
        return ""
    title = in_language(state.reverses.calls[visit.undoes - 1].title, locale)
    return f"{title}：" if locale == "zh" else f"{title}: "
