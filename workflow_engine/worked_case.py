"""A worked case as the engine takes it: the one reader of what is given, answered and entered, and of who acts when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.fitting import fit_value
from forms_dsl.model import App, CallStep, Case, CaseUser, Entity, Field, FieldOptions, HumanStep, SubFlowStep, Value, Workflow
from forms_dsl.workflow_tree import steps_of
from forms_dsl.working_days import business_days
from forms_dsl.working_time import WorkClock
from workflow_engine.definition import Definition, build_definition
from workflow_engine.state import Child, DoneCall, Reversed
from workflow_engine.trial_decisions import decided, for_trial

#: The moment of a case that names none.
USUAL_CLOCK = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)

Record = dict[str, object]
SubFlowEnd = Literal["approved", "rejected"]
SUB_FLOW_ENDS: tuple[SubFlowEnd, ...] = ("approved", "rejected")


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """A case with the workflow that it runs through."""

    app: App
    workflow: Workflow
    case: Case
    definition: Definition
    #: Which step a people specification belongs to, by identity: each step has people of its own.
    steps: Mapping[int, str]
    starter: str

    @property
    def entity(self) -> Entity:
        """What the workflow is for."""
        return self.app.entities[self.workflow.entity]

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        return ZoneInfo(self.app.timezone)

    @property
    def clock(self) -> WorkClock | None:
        """The calendar by which working time counts."""
        calendar = self.app.calendars.get(self.workflow.calendar or self.app.calendar or "")
        return None if calendar is None else WorkClock(calendar, self.zone)

    @property
    def now(self) -> dt.datetime:
        """The moment at which the case begins."""
        return moment_of(self.app, self.case)


def worked_case(app: App, workflow: Workflow, case: Case) -> WorkedCase:
    """A case of a workflow, ready to run."""
    definition = build_definition(for_trial(workflow, counts=(workflow.calendar or app.calendar) in app.calendars))
    steps = dict(_people_of_steps(definition))
    first = definition.first_fill()
    named = people_named(case, first.name if first else "start")
    user = case.user or CaseUser()
    return WorkedCase(app, workflow, case, definition, steps, named[0] if named else user.name or "starter")


def _people_of_steps(definition: Definition) -> Iterator[tuple[int, str]]:
    for place in definition.places.values():
        match place.step:
            case HumanStep(name=name, by=by, due=due):
                yield id(by), name
                if by.among is not None:
                    yield id(by.among), name
                if due is not None and due.to is not None:
                    yield id(due.to), f"{name}_later"
            case CallStep(name=name, on_error=by) if by is not None:
                yield id(by), name


def reversed_in(worked: WorkedCase) -> Reversed | None:
    """What a reversal takes back in a case: every call with undo of the approval, as if all were done; None for other workflows."""
    reversed_one = worked.app.workflows.get(worked.workflow.reverses or "")
    if reversed_one is None:
        return None
    calls = [step for step in steps_of(reversed_one) if isinstance(step, CallStep) and step.undo is not None]
    done = (DoneCall(step.name, 1, step.name, step.undo or "", step.title) for step in reversed(calls))
    return Reversed("", reversed_one.name, tuple(done))


def moment_of(app: App, case: Case) -> dt.datetime:
    """The moment of a case: its clock in the app's time zone."""
    if case.clock is None:
        return USUAL_CLOCK
    return dt.datetime.fromisoformat(case.clock).replace(tzinfo=ZoneInfo(app.timezone)).astimezone(dt.UTC)


def people_named(case: Case, step: str) -> tuple[str, ...]:
    """Who acts at a step, as `given` says: `check_by`, for `decide@branch` also `decide_by`."""
    for name in (step, step.partition("@")[0]):
        said = case.given.get(f"{name}_by")
        if said is not None:
            return tuple(str(each) for each in said) if isinstance(said, list | tuple) else (str(said),)
    return ()


