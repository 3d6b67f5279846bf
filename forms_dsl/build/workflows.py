"""Workflows, from shapes to values."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.cases import build_example
from forms_dsl.build.flow_context import FlowContext
from forms_dsl.build.people import build_people, build_values
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.step_lists import StepLists
from forms_dsl.build.steps import build_steps
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import PROCESS, Scope
from forms_dsl.files.controls import ControlsShape, FourEyesShape
from forms_dsl.files.workflow import AuthorityShape, FinishShape, WorkflowShape
from forms_dsl.model import Authority, FourEyes, People, Proxies, RepeatApprover, Value, Workflow

_DECISION = Sentence("decision table", "决策表")
_WORKFLOW = Sentence("workflow", "流程")


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
    authority, choosing = _authority(bench, place.at("authority"), shape.authority, scope, entity)
    flow = FlowContext(bench, file.name, entity, scope, choosing, shape.authority is not None and authority is None)
    steps = build_steps(flow, place.at("steps"), shape.steps)
    lists = StepLists(bench, steps, file, is_reversal=shape.reverses is not None)
    start_by = build_people(bench, place.at("start", "by"), shape.start.by, scope, entity)
    if shape.start.in_:
        bench.record_branch(place.at("start", "in"), shape.start.in_, entity)
    if shape.start.form:
        flow.check_form(place.at("start", "form"), shape.start.form)
    start_set = build_values(bench, place.at("start", "set"), shape.start.set, scope, entity)
    reverses = _reverses(bench, place, shape)
    controls, here = shape.controls, place.at("controls")
    four_eyes = _all_four_eyes(flow, here.at("four_eyes"), controls, lists)
    returns = controls.return_
    replayed = returns.replay_if_changed if returns else []
    repeat = _repeat(flow, here.at("repeat_approver", "unless_changed"), controls)
    proxy = (
        Proxies(controls.proxy.allowed, lists.resolve(here.at("proxy", "except"), controls.proxy.except_))
        if controls.proxy
        else Proxies()
    )
    lists.check_human(flow.returns)
    lists.check_human(flow.choosers)
    examples = tuple(
        build_example(bench, place.at("examples", number), example, entity, lists)
        for number, example in enumerate(shape.examples)
    )
    _examples_differ(bench, place.at("examples"), shape)
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
        steps=steps,
        four_eyes=four_eyes,
        resubmit_to=returns.resubmit_to if returns else "replay",
        replay_if_changed=flow.field_list(here.at("return", "replay_if_changed"), replayed),
        recall_until=controls.recall.until if controls.recall else "first_action_after_start",
        take_back=controls.take_back,
        no_approver=controls.no_approver,
        finish_set=finish,
        examples=examples,
        calendar=shape.calendar,
        authority=authority,
        repeat_approver=repeat,
        proxy=proxy,
        starter_is_approver=controls.starter_is_approver,
        finish_cooldown={end: finish.cooldown for end, finish in _ends(shape).items() if finish.cooldown is not None},
        reverses=reverses,
        reverse_within=shape.start.within if reverses is not None else None,
    )


def _reverses(bench: Workbench, place: Place, shape: WorkflowShape) -> str | None:
    """The workflow that this one reverses; None where it reverses none, or with a finding about which."""
    if shape.reverses is None:
        if shape.start.within is not None:
            message = Sentence("start.within goes only with reverses.", "start.within 只能与 reverses 同用。")
            bench.find(codes.WRONG_TYPE, place.at("start", "within"), message, key=True)
        return None
    here = place.at("reverses")
    return shape.reverses if bench.has_file("workflow", here, shape.reverses, _WORKFLOW) else None


def _within(people: People, scope: str | None) -> People:
    return replace(people, scope=scope) if scope else people


def _authority(
    bench: Workbench, place: Place, shape: AuthorityShape | None, scope: Scope, entity: EntitySignature
) -> tuple[Authority | None, Scope]:
    """授权矩阵 (#37) with the scope of choose, which may use its output; None without one, or with a finding."""
    if shape is None:
        return None, scope
    table = bench.look_up(bench.decisions, place.at("table"), shape.table, _DECISION)
    if table is None:
        return None, scope
    if table.kind != "table":
        message = Sentence(f"{shape.table!r} is no decision table.", f"“{shape.table}”不是决策表。")
        bench.find(codes.WRONG_TYPE, place.at("table"), message)
        return None, scope
    given = {}
    for name, source in shape.given.items():
        here = place.at("given", name)
        if name not in table.inputs:
            bench.unknown(here, name, Sentence(f"input of {table.name}", f"{table.name} 的输入"), table.inputs, key=True)
            continue
        expression = bench.expression(here, source, scope, table.inputs[name], entity)
        if expression is not None:
            given[name] = expression
    missing = [
        name for name in table.inputs if name not in shape.given and name not in place.file.lost_names(place.at("given").pointer)
    ]
    if missing and place.file.is_whole(place.at("given").pointer):
        words = ", ".join(missing)
        message = Sentence(f"The table needs {words}, which is not given.", f"决策表需要 {words}，但没有给出。")
        bench.find(codes.MISSING_KEY, place.at("given"), message, key=True)
    if shape.gives not in table.outputs:
        bench.unknown(place.at("gives"), shape.gives, Sentence(f"output of {table.name}", f"{table.name} 的输出"), table.outputs)
        return None, scope
    choosing = replace(scope, authority={shape.gives: table.outputs[shape.gives]})
    return Authority(shape.table, given, shape.gives), choosing


def _status_belongs(bench: Workbench, place: Place, name: str, entity: EntitySignature) -> None:
    """A status field may name this workflow only when the workflow is for its entity."""
    for other in bench.entities_with_status(name):
        if other.full_name != entity.full_name:
            message = Sentence(
                f"The status of {other.name} is set by this workflow, which is for {entity.name}.",
                f"“{other.name}”的状态由本流程设置，但本流程用于“{entity.name}”。",
            )
            bench.find(codes.WRONG_TYPE, place.at("for"), message)


def _repeat(flow: FlowContext, place: Place, controls: ControlsShape) -> RepeatApprover:
    shape = controls.repeat_approver
    return RepeatApprover(shape.skip, flow.field_list(place, shape.unless_changed)) if shape else RepeatApprover()


def _all_four_eyes(flow: FlowContext, place: Place, controls: ControlsShape, lists: StepLists) -> tuple[FourEyes, ...]:
    seen: set[str] = set()
    for number, shape in enumerate(controls.four_eyes):
        if shape.name in seen:
            message = Sentence(f"Two rules are called {shape.name!r}.", f"有两条规则都叫“{shape.name}”。")
            flow.bench.find(codes.NAME_TWICE, place.at(number, "name"), message)
        seen.add(shape.name)
    return tuple(_four_eyes(flow, place.at(n), shape, lists) for n, shape in enumerate(controls.four_eyes))


def _four_eyes(flow: FlowContext, place: Place, shape: FourEyesShape, lists: StepLists) -> FourEyes:
    said = bool(shape.different_people) + bool(shape.same_person) + bool(shape.editors_of and shape.may_not_act_at)
    half = bool(shape.editors_of) != bool(shape.may_not_act_at)
    if (said == 0 or half) and place.file.is_whole(place.pointer):
        message = Sentence(
            "A rule needs different_people, same_person, or editors_of with may_not_act_at.",
            "规则需要 different_people、same_person，或 editors_of 加 may_not_act_at。",
        )
        flow.bench.find(codes.MISSING_KEY, place, message, key=True)
    title = shape.title or dict.fromkeys(flow.bench.languages, shape.name)
    return FourEyes(
        shape.name,
        title,
        lists.resolve(place.at("different_people"), shape.different_people),
        lists.resolve(place.at("same_person"), shape.same_person),
        flow.field_list(place.at("editors_of"), shape.editors_of),
        lists.resolve(place.at("may_not_act_at"), shape.may_not_act_at),
    )


def _ends(shape: WorkflowShape) -> dict[str, FinishShape]:
    ends = {"approved": shape.on_finish.approved, "rejected": shape.on_finish.rejected, "stopped": shape.on_finish.stopped}
    return {end: finish for end, finish in ends.items() if finish is not None}


def _finish(
    bench: Workbench, place: Place, shape: WorkflowShape, scope: Scope, entity: EntitySignature
) -> dict[str, dict[str, Value]]:
    return {
        end: build_values(bench, place.at("on_finish", end, "set"), finish.set, scope, entity)
        for end, finish in _ends(shape).items()
    }


def _examples_differ(bench: Workbench, place: Place, shape: WorkflowShape) -> None:
    seen: set[str] = set()
    for number, example in enumerate(shape.examples):
        if example.name in seen:
            message = Sentence(f"Two examples are called {example.name!r}.", f"有两个案例都叫“{example.name}”。")
            bench.find(codes.NAME_TWICE, place.at(number, "name"), message)
        seen.add(example.name)
