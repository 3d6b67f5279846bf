"""Events that a worked case lets arrive: which waits they end, and what these save of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from forms_dsl.model import CaseAct, WaitStep
from workflow_engine.state import Instance, Visit
from workflow_engine.worked_case import Record, WorkedCase, answered, facts_of, value_of


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
