"""An automation is carried out whole or not published: what this version leaves aside is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.trees import parts
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.tree import Expression, Ref
from forms_dsl.model import Action, Automation, Value
from runtime.publish.lint import Proposal
from workflow_engine.carried_out import NOT_CARRIED_OUT, people_keys, working_key

#: Actions that `runtime.automations.actions` and, inside a write, `runtime.records.triggers` carry out.
BUILT_ACTIONS = frozenset({"set", "create", "work_item", "start", "call", "refuse"})


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each key that would do nothing."""
    app = proposal.new.app
    for automation in app.automations.values():
        for key in _of_automation(automation):
            yield _finding(automation, key)
        for action in automation.do:
            for key in _of_action(automation, action, timeless=(app.calendar or "") not in app.calendars):
                message = Sentence(f"This version does not carry out {key!r} yet.", f"当前版本尚不执行“{key}”。")
                yield NOT_CARRIED_OUT.at(action.span, message)


def _finding(automation: Automation, key: str) -> Diagnostic:
    message = Sentence(
        f"This version does not carry out {key!r} of the automation {automation.name!r} yet.",
        f"当前版本尚不执行自动化规则“{automation.name}”的“{key}”。",
    )
    return NOT_CARRIED_OUT.at(automation.span, message)


def _of_automation(automation: Automation) -> Iterator[str]:
    yield from (_words(key) for key in working_key(automation.cooldown, "cooldown"))


def _of_action(automation: Automation, action: Action, *, timeless: bool) -> Iterator[str]:
    if action.kind not in BUILT_ACTIONS:
        yield action.kind
    called = any(each.kind == "call" for each in automation.do[: automation.do.index(action)])
    if (automation.receive is None or called) and any(_reads_result(value) for value in action.values.values()):
        yield f"{action.kind} with result"
    if action.to is not None:
        yield from (_words(key) for key in people_keys(action.to, action.kind, "to"))
    if timeless:
        yield from (_words(key) for key in working_key(action.due, action.kind, "due"))


def _reads_result(value: Value) -> bool:
    """Whether a value is what an event or an earlier call brought: the answer of a call is not there yet when it is written."""
    return isinstance(value, Expression) and any(isinstance(part, Ref) and part.root == "result" for part in parts(value.tree))


def _words(key: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in key)
