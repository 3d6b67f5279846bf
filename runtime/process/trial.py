"""The trial run over what somebody has entered, or over a running approval: who would be asked, and why.

It asks the same engine and the same directory as a real approval and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Expression
from forms_dsl.model import CallStep, HumanStep, SubFlowStep, WaitStep
from forms_dsl.source import escape_pointer
from runtime.compile.access import field_paths
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotAllowed
from runtime.process import codes
from runtime.process.choices import range_of
from runtime.process.flows import Flow, live_flow
from runtime.process.opened import look_at_instance
from runtime.process.people import may_start
from runtime.process.persons import Person, persons_of
from runtime.process.record import CaseRecord, on_release, platform_context
from runtime.process.reversing import would_take_back
from runtime.process.service import NO_CHOICES, running_instance
from runtime.process.starting import refuse_while_cooling
from runtime.process.view import title_at
from runtime.process.words import asked_because, held_because, left_out_because
from runtime.process.world import facts_of, make_world
from runtime.records.access import access_plan
from runtime.records.draft import Draft, Writer, read_body
from runtime.records.facts import facts_of as record_facts
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.settle import Demands, settle
from runtime.store.types import format_instant
from workflow_engine.choosing import STARTER, Choices
from workflow_engine.chosen import CHOSEN
from workflow_engine.proxies import represented
from workflow_engine.simulate import Trial, TrialStep, simulate, simulate_from, with_decisions
from workflow_engine.world import Ran, World

#: What a step of a trial is called at which nobody acts.
_KINDS: Mapping[type[object], str] = {CallStep: "call", WaitStep: "wait", SubFlowStep: "sub_flow"}
_EXISTS = GetRequest(select=("id",))


def try_workflow(
    connection: Connection,
    context: Context,
    app: str,
    workflow: str,
    values: Mapping[str, object],
    record_id: str | None,
    choices: Choices = NO_CHOICES,
) -> dict[str, object]:
    """The trial run of docs/rest.md: from the start over entered values, or from where a record's approval stands."""
    flow = live_flow(context, app, workflow)
    if record_id is not None:
        instance = running_instance(connection, app, record_id)
        if instance is None or not _acts_for_somebody(connection, context, instance):
            get_record(connection, context, app, flow.workflow.entity, record_id, _EXISTS)
        if instance is not None:
            return _from_here(connection, context, instance)
    if not may_start(connection, context, flow.compiled, flow.workflow.start_by):
        raise NotAllowed({"zh": "您不能发起此审批。", "en": "You may not start this approval."}, code=codes.MAY_NOT_START.id)
    if record_id is not None:
        refuse_while_cooling(connection, context, flow, record_id)
    record = _entered(connection, context, flow, values, record_id)
    person = context.principal
    world = make_world(connection, context, flow, record, (person.id, person.unit_id), None)
    facts = with_decisions(flow.definition, _entered_by(person.id, world))
    takes = would_take_back(connection, context, app, record_id) if record_id and flow.workflow.reverses else None
    trial = simulate(flow.definition, person.id, person.unit_id, facts, choices, takes)
    return _shown(connection, context, flow, trial)


def _acts_for_somebody(connection: Connection, context: Context, instance: str) -> bool:
    """Whether this person may act in the case for one of those who are asked (代理), and so may know of its record."""
    opened = look_at_instance(connection, context, instance)
    definition, state, person = opened.flow.definition, opened.journal.state, context.principal.id
    seats = ((visit, seat) for visit in state.open_visits() for seat in visit.seats)
    return any(represented(definition, state, opened.world, visit, seat, person) for visit, seat in seats)


def _from_here(connection: Connection, context: Context, instance: str) -> dict[str, object]:
    opened = look_at_instance(connection, context, instance)
    definition, state = opened.flow.definition, opened.journal.state
    # The decision of an open visit was run when it started.
    facts = with_decisions(definition, opened.world, frozenset(visit.step for visit in state.open_visits()))
    trial = simulate_from(definition, state, facts)
    return _shown(connection, context, opened.flow, trial)


def _entered_by(person: str, world: World) -> World:
    """The world in which this person enters a new case: all of its fields are his."""
    run = world.run

    def again(step: HumanStep) -> Ran:
        if run is None:
            raise ValueError("no decisions")
        ran = run(step)
        return replace(ran, world=_entered_by(person, ran.world))

    return replace(
        world,
        editors=lambda names: world.editors(names) | {person},
        authors=lambda: world.authors() | {person},
        run=again,
    )


