"""What administrators do with a whole approval: 挂起, 激活, 终止, 跳转; and what may come in while it stands still."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from forms_dsl.model import CallStep, Duration, HumanStep, WaitStep
from forms_dsl.working_time import put_off
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.child_ends import child_ended, go_on_from
from workflow_engine.closing import close
from workflow_engine.definition import Definition
from workflow_engine.done_calls import under_way
from workflow_engine.guards import Refusal
from workflow_engine.handover import hand_over
from workflow_engine.progress import Progress, open_people, pass_step
from workflow_engine.races import lost_race
from workflow_engine.returns import calls_in_region, cancel
from workflow_engine.state import PASSED_VISITS, Instance, Visit
from workflow_engine.undoing import STOPPED, after_lost_call, after_undo, end
from workflow_engine.waits import event_arrived, is_wait

#: Why a call is held of which nobody knows how it ended.
_UNKNOWN = frozenset(("call_unknown", "undo_unknown"))


def steer(progress: Progress, command: cmd.SteerCommand) -> Refusal | None:
    """What an administrator's act does; each of them needs a reason."""
    if not progress.state.is_running:
        return Refusal("not_running")
    if not command.reason.strip():
        return Refusal("reason_missing")
    match command:
        case cmd.Suspend(reason=reason):
            progress.emit(ae.Suspended(reason))
            return None
        case cmd.Resume():
            return Refusal("not_suspended")
        case cmd.Terminate(reason=reason):
            return _terminate(progress, reason)
        case cmd.JumpTo():
            return _jump(progress, command)
        case cmd.Settle():
            return _settle(progress, command)
        case cmd.HandOver():
            return hand_over(progress, command)
        case _:
            assert_never(command)


def while_suspended(progress: Progress, command: cmd.Command) -> Refusal | None:
    """A suspended approval takes no command but its end and its going on; what the outside reports is kept for then."""
    match command:
        case cmd.Resume(reason=reason) if reason.strip():
            return _resume(progress, reason)
        case cmd.Terminate(reason=reason) if reason.strip():
            return _terminate(progress, reason)
        case cmd.Resume() | cmd.Terminate():
            return Refusal("reason_missing")
        case cmd.FinishCall():
            visit = progress.state.visit(command.step, command.visit)
            late = visit is None or visit.state != "calling"
            progress.emit(ev.CallFinished(command.step, command.visit, command.result, command.detail, late))
            return None
        case cmd.EventArrived():
            visit = progress.state.visit(command.step, command.visit)
            if visit is not None and is_wait(visit) and visit.call_result is None:
                return _keep_event(progress, command)
            return None
        case cmd.FinishChild():
            return child_ended(progress, command)
        case cmd.TimerDue() | cmd.CloseBallot():
            return None
        case _:
            return Refusal("suspended")


def _keep_event(progress: Progress, command: cmd.EventArrived) -> Refusal | None:
    if not command.fits:
        return event_arrived(progress, command)
    progress.emit(ae.EventKept(command.step, command.visit))
    return None


def after_call(progress: Progress, visit: Visit, result: str) -> None:
    """The flow goes on from the end of a call."""
    race = lost_race(progress, visit)
    if visit.undoes is not None:
        after_undo(progress, visit, result)
        return
    if race is not None:
        after_lost_call(progress, visit, race, result)
        return
    if result == "confirmed":
        pass_step(progress, visit, "completed")
        return
    step = progress.definition.places[visit.step].step
    if isinstance(step, CallStep) and step.on_error is not None:
        close(progress, visit, "cancelled")
        open_people(progress, progress.definition.human(visit.step), by_hand=True)
    else:
        progress.emit(ev.VisitHeld(visit.step, visit.number, f"call_{result}"))


def jump_targets(definition: Definition) -> tuple[HumanStep, ...]:
    """Steps of people to which a flow can be put: none inside branches that run at the same time, their siblings would lack."""
    return tuple(step for step in definition.human_steps() if not definition.parallel(step.name))


