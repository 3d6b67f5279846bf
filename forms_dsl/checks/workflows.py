"""Approval flows: nothing unreachable, nobody deciding on his own case, nothing that waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from forms_dsl.build.place import Place
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.expr.tree import Constant
from forms_dsl.model import AnyOfStep, CallStep, Case, ChooseStep, HumanStep, TogetherStep, WaitStep, Workflow, WorkflowStep
from forms_dsl.subjects import tested_entity
from forms_dsl.workflow_tree import branches_of, steps_of, steps_within

UNREACHABLE = code("W001", "A step can never be reached.", refusal="WF-SHAPE")
NO_ELSE = code("W003", "A choose over conditions has no last case for all others.", refusal="WF-SHAPE")
SAME_PERSON = code("W004", "The same person may enter and decide: no four-eyes rule separates them on some way through the flow.")
NO_DUE = code("W005", "A step of people has no time limit.", "warning")
NO_ON_ERROR = code("W006", "A call does not say who takes over after the last try.")
UNKNOWN_OUTCOME = code("W008", "A command does not say how an unknown outcome is inquired.")
SILENT_APPROVAL = code("W009", "An approval by itself on a step with four eyes or a limit.")
NO_EXAMPLE = code("W014", "A workflow without a worked case, or a branch that no example and no test case reaches.", "warning")

#: What a case has come past, the strongest last.
_Way = Literal["none", "loose", "apart"]
_WAYS: tuple[_Way, ...] = ("none", "loose", "apart")


def flows_of(site: Site) -> Iterator[Workflow]:
    """The workflows that could be read whole."""
    yield from (flow for flow in site.app.workflows.values() if site.is_whole(flow.span.file))


def map_of(site: Site, step: WorkflowStep) -> Place:
    """The place of a step's map."""
    place = site.at_key(step.span)
    # A step that an overlay adds has a key of its own in the list.
    return place if place.pointer and isinstance(place.pointer[-1], int) else place.parent


@check
def every_step_can_be_reached(site: Site) -> Iterator[Diagnostic]:
    """No step stands behind a condition that is never true, a case that is always taken, or a step that nobody can approve."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            when = None if isinstance(step, ChooseStep | TogetherStep | AnyOfStep) else step.when
            if when is not None and isinstance(when.tree, Constant) and when.tree.value is False:
                message = Sentence(f"The step {step.name!r} is always skipped.", f"步骤“{step.name}”总会被跳过。")
                yield site.find(UNREACHABLE, map_of(site, step).at("when"), message)
            if isinstance(step, ChooseStep):
                yield from _after_certain_case(site, step)
            if isinstance(step, HumanStep) and step.verb != "fill" and "approve" not in step.may:
                message = Sentence(
                    f"Nobody can approve at {step.name!r}, so what comes after it is never reached.",
                    f"“{step.name}”无法同意，其后的步骤永远到不了。",
                )
                yield site.find(UNREACHABLE, map_of(site, step).at("may"), message)


def _after_certain_case(site: Site, step: ChooseStep) -> Iterator[Diagnostic]:
    certain = False
    for branch in step.branches:
        tree = branch.condition.tree if branch.condition else None
        if certain or (isinstance(tree, Constant) and tree.value is False):
            message = Sentence("This case is never taken.", "该分支永远不会被选中。")
            if branch.condition:
                yield site.find(UNREACHABLE, site.around(branch.condition.tree.span), message)
        certain = certain or (isinstance(tree, Constant) and tree.value is True)
    if certain and step.otherwise:
        message = Sentence(
            "A case before is always taken, so the others are never.", "前面的分支总会成立，其余情况永远不会被选中。"
        )
        yield UNREACHABLE.at(step.otherwise[0].span, message, pointer=map_of(site, step.otherwise[0]).pointer)


@check
def conditions_have_a_rest(site: Site) -> Iterator[Diagnostic]:
    """When no condition is true, the flow must still know where to go."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            if isinstance(step, ChooseStep) and step.value is None and step.otherwise is None:
                message = Sentence("No case is left for all others.", "没有处理其余情况的分支。")
                hint = Sentence("Add a last case: {else: true, steps: []}", "请在最后加上：{else: true, steps: []}")
                yield site.find(NO_ELSE, site.at_key(step.span), message, hint, key=True)


