"""Calls that were done and can be taken back (冲正), and have not been."""

from __future__ import annotations

from collections.abc import Iterable

from forms_dsl.model import CallStep
from workflow_engine.definition import Definition
from workflow_engine.state import Instance, Visit

_DONE = frozenset(("completed", "superseded"))


def to_undo(definition: Definition, state: Instance, inside: Iterable[range] | None = None) -> tuple[Visit, ...]:
    """The calls that were done and can be taken back, and have not been, the last one first; with `inside`, of these places."""
    undone = {(visit.step, visit.undoes) for visit in state.visits if visit.undoes is not None and visit.state in _DONE}
    done = [visit for visit in state.visits if _was_done(definition, visit) and (visit.step, visit.number) not in undone]
    if inside is not None:
        places = tuple(inside)
        done = [visit for visit in done if any(definition.position(visit.step) in place for place in places)]
    numbered = enumerate(done)
    return tuple(visit for _, visit in sorted(numbered, key=lambda each: (each[1].closed_at, each[0]), reverse=True))


def under_way(state: Instance) -> bool:
    """Whether a call is being taken back now: no other one is before it is known to be done."""
    return any(visit.undoes is not None for visit in state.open_visits())


def _was_done(definition: Definition, visit: Visit) -> bool:
    step = definition.places[visit.step].step
    is_call = isinstance(step, CallStep) and step.undo is not None and visit.undoes is None and not visit.by_hand
    return is_call and visit.call_result == "confirmed" and visit.closed_at is not None
