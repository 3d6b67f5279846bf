"""The checker over the fields of a file, for one target or for whichever targets can compute an expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.expression_lab.fields import Fields
from builder.expression_lab.rows import Context
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.scope import FORM, PROCESS, SEGMENT, Place, Scope, Target
from forms_dsl.expr.tree import Expression
from forms_dsl.source import Span

_WORDS = {
    "P": Sentence("Python", " Python "),
    "S": Sentence("SQL", " SQL "),
    "J": Sentence("the browser", "浏览器"),
}
_ROOTS = FORM.roots | PROCESS.roots | SEGMENT.roots


@dataclass(frozen=True, slots=True)
class Checked:
    """One text with its expression, or without one and with findings."""

    source: str
    file: str
    expression: Expression | None
    findings: tuple[Diagnostic, ...]


def check_all(sources: Sequence[str], fields: Fields, context: Context, target: Target | None) -> list[Checked]:
    """Check texts; with a target, what it cannot compute is a finding."""
    scope = scope_of(fields, context, target)
    return [_check(source, f"expression {number}", scope) for number, source in enumerate(sources, 1)]


def scope_of(fields: Fields, context: Context, target: Target | None) -> Scope:
    """The names of the fields and the context."""
    words = Sentence("any target", "任何目标") if target is None else _WORDS[target]
    place = Place(
        "lab",
        words,
        frozenset() if target is None else frozenset({target}),
        _ROOTS - ({"old"} if target == "S" else set()),
        related=target in (None, "S"),
        answers=target != "S",
    )
    return Scope(place, fields.record.types, fields.entities, base_currency="CNY", **context.types)  # type: ignore[arg-type]


def _check(source: str, file: str, scope: Scope) -> Checked:
    starts = [0]
    for offset, character in enumerate(source):
        if character == "\n":
            starts.append(offset + 1)

    def place(offset: int) -> tuple[int, int]:
        line = next(n for n in range(len(starts), 0, -1) if starts[n - 1] <= offset)
        return line, offset - starts[line - 1] + 1

    expression, findings = check_expression(source, scope, lambda start, end: Span(file, *place(start), *place(end)))
    return Checked(source, file, expression, findings)
