"""The checker over the fields of a file, for one target or for whichever targets can compute an expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from builder.expression_lab.fields import Fields
from builder.expression_lab.rows import Context
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.codes import NOT_HERE, UNKNOWN_NAME
from forms_dsl.expr.scope import FORM, PROCESS, SEGMENT, Place, Scope, Target
from forms_dsl.expr.tree import Expression
from forms_dsl.source import Span

_WORDS = {
    "P": Sentence("Python", " Python "),
    "S": Sentence("SQL", " SQL "),
    "J": Sentence("the browser", "浏览器"),
}
_CONTEXT_NAME = re.compile(r"(?<![\w.])(param|result|authority)\.([^\W\d]\w*)")
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
    return Checked(source, file, expression, tuple(_about_context(found, source, place, scope) for found in findings))


def _about_context(found: Diagnostic, source: str, place: Callable[[int], tuple[int, int]], scope: Scope) -> Diagnostic:
    """An unknown name under a root that only the context fills is told as missing there."""
    if found.code not in (UNKNOWN_NAME.id, NOT_HERE.id):
        return found
    for match in _CONTEXT_NAME.finditer(source):
        root, name = match.groups()
        at = place(match.start(2 if found.code == UNKNOWN_NAME.id else 1))
        if at == (found.span.line, found.span.column) and name not in (scope.root(root) or {}):
            message = f"context.json has no {root} {name!r}."
            hint = f'Give it with --context: {{"{root}": {{"{name}": {{"type": …, "value": …}}}}}}.'
            return replace(
                found,
                message=message,
                message_zh=f"context.json 中没有 {root} “{name}”。",
                hint=found.hint or hint,
                hint_zh=found.hint_zh
                or hint.replace("Give it with --context: ", "请用 --context 给出：").removesuffix(".") + "。",
            )
    return found
