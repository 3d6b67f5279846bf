"""Functions of business days without a calendar to read: refused, since their values would silently be missing."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.trees import expressions, parts, things
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.tree import Call
from runtime.publish.lint import Proposal
from runtime.publish.rules.not_carried_out import NOT_CARRIED_OUT

_HINT = Sentence("Name a calendar of the app in app.yaml: calendar.", "请在 app.yaml 的 calendar 中写明应用的日历。")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each call."""
    app = proposal.new.app
    if (app.calendar or "") in app.calendars:
        return
    for thing in things(app):
        for expression in expressions(thing):
            for part in parts(expression.tree):
                function = FUNCTIONS.get(part.function) if isinstance(part, Call) else None
                if function is not None and function.table == "calendar":
                    message = Sentence(f"{function.name}() has no table to read.", f"{function.name}() 没有可读取的表。")
                    yield NOT_CARRIED_OUT.at(part.span, message, hint=_HINT)