def may_start(worked: WorkedCase, role: str) -> bool:
    """Whether a role is, or includes, the one that may start."""
    by, declared = worked.workflow.start_by, worked.app.roles.get(role)
    return by.kind != "role" or role == by.name or (declared is not None and by.name in declared.includes)


# The record -----------------------------------------------------------------------------------------------------------


def first_record(worked: WorkedCase) -> Record:
    """The record as it is submitted: as a draft, and with what the start writes."""
    record = draft_record(worked)
    return record | written(worked, worked.workflow.start_set, record, worked.now)


def draft_record(worked: WorkedCase) -> Record:
    """The record before it is submitted: what is given, and the defaults of what is not."""
    record: Record = {}
    for name, raw in worked.case.given.items():
        if name in worked.entity.fields:
            record |= parsed(worked.app, worked.entity, worked.entity.fields[name], raw)
    for name, declared in worked.entity.fields.items():
        if declared.default is not None and name not in record:
            record[name] = value_of(declared.default, facts_of(worked, record, worked.now))
        if declared.type == "status" and declared.options.choices and name not in record:
            record[name] = declared.options.choices[0].code
    return record


def record_after(worked: WorkedCase, done: tuple[str, ...], start: Record | None = None) -> Record:
    """The record once these steps are through, each having decided, entered or saved what it does; `start` is that before."""
    record = first_record(worked) if start is None else dict(start)
    for name in done:
        step = worked.definition.places[name].step
        if isinstance(step, HumanStep) and step.run:
            record |= decided(worked.app, step, facts_of(worked, record, worked.now)) or {}
        record |= entered(worked, name) | saved(worked, name, record)
    return record


def entered(worked: WorkedCase, step: str) -> Record:
    """What the person at a step enters, as `given` says."""
    values = worked.case.given.get(step)
    return parsed_fields(worked, values) if isinstance(values, Mapping) else {}


def parsed_fields(worked: WorkedCase, values: Mapping[str, object]) -> Record:
    """Field values as people write them, in the values of expressions."""
    record: Record = {}
    for name, raw in values.items():
        record |= parsed(worked.app, worked.entity, worked.entity.fields[str(name)], raw)
    return record


def written(worked: WorkedCase, values: Mapping[str, Value], record: Record, now: dt.datetime) -> Record:
    """What the flow itself writes (`set`): literals of the fields, or values of expressions."""
    if not values:
        return {}
    facts, fields = facts_of(worked, record, now), worked.entity.fields
    return {
        name: value_of(value, facts) if isinstance(value, Expression) else parse(fields[name], value)
        for name, value in values.items()
    }


def given_ends(case: Case, step: str) -> tuple[SubFlowEnd, ...]:
    """How each run of a sub-flow ends: as the case says, else one that is approved; the flow inside has cases of its own."""
    counts = case.answers.get(step)
    if counts is not None:
        return tuple(end for end in SUB_FLOW_ENDS for _ in range(int(counts.get(end, "0"))))
    return ("rejected",) if case.outcomes.get(step) == "rejected" else ("approved",)


def given_children(case: Case, step: SubFlowStep, again: str) -> tuple[Child, ...]:
    """The runs that a sub-flow of a case begins."""
    numbers = range(1, len(given_ends(case, step.name)) + 1)
    return tuple(Child(f"{step.name}/{again}/{number}", f"{step.name}/{number}", 0) for number in numbers)


def saved(worked: WorkedCase, step: str, record: Mapping[str, object]) -> Record:
    """What a call saves, from the case's answer to it, else from the mock answer of its operation; and what a sub-flow saves."""
    call = next((each for each in steps_of(worked.workflow) if each.name == step), None)
    if isinstance(call, SubFlowStep):
        ends = given_ends(worked.case, step)
        facts = replace(facts_of(worked, record, worked.now), result={end: Decimal(ends.count(end)) for end in SUB_FLOW_ENDS})
        return {name: value_of(expression, facts) for name, expression in call.save.items()}
    if not isinstance(call, CallStep) or not call.save:
        return {}
    binding, _, operation = call.connector.partition(".")
    contract = worked.app.bindings[binding].operations[operation]
    answer = worked.case.answers.get(step, contract.mock)
    result = {name: answered(contract.output[name], text) for name, text in answer.items() if name in contract.output}
    return {name: value_of(expression, Facts(result=result)) for name, expression in call.save.items()}


