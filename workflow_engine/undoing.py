"""冲正: when an approval is stopped or rejected, what its calls did in other systems is taken back, the last one first.

Each of them once, one after the other, before the approval ends: while one is under way or not known, it has not ended.
"""

from __future__ import annotations

from forms_dsl.model import CallStep
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.definition import Definition
from workflow_engine.progress import Progress, close, finish, next_number
from workflow_engine.state import Instance, Visit

#: What an end by an administrator is called.
STOPPED = "stopped"


def to_undo(definition: Definition, state: Instance) -> tuple[Visit, ...]:
    """The calls that were done and can be taken back, and have not been, the last one first."""
    undone = {(visit.step, visit.undoes) for visit in state.visits if visit.undoes is not None and visit.state == "completed"}
    done = [visit for visit in state.visits if _was_done(definition, visit) and (visit.step, visit.number) not in undone]
    numbered = enumerate(done)
    return tuple(visit for _, visit in sorted(numbered, key=lambda each: (each[1].closed_at, each[0]), reverse=True))


def end(progress: Progress, result: str, reason: str | None = None) -> None:
    """End an approval that was not approved, with its calls taken back before."""
    if to_undo(progress.definition, progress.state):
        progress.emit(ae.UndoStarted(result, reason))
        _next(progress)
    else:
        _finally(progress, result, reason)


def after_undo(progress: Progress, visit: Visit, result: str) -> None:
    """Go on from the end of a call that takes another one back: nothing else is done before it is known to be done."""
    if result == "confirmed":
        close(progress, visit, "completed")
        _next(progress)
    else:
        progress.emit(ev.VisitHeld(visit.step, visit.number, f"undo_{result}"))


def undo_again(progress: Progress, visit: Visit) -> None:
    """Send a call again that takes another one back and that the other system refused."""
    close(progress, visit, "cancelled")
    _next(progress)


def _next(progress: Progress) -> None:
    ending, left = progress.state.ending, to_undo(progress.definition, progress.state)
    if ending is None:
        raise ValueError("nothing is taken back of an approval that goes on")
    if not left:
        _finally(progress, ending.result, ending.reason)
        return
    done = left[0]
    number = next_number(progress.state, done.step)
    progress.emit(ev.CallRequested(done.step, number, done.number, done.first_name))


def _finally(progress: Progress, result: str, reason: str | None) -> None:
    if result == STOPPED:
        progress.emit(ae.Terminated(reason or ""))
    else:
        finish(progress, result)


def _was_done(definition: Definition, visit: Visit) -> bool:
    step = definition.places[visit.step].step
    is_call = isinstance(step, CallStep) and step.undo is not None and visit.undoes is None and not visit.by_hand
    return is_call and visit.call_result == "confirmed" and visit.closed_at is not None
