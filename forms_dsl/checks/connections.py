"""Bindings: whether they are used, and whether tests can run without the other system."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.entities import UNUSED
from forms_dsl.checks.forms import items_of
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import CallStep, WaitStep
from forms_dsl.workflow_tree import steps_of

NO_MOCK = code("C003", "An operation without an answer for tests and examples.", "warning")


@check
def operations_have_a_mock(site: Site) -> Iterator[Diagnostic]:
    """Examples and previews answer from the definition, without the other system."""
    for binding in site.app.bindings.values():
        for operation in binding.operations.values() if site.is_whole(binding.span.file) else ():
            if operation.output and not operation.mock:
                place = site.place(binding.span.file, "bindings", binding.name, "operations", operation.name)
                message = Sentence(f"{operation.name!r} has no mock.", f"“{operation.name}”没有 mock。")
                words = ", ".join(operation.output)
                hint = Sentence(f"Add mock with values of {words}.", f"请加上 mock，给出 {words} 的值。")
                yield site.find(NO_MOCK, place, message, hint, key=True)


@check
def bindings_are_used(site: Site) -> Iterator[Diagnostic]:
    """A binding that nothing calls is a leftover."""
    if not site.is_all_whole:
        return
    app = site.app
    calls = {panel.call for page in app.pages.values() for panel in page.panels if panel.call}
    calls |= {item.call for form in app.forms.values() for item, _ in items_of(form) if item.call}
    calls |= {entity.external[0] for entity in app.entities.values() if entity.external is not None}
    for flow in app.workflows.values():
        for step in steps_of(flow):
            if isinstance(step, CallStep):
                calls |= {name for name in (step.connector, step.ask, step.undo) if name}
            elif isinstance(step, WaitStep) and step.event is not None:
                calls.add(step.event)
    calls |= {action.connector for rule in app.automations.values() for action in rule.do if action.connector}
    calls |= {rule.receive for rule in app.automations.values() if rule.receive is not None}
    used = {call.partition(".")[0] for call in calls}
    for binding in app.bindings.values():
        if binding.name not in used:
            message = Sentence(f"Nothing uses the binding {binding.name!r}.", f"没有任何地方使用绑定“{binding.name}”。")
            yield UNUSED.at(binding.span, message, pointer=("bindings", binding.name))
