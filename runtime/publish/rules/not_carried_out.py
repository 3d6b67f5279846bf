"""What the language can say and this version does not do yet: refused before it is live, so that nothing is silently left out."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import AccessRule, App, Entity, Form, FormBlock, ListView
from forms_dsl.source import Span
from runtime.publish.lint import Proposal

NOT_CARRIED_OUT = code("M416", "A part of the language that this version does not carry out.")


#: Types whose values are the columns of a board.
_LANES = frozenset({"choice", "status", "boolean"})


#: Actions on a selection.
_BULK = frozenset({"delete", "assign", "export"})


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each key, at the thing that has it."""
    app = proposal.new.app
    for span, key in _keys(app):
        message = Sentence(f"This version does not carry out {key}.", f"当前版本尚不支持 {key}。")
        yield NOT_CARRIED_OUT.at(span, message, hint=Sentence("Leave it out for now.", "请暂时去掉。"))


def _keys(app: App) -> Iterator[tuple[Span, str]]:
    for entity in app.entities.values():
        yield from _of_entity(entity)
    for form in app.forms.values():
        yield from _of_form(form)
    for view in app.lists.values():
        yield from _of_list(app, view)
    for role in app.roles.values():
        for rule in role.access.values():
            yield from ((role.span, key) for key in _of_rule(rule))


def _of_entity(entity: Entity) -> Iterator[tuple[Span, str]]:
    if entity.external is not None:
        yield entity.span, "external"


def _of_form(form: Form) -> Iterator[tuple[Span, str]]:
    def within(block: FormBlock) -> Iterator[tuple[Span, str]]:
        yield from ((item.span, "button") for item in block.items if item.kind == "button")
        for inner in block.blocks:
            yield from within(inner)

    for block in form.layout:
        yield from within(block)


def _of_list(app: App, view: ListView) -> Iterator[tuple[Span, str]]:
    group = app.entities[view.entity].fields.get(view.group_by or "")
    if view.view == "board" and (group is None or group.type not in _LANES):
        yield view.span, f"view: board by {view.group_by}"
    yield from ((view.span, f"bulk: {name}") for name in view.bulk if name not in _BULK)


def _of_rule(rule: AccessRule) -> Iterator[str]:
    if rule.print is not None and rule.print.approved_by is not None:
        yield "print with approved_by"
    if rule.import_ is not None and rule.import_.watermark:
        yield "import with watermark"
