"""An approval as people see it: where it stands, who is asked, and everything that happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep, HumanStep, Label, SubFlowStep, WaitStep
from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.act_words import Shown, ballot_of, is_secret, shown_act
from runtime.process.choices import late_choices
from runtime.process.flows import pinned_flow
from runtime.process.opened import Opened, look_at_instance
from runtime.process.persons import Person, persons_of
from runtime.process.reversal_words import reversal_offer, reversed_one, shown_reversal, told_of, undone_at
from runtime.process.reversing import reversals_of
from runtime.process.sub_flow_view import shown_children, shown_parent
from runtime.process.words import held_because, in_language, post_of
from runtime.records.access import NOT_THERE
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.tables import wf_instance
from runtime.store.types import format_instant
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.acts import urgeable
from workflow_engine.choosing import held_for
from workflow_engine.commands import SYSTEM
from workflow_engine.definition import Definition
from workflow_engine.returns import may_recall
from workflow_engine.state import Instance, Visit
from workflow_engine.steer import jump_targets, unsettled
from workflow_engine.undo_list import APPROVED

#: What is told of a step by who acts elsewhere, or by the platform.
_NOT_AT_THE_STEP = frozenset(("held", "chosen", "settled"))
_EXISTS = GetRequest(select=("id",))
_DECISIONS = {"approve": "approved", "reject": "rejected", "return": "returned", "abstain": "abstained", "complete": "completed"}
_CALLED: Mapping[str, Label] = {
    "confirmed": {"zh": "对方系统已确认", "en": "confirmed by the other system"},
    "rejected": {"zh": "对方系统已拒绝", "en": "refused by the other system"},
    "unknown": {"zh": "结果不明", "en": "nobody knows how it ended"},
}
_NOBODY: Label = {"zh": "无人可审批，按流程设置由系统自动通过", "en": "nobody to ask; passed by the system, as the workflow says"}
_BY_PARENT: Label = {"zh": "上级流程不再等待，由系统终止", "en": "the flow that began it waits for it no longer"}
_ENDS: Mapping[str, Label] = {
    "approved": {"zh": "审批通过", "en": "approved"},
    "rejected": {"zh": "审批未通过", "en": "rejected"},
    "stopped": {"zh": "发起人撤回", "en": "recalled by the starter"},
    "reversed": {"zh": "撤销通过，原审批已撤销", "en": "approved; the approval is reversed"},
}


def latest_instance(connection: Connection, app: str, record_id: str) -> str | None:
    """The last approval over a record; a sub-flow over the same record belongs to the flow that began it."""
    around = wf_instance.alias()
    inside = sa.exists().where(around.c.id == wf_instance.c.parent_id, around.c.record_id == wf_instance.c.record_id)
    found = (
        sa.select(wf_instance.c.id)
        .where(wf_instance.c.app == app, wf_instance.c.record_id == record_id, ~inside)
        .order_by(wf_instance.c.started_at.desc(), wf_instance.c.id.desc())
        .limit(1)
    )
    instance: str | None = connection.execute(found).scalar_one_or_none()
    return instance


def process_of_record(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, instance: str | None = None
) -> dict[str, object] | None:
    """The last approval of a record that this person may read, or a given one of it; None when there never was one."""
    get_record(connection, context, app, entity, record_id, _EXISTS)
    if instance is not None:
        return process_of(connection, context, instance_of(connection, app, record_id, instance))
    instance = latest_instance(connection, app, record_id)
    return process_of(connection, context, instance) if instance else None


def instance_of(connection: Connection, app: str, record_id: str, instance: str) -> str:
    """An approval, if it is one of this record; raises NotFound."""
    mine = (wf_instance.c.id == instance, wf_instance.c.app == app, wf_instance.c.record_id == record_id)
    if connection.execute(sa.select(wf_instance.c.id).where(*mine)).first() is None:
        raise NotFound(NOT_THERE)
    return instance


def process_of(connection: Connection, context: Context, instance_id: str) -> dict[str, object]:
    """The `Process` of docs/rest.md; whether this person may see the record is for the caller to know."""
    return show_process(look_at_instance(connection, context, instance_id))


def show_process(opened: Opened) -> dict[str, object]:
    """The `Process` of an instance that was looked at."""
    state, workflow = opened.journal.state, opened.flow.workflow
    reversals = reversals_of(opened.connection, opened.instance_id) if state.state == APPROVED else ()
    people = persons_of(opened.connection, _people_in(opened) | {each.starter for each in reversals})
    offer = reversal_offer(opened)
    return {
        "id": opened.instance_id,
        "workflow": workflow.name,
        "title": workflow.title,
        "state": state.state if state.suspended_at is None else "suspended",
        "started_by": _person(people, state.starter),
        "started_at": format_instant(state.started_at),
        "ended_at": format_instant(state.ended_at) if state.ended_at else None,
        "at": [_show_visit(opened, visit, people) for visit in state.open_visits()],
        "trail": [*_trail(opened, people), *(told_of(each, people, opened.context.locale) for each in reversals)],
        "can": [*_can(opened), *(["reverse"] if offer is not None and offer["refused"] is None else [])],
        "reversal": offer,
        "reverses": reversed_one(opened),
        "reversed_by": [shown_reversal(opened, each) for each in reversals],
        "jump": _jump(opened, people),
        "choose": late_choices(opened),
        "to_read": [_person(people, person) for person in dict.fromkeys(copy.person for copy in state.copies if copy.is_owed)],
        "children": shown_children(opened),
        "parent": shown_parent(opened),
        "unsettled": [{"step": visit.step, "title": title_at(opened.flow.definition, visit.step)} for visit in unsettled(state)],
    }


def _jump(opened: Opened, people: Mapping[str, Person]) -> dict[str, object] | None:
    """Where an administrator may put the flow, and which jump waits for a second one; None for everybody else."""
    if "jump" not in _can(opened):
        return None
    definition, asked = opened.flow.definition, opened.journal.state.jump
    return {
        "to": [{"step": step.name, "title": step.title} for step in jump_targets(definition)],
        "asked": {"step": asked.to, "by": _person(people, asked.asked_by)} if asked else None,
    }


def _can(opened: Opened) -> list[str]:
    definition, state, principal = opened.flow.definition, opened.journal.state, opened.context.principal
    is_still = state.suspended_at is not None
    can = ["recall"] if not is_still and may_recall(definition, state, principal.id) else []
    if not is_still and urgeable(definition, state, principal.id):
        can.append("urge")
    if not is_still and any(held_for(definition, state, principal.id)):
        can.append("choose")
    if "administrator" in principal.platform_roles and state.is_running:
        held = ["settle"] if unsettled(state) else ["retry"] if state.state == "held" else []
        can += ["resume"] if is_still else ["suspend", "jump", *held]
        can.append("terminate")
    return can


def entitled_in(visit: Visit) -> tuple[str, ...]:
    """Everybody who finds something of a visit in the to-do list."""
    return tuple(dict.fromkeys(person for seat in visit.seats for person in visit.entitled(seat)))


def title_at(definition: Definition, step: str) -> Label | None:
    """What a step is called; blocks have no title."""
    place = definition.places.get(step)
    found = place.step if place is not None else None
    return found.title if isinstance(found, HumanStep | CallStep | WaitStep | SubFlowStep) else None


def _represented_in(entry: ev.Entry) -> str | None:
    """In whose place somebody acted (代理)."""
    match entry.event:
        case ev.SeatDecided(on_behalf_of=owner):
            return owner
        case ev.SeatClaimed(person=owner) if owner != entry.actor:
            return owner
        case _:
            return None


def _people_in(opened: Opened) -> set[str]:
    entitled = {person for visit in opened.journal.state.open_visits() for person in entitled_in(visit)}
    named = [getattr(entry.event, "person", None) for entry in opened.journal.entries]
    named += [
        each
        for entry in opened.journal.entries
        if isinstance(entry.event, ev.Copied | ae.PeopleChosen)
        for each in entry.event.people
    ]
    return (
        entitled
        | {person for person in named if isinstance(person, str)}
        | {entry.actor for entry in opened.journal.entries}
        | {owner for owner in map(_represented_in, opened.journal.entries) if owner is not None}
        | {opened.journal.state.starter}
    )


def _show_visit(opened: Opened, visit: Visit, people: Mapping[str, Person]) -> dict[str, object]:
    asked = [_person(people, person) for person in entitled_in(visit)]
    units = {person["unit"] for person in asked if person}
    by_hand = visit.by_hand
    return {
        "step": visit.step,
        "title": opened.flow.definition.human(visit.step).title if by_hand else _titled(opened, visit.step),
        "since": format_instant(visit.opened_at),
        "due_at": format_instant(visit.due_at) if visit.due_at else None,
        "people": asked,
        "unit": units.pop() if len(units) == 1 else None,
        "held_reason": held_because(visit.held_reason, opened.context.locale) if visit.state == "held" else None,
    }


def _titled(opened: Opened, step: str) -> Label:
    return title_at(opened.flow.definition, step) or opened.flow.workflow.title


def _trail(opened: Opened, people: Mapping[str, Person]) -> Iterator[dict[str, object]]:
    now = opened.journal.state
    # What stands at steps that the release has no more is told too.
    state = replace(now, visits=(*now.former, *now.visits))
    for told, entry in _as_it_was(opened):
        shown = _shown(told, entry, state, people)
        if shown is None:
            continue
        kind, step, opinion, detail = shown
        human = _human(told, step)
        yield {
            "at": format_instant(entry.at),
            "kind": kind,
            "step": step,
            "title": title_at(told.flow.definition, step) if step else None,
            "actor": _person(people, entry.actor),
            "on_behalf_of": _person(people, _represented_in(entry) or ""),
            "post": post_of(told.flow.compiled, human)
            if human and kind not in _NOT_AT_THE_STEP and not _is_added(state, entry)
            else None,
            "opinion": opinion,
            "detail": detail,
        }


def _as_it_was(opened: Opened) -> Iterator[tuple[Opened, ev.Entry]]:
    """Each event with the release that the approval stood on then."""
    entries, frame, told = opened.journal.entries, opened.journal.frame, opened
    went_over = [entry.event for entry in entries if isinstance(entry.event, ae.Migrated)]
    releases = [event.old for event in went_over[:1]] + [event.new for event in went_over]
    flows = [pinned_flow(opened.connection, opened.context, frame.app, release, frame.workflow_id) for release in releases]
    for entry in entries:
        if isinstance(entry.event, ae.Migrated):
            flows.pop(0)
        if flows and told.flow is not flows[0]:
            told = replace(opened, flow=flows[0])
        yield told, entry


def _shown(opened: Opened, entry: ev.Entry, state: Instance, people: Mapping[str, Person]) -> Shown | None:
    """Kind, step, opinion and detail of what people want to know; the engine's own bookkeeping is left out."""
    locale, definition = opened.context.locale, opened.flow.definition
    match entry.event:
        case ev.Started(reverses=reverses, reason=reason) if reverses is not None:
            return "reversal", None, reason, None
        case ev.Started():
            return "started", None, None, None
        case ev.SeatDecided(step=step, visit=visit, decision="complete", opinion=opinion):
            starters = definition.human(step).by.kind == "starter"
            kind = "completed" if not starters else "submitted" if visit == 1 else "resubmitted"
            return kind, step, opinion, None
        case ev.SeatDecided(step=step, visit=visit) if is_secret(definition, state, step, visit):
            return "voted", step, None, None
        case ev.SeatDecided(step=step, decision=decision, opinion=opinion):
            return _DECISIONS[decision], step, opinion, _returned_to(opened, entry, locale)
        case ev.VisitClosed(step=step, visit=visit, result="approved" | "rejected"):
            counted = ballot_of(definition, state, step, visit, locale)
            return ("counted", step, None, counted) if counted else None
        case ev.SeatRepeated(step=step, of_step=of_step):
            return "repeated", step, None, in_language(title_at(definition, of_step) or {}, locale)
        case ev.SeatClaimed(step=step):
            return "claimed", step, None, None
        case ev.SeatReleased(step=step):
            return "released", step, None, None
        case ev.CallFinished(step=step, visit=visit, result=result, detail=detail):
            words, called = in_language(_CALLED[result], locale), state.visit(step, visit)
            kind = "undone" if called is not None and called.undoes is not None else "called"
            words = f"{undone_at(state, called, locale)}{words}"
            return kind, step, None, f"{words}: {detail}" if detail else words
        case ev.PassedWithout(step=step):
            return "passed", step, None, in_language(_NOBODY, locale)
        case ev.VisitHeld(step=step, reason=reason):
            return "held", step, None, held_because(reason, locale)
        case ev.DecisionRun(step=step):
            return "decided", step, None, in_language(opened.flow.runs[step].label, locale)
        case ev.BranchChosen(rows=rows, value=value) if rows:
            return "routed", None, None, " → ".join(filter(None, (", ".join(rows), value)))
        case ev.Overdue(step=step) | ev.Reminded(step=step):
            return "reminded", step, None, None
        case ae.Terminated() if entry.actor == SYSTEM:
            return "terminated", None, None, in_language(_BY_PARENT, locale)
        case ev.Recalled():
            return "recalled", None, None, in_language(_ENDS["stopped"], locale)
        case ev.Finished(result=result):
            end = "reversed" if state.reverses is not None and result == APPROVED else result
            return "finished", None, None, in_language(_ENDS[end], locale)
        case _:
            return shown_act(entry.event, definition, people, locale)


def _returned_to(opened: Opened, decided: ev.Entry, locale: str) -> str | None:
    """The step that a decision sent the flow back to."""
    after = opened.journal.entries[opened.journal.entries.index(decided) + 1 :]
    for entry in after:
        if isinstance(entry.event, ev.Returned):
            title = title_at(opened.flow.definition, entry.event.to) or {}
            return f"→ {in_language(title, locale)}"
        # The next decision is another person's: where it leads is told with that one.
        if isinstance(entry.event, ev.VisitOpened | ev.Finished | ev.SeatDecided):
            return None
    return None


def _is_added(state: Instance, entry: ev.Entry) -> bool:
    """Whether somebody decided who was added to the step (加签): he need not hold the post that is asked there."""
    if not isinstance(entry.event, ev.SeatDecided):
        return False
    visit = state.visit(entry.event.step, entry.event.visit)
    seat = visit.seat(entry.event.seat) if visit is not None else None
    return seat is not None and seat.added_by is not None


def _human(opened: Opened, step: str | None) -> HumanStep | None:
    found = opened.flow.definition.places[step].step if step else None
    return found if isinstance(found, HumanStep) else None


def _person(people: Mapping[str, Person], person: str) -> Person | None:
    return people.get(person)
