"""The worked cases of a workflow, run through the engine: the file itself says what must come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms_dsl.build.cases import WRONG_VALUE
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, CallStep, Case, Entity, Field, FieldOptions, HumanStep, People, Workflow
from forms_dsl.workflow_tree import steps_of
from workflow_engine.decisions import compile_authority
from workflow_engine.definition import Definition, build_definition
from workflow_engine.scenario import can_be_played, mismatches, play
from workflow_engine.simulate import Trial, simulate
from workflow_engine.trial_decisions import decided, for_trial
from workflow_engine.world import Candidate, Found, Ran, World

OTHERWISE_THAN_EXPECTED = code("W112", "An example of a workflow comes out otherwise than it expects.")
WRONG_PATH = code("W110", "An example of a workflow takes another path than it says.")

_START = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)
_ANY_AMOUNT = Decimal(10) ** 18
#: People at one step of an example who could act there; more than any rule needs.
_POOL = 9
#: Kinds of people of whom there are several.
_MANY = frozenset({"role", "post", "group", "chosen_by"})


@dataclass(frozen=True, slots=True)
class _Case:
    app: App
    entity: Entity
    workflow: Workflow
    example: Case
    #: Which step a people specification belongs to, by identity: each step has people of its own.
    steps: Mapping[int, str]


def check_examples(app: App, workflow: Workflow) -> tuple[Diagnostic, ...]:
    """Run every example that the engine can do; a finding for each that takes another path or comes out otherwise."""
    definition = build_definition(for_trial(workflow))
    able = (example for example in workflow.examples if can_be_played(example))
    return tuple(found for example in able for found in _check(app, workflow, definition, example))


def run_example(app: App, workflow: Workflow, example: Case) -> Trial:
    """The trial run of one example; raises ValueRefused for a value that its field does not take."""
    return _run(app, workflow, build_definition(for_trial(workflow)), example)


def _check(app: App, workflow: Workflow, definition: Definition, example: Case) -> tuple[Diagnostic, ...]:
    try:
        if example.do or example.expect is not None:
            return tuple(_expected(app, workflow, definition, example))
        trial = _run(app, workflow, definition, example)
    except ValueRefused as refused:
        en, zh = refused.message.get("en", refused.code), refused.message.get("zh", refused.code)
        message = Sentence(f"Example {example.name!r}: {en}", f"案例“{example.name}”：{zh}")
        return (WRONG_VALUE.at(example.span, message),)
    if trial.ends == "approved" and trial.path == example.path:
        return ()
    taken = ", ".join(trial.path)
    stuck = trial.steps[-1].stuck if trial.steps else None
    if stuck is None:
        said = Sentence(f"Example {example.name!r} takes the path {taken}.", f"案例“{example.name}”实际经过：{taken}。")
    else:
        said = Sentence(
            f"Example {example.name!r} takes the path {taken} and stops there: {stuck}.",
            f"案例“{example.name}”实际经过：{taken}，并停在最后一步（{stuck}）。",
        )
    return (WRONG_PATH.at(example.span, said, hint=Sentence("Mend the flow or the example.", "请更正流程或案例。")),)


def _expected(app: App, workflow: Workflow, definition: Definition, example: Case) -> Iterator[Diagnostic]:
    case, starter = _case_of(app, workflow, definition, example)

    def facts(done: tuple[str, ...], edits: Mapping[str, object]) -> World:
        given = {**example.given, **edits}
        return _world(replace(case, example=replace(example, given=given)), starter, done)

    played = play(definition, starter, example, facts)
    if played.refused is not None:
        act = " ".join(word for word in (played.refused.kind, played.refused.step) if word)
        message = Sentence(
            f"Example {example.name!r}: {act!r} cannot be done there.", f"案例“{example.name}”：此时无法执行“{act}”。"
        )
        yield OTHERWISE_THAN_EXPECTED.at(example.span, message)
    elif example.expect is not None and (keys := tuple(mismatches(definition, example.expect, played))):
        where, words = ", ".join(visit.step for visit in played.state.open_visits()) or played.state.state, ", ".join(keys)
        message = Sentence(
            f"Example {example.name!r} comes out otherwise in {words}; it waits at {where}.",
            f"案例“{example.name}”的 {words} 与预期不符，实际停在 {where}。",
        )
        yield OTHERWISE_THAN_EXPECTED.at(example.span, message)


def _run(app: App, workflow: Workflow, definition: Definition, example: Case) -> Trial:
    case, starter = _case_of(app, workflow, definition, example)
    return simulate(definition, starter, None, lambda done: _world(case, starter, done))


def _case_of(app: App, workflow: Workflow, definition: Definition, example: Case) -> tuple[_Case, str]:
    """The example with what it runs on, and who starts it."""
    steps = {id(human.by): human.name for human in definition.human_steps()}
    case = _Case(app, app.entities[workflow.entity], workflow, example, steps)
    first = definition.first_fill()
    return case, _person(case, first.name if first else "start") or "starter"


def _world(case: _Case, starter: str, done: tuple[str, ...], running: tuple[HumanStep, ...] = ()) -> World:
    """The world once `done` is through; the decisions of `running` have given their outputs, nobody acted there yet."""
    now = _clock(case)
    facts = Facts(
        param={name: _parameter(parameter.type, parameter.value) for name, parameter in case.app.parameters.items()},
        today=now.astimezone(ZoneInfo(case.app.timezone)).date(),
        now=now,
        business_date=now.astimezone(ZoneInfo(case.app.timezone)).date(),
        timezone=ZoneInfo(case.app.timezone),
    )
    everything = _computed(case, replace(facts, record=_record(case, done, running, facts)))
    authorise, authority = compile_authority(case.app, case.workflow), case.workflow.authority
    settled = authorise(everything) if authorise is not None else None
    if settled is not None and authority is not None:
        everything = replace(everything, authority={authority.gives: settled.value})

    def run(step: HumanStep) -> Ran:
        given = decided(case.app, step, everything)
        values = None if given is None else {name: str(value) for name, value in given.items()}
        return Ran(values, _world(case, starter, done, (*running, step)))

    return World(
        now=now,
        evaluate=lambda expression: _value(expression, everything),
        people=lambda by: _people(case, by, starter),
        still_fits=lambda _by, _person: True,
        limit_of=lambda _person: _ANY_AMOUNT,
        editors=lambda _fields: frozenset(),
        authors=lambda: frozenset({starter}),
        material=lambda: repr([everything.record.get(name) for name in case.workflow.replay_if_changed]),
        authority=lambda: settled,
        run=run,
    )


def _record(case: _Case, done: tuple[str, ...], running: tuple[HumanStep, ...], facts: Facts) -> dict[str, object]:
    """The record's values: what is given, then what each step that is through has decided, entered or saved."""
    record: dict[str, object] = {}
    for name, raw in case.example.given.items():
        if name in case.entity.fields:
            record |= _parsed(case.app, case.entity, case.entity.fields[name], raw)
    runs = {step.name: step for step in steps_of(case.workflow) if isinstance(step, HumanStep) and step.run}
    for step in done:
        if (human := runs.get(step)) is not None:
            record |= decided(case.app, human, _computed(case, replace(facts, record=record))) or {}
        entered = case.example.given.get(step)
        if isinstance(entered, Mapping):
            for name, raw in entered.items():
                record |= _parsed(case.app, case.entity, case.entity.fields[str(name)], raw)
        record |= _saved(case, step)
    for human in running:
        record |= decided(case.app, human, _computed(case, replace(facts, record=record))) or {}
    return record


