"""竞争分支: the first finished branch wins; what the others have open is over, and what their calls did is taken back.

The flow goes on behind the block when all of that is known to be done: a call that is under way is waited for, and then taken
back too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_dsl.model import AnyOfStep
from workflow_engine import events as ev
from workflow_engine.closing import close, supersede_inside
from workflow_engine.done_calls import to_undo
from workflow_engine.state import Block, Visit

if TYPE_CHECKING:
    from workflow_engine.progress import Progress

#: Why a call is held of which nobody knows whether the other system did it.
_UNKNOWN = "call_unknown"


def win(progress: Progress, name: str) -> bool:
    """A branch has ended first: true when the flow goes on at once, since the others left nothing to be taken back."""
    for sequence in _losers(progress, name):
        _lose(progress, sequence)
    return end_race(progress, name)


def end_race(progress: Progress, name: str) -> bool:
    """Take back the next call of the branches that lost; true when nothing of them is left, so that the block has ended."""
    block = progress.state.block(name)
    if block is None:
        return False
    places = [progress.definition.inside(sequence) for sequence in _losers(progress, name)]
    if any(progress.definition.position(visit.step) in place for visit in progress.state.open_visits() for place in places):
        return False
    left = to_undo(progress.definition, progress.state, places)
    if left:
        done = left[0]
        number = progress.state.next_number(done.step)
        progress.emit(ev.CallRequested(done.step, number, done.number, done.first_name))
        return False
    progress.emit(ev.BlockEnded(block.name, block.number))
    return True


def lost_race(progress: Progress, visit: Visit) -> str | None:
    """The block in a losing branch of which a visit stands, where its race is won and has not ended."""
    for block, branch in progress.definition.around(visit.step):
        running = progress.state.block(block)
        if running is not None and _is_won(progress, running) and branch not in running.ended:
            return block
    return None


def _is_won(progress: Progress, block: Block) -> bool:
    return bool(block.ended) and isinstance(progress.definition.places[block.name].step, AnyOfStep)


def _losers(progress: Progress, name: str) -> list[int]:
    block = progress.state.block(name)
    ended = block.ended if block is not None else ()
    return [sequence for branch, sequence in progress.definition.branches_of(name) if branch not in ended]


def _lose(progress: Progress, sequence: int) -> None:
    inside = progress.definition.inside(sequence)
    for visit in tuple(progress.state.open_visits()):
        if progress.definition.position(visit.step) in inside and not _may_be_done(progress, visit):
            close(progress, visit, "cancelled")
    for block in progress.state.blocks:
        if block.state == "running" and progress.definition.position(block.name) in inside:
            progress.emit(ev.BlockCancelled(block.name, block.number))
    supersede_inside(progress, sequence)


def _may_be_done(progress: Progress, visit: Visit) -> bool:
    """Whether another system may do, or have done, what nobody wants any more: its end is waited for."""
    if visit.undoes is not None:
        return True
    if visit.step not in progress.definition.irreversible:
        return False
    return visit.state == "calling" or (visit.state == "held" and visit.held_reason == _UNKNOWN)
