"""An automation is carried out whole or not published: what this version leaves aside is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.trees import parts
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.tree import Expression, Ref
from forms_dsl.model import Action, Automation, Value
from runtime.publish.lint import Proposal
from workflow_engine.carried_out import NOT_CARRIED_OUT, people_keys, working_key

#: Actions that `runtime.commands.automation_actions` carries out.
BUILT_ACTIONS = frozenset({"set", "create", "work_item", "start", "call"})


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each key that would do nothing."""
    app = proposal.new.app
    for automation in app.automations.values():
        for key in _of_automation(automation):
            yield _finding(automation, key)
        for action in automation.do:
            for key in _of_action(action, timeless=(app.calendar or "") not in app.calendars):
                message = Sentence(f"This version does not carry out {key!r} yet.", f"当前版本尚不执行“{key}”。")
                yield NOT_CARRIED_OUT.at(action.span, message)


def _finding(automation: Automation, key: str) -> Diagnostic:
    message = Sentence(
        f"This version does not carry out {key!r} of the automation {automation.name!r} yet.",
        f"当前版本尚不执行自动化规则“{automation.name}”的“{key}”。",
    )
    hint = Sentence("It acts by the clock: every.", "目前自动化规则只按时间安排运行：every。")
    return NOT_CARRIED_OUT.at(automation.span, message, hint=hint)


def _of_automation(automation: Automation) -> Iterator[str]:
    said = {"after": automation.after, "before": automation.before, "receive": automation.receive}
    yield from (key for key, value in said.items() if value is not None)
    yield from (_words(key) for key in working_key(automation.cooldown, "cooldown"))


def _of_action(action: Action, *, timeless: bool) -> Iterator[str]:
    if action.kind not in BUILT_ACTIONS:
        yield action.kind
    if any(_reads_result(value) for value in action.values.values()):
        yield f"{action.kind} with result"
    if action.to is not None:
        yield from (_words(key) for key in people_keys(action.to, action.kind, "to"))
    if timeless:
        yield from (_words(key) for key in working_key(action.due, action.kind, "due"))


def _reads_result(value: Value) -> bool:
    """Whether a value is what an event or an earlier call brought, which is not there yet when it is written."""
    return isinstance(value, Expression) and any(isinstance(part, Ref) and part.root == "result" for part in parts(value.tree))


def _words(key: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in key)