def _parsed(app: App, entity: Entity, declared: Field, raw: object) -> dict[str, object]:
    """The values of one field: a reference given as a map stands flat under its paths, child rows as a list."""
    if declared.type == "rows" and isinstance(raw, list | tuple):
        inner = entity.rows[declared.options.of or ""].fields
        rows = [{name: _parse(inner[name], value) for name, value in row.items() if name in inner} for row in raw]
        return {declared.name: rows}
    if declared.value_type.name == "reference" and isinstance(raw, Mapping):
        target = _entity(app, declared.options.to or "")
        flat: dict[str, object] = {declared.name: "given"}
        for name, value in raw.items():
            for path, parsed in _parsed(app, target, target.fields[str(name)], value).items():
                flat[f"{declared.name}.{path}"] = parsed
        return flat
    return {declared.name: _parse(declared, raw)}


def _parse(declared: Field, raw: object) -> object:
    if declared.type == "status":
        return raw
    return FIELD_TYPES[declared.type].parse(raw, declared.options)


def _entity(app: App, name: str) -> Entity:
    owner, _, rest = name.rpartition(".")
    return app.entities[rest] if owner in ("", app.name) else app.requires[owner].entities[rest]


def _saved(case: _Case, step: str) -> dict[str, object]:
    """What a call saves, from the example's answer to it, else from the mock answer of its operation."""
    found = next((s for s in _calls(case.workflow) if s.name == step), None)
    if found is None or not found.save:
        return {}
    binding, _, operation = found.connector.partition(".")
    contract = case.app.bindings[binding].operations[operation]
    answer = case.example.answers.get(step, contract.mock)
    result = {name: _answer(contract.output[name].name, text) for name, text in answer.items() if name in contract.output}
    return {name: _value(expression, Facts(result=result)) for name, expression in found.save.items()}


