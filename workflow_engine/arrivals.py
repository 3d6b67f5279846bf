"""Events that arrive: whether an approval can still wait for one; which waits of a worked case they end, and what these save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from forms_dsl.model import CaseAct, WaitStep
from workflow_engine.definition import Definition
from workflow_engine.state import Instance, Visit
from workflow_engine.worked_case import Record, WorkedCase, answered, facts_of, value_of


def may_still_wait(definition: Definition, state: Instance, step: str) -> bool:
    """Whether an approval may yet open its wait at a step: it runs, and has not gone on from there.

    After a wait was passed, or its branch lost against another, an event belongs to what is over; a return makes it open again.
    """
    latest = state.latest(step)
    if not state.is_running or state.ending is not None:
        return False
    if latest is None or latest.state in ("superseded", "held"):
        return True
    return latest.state == "cancelled" and not any(_has_ended(state, block) for block, _ in definition.around(step))


def _has_ended(state: Instance, block: str) -> bool:
    """Whether the last activation of a block of branches at the same time is through."""
    activations = [each for each in state.blocks if each.name == block]
    return bool(activations) and activations[-1].state == "ended"


def arriving(
    worked: WorkedCase, state: Instance, record: Record, now: dt.datetime, act: CaseAct
) -> Iterator[tuple[Visit, Record]]:
    """The waits for an event (`binding.event`) whose `match` is true of it, with what each saves."""
    binding, _, event = (act.name or "").partition(".")
    declared = worked.app.bindings[binding].events[event].output
    result = {name: answered(declared[name], str(raw)) for name, raw in act.values.items() if name in declared}
    facts = replace(facts_of(worked, record, now), result=result)
    for visit in tuple(state.open_visits()):
        step = worked.definition.places[visit.step].step
        if visit.state != "waiting" or not isinstance(step, WaitStep) or step.event != act.name or step.match is None:
            continue
        if value_of(step.match, facts) is True:
            yield visit, {name: value_of(expression, facts) for name, expression in step.save.items()}
