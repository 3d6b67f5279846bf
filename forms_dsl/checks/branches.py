"""Branches that run at the same time: nobody sends back across them, and the first of several does not win by itself."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.workflows import flows_of, map_of
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import AnyOfStep, CallStep, ChooseStep, HumanStep, SubFlowStep, TogetherStep, WaitStep, WorkflowStep
from forms_dsl.workflow_tree import branches_of, parallel_branch_of, steps_of, steps_within

FOREIGN_RETURN = code("W010", "A refusal returns into another branch that runs at the same time.", refusal="WF-SHAPE")
INSTANT_BRANCH = code("W017", "A branch of any_of can be finished at once, so that the others never count.")
CANCELLED_COMMAND = code("W018", "A command in a branch of any_of has no undo, although the branch may be cancelled after it.")


@check
def refusals_stay_in_their_branch(site: Site) -> Iterator[Diagnostic]:
    """A branch that runs at the same time has a life of its own; nobody outside sends it back."""
    for flow in flows_of(site):
        around = parallel_branch_of(flow)
        for step in steps_of(flow):
            back = _returns_to(step)
            if back in around:
                target = around[back or ""]
                if around[step.name][: len(target)] != target:
                    message = Sentence(f"{back!r} stands in another branch.", f"“{back}”在另一个并行分支中。")
                    yield site.find(FOREIGN_RETURN, map_of(site, step).at("on_reject", "return_to"), message)


def _returns_to(step: WorkflowStep) -> str | None:
    match step:
        case HumanStep():
            return step.on_reject
        case SubFlowStep():
            return step.return_to
        case _:
            return None


@check
def the_first_branch_has_to_be_won(site: Site) -> Iterator[Diagnostic]:
    """A branch in which nothing waits is finished before the others have begun."""
    for flow in flows_of(site):
        for step in steps_of(flow):
            for branch in step.branches if isinstance(step, AnyOfStep) else ():
                if branch.steps and not _waits(branch.steps):
                    message = Sentence(
                        f"The branch {branch.name!r} can be finished at once.", f"分支“{branch.name}”可能立即完成。"
                    )
                    hint = Sentence(
                        "Let it wait on every way: a step of people, a call, a wait or a sub-flow without a condition.",
                        "请让每条路径都有等待：不带条件的人工步骤、调用、等待或子流程。",
                    )
                    yield site.find(INSTANT_BRANCH, site.at_key(branch.steps[0].span), message, hint, key=True)


def _waits(steps: tuple[WorkflowStep, ...]) -> bool:
    """Whether every way through the steps waits for somebody or something."""
    for step in steps:
        match step:
            case HumanStep() | CallStep() | WaitStep() if step.when is None:
                return True
            case SubFlowStep() if step.when is None and not step.detached:
                return True
            case TogetherStep() if any(_waits(branch.steps) for branch in step.branches):
                return True
            case AnyOfStep() if all(_waits(branch.steps) for branch in step.branches):
                return True
            case ChooseStep() if all(_waits(branch) for branch in branches_of(step)):
                return True
    return False


@check
def cancelled_commands_can_be_undone(site: Site) -> Iterator[Diagnostic]:
    """What a cancelled branch has changed elsewhere has to be taken back (冲正)."""
    for flow in flows_of(site):
        blocks = [step for step in steps_of(flow) if isinstance(step, AnyOfStep)]
        inside = {step.name: step for block in blocks for branch in block.branches for step in steps_within(branch.steps)}
        for step in inside.values():
            if _leaves_something(site, step):
                message = Sentence(
                    f"The command {step.name!r} cannot be taken back when another branch is first.",
                    f"另一分支先完成时，命令“{step.name}”无法撤回。",
                )
                hint = Sentence(
                    "Add undo: binding.operation, or put it behind the block.", "请加上 undo: 绑定.操作，或把它移到该块之后。"
                )
                yield site.find(CANCELLED_COMMAND, site.at_key(step.span), message, hint, key=True)


def _leaves_something(site: Site, step: WorkflowStep, above: frozenset[str] = frozenset()) -> bool:
    """Whether a step changes another system, itself or by what it runs, and nothing takes that back."""
    match step:
        case CallStep():
            binding, _, name = step.connector.partition(".")
            return step.undo is None and site.app.bindings[binding].operations[name].kind == "command"
        case SubFlowStep(workflow=name) if not step.detached and name in site.app.workflows and name not in above:
            return any(_leaves_something(site, each, above | {name}) for each in steps_of(site.app.workflows[name]))
        case _:
            return False