def _calls(workflow: Workflow) -> list[CallStep]:
    definition = build_definition(workflow)
    return [place.step for place in definition.places.values() if isinstance(place.step, CallStep)]


def _answer(type: str, text: str) -> object:
    names = {"number": "decimal", "boolean": "boolean", "date": "date", "datetime": "datetime"}
    return FIELD_TYPES[names[type]].parse(text, FieldOptions()) if type in names else text


def _computed(case: _Case, facts: Facts) -> Facts:
    """The facts with the record's computed fields, each after those that it reads."""
    record = dict(facts.record)
    done: set[str] = set()

    def visit(name: str) -> None:
        declared = case.entity.fields.get(name)
        if declared is None or declared.compute is None or name in done:
            return
        done.add(name)
        for path in sorted(declared.compute.reads):
            visit(path[0])
        record[name] = _value(declared.compute, replace(facts, record=record))

    for name in case.entity.fields:
        visit(name)
    return replace(facts, record=record)


def _value(expression: Expression, facts: Facts) -> object:
    return compile_python(expression.tree)(facts)


def _people(case: _Case, by: People, starter: str) -> Found:
    step = case.steps.get(id(by), "copy")
    named = _person(case, step) or (_given_leader(case) if by.kind == "leader_of" else None)
    if by.kind == "starter":
        return Found((Candidate(starter),), "starter")
    if named is not None:
        return Found((Candidate(named),), by.kind)
    pool = max(by.count_min, by.count_max or 1) if by.kind in _MANY else 1
    return Found(tuple(Candidate(f"{step}_{n}") for n in range(1, min(pool, _POOL) + 1)), by.kind)


def _person(case: _Case, step: str) -> str | None:
    named = case.example.given.get(f"{step}_by")
    return named if isinstance(named, str) else None


def _given_leader(case: _Case) -> str | None:
    named = case.example.given.get("leader_of_branch")
    return named if isinstance(named, str) else None


def _parameter(type: str, text: str) -> object:
    return FIELD_TYPES[type].parse(text, FieldOptions())


def _clock(case: _Case) -> dt.datetime:
    if case.example.clock is None:
        return _START
    return dt.datetime.fromisoformat(case.example.clock).replace(tzinfo=ZoneInfo(case.app.timezone)).astimezone(dt.UTC)