@check
def nobody_decides_what_he_entered(site: Site) -> Iterator[Diagnostic]:
    """Where somebody approves, somebody does whom a rule keeps apart from who entered the case, on every way through the flow."""
    for flow in flows_of(site):
        steps = list(steps_of(flow))
        entering = next((s.name for s in steps if isinstance(s, HumanStep) and s.verb == "fill" and s.by.kind == "starter"), None)
        approvals = [s for s in steps if isinstance(s, HumanStep) and s.verb != "fill"]
        if entering is None or not approvals:
            continue
        apart = {s.name for s in approvals if _separated(flow, entering, s.name)}
        if "loose" in _ways(flow.steps, apart):
            loose = next((s for s in approvals if s.name not in apart), approvals[0])
            message = Sentence(
                f"Who enters at {entering!r} may also decide at {loose.name!r}.",
                f"在“{entering}”录入的人也可以在“{loose.name}”审批。",
            )
            hint = Sentence(
                "Add controls.four_eyes with different_people.", "请在 controls.four_eyes 中加上 different_people 规则。"
            )
            yield site.find(SAME_PERSON, site.at_key(loose.span), message, hint, key=True)


def _separated(flow: Workflow, entering: str, deciding: str) -> bool:
    for rule in flow.four_eyes:
        if entering in rule.different_people and deciding in rule.different_people:
            return True
        if rule.editors_of and deciding in rule.may_not_act_at:
            return True
    return False


def _ways(steps: tuple[WorkflowStep, ...], apart: set[str]) -> frozenset[_Way]:
    """How cases may come through the steps: past a separated approval, past others only, or past none."""
    ways: frozenset[_Way] = frozenset({"none"})
    for step in steps:
        ways = _after(ways, _ways_through(step, apart))
    return ways


def _ways_through(step: WorkflowStep, apart: set[str]) -> frozenset[_Way]:
    inner = [_ways(branch, apart) for branch in branches_of(step)]
    match step:
        case HumanStep() if step.verb != "fill":
            taken: frozenset[_Way] = frozenset({"apart" if step.name in apart else "loose"})
            return taken if step.when is None else taken | {"none"}
        case ChooseStep() | AnyOfStep() if inner:
            return frozenset(way for ways in inner for way in ways)
        case TogetherStep():
            together: frozenset[_Way] = frozenset({"none"})
            for ways in inner:
                together = _after(together, ways)
            return together
    return frozenset({"none"})


def _after(before: frozenset[_Way], then: frozenset[_Way]) -> frozenset[_Way]:
    """One after the other: a separated approval on the way is what counts, wherever it stands."""
    return frozenset(max(a, b, key=_WAYS.index) for a in before for b in then)