def _entered(
    connection: Connection, context: Context, flow: Flow, values: Mapping[str, object], record_id: str | None
) -> CaseRecord:
    """The record as it would be submitted: what is entered, defaults, computed values, and what its references lead to."""
    compiled, entity = flow.compiled, flow.entity
    platform = platform_context(context, compiled)
    names = frozenset(entity.entity.fields)
    access, paths = access_plan(platform, compiled.app.name, entity.entity.name, "create"), frozenset(field_paths(entity.entity))
    writer = Writer(access, paths, frozenset(), platform=True)
    draft = Draft(record_id or "", None)
    read_body(draft, entity, writer, {name: value for name, value in values.items() if not _is_set_by_platform(flow, name)})
    _refuse(draft.faults)
    if record_id is not None:
        found = get_record(connection, platform, compiled.app.name, entity.entity.name, record_id)
        stood = record_facts(compiled, entity.entity, found.values, tuple(sorted(names)))
        draft.sent = {**{name: value for name, value in stood.items() if value is not None}, **draft.sent}
    draft.record |= draft.sent
    settle(connection, on_release(context, compiled), compiled, entity, writer, [draft], Demands(complete=False, judged=False))
    # A way that depends on a record would tell what it holds: what is entered may lead only to records in reach.
    entered = {escape_pointer(name) for name in values}
    _refuse([fault for fault in draft.faults if (fault.pointer or "/").split("/")[1] in entered])
    record = CaseRecord(record_id or "", 0, {**draft.record, **_beyond(connection, platform, flow, draft.record)})
    facts = facts_of(context, compiled, record)
    start = {n: flow.value(v, facts) if isinstance(v, Expression) else v for n, v in flow.workflow.start_set.items()}
    return replace(record, values={**record.values, **start})


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid({"zh": "所填内容有误。", "en": "Something entered is wrong."}, faults=tuple(faults))


def _is_set_by_platform(flow: Flow, name: str) -> bool:
    found = flow.entity.entity.fields.get(name)
    return found is not None and (found.compute is not None or found.type == "status")


def _beyond(connection: Connection, platform: Context, flow: Flow, record: Mapping[str, object]) -> dict[str, object]:
    """What the workflow reads of the records that the entered one refers to."""
    values: dict[str, object] = {}
    for root in {path[0] for path in flow.reads if len(path) > 1}:
        found, target = flow.entity.entity.fields.get(root), record.get(root)
        if found is None or not isinstance(target, str):
            continue
        paths = tuple(sorted(".".join(path[1:]) for path in flow.reads if len(path) > 1 and path[0] == root))
        app, _, name = (found.value_type.entity or "").rpartition(".")
        led_to = get_record(connection, platform, app, name, target, GetRequest(select=paths))
        entity = flow.compiled.entity(found.value_type.entity or "").entity
        wanted = record_facts(flow.compiled, entity, led_to.values, paths)
        values |= {f"{root}.{path}": value for path, value in wanted.items()}
    return values


def _shown(connection: Connection, context: Context, flow: Flow, trial: Trial) -> dict[str, object]:
    people = persons_of(connection, {person for step in trial.steps for person in (*step.people, *_left_out(step))})
    return {
        "steps": [_show_step(connection, context, flow, step, people) for step in trial.steps],
        "ends": trial.ends,
        "choose": [range_of(connection, flow.definition.human(each.step), each.choosable, each.people) for each in trial.ahead],
    }


def _show_step(
    connection: Connection, context: Context, flow: Flow, step: TrialStep, people: Mapping[str, Person]
) -> dict[str, object]:
    found, locale = flow.definition.places[step.step].step, context.locale
    kind = found.verb if isinstance(found, HumanStep) else _KINDS.get(type(found), "choose")
    return {
        "step": step.step,
        "title": title_at(flow.definition, step.step) or flow.workflow.title,
        "kind": kind,
        "people": [people[person] for person in step.people if person in people],
        "because": asked_because(flow.compiled, found.by, locale) if isinstance(found, HumanStep) else None,
        "left_out": [
            {"person": people[out.person], "because": left_out_because(flow.definition, out, locale)}
            for out in step.left_out
            if out.person in people
        ],
        "due_at": format_instant(step.due_at) if step.due_at else None,
        "authority": _authority(flow, step),
        "stuck": held_because(step.stuck, locale),
        "choose": range_of(connection, found, step.choosable, step.people)
        if isinstance(found, HumanStep) and _is_chosen_now(found)
        else None,
    }


def _is_chosen_now(step: HumanStep) -> bool:
    return step.by.kind == CHOSEN and step.by.name == STARTER


def _authority(flow: Flow, step: TrialStep) -> dict[str, object] | None:
    """The rows of the authority table that lead to this step, and what they say."""
    asked, found = flow.workflow.authority, step.authority
    if asked is None or found is None:
        return None
    table = flow.compiled.app.decisions[asked.table]
    return {"table": table.label, "rows": list(found.rows), "value": found.value}


def _left_out(step: TrialStep) -> list[str]:
    return [out.person for out in step.left_out]
