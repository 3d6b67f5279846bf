"""Runs of another workflow, to state: what a visit began, how each of them ended, and which nothing waits for any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from workflow_engine import act_events as ae
from workflow_engine.state import FAILED_CHILDREN, ChildState, Instance, Visit, held_or_running


def begin_children(state: Instance, at: dt.datetime, event: ae.ChildrenStarted) -> Instance:
    """The state after runs were begun: by a new visit, or once more by one that was held because some had failed."""
    if state.visit(event.step, event.visit) is None:
        begun = Visit(event.step, event.visit, "waiting", at, children=event.children)
        return replace(state, visits=(*state.visits, begun))

    def again(visit: Visit) -> Visit:
        kept = tuple(child for child in visit.children if child.state not in FAILED_CHILDREN)
        return replace(visit, state="waiting", held_reason=None, call_result=None, children=(*kept, *event.children))

    return held_or_running(_change(state, event, again))


def end_child(state: Instance, event: ae.ChildEnded) -> Instance:
    """The state after one run has ended, or could not begin."""

    def ended(visit: Visit) -> Visit:
        result = visit.call_result if event.fits else "unfit"
        return replace(_with_states(visit, {event.child: cast("ChildState", event.result)}), call_result=result)

    return _change(state, event, ended)


def stop_children(state: Instance, event: ae.ChildrenStopped) -> Instance:
    """The state after runs are waited for no longer."""
    return _change(state, event, lambda visit: _with_states(visit, dict.fromkeys(event.instances, "stopping")))


def _with_states(visit: Visit, states: dict[str, ChildState]) -> Visit:
    children = tuple(replace(child, state=states.get(child.instance, child.state)) for child in visit.children)
    return replace(visit, children=children)


def _change(
    state: Instance, event: ae.ChildrenStarted | ae.ChildEnded | ae.ChildrenStopped, change: Callable[[Visit], Visit]
) -> Instance:
    key = (event.step, event.visit)
    return replace(state, visits=tuple(change(visit) if (visit.step, visit.number) == key else visit for visit in state.visits))
