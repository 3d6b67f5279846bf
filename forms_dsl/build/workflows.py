"""Workflows and automations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.calls import check_save, check_send
from forms_dsl.build.paths import check_placeholders, find_path
from forms_dsl.build.people import build_people, build_values
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.steps import Steps
from forms_dsl.diagnostics import Sentence, code, suggestion
from forms_dsl.expr.scope import BOOLEAN, PROCESS, SEGMENT, Scope
from forms_dsl.files.workflow import (
    AutomationShape,
    ConnectorActionShape,
    CreateActionShape,
    FourEyesShape,
    SetActionShape,
    StartActionShape,
    WorkflowShape,
    WorkItemActionShape,
)
from forms_dsl.model import (
    Action,
    Automation,
    CallStep,
    ChooseStep,
    FourEyes,
    HumanStep,
    People,
    TogetherStep,
    Value,
    Workflow,
    WorkflowExample,
    WorkflowStep,
)

UNKNOWN_STEP = code("W013", "A step list names a step, group or branch that the workflow does not have.")

ActionShape = SetActionShape | CreateActionShape | WorkItemActionShape | StartActionShape | ConnectorActionShape


def build_workflow(bench: Workbench, file: SourceFile) -> Workflow | None:
    """The workflow of a file; steps with findings are left out."""
    shape = file.shape
    if not isinstance(shape, WorkflowShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("for"), shape.for_)
    if entity is None:
        return None
    scope = bench.scope(PROCESS, bench.record_types(entity))
    steps = Steps(bench, entity, scope)
    built = steps.build(place.at("steps"), shape.steps)
    names = _Lists(bench, built, file)
    start_by = build_people(bench, place.at("start", "by"), shape.start.by, scope, entity)
    if shape.start.in_:
        bench.record_branch(place.at("start", "in"), shape.start.in_, entity)
    if shape.start.form:
        steps.check_form(place.at("start", "form"), shape.start.form)
    start_set = build_values(bench, place.at("start", "set"), shape.start.set, scope, entity)
    returns, recall = shape.controls.return_, shape.controls.recall
    for number, name in enumerate(returns.replay_if_changed if returns else ()):
        find_path(bench, place.at("controls", "return", "replay_if_changed", number), name, entity)
    four_eyes = tuple(
        _four_eyes(bench, place.at("controls", "four_eyes", n), rule, entity, names)
        for n, rule in enumerate(shape.controls.four_eyes)
    )
    names.check_returns(steps.returns)
    examples = tuple(_examples(bench, place, shape, entity, names))
    finish = _finish(bench, place, shape, scope, entity)
    _status_belongs(bench, place, file.name, entity)
    if start_by is None:
        return None
    return Workflow(
        id=shape.id or file.name,
        name=file.name,
        title=shape.title,
        entity=entity.name,
        span=place.at("workflow").span,
        start_by=_within(start_by, shape.start.in_),
        start_form=shape.start.form,
        start_set=start_set,
        steps=built,
        four_eyes=four_eyes,
        resubmit_to=returns.resubmit_to if returns else "replay",
        replay_if_changed=tuple(returns.replay_if_changed) if returns else (),
        recall_until=recall.until if recall else "first_action_after_start",
        no_approver=shape.controls.no_approver,
        finish_set=finish,
        examples=examples,
    )


def _within(people: People, scope: str | None) -> People:
    return replace(people, scope=scope) if scope else people


def _status_belongs(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> None:
    """A status field may name this workflow only when the workflow is for its entity."""
    for other in bench.entities.values():
        for found in other.fields.values():
            if found and found.options.workflow == name and other.full_name != entity.full_name:
                message = Sentence(
                    f"The status of {other.name} is set by this workflow, which is for {entity.name}.",
                    f"“{other.name}”的状态由本流程设置，但本流程用于“{entity.name}”。",
                )
                bench.find(codes.WRONG_TYPE, place.at("for"), message)


class _Lists:
    """The names that step lists may use: steps, `decide` for every `decide@…`, and branches of together."""

    def __init__(self, bench: Workbench, steps: tuple[WorkflowStep, ...], file: SourceFile) -> None:
        self.bench, self.file = bench, file
        self.steps: dict[str, WorkflowStep] = {}
        self.groups: dict[str, list[str]] = {}
        self.calls: set[str] = set()
        self._add(steps, None)
        self.is_complete = file.is_whole(("steps",)) and file.path not in bench.incomplete

    def _add(self, steps: tuple[WorkflowStep, ...], branch: str | None) -> None:
        for step in steps:
            if step.name in self.steps:
                message = Sentence(f"Two steps are called {step.name!r}.", f"有两个步骤都叫“{step.name}”。")
                self.bench.find(codes.BAD_NAME, Place(self.file, ("steps",)), message, at=step.span)
            self.steps[step.name] = step
            if isinstance(step, HumanStep | CallStep):
                if "@" in step.name:
                    self.groups.setdefault(step.name.partition("@")[0], []).append(step.name)
                if branch:
                    self.groups.setdefault(branch, []).append(step.name)
            if isinstance(step, TogetherStep):
                for each in step.branches:
                    self._add(each.steps, each.name)
            elif isinstance(step, ChooseStep):
                for each in step.branches:
                    self._add(each.steps, branch)
                self._add(step.otherwise or (), branch)

    def resolve(self, place: Place, names: list[str]) -> tuple[str, ...]:
        """The steps that a list names, groups and branches written out."""
        found: list[str] = []
        for number, name in enumerate(names):
            if name in self.steps:
                found.append(name)
            elif name in self.groups:
                found.extend(self.groups[name])
            elif self.is_complete:
                self.unknown(place.at(number), name)
        return tuple(dict.fromkeys(found))

    def unknown(self, place: Place, name: str) -> None:
        """The finding about a step that is not there."""
        known = [*self.steps, *self.groups]
        message = Sentence(f"There is no step {name!r}.", f"没有名为“{name}”的步骤。")
        self.bench.find(UNKNOWN_STEP, place, message, suggestion(name, known))

    def check_returns(self, returns: list[tuple[Place, str]]) -> None:
        """Where refusals return to is a human step."""
        for place, name in returns:
            if isinstance(self.steps.get(name), HumanStep) or (name not in self.steps and not self.is_complete):
                continue
            known = [each for each, step in self.steps.items() if isinstance(step, HumanStep)]
            message = Sentence(f"There is no human step {name!r}.", f"没有名为“{name}”的人工步骤。")
            self.bench.find(UNKNOWN_STEP, place, message, suggestion(name, known))


def _four_eyes(bench: Workbench, place: Place, shape: FourEyesShape, entity: EntitySignature, names: _Lists) -> FourEyes:
    said = bool(shape.different_people) + bool(shape.same_person) + bool(shape.editors_of and shape.may_not_act_at)
    if said == 0 and place.file.is_whole(place.pointer):
        message = Sentence(
            "A rule needs different_people, same_person, or editors_of with may_not_act_at.",
            "规则需要 different_people、same_person，或 editors_of 加 may_not_act_at。",
        )
        bench.find(codes.MISSING_KEY, place, message, key=True)
    for number, name in enumerate(shape.editors_of):
        find_path(bench, place.at("editors_of", number), name, entity)
    title = shape.title or dict.fromkeys(bench.languages, shape.name)
    return FourEyes(
        shape.name,
        title,
        names.resolve(place.at("different_people"), shape.different_people),
        names.resolve(place.at("same_person"), shape.same_person),
        tuple(shape.editors_of),
        names.resolve(place.at("may_not_act_at"), shape.may_not_act_at),
    )


def _finish(
    bench: Workbench, place: Place, shape: WorkflowShape, scope: Scope, entity: EntitySignature
) -> dict[str, dict[str, Value]]:
    ends = {"approved": shape.on_finish.approved, "rejected": shape.on_finish.rejected, "stopped": shape.on_finish.stopped}
    return {
        end: build_values(bench, place.at("on_finish", end, "set"), finish.set, scope, entity)
        for end, finish in ends.items()
        if finish is not None
    }


def _examples(
    bench: Workbench, place: Place, shape: WorkflowShape, entity: EntitySignature, names: _Lists
) -> Iterator[WorkflowExample]:
    people = {f"{name.partition('@')[0]}_by" for name in names.steps} | {f"{name}_by" for name in names.steps}
    known = {*entity.types(), *entity.fields, *names.steps, *people, "leader_of_branch"}
    for number, example in enumerate(shape.examples):
        here = place.at("examples", number)
        for name in example.given:
            if name not in known and not entity.open and names.is_complete:
                what = Sentence(f"field of {entity.name}", f"{entity.name} 的字段")
                bench.unknown(here.at("given", name), name, what, known, key=True)
        for position, step in enumerate(example.path):
            if step not in names.steps and names.is_complete:
                names.unknown(here.at("path", position), step)
        yield WorkflowExample(example.name, example.title, dict(example.given), tuple(example.path), here.key_span, example.clock)


def build_automation(bench: Workbench, file: SourceFile) -> Automation | None:
    """The automation of a file; actions with findings are left out."""
    shape = file.shape
    if not isinstance(shape, AutomationShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    if shape.run_as != "system" and file.is_whole():
        message = Sentence("What runs by the clock runs as the system; say so.", "定时运行的规则以系统身份运行，须写明。")
        bench.find(codes.MISSING_KEY, place, message, Sentence("Write run_as: system", "请写 run_as: system"), key=True)
    where = None
    if shape.where:
        scope = bench.scope(SEGMENT, bench.record_types(entity, related=True), without_user=shape.run_as == "system")
        where = bench.expression(place.at("where"), shape.where, scope, BOOLEAN, entity)
    scope = bench.scope(PROCESS, bench.record_types(entity), without_user=shape.run_as == "system")
    actions = tuple(_action(bench, place.at("do", n), action, entity, scope) for n, action in enumerate(shape.do))
    return Automation(
        id=shape.id or file.name,
        name=file.name,
        label=shape.label,
        entity=entity.name,
        span=place.at("automation").span,
        do=tuple(action for action in actions if action is not None),
        every=shape.every,
        where=where,
        cooldown=shape.cooldown,
        run_as=shape.run_as,
    )


def _action(bench: Workbench, place: Place, shape: ActionShape, entity: EntitySignature, scope: Scope) -> Action | None:
    span = place.key_span
    match shape:
        case SetActionShape():
            return Action("set", span, build_values(bench, place.at("set"), shape.set, scope, entity))
        case CreateActionShape():
            target = bench.entity(place.at("create", "entity"), shape.create.entity)
            if target is None:
                return None
            values = build_values(bench, place.at("create", "set"), shape.create.set, scope, target, reads=entity)
            return Action("create", span, values, entity=target.name)
        case WorkItemActionShape():
            item = shape.work_item
            people = build_people(bench, place.at("work_item", "to"), item.to, scope, entity)
            for language, text in item.text.items():
                check_placeholders(bench, place.at("work_item", "text", language), text, entity)
            return Action("work_item", span, to=people, text=item.text, due=item.due) if people else None
        case StartActionShape():
            if not bench.has_file("workflow", place.at("start"), shape.start, Sentence("workflow", "流程")):
                return None
            return Action("start", span, workflow=shape.start)
        case ConnectorActionShape():
            operation = bench.look_up(
                bench.operations, place.at("call", "connector"), shape.call.connector, Sentence("operation", "操作")
            )
            if operation is None:
                return None
            send = check_send(bench, place.at("call", "send"), shape.call.send, operation, scope, entity)
            answer = bench.scope(PROCESS, scope.fields, result=operation.output)
            save = check_save(bench, place.at("call", "save"), shape.call.save, answer, entity)
            return Action("call", span, send, connector=shape.call.connector, save=save)
