"""What the parts of the checker share: the expression under way, its findings, and how types meet."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from forms_dsl.diagnostics import Code, Diagnostic, did_you_mean
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.scope import Scope
from forms_dsl.expr.syntax import Parsed
from forms_dsl.expr.tree import Call, Constant, Expr, Ref, ValueType
from forms_dsl.source import Span

#: Maps character offsets inside an expression to a place in its file.
SpanOf = Callable[[int, int], Span]

_WORDS = {
    "number": "a number", "text": "a text", "boolean": "true or false", "date": "a date", "datetime": "a date with time",
    "choice": "a choice", "multi_choice": "a set of choices", "reference": "a reference", "rows": "a table of rows",
    "list": "a list", "missing": "missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop that surrounds an expression: its name and the rows it runs over."""

    name: str
    rows: Ref


@dataclass(slots=True)
class Checking:
    """One expression under way; findings and reads are collected."""

    parsed: Parsed
    scope: Scope
    span_of: SpanOf
    #: Checks a node of any kind; the parts of the checker call each other through it.
    visit: Callable[[Checking, ast.expr], Expr | None]
    findings: list[Diagnostic] = field(default_factory=list)
    reads: set[tuple[str, ...]] = field(default_factory=set)
    loop: Loop | None = None
    in_aggregate: bool = False

    def report(self, code: Code, place: ast.expr | tuple[int, int], message: str, hint: str | None = None) -> None:
        """Add a finding at a node or at character offsets."""
        start, end = place if isinstance(place, tuple) else (self.parsed.start(place), self.parsed.end(place))
        finding = code.at(self.span_of(start, end), message, hint=hint)
        if finding not in self.findings:
            self.findings.append(finding)

    def span(self, node: ast.expr) -> Span:
        """Where a node stands in its file."""
        return self.span_of(self.parsed.start(node), self.parsed.end(node))


def called(node: ast.Call) -> str:
    """The name that a call calls; the syntax lets only names be called."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def words(type: ValueType) -> str:
    """How a message calls a type."""
    return _WORDS[type.name]


def is_literal_text(expr: Expr) -> bool:
    """Whether an expression can only be one of some text literals, which may stand for codes or ids."""
    match expr:
        case Constant(type=ValueType(name="text")):
            return True
        case Call(function="if", arguments=(_, then, otherwise)):
            return _literal_or_missing(then, otherwise)
        case Call(function="coalesce", arguments=arguments):
            return _literal_or_missing(*arguments)
    return False


def _literal_or_missing(*parts: Expr) -> bool:
    return any(is_literal_text(p) for p in parts) and all(is_literal_text(p) or p.type.name == "missing" for p in parts)


def adapt(checking: Checking, node: ast.expr, expr: Expr, target: ValueType) -> Expr | None:
    """The same expression as a value of `target` where literals allow it; None after a finding."""
    if expr.type.name == "missing":
        return replace(expr, type=replace(target, optional=True)) if isinstance(expr, Constant) else expr
    if target.name in ("choice", "reference") and is_literal_text(expr):
        return _as_code(checking, node, expr, target)
    return expr


def _as_code(checking: Checking, node: ast.expr, expr: Expr, target: ValueType) -> Expr | None:
    match expr:
        case Constant(value=str() as value):
            if target.name == "choice" and value not in target.codes:
                hint = did_you_mean(value, target.codes) or f"Possible are {', '.join(target.codes)}."
                checking.report(codes.NOT_A_CHOICE, _literal_place(checking, node, value), f"{value!r} is not one of the codes here.", hint)
                return None
            return replace(expr, type=replace(target, optional=False))
        case Constant():
            return replace(expr, type=target)
        case Call(arguments=arguments):
            condition, values = (arguments[:1], arguments[1:]) if expr.function == "if" else ((), arguments)
            adapted = [_as_code(checking, node, value, target) for value in values]
            if any(value is None for value in adapted):
                return None
            return replace(expr, type=target, arguments=(*condition, *(value for value in adapted if value is not None)))
    return expr


def _literal_place(checking: Checking, node: ast.expr, value: str) -> ast.expr:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and inner.value == value:
            return inner
    return node


def unify(
    checking: Checking, nodes: Sequence[ast.expr], exprs: Sequence[Expr], place: ast.expr | tuple[int, int], doing: str
) -> tuple[ValueType, tuple[Expr, ...]] | None:
    """One type for several values, and the values in it; `doing` is the middle of the message that refuses it."""
    target = _meeting_type(exprs)
    for expr in exprs:
        problem = mismatch(target, expr)
        if problem is not None:
            code, hint = problem
            message = f"Cannot {doing} {words(target)} with {words(expr.type)}."
            if code is codes.CURRENCIES:
                message = f"Amounts in {target.currency} and {expr.type.currency} are mixed."
            elif target.name == expr.type.name:
                message = f"Cannot {doing} these: they are {words(target)} of different kinds."
            checking.report(code, place, message, hint)
            return None
    adapted = [adapt(checking, node, expr, target) for node, expr in zip(nodes, exprs, strict=True)]
    if any(a is None for a in adapted):
        return None
    return target, tuple(a for a in adapted if a is not None)


def _meeting_type(exprs: Sequence[Expr]) -> ValueType:
    for expr in exprs:
        if expr.type.name != "missing" and not is_literal_text(expr):
            currency = next((e.type.currency for e in exprs if e.type.currency), expr.type.currency)
            return replace(expr.type, currency=currency) if expr.type.name == "number" else expr.type
    return next((expr.type for expr in exprs if expr.type.name != "missing"), ValueType("text"))


def mismatch(target: ValueType, expr: Expr) -> tuple[Code, str | None] | None:
    """Why a value does not fit `target` (code and hint), or None when it does."""
    type = expr.type
    if type.name == "missing" or (target.name in ("choice", "reference") and is_literal_text(expr)):
        return None
    if type.name != target.name:
        return codes.TYPES, _conversion_hint({target.name, type.name})
    if type.name in ("choice", "multi_choice") and set(type.codes) != set(target.codes):
        return codes.TYPES, "Compare their texts with text(x)." if type.name == "choice" else None
    if type.name == "reference" and type.entity and target.entity and type.entity != target.entity:
        return codes.TYPES, f"One refers to {target.entity}, the other to {type.entity}."
    if type.name == "number" and type.currency and target.currency and type.currency != target.currency:
        return codes.CURRENCIES, None
    return None


def _conversion_hint(names: set[str]) -> str | None:
    match sorted(names):
        case ["date", "datetime"]:
            return "Use date_of(x) for the day of a date with time."
        case ["date", "text"]:
            return "Write a day as date(2025, 3, 31)."
        case ["number", "text"]:
            return "Use number(x) or text(x), or write the number without quotes."
        case ["boolean", "text"]:
            return "Write True or False without quotes."
        case ["choice", "text"]:
            return "Use text(x) for the code of a choice."
    return None


def joined_type(type: ValueType, function: str, exprs: Sequence[Expr], *, optional: bool) -> ValueType:
    """The type of a value that is one of several values of `type`."""
    if type.name != "number":
        return replace(type, optional=optional)
    limits = tuple(bounds.of_type(e.type) for e in exprs if not (isinstance(e, Constant) and e.value is None))
    return bounds.number_type(bounds.exact(function, limits or ((0, bounds.LIMIT),)), optional=optional, currency=type.currency)