def _resume(progress: Progress, reason: str) -> Refusal | None:
    since, open_visits = progress.state.suspended_at or progress.world.now, tuple(progress.state.open_visits())
    timed = [visit for visit in open_visits if visit.due_at is not None or visit.closes_at is not None]
    terms = tuple(_new_term(progress, visit, since) for visit in timed)
    if any(_is_lost(visit, term) for visit, term in zip(timed, terms, strict=True)):
        # Without a time a step would never be late, and a ballot never closed.
        return Refusal("calendar_missing")
    progress.emit(ae.Resumed(reason, terms))
    for kept in open_visits:
        # Looked at again each time: what goes on first may have ended the branch of the next.
        visit = progress.state.visit(kept.step, kept.number)
        if visit is not None and visit.children and progress.state.is_running:
            go_on_from(progress, visit)
            continue
        if visit is None or visit.call_result is None or not progress.state.is_running:
            continue
        if visit.state == "calling":
            after_call(progress, visit, visit.call_result)
        elif visit.state == "waiting":
            event_arrived(progress, cmd.EventArrived(visit.step, visit.number))
    return None


def _is_lost(visit: Visit, term: ae.NewTerm) -> bool:
    """Whether a time of a visit cannot be counted any further."""
    due, closes = visit.due_at is not None and term.due_at is None, visit.closes_at is not None and term.closes_at is None
    return due or closes


def _new_term(progress: Progress, visit: Visit, since: dt.datetime) -> ae.NewTerm:
    """As much time is left as when it was suspended; of working time, as much working time."""
    step = progress.definition.places[visit.step].step

    def moved(at: dt.datetime | None, length: Duration | None) -> dt.datetime | None:
        if at is None:
            return None
        clock = progress.world.clock if length is not None and length.working else None
        return put_off(at, since, progress.world.now, clock)

    if isinstance(step, WaitStep):
        # A moment of the calendar that it waits for stays where it is.
        due = visit.due_at if step.until is not None else moved(visit.due_at, step.length or step.within)
        return ae.NewTerm(visit.step, visit.number, due, None, visit.reminders + 1)
    human = progress.definition.human(visit.step)
    due = moved(visit.due_at, human.due.within if human.due is not None else None)
    return ae.NewTerm(visit.step, visit.number, due, moved(visit.closes_at, human.open_for), visit.reminders + 1)


def _terminate(progress: Progress, reason: str) -> Refusal | None:
    irreversible = progress.definition.irreversible
    if progress.state.ending is not None or any(
        v.state == "calling" and v.call_result is None and v.step in irreversible for v in progress.state.open_visits()
    ):
        # The record would say that it was stopped, and the other system would do it all the same.
        return Refusal("call_under_way")
    cancel(progress, progress.definition.inside(0))
    end(progress, STOPPED, reason)
    return None


def unsettled(state: Instance) -> tuple[Visit, ...]:
    """The calls that hold the flow because nobody knows how they ended."""
    return tuple(visit for visit in state.open_visits() if visit.state == "held" and visit.held_reason in _UNKNOWN)


def _settle(progress: Progress, command: cmd.Settle) -> Refusal | None:
    """Go on from what an administrator has found out; what was not done may be sent again by a retry."""
    visit = next((visit for visit in unsettled(progress.state) if visit.step == command.step), None)
    if visit is None:
        return Refusal("nothing_held")
    progress.emit(ae.CallSettled(visit.step, visit.number, command.result, command.reason))
    after_call(progress, visit, command.result)
    return None


def _jump(progress: Progress, command: cmd.JumpTo) -> Refusal | None:
    """The first administrator asks, a second one who asks for the same carries it out."""
    definition, state = progress.definition, progress.state
    if command.to not in {step.name for step in jump_targets(definition)}:
        return Refusal("no_such_target")
    if state.ending is not None or under_way(state) or any(visit.state == "calling" for visit in state.open_visits()):
        return Refusal("call_under_way")
    if calls_in_region(definition, state, command.to):
        return Refusal("call_done")
    if state.jump is None or state.jump.to != command.to:
        progress.emit(ae.JumpAsked(command.to, command.reason))
        return None
    if state.jump.asked_by == command.actor:
        return Refusal("second_person")
    cancel(progress, definition.inside(0))
    progress.emit(ae.Jumped(command.to, command.reason))
    for visit in progress.state.visits:
        if visit.state in PASSED_VISITS and definition.position(visit.step) >= definition.position(command.to):
            progress.emit(ev.Superseded(visit.step, visit.number))
    open_people(progress, definition.human(command.to))
    return None
