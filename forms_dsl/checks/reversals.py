"""Reversals (撤销): what they take back is there, is no reversal itself, and something can be taken back at all."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.build.step_lists import UNKNOWN_STEP
from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.workflows import flows_of
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.model import CallStep, SubFlowStep, Workflow
from forms_dsl.workflow_tree import UNDO, steps_of

NO_REVERSAL = code(
    "W020",
    "A reversal of itself, of another entity's workflow or of a reversal, a second one of a workflow, or one that a rule or step starts.",
)
NOTHING_TAKEN_BACK = code("W021", "A reversal takes back nothing, or not everything, that the approval did.", "warning")


@check
def reversals_take_back_an_approval(site: Site) -> Iterator[Diagnostic]:
    """A reversal is of one workflow over the same records, which is none itself; and each workflow has one at most."""
    first: dict[str, str] = {}
    for flow in flows_of(site):
        reversed_one = site.app.workflows.get(flow.reverses or "")
        if flow.reverses is None or reversed_one is None:
            continue
        wrong = _wrong(flow, reversed_one) or _second(flow, first.setdefault(flow.reverses, flow.name))
        if wrong is not None:
            yield site.find(NO_REVERSAL, site.place(flow.span.file, "reverses"), *wrong)
        for step in steps_of(flow):
            if step.name == UNDO:
                message = Sentence("In a reversal the step undo is the platform's own.", "撤销流程中的步骤名 undo 由平台使用。")
                yield site.find(NO_REVERSAL, site.at_key(step.span), message, key=True)


def _wrong(flow: Workflow, reversed_one: Workflow) -> tuple[Sentence, Sentence] | None:
    """What is wrong with the workflow that a reversal names, and what to do about it."""
    if flow.name == reversed_one.name:
        message = Sentence("A workflow does not reverse itself.", "流程不能撤销自身。")
    elif reversed_one.reverses is not None:
        message = Sentence(
            f"{reversed_one.name!r} is a reversal itself; what it took back is done again by a new approval.",
            f"“{reversed_one.name}”本身就是撤销流程；撤销之后应重新发起审批。",
        )
    elif reversed_one.entity != flow.entity:
        message = Sentence(
            f"{reversed_one.name!r} is a workflow for {reversed_one.entity}, this one is for {flow.entity}.",
            f"“{reversed_one.name}”用于“{reversed_one.entity}”，而本流程用于“{flow.entity}”。",
        )
    else:
        return None
    return message, Sentence("Name an approval over the same records.", "请指定同一实体的审批流程。")


def _second(flow: Workflow, first: str) -> tuple[Sentence, Sentence] | None:
    if first == flow.name:
        return None
    message = Sentence(f"{first!r} reverses the same workflow.", f"“{first}”已是该流程的撤销流程。")
    return message, Sentence("Put both into one workflow.", "请合并为一个流程。")


@check
def no_rule_starts_a_reversal(site: Site) -> Iterator[Diagnostic]:
    """A person asks for a reversal and says why; a rule or a step does neither."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            inner = site.app.workflows.get(step.workflow) if isinstance(step, SubFlowStep) else None
            if inner is not None and inner.reverses is not None:
                message = Sentence(
                    f"{inner.name!r} is a reversal: a person starts it and says why.",
                    f"“{inner.name}”是撤销流程，须由人员说明原因后发起。",
                )
                yield site.find(NO_REVERSAL, site.at_key(step.span), message, key=True)
    for rule in site.app.automations.values():
        for number, action in enumerate(rule.do):
            started = site.app.workflows.get(action.workflow or "") if action.kind == "start" else None
            if started is not None and started.reverses is not None and site.is_whole(rule.span.file):
                message = Sentence(
                    f"{started.name!r} is a reversal: a person starts it and says why.",
                    f"“{started.name}”是撤销流程，须由人员说明原因后发起。",
                )
                yield site.find(NO_REVERSAL, site.place(rule.span.file, "do", number, "start"), message)


def _reversals(site: Site) -> Iterator[tuple[Workflow, Workflow]]:
    """Each reversal with the workflow that it takes back, where that was read without a mistake."""
    for flow in flows_of(site):
        reversed_one = site.app.workflows.get(flow.reverses or "")
        if reversed_one is not None and site.is_whole(reversed_one.span.file):
            yield flow, reversed_one


@check
def reversals_take_something_back(site: Site) -> Iterator[Diagnostic]:
    """What a command did in another system stays done where it has no undo: the analyst should know."""
    for flow, reversed_one in _reversals(site):
        calls = [step for step in steps_of(reversed_one) if isinstance(step, CallStep)]
        lasting = [step.name for step in calls if step.undo is None and _is_command(site, step)]
        if lasting:
            message = Sentence(
                f"What {', '.join(lasting)} did in other systems stays done: no undo is named.",
                f"{'、'.join(lasting)} 在外部系统办理的内容不会冲正：没有指定 undo。",
            )
        elif not any(step.undo for step in calls) and not flow.finish_set.get("approved"):
            message = Sentence(
                f"It takes nothing back: {reversed_one.name!r} has no call with undo, and nothing is written.",
                f"没有任何内容被撤销：“{reversed_one.name}”没有带 undo 的调用，本流程也不写入任何值。",
            )
        else:
            continue
        hint = Sentence(
            "Name undo at the calls, or write what the record is then under on_finish.approved.set.",
            "请在调用上指定 undo，或在 on_finish.approved.set 中写入撤销后的值。",
        )
        yield site.find(NOTHING_TAKEN_BACK, site.place(flow.span.file, "reverses"), message, hint)


def _is_command(site: Site, step: CallStep) -> bool:
    binding, _, operation = step.connector.partition(".")
    return site.app.bindings[binding].operations[operation].kind == "command"


@check
def answers_of_a_reversal_are_of_its_calls(site: Site) -> Iterator[Diagnostic]:
    """An example of a reversal says how the calls end that it makes, and those that take the approval's calls back."""
    for flow, reversed_one in _reversals(site):
        own = [step.name for step in steps_of(flow) if isinstance(step, CallStep)]
        theirs = [step.name for step in steps_of(reversed_one) if isinstance(step, CallStep) and step.undo is not None]
        for number, example in enumerate(flow.examples):
            for name in (*example.answers, *example.outcomes):
                if name not in (*own, *theirs):
                    place = site.place(flow.span.file, "examples", number, "answers", name)
                    message = Sentence(f"There is no call {name!r} here to take back.", f"没有可冲正的调用“{name}”。")
                    yield site.find(UNKNOWN_STEP, place, message, suggestion(name, [*own, *theirs]), key=True)