def parsed(app: App, entity: Entity, declared: Field, raw: object) -> Record:
    """The values of one field: a reference given as a map stands flat under its paths, child rows as a list."""
    if declared.type == "rows" and isinstance(raw, list | tuple):
        inner = entity.rows[declared.options.of or ""].fields
        rows = [{name: parse(inner[name], value) for name, value in row.items() if name in inner} for row in raw]
        return {declared.name: rows}
    if declared.value_type.name == "reference" and isinstance(raw, Mapping):
        target = _entity(app, declared.options.to or "")
        flat: Record = {declared.name: "given"}
        for name, value in raw.items():
            for path, found in parsed(app, target, target.fields[str(name)], value).items():
                flat[f"{declared.name}.{path}"] = found
        return flat
    return {declared.name: parse(declared, raw)}


def parse(declared: Field, raw: object) -> object:
    """One value as its field reads it; raises ValueRefused."""
    return raw if declared.type == "status" else FIELD_TYPES[declared.type].parse(raw, declared.options)


def _entity(app: App, name: str) -> Entity:
    owner, _, rest = name.rpartition(".")
    return app.entities[rest] if owner in ("", app.name) else app.requires[owner].entities[rest]


def answered(type: ValueType, text: str) -> object:
    """A value of an answer or an event, as expressions know it."""
    names = {"number": "decimal", "boolean": "boolean", "date": "date", "datetime": "datetime"}
    return FIELD_TYPES[names[type.name]].parse(text, FieldOptions()) if type.name in names else text


# What expressions see -------------------------------------------------------------------------------------------------


def facts_of(worked: WorkedCase, record: Mapping[str, object], now: dt.datetime) -> Facts:
    """What the expressions of the workflow see of a record at a moment; its computed fields are computed anew."""
    today, calendar = now.astimezone(worked.zone).date(), worked.app.calendars.get(worked.app.calendar or "")
    facts = Facts(
        user=_user(worked),
        param={name: _parameter(one.type, one.value) for name, one in worked.app.parameters.items()},
        today=today,
        now=now,
        business_date=today,
        timezone=worked.zone,
        calendar=None if calendar is None else business_days(calendar),
    )
    return _computed(worked.entity, replace(facts, record=record))


def value_of(expression: Expression, facts: Facts) -> object:
    """The value of an expression."""
    return compile_python(expression.tree)(facts)


def _user(worked: WorkedCase) -> Mapping[str, object]:
    user = worked.case.user or CaseUser()
    roles = (user.role,) if user.role else ()
    tree = f"/{user.branch}/" if user.branch else None
    return {
        "id": worked.starter,
        "name": worked.starter,
        "branch": user.branch,
        "branch_code": user.branch,
        "branch_tree": tree,
        "roles": roles,
    }


def _parameter(type: str, text: str) -> object:
    return FIELD_TYPES[type].parse(text, FieldOptions())


def _computed(entity: Entity, facts: Facts) -> Facts:
    """The facts with the record's computed fields, each after those that it reads."""
    record = dict(facts.record)
    done: set[str] = set()

    def visit(name: str) -> None:
        declared = entity.fields.get(name)
        if declared is None or declared.compute is None or name in done:
            return
        done.add(name)
        for path in sorted(declared.compute.reads):
            visit(path[0])
        value = value_of(declared.compute, replace(facts, record=record))
        record[name] = fit_value(FIELD_TYPES[declared.type].storage(declared.options), value)

    for name in entity.fields:
        visit(name)
    return replace(facts, record=record)
