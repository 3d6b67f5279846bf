"""What is taken back in other systems, in which order: an approval's own calls, or those of the one that it reverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_dsl.model import CallStep
from forms_dsl.workflow_tree import UNDO
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.definition import Definition
from workflow_engine.done_calls import to_undo
from workflow_engine.state import DoneCall, Instance, Visit

if TYPE_CHECKING:
    from workflow_engine.progress import Progress

#: The end at which a reversal takes back what the approval that it reverses did.
APPROVED = "approved"


def own_calls(definition: Definition, state: Instance) -> tuple[DoneCall, ...]:
    """The own calls that were done and can be taken back, and have not been, the last one first."""
    return tuple(_done_call(definition, visit) for visit in to_undo(definition, state))


def reversed_calls(state: Instance) -> tuple[tuple[int, DoneCall], ...]:
    """The calls of the reversed approval that this reversal has still to take back, with their numbers, in their order."""
    calls = state.reverses.calls if state.reverses is not None else ()
    undone = {visit.undoes for visit in state.visits if visit.step == UNDO and visit.state == "completed"}
    return tuple((number, call) for number, call in enumerate(calls, start=1) if number not in undone)


def called_at(state: Instance, visit: Visit) -> str:
    """The step whose call a visit makes or takes back: in a reversal, a step of the approval that it reverses."""
    if visit.step != UNDO or visit.undoes is None or state.reverses is None:
        return visit.step
    return state.reverses.calls[visit.undoes - 1].step


def take_back_reversed(progress: Progress) -> bool:
    """Begin to take back what the reversed approval did; false when there is nothing, or this is no reversal."""
    if not reversed_calls(progress.state):
        return False
    progress.emit(ae.UndoStarted(APPROVED))
    request_next(progress)
    return True


def request_next(progress: Progress) -> bool:
    """Ask for the next call to be taken back; false when all of them are."""
    state = progress.state
    if state.ending is not None and state.ending.result == APPROVED:
        theirs = reversed_calls(state)
        if theirs:
            progress.emit(ev.CallRequested(UNDO, state.next_number(UNDO), theirs[0][0], theirs[0][1].sent_as))
        return bool(theirs)
    own = own_calls(progress.definition, state)
    if own:
        progress.emit(ev.CallRequested(own[0].step, state.next_number(own[0].step), own[0].visit, own[0].sent_as))
    return bool(own)


def _done_call(definition: Definition, visit: Visit) -> DoneCall:
    step = definition.places[visit.step].step
    if not isinstance(step, CallStep) or step.undo is None:
        raise TypeError(f"nothing takes back {visit.step}")
    return DoneCall(visit.step, visit.number, visit.first_name, step.undo, step.title)
