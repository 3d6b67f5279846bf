"""冲正: when an approval is stopped or rejected, what its calls did in other systems is taken back, the last one first.

Of an approval that goes on, so is what the calls did of branches that lost a race.

Each of them once, one after the other, before the approval ends: while one is under way or not known, it has not ended.
A reversal that is approved takes back what the approval that it reverses did, in the same way.
"""

from __future__ import annotations

from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.closing import close
from workflow_engine.done_calls import to_undo, under_way
from workflow_engine.progress import Progress, finish, next_point, walk
from workflow_engine.races import end_race, lost_race
from workflow_engine.state import Visit
from workflow_engine.undo_list import request_next

#: What an end by an administrator is called.
STOPPED = "stopped"


def end(progress: Progress, result: str, reason: str | None = None) -> None:
    """End an approval that was not approved, with its calls taken back before."""
    if under_way(progress.state) or to_undo(progress.definition, progress.state):
        progress.emit(ae.UndoStarted(result, reason))
        _next(progress)
    else:
        _finally(progress, result, reason)


def after_undo(progress: Progress, visit: Visit, result: str) -> None:
    """Go on from the end of a call that takes another one back: nothing else is done before it is known to be done."""
    race = lost_race(progress, visit)
    if result == "confirmed":
        close(progress, visit, "completed")
        _go_on(progress, race)
    else:
        progress.emit(ev.VisitHeld(visit.step, visit.number, f"undo_{result}"))


def undo_again(progress: Progress, visit: Visit) -> None:
    """Send a call again that takes another one back and that the other system refused."""
    race = lost_race(progress, visit)
    close(progress, visit, "cancelled")
    _go_on(progress, race)


def after_lost_call(progress: Progress, visit: Visit, race: str, result: str) -> None:
    """A call ended whose branch had lost meanwhile: what it did is taken back; what nobody knows holds the flow."""
    if result == "unknown":
        progress.emit(ev.VisitHeld(visit.step, visit.number, "call_unknown"))
        return
    close(progress, visit, "cancelled")
    _go_on(progress, race)


def _go_on(progress: Progress, race: str | None) -> None:
    """Take back the next call, of the whole approval when it ends, else of the branches that lost."""
    if progress.state.ending is not None or race is None:
        _next(progress)
    elif end_race(progress, race):
        walk(progress, next_point(progress.definition, race))


def _next(progress: Progress) -> None:
    ending = progress.state.ending
    if under_way(progress.state):
        return
    if ending is None:
        raise ValueError("nothing is taken back of an approval that goes on")
    if not request_next(progress):
        _finally(progress, ending.result, ending.reason)


def _finally(progress: Progress, result: str, reason: str | None) -> None:
    if result == STOPPED:
        progress.emit(ae.Terminated(reason or ""))
    else:
        finish(progress, result)
