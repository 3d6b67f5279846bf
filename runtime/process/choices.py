"""自选 as people see it: for which steps somebody chooses people, out of whom, and whom he has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.engine import Connection

from forms_dsl.model import HumanStep
from runtime.failures import Fault, Invalid
from runtime.process import codes
from runtime.process.opened import Opened
from runtime.process.persons import persons_of
from workflow_engine.choosing import STARTER, choosable, held_for, steps_chosen_by
from workflow_engine.state import Visit

#: More people are not offered; who wants another name finds it by a narrower role.
_MOST = 200
#: The key beside the fields of a record under which a submission says whom it chooses.
IN_A_RECORD = "$choose"


def choices_at(opened: Opened, visit: Visit) -> list[dict[str, object]]:
    """What the caller chooses together with his decision at a visit."""
    first = opened.flow.definition.first_fill()
    starts = first is not None and visit.step == first.name and opened.context.principal.id == opened.journal.state.starter
    return _shown(opened, steps_chosen_by(opened.flow.definition, STARTER if starts else visit.step))


def late_choices(opened: Opened) -> list[dict[str, object]]:
    """What the caller chooses anew, since a step is held for want of the people he chose."""
    definition, state = opened.flow.definition, opened.journal.state
    held = held_for(definition, state, opened.context.principal.id)
    return _shown(opened, [definition.human(visit.step) for visit in held])


def range_of(connection: Connection, step: HumanStep, able: Iterable[str], chosen: Iterable[str]) -> dict[str, object]:
    """One choice: how many people out of whom, and who is chosen so far."""
    offered = tuple(able)[:_MOST]
    known = persons_of(connection, {*offered, *chosen})
    return {
        "step": step.name,
        "title": step.title,
        "at_least": max(1, step.by.count_min),
        "at_most": step.by.count_max,
        "people": [known[person] for person in offered if person in known],
        "chosen": [person for person in chosen if person in known],
    }


def choices_in(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, tuple[str, ...]]]:
    """The fields of a record's body and the choices beside them; raises Invalid for choices of another shape."""
    fields = dict(values)
    said = fields.pop(IN_A_RECORD, None)
    if said is None:
        return fields, {}
    if isinstance(said, dict) and all(
        isinstance(people, list) and all(isinstance(person, str) for person in people) for people in said.values()
    ):
        return fields, {step: tuple(people) for step, people in said.items()}
    message = {"zh": "所选人员的写法应为“步骤: [人员编号]”。", "en": "People are chosen as step: [ids of people]."}
    raise Invalid(message, faults=(Fault(codes.CHOICE_REFUSED.id, message, pointer=f"/{IN_A_RECORD}"),))


def refuse_choices_of_nothing(choices: Mapping[str, object]) -> None:
    """Raise Invalid where people are chosen although no approval starts."""
    if choices:
        message = {"zh": "没有发起审批，不能选择办理人。", "en": "No approval starts, so nobody is chosen for one."}
        raise Invalid(message, faults=(Fault(codes.CHOICE_REFUSED.id, message, pointer=f"/{IN_A_RECORD}"),))


def _shown(opened: Opened, steps: Iterable[HumanStep]) -> list[dict[str, object]]:
    definition, state, world = opened.flow.definition, opened.journal.state, opened.world
    return [
        range_of(
            opened.connection,
            step,
            (candidate.person for candidate in choosable(definition, state, world, step, opened.context.principal.id)),
            state.choices.get(step.name, ()),
        )
        for step in steps
    ]
