"""Command to events: the whole engine as one pure function of definition, state, command and world."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.model import CallStep
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.acts import act, read_copy
from workflow_engine.child_ends import child_ended, try_again
from workflow_engine.choosing import STARTER, choose, choose_late
from workflow_engine.closing import close
from workflow_engine.definition import Definition
from workflow_engine.escalation import escalate
from workflow_engine.guards import Refusal, holder_of, refuse_acting, refuse_decision, target_of
from workflow_engine.progress import Progress, copy_all, next_point, open_people, pass_step, walk
from workflow_engine.reminders import mark_late, remind_again
from workflow_engine.returns import calls_in_region, cancel, go_back, may_recall
from workflow_engine.routes import has_moved
from workflow_engine.settle import count_vote, leave_out, reject
from workflow_engine.state import Instance
from workflow_engine.steer import after_call, steer, unsettled, while_suspended
from workflow_engine.undoing import undo_again
from workflow_engine.waits import wait_over
from workflow_engine.world import World

#: Why a call itself is held; for any other reason the work by hand after it is.
_HELD_CALLS = frozenset(("call_rejected", "call_unknown"))


@dataclass(frozen=True, slots=True)
class Handled:
    """What a command did: the new state and the events that lead to it."""

    state: Instance
    entries: tuple[ev.Entry, ...]


def handle(definition: Definition, state: Instance | None, command: cmd.Command, world: World) -> Handled | Refusal:
    """What a command does to an instance, or the one reason why it changes nothing."""
    progress = Progress(definition, world, command.actor, state)
    refusal = _run(progress, command)
    if refusal is not None:
        return refusal
    if any(isinstance(entry.event, ev.SeatRepeated) for entry in progress.entries):
        leave_out(progress)
    return Handled(progress.state, tuple(progress.entries))


def _run(progress: Progress, command: cmd.Command) -> Refusal | None:
    if isinstance(command, cmd.ReadCopy):
        return read_copy(progress, command)
    if progress.started is not None and progress.started.suspended_at is not None:
        return while_suspended(progress, command)
    match command:
        case cmd.Start():
            return _start(progress, command)
        case cmd.Decide():
            return _decide(progress, command)
        case cmd.Claim():
            return _claim(progress, command)
        case cmd.Release():
            return _release(progress, command)
        case cmd.Recall():
            return _recall(progress, command)
        case cmd.FinishCall():
            return _finish_call(progress, command)
        case cmd.FinishChild():
            return child_ended(progress, command)
        case cmd.TimerDue():
            return _timer_due(progress, command)
        case cmd.Retry():
            return _retry(progress)
        case cmd.Choose():
            return choose_late(progress, command.actor, command.choices)
        case cmd.Suspend() | cmd.Resume() | cmd.Terminate() | cmd.JumpTo() | cmd.HandOver() | cmd.Settle():
            return steer(progress, command)
        case _:
            return act(progress, command)


def _start(progress: Progress, command: cmd.Start) -> Refusal | None:
    of_sub_flow, of_reversal = (command.starter, command.parent), (command.reverses, command.reason)
    progress.emit(ev.Started(command.unit, command.before, command.record_version, *of_sub_flow, *of_reversal))
    refusal = choose(progress, STARTER, command.choices, all_needed=command.actor != cmd.SYSTEM)
    if refusal is not None:
        return refusal
    copy_all(progress, "start")
    first = progress.definition.first_fill()
    if first is not None and progress.state.starter == cmd.SYSTEM:
        # What a rule starts was entered by nobody: there is no one to give it back to.
        progress.emit(ev.Skipped(first.name))
        walk(progress, next_point(progress.definition, first.name))
        return None
    walk(progress, (0, 0))
    visit = progress.state.latest(first.name) if first else None
    if visit is not None and visit.state == "open" and command.parent is None:
        # Submitting is completing the first step: the starter entered the data before he pressed the button.
        progress.emit(ev.SeatDecided(visit.step, visit.number, 1, "complete", None, command.record_version))
        pass_step(progress, visit, "completed")
    return None


def _decide(progress: Progress, command: cmd.Decide) -> Refusal | None:
    acting = refuse_acting(progress.definition, progress.state, progress.world, command)
    if isinstance(acting, Refusal):
        return acting
    visit, seat = acting
    holder = holder_of(progress.definition, progress.state, progress.world, command, visit, seat)
    refusal = refuse_decision(progress.definition, progress.state, progress.world, command, visit)
    if refusal is not None:
        return refusal
    target = target_of(progress.definition, progress.state, command)
    progress.emit(
        ev.SeatDecided(
            visit.step,
            visit.number,
            command.seat,
            command.decision,
            command.opinion,
            command.record_version,
            command.signature,
            progress.world.digest(),
            None if holder == command.actor else holder,
            command.form,
        )
    )
    # After the decision stands: who decides here may be barred from the step that he chooses for.
    refusal = _choose_with(progress, command)
    if refusal is not None:
        return refusal
    if command.decision == "return" and target is not None:
        go_back(progress, visit, "returned", target)
    elif command.decision == "complete":
        pass_step(progress, visit, "completed")
    else:
        count_vote(progress, visit, command)
    leave_out(progress)
    return None


def _choose_with(progress: Progress, command: cmd.Decide) -> Refusal | None:
    """Keep whom a person chose for later steps with his decision; only what leads forward asks for a choice."""
    first = progress.definition.first_fill()
    is_resubmission = first is not None and command.step == first.name and command.actor == progress.state.starter
    chooser = STARTER if is_resubmission else command.step
    if command.decision in ("approve", "complete"):
        return choose(progress, chooser, command.choices)
    return Refusal("no_such_choice", step=next(iter(command.choices))) if command.choices else None


def _claim(progress: Progress, command: cmd.Claim) -> Refusal | None:
    acting = refuse_acting(progress.definition, progress.state, progress.world, command)
    if isinstance(acting, Refusal):
        return acting
    visit, seat = acting
    if seat.owner is not None:
        return Refusal("no_claim", visit=visit, seat=seat)
    holder = holder_of(progress.definition, progress.state, progress.world, command, visit, seat) or command.actor
    progress.emit(ev.SeatClaimed(visit.step, visit.number, seat.number, holder))
    return None


def _release(progress: Progress, command: cmd.Release) -> Refusal | None:
    acting = refuse_acting(progress.definition, progress.state, progress.world, command)
    if isinstance(acting, Refusal):
        return acting
    visit, seat = acting
    if seat.owner is None or seat.candidates == (seat.owner,):
        return Refusal("no_claim", visit=visit, seat=seat)
    progress.emit(ev.SeatReleased(visit.step, visit.number, seat.number))
    return None


def _recall(progress: Progress, command: cmd.Recall) -> Refusal | None:
    if not may_recall(progress.definition, progress.state, command.actor):
        return Refusal("recall_too_late")
    cancel(progress, progress.definition.inside(0))
    progress.emit(ev.Recalled())
    return None


def _finish_call(progress: Progress, command: cmd.FinishCall) -> Refusal | None:
    visit = progress.state.visit(command.step, command.visit)
    late = visit is None or visit.state != "calling" or not progress.state.is_running
    progress.emit(ev.CallFinished(command.step, command.visit, command.result, command.detail, late))
    if visit is not None and not late:
        after_call(progress, visit, command.result)
    return None


def _timer_due(progress: Progress, command: cmd.TimerDue) -> Refusal | None:
    visit = progress.state.visit(command.step, command.visit)
    if visit is not None and visit.state == "waiting":
        return wait_over(progress, visit)
    # A timer of a visit that is closed, or that fired before, changes nothing.
    if visit is None or visit.state != "open" or not progress.state.is_running:
        return None
    if visit.overdue:
        remind_again(progress, visit, command.reminder)
        return None
    if visit.due_at is None or progress.world.now < visit.due_at:
        # Its time was moved by a suspension: another timer comes then.
        return None
    mark_late(progress, visit)
    due = progress.definition.human(visit.step).due
    match due.then if due else None:
        case "reject":
            target = progress.definition.human(visit.step).on_reject
            # A return must not leave a call behind whose outcome is not known; the step stays late until it is.
            if target is None or not calls_in_region(progress.definition, progress.state, target):
                reject(progress, visit)
        case "approve" if not has_moved(progress.definition, progress.world, visit.step):
            pass_step(progress, visit, "approved")
        case "escalate" if due is not None and due.to is not None:
            escalate(progress, visit, due.to)
        case _:
            pass
    return None


def _retry(progress: Progress) -> Refusal | None:
    held = [visit for visit in progress.state.visits if visit.state == "held"]
    if not held or not progress.state.is_running:
        return Refusal("nothing_held")
    if unsettled(progress.state):
        # Nobody knows whether the other system did it: sending again could do it twice.
        return Refusal("outcome_unknown")
    for visit in held:
        if visit not in progress.state.open_visits():
            # What went on before it has ended its branch.
            continue
        if visit.undoes is not None:
            undo_again(progress, visit)
            continue
        if visit.children:
            try_again(progress, visit)
            continue
        close(progress, visit, "cancelled")
        place = progress.definition.places[visit.step]
        if isinstance(place.step, CallStep) and visit.held_reason not in _HELD_CALLS:
            # The call was handed to people and nobody could take it: they are asked again, the other system is not.
            open_people(progress, progress.definition.human(visit.step), by_hand=True)
        else:
            walk(progress, (place.sequence, place.index))
    return None
