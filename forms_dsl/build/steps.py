"""Steps of a workflow, from shapes to the block tree."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.branches import branch_codes
from forms_dsl.build.flow_context import FlowContext
from forms_dsl.build.human_steps import build_human
from forms_dsl.build.place import Place
from forms_dsl.build.service_steps import build_call, build_copy, build_sub_flow, build_wait
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN
from forms_dsl.files.human_steps import ApproveShape, FillShape, VoteShape
from forms_dsl.files.service_steps import CallShape, CopyShape, SubFlowShape, WaitShape
from forms_dsl.files.steps import AnyOfShape, BlockBranchShape, CaseShape, ChooseShape, TogetherShape
from forms_dsl.model import AnyOfStep, Branch, ChooseStep, TogetherStep, WorkflowStep

StepShape = (
    FillShape
    | ApproveShape
    | VoteShape
    | TogetherShape
    | AnyOfShape
    | ChooseShape
    | CallShape
    | CopyShape
    | WaitShape
    | SubFlowShape
)


def build_steps(flow: FlowContext, place: Place, shapes: list[StepShape]) -> tuple[WorkflowStep, ...]:
    """The steps of a list; those with findings are left out."""
    built = (_step(flow, place.at(number), shape) for number, shape in enumerate(shapes))
    return tuple(step for step in built if step is not None)


def _step(flow: FlowContext, place: Place, shape: StepShape) -> WorkflowStep | None:
    match shape:
        case FillShape() | ApproveShape() | VoteShape():
            return build_human(flow, place, shape)
        case TogetherShape():
            branches = _branches(flow, place.at("together"), shape.together)
            return TogetherStep(flow.name_of(shape.name, "together"), place.key_span, branches)
        case AnyOfShape():
            branches = _branches(flow, place.at("any_of"), shape.any_of)
            return AnyOfStep(flow.name_of(shape.name, "any_of"), place.key_span, branches)
        case ChooseShape():
            return _choose(flow, place, shape)
        case CallShape():
            return build_call(flow, place, shape)
        case CopyShape():
            return build_copy(flow, place, shape)
        case WaitShape():
            return build_wait(flow, place, shape)
        case SubFlowShape():
            return build_sub_flow(flow, place, shape)


def _branches(flow: FlowContext, place: Place, shapes: list[BlockBranchShape]) -> tuple[Branch, ...]:
    seen: set[str] = set()
    for number, shape in enumerate(shapes):
        if shape.name in seen:
            message = Sentence(f"Two branches are called {shape.name!r}.", f"有两个分支都叫“{shape.name}”。")
            flow.bench.find(codes.NAME_TWICE, place.at(number, "name"), message)
        seen.add(shape.name)
    return tuple(
        Branch(shape.name, build_steps(flow, place.at(number, "steps"), shape.steps)) for number, shape in enumerate(shapes)
    )


def _choose(flow: FlowContext, place: Place, shape: ChooseShape) -> ChooseStep | None:
    name = flow.name_of(shape.name, "choose")
    if isinstance(shape.choose, list):
        return _cases(flow, place, shape, shape.choose, name)
    value = flow.chosen(place.at("choose"), shape.choose, None)
    further = dict(shape.__pydantic_extra__ or {})
    branches = tuple(Branch(text, build_steps(flow, place.at(text), steps), code=text) for text, steps in further.items())
    otherwise = None if shape.otherwise is None else build_steps(flow, place.at("otherwise"), shape.otherwise)
    if value is None:
        return None
    branch_codes(flow.bench, place, value.type, list(further), has_rest=otherwise is not None)
    return ChooseStep(name, place.key_span, branches, value, otherwise)


def _cases(flow: FlowContext, place: Place, shape: ChooseShape, cases: list[CaseShape], name: str) -> ChooseStep:
    for text in shape.__pydantic_extra__ or {}:
        message = Sentence(f"The key {text!r} is not known here.", f"此处没有键“{text}”。")
        hint = Sentence("A list of cases has its steps in the cases.", "条件列表的步骤写在各条件中。")
        flow.bench.find(codes.UNKNOWN_KEY, place.at(text), message, hint, key=True)
    branches = []
    otherwise = None if shape.otherwise is None else build_steps(flow, place.at("otherwise"), shape.otherwise)
    for number, case in enumerate(cases):
        here = place.at("choose", number)
        steps = build_steps(flow, here.at("steps"), case.steps)
        if case.else_:
            otherwise = steps
            _rest(flow, here, number == len(cases) - 1, case)
            continue
        if case.if_ is None and here.file.is_whole(here.pointer):
            message = Sentence("A case needs if: or else: true", "每个条件需要 if: 或 else: true")
            flow.bench.find(codes.MISSING_KEY, here, message, key=True)
        condition = flow.chosen(here.at("if"), case.if_, BOOLEAN)
        if condition is not None:
            branches.append(Branch(case.name or f"case_{number + 1}", steps, condition))
    return ChooseStep(name, place.key_span, tuple(branches), None, otherwise)


def _rest(flow: FlowContext, place: Place, is_last: bool, case: CaseShape) -> None:
    if not is_last or case.if_ is not None:
        message = Sentence("The case of all others stands last and has no condition.", "其余情况须放在最后，且不带条件。")
        flow.bench.find(codes.WRONG_TYPE, place.at("else"), message, key=True)