@check
def people_are_reminded(site: Site) -> Iterator[Diagnostic]:
    """A step without a time limit can lie for ever; the starter's own first step may."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            if isinstance(step, WaitStep) and step.event is not None and step.within is None:
                message = Sentence(f"{step.name!r} may wait for ever.", f"“{step.name}”可能一直等下去。")
                hint = Sentence("Add due: {within: 5 days, then: hold}", "请加上 due: {within: 5 days, then: hold}")
                yield site.find(NO_DUE, site.at_key(step.span), message, hint, key=True)
            if isinstance(step, HumanStep) and step.due is None and step.open_for is None and step.by.kind != "starter":
                message = Sentence(f"The step {step.name!r} has no due time.", f"步骤“{step.name}”没有时限。")
                yield site.find(
                    NO_DUE,
                    site.at_key(step.span),
                    message,
                    Sentence("Add due: {within: 2 days}", "请加上 due: {within: 2 days}"),
                    key=True,
                )


@check
def calls_have_somebody_behind_them(site: Site) -> Iterator[Diagnostic]:
    """After the last try a person takes over; after a command nobody guesses how it ended."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            if not isinstance(step, CallStep):
                continue
            if step.on_error is None:
                message = Sentence(f"The call {step.name!r} has no on_error.", f"调用“{step.name}”没有 on_error。")
                hint = Sentence("Add on_error: {assign: role.NAME}", "请加上 on_error: {assign: role.角色名}")
                yield site.find(NO_ON_ERROR, site.at_key(step.span), message, hint, key=True)
            binding, _, name = step.connector.partition(".")
            operation = site.app.bindings[binding].operations[name]
            if operation.kind == "command" and step.ask is None:
                message = Sentence(
                    f"The command {step.name!r} has no inquiry for an unknown outcome.",
                    f"命令“{step.name}”没有结果不明时的查询。",
                )
                hint = Sentence(
                    "Add unknown_result: {ask: binding.operation}, unless the connector definition has on_unknown.",
                    "请加上 unknown_result: {ask: 绑定.操作}；连接器定义中已有 on_unknown 时可省略。",
                )
                yield site.find(UNKNOWN_OUTCOME, site.at_key(step.span), message, hint, key=True)


@check
def nothing_approves_itself(site: Site) -> Iterator[Diagnostic]:
    """A step with four eyes or a limit is never approved by time or for lack of people."""
    for flow in flows_of(site):
        bound = {name for rule in flow.four_eyes for name in (*rule.different_people, *rule.same_person, *rule.may_not_act_at)}
        guarded = [
            s
            for s in steps_of(flow)
            if isinstance(s, HumanStep) and s.verb != "fill" and (s.name in bound or s.limit is not None)
        ]
        for step in guarded:
            if step.due is not None and step.due.then == "approve":
                message = Sentence(
                    f"The step {step.name!r} would approve itself in the end.", f"步骤“{step.name}”超时会自动通过。"
                )
                yield site.find(SILENT_APPROVAL, map_of(site, step).at("due", "then"), message)
        if guarded and flow.no_approver == "auto_pass":
            message = Sentence(
                f"The step {guarded[0].name!r} would pass without anybody.", f"步骤“{guarded[0].name}”无人审批时会自动通过。"
            )
            yield site.find(SILENT_APPROVAL, site.place(flow.span.file, "controls", "no_approver"), message)


@check
def examples_reach_everything(site: Site) -> Iterator[Diagnostic]:
    """Each way through a flow is shown by one of its examples or by a case of the app's tests."""
    tested = [(tested_entity(site.app, case), case) for file in site.app.tests.values() for case in file.cases]
    for flow in flows_of(site):
        names = {step.name for step in steps_of(flow)}
        cases = [case for entity, case in tested if entity is not None and entity.name == flow.entity]
        visited = {name for case in (*flow.examples, *cases) for name in _visited(case)}
        if not flow.examples and visited.isdisjoint(names):
            message = Sentence("The workflow has no example.", "流程没有试算案例。")
            yield NO_EXAMPLE.at(flow.span, message, pointer=("workflow",))
            continue
        for step in steps_of(flow):
            for inner in branches_of(step) if isinstance(step, ChooseStep) else ():
                people = [s for s in steps_within(inner) if isinstance(s, HumanStep | CallStep)]
                if people and not any(s.name in visited for s in people):
                    message = Sentence(f"No example reaches {people[0].name!r}.", f"没有案例经过“{people[0].name}”。")
                    yield site.find(NO_EXAMPLE, site.at_key(people[0].span), message, key=True)


def _visited(example: Case) -> Iterator[str]:
    """The steps that an example names as come to."""
    yield from example.path
    yield from (act.step for act in example.do if act.step is not None)
    if example.expect is not None:
        yield from example.expect.at
        yield from (name for name in (example.expect.next,) if name is not None)
