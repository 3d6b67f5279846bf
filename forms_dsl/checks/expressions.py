"""What is suspicious in any expression, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.trees import CONDITIONS, parts, things
from forms_dsl.diagnostics import Code, Diagnostic, Sentence, code
from forms_dsl.expr.indexable import can_use_index
from forms_dsl.expr.ranges import never_reached, never_true
from forms_dsl.expr.tree import Call, Constant, Expr, Ref
from forms_dsl.model import DecisionTable, Entity, Scorecard
from forms_dsl.source import Span

NEGATED_COMPARISON = code("X301", "not (a < b) with a field that may be missing: it is true when the field is missing.", "hint")
CONSTANT_CONDITION = code("X302", "A condition that is always true or always false, or a band that cannot be reached.", "warning")
NO_INDEX = code(
    "X304", "The filter of a list that no index can answer: no part of it compares a field itself with a value.", "warning"
)
LONG_PATH = code("X305", "A reference path of more than 2 steps in the filter of a list.", "warning")
BY_ZERO = code("X306", "A division by a constant zero, which is always missing.", "warning")
PERCENT = code("N204", "A percentage is kept as a fraction, but is compared with a number above 1.", "warning")

_ORDER = frozenset({"lt", "le", "gt", "ge"})
_COMPARISONS = _ORDER | {"eq", "ne"}


@check
def conditions_depend_on_something(site: Site) -> Iterator[Diagnostic]:
    """A condition is not one and the same for every record."""
    for thing in things(site.app):
        for name, expression in site.named_expressions(thing):
            constant = _constant_part(expression.tree) if name in CONDITIONS else None
            constant = constant or _constant_comparison(expression.tree)
            if constant is not None:
                word = "true" if constant[0] else "false"
                zh = "成立" if constant[0] else "不成立"
                message = Sentence(f"This condition is always {word}.", f"该条件始终{zh}。")
                yield _found(site, CONSTANT_CONDITION, constant[1], message)


@check
def divisors_are_not_zero(site: Site) -> Iterator[Diagnostic]:
    """A division by zero is missing (language.md 3), so one by a constant zero says nothing."""
    for thing in things(site.app):
        for expression in site.expressions(thing):
            for part in parts(expression.tree):
                match part:
                    case Call(function="div" | "fdiv" | "mod", arguments=(_, Constant(value=Decimal() as divisor))) if (
                        not divisor
                    ):
                        message = Sentence("This divides by zero: the result is always missing.", "除数为零：结果始终为空。")
                        yield _found(site, BY_ZERO, part.span, message)


@check
def ranges_meet(site: Site) -> Iterator[Diagnostic]:
    """The parts of a condition do not exclude each other, and no band lies in an earlier one; decisions are judged whole."""
    for thing in things(site.app):
        for expression in () if isinstance(thing, DecisionTable | Scorecard) else site.expressions(thing):
            for part in never_true(expression.tree):
                message = Sentence(
                    "The parts of this condition exclude each other: it is never true.", "这些条件互相矛盾，永远不成立。"
                )
                yield _found(site, CONSTANT_CONDITION, part.span, message)
            for part in never_reached(expression.tree):
                message = Sentence(
                    "This band is never reached: an earlier one takes all of it.", "该区间永远到不了：前面的条件已全部覆盖。"
                )
                yield _found(site, CONSTANT_CONDITION, part.span, message)


@check
def list_filters_can_use_an_index(site: Site) -> Iterator[Diagnostic]:
    """A list reads only the rows that it shows."""
    for view in site.app.lists.values():
        if view.filter is not None and not can_use_index(view.filter.tree):
            message = Sentence(
                "No index can answer this filter: it computes with every record.", "该筛选条件无法使用索引：每条记录都要计算。"
            )
            hint = Sentence(
                "Compare a field itself with a value, or keep the computed value in a stored field.",
                "请直接用字段与值比较，或把计算结果存为字段（stored: true）。",
            )
            yield _found(site, NO_INDEX, view.filter.tree.span, message, hint)


@check
def negations_think_of_missing_values(site: Site) -> Iterator[Diagnostic]:
    """`not (a < b)` is true for a missing `a`, which few writers expect."""
    for thing in things(site.app):
        for expression in site.expressions(thing):
            for part in parts(expression.tree):
                match part:
                    case Call(function="not", arguments=(Call(function=inner, arguments=compared),)) if inner in _ORDER:
                        field = next((each for each in compared if isinstance(each, Ref) and each.type.optional), None)
                        if field is not None:
                            name = ".".join(field.path)
                            message = Sentence(f"This is also true when {name!r} is missing.", f"“{name}”缺失时，该条件也成立。")
                            hint = Sentence(
                                "Turn the comparison round, or add is_missing(…).", "请反转比较，或加上 is_missing(…)。"
                            )
                            yield _found(site, NEGATED_COMPARISON, part.span, message, hint)


@check
def percentages_are_fractions(site: Site) -> Iterator[Diagnostic]:
    """A field shown as percent holds 0.55 for 55 %."""
    for entity in site.app.entities.values():
        percent = {field.name for field in entity.fields.values() if field.options.percent}
        for thing in (entity, *_things_of(site, entity)) if percent else ():
            for expression in site.expressions(thing):
                for part in parts(expression.tree):
                    if isinstance(part, Call) and part.function in _COMPARISONS:
                        yield from _compared(site, part, percent)


@check
def list_filters_stay_near(site: Site) -> Iterator[Diagnostic]:
    """A filter over a long path of references is slow."""
    for view in site.app.lists.values():
        for expression in site.expressions(view):
            for part in parts(expression.tree):
                if isinstance(part, Ref) and part.root == "record" and len(part.path) > 3:
                    name = ".".join(part.path)
                    message = Sentence(
                        f"The path {name!r} takes {len(part.path) - 1} steps.", f"路径“{name}”有 {len(part.path) - 1} 步。"
                    )
                    yield _found(site, LONG_PATH, part.span, message)


def _things_of(site: Site, entity: Entity) -> Iterator[object]:
    app = site.app
    for group in (app.forms, app.lists, app.pages, app.workflows, app.automations, app.reports):
        yield from (thing for thing in group.values() if getattr(thing, "entity", None) == entity.name)


def _compared(site: Site, comparison: Call, percent: set[str]) -> Iterator[Diagnostic]:
    names = [
        each.path[0] for each in comparison.arguments if isinstance(each, Ref) and each.root == "record" and len(each.path) == 1
    ]
    for each in comparison.arguments:
        if (
            isinstance(each, Constant)
            and isinstance(each.value, Decimal)
            and each.value > 1
            and any(name in percent for name in names)
        ):
            share = each.value / 100
            message = Sentence(
                f"{names[0]!r} is a fraction: {each.value} % is {share.normalize():f}.",
                f"“{names[0]}”存为小数：{each.value}% 应写 {share.normalize():f}。",
            )
            yield _found(site, PERCENT, each.span, message)


def _constant_part(tree: Expr) -> tuple[bool, Span] | None:
    """A part of a condition that does not depend on anything: its value and place."""
    match tree:
        case Constant(value=bool() as value) if tree.type.name == "boolean":
            return value, tree.span
        case Call(function="and" | "or", arguments=arguments):
            return next((found for each in arguments if (found := _constant_part(each)) is not None), None)
        case Call(function="not", arguments=(inner,)):
            found = _constant_part(inner)
            return (not found[0], tree.span) if found else None
        case Call(function=name, arguments=(Constant(value=Decimal() as a), Constant(value=Decimal() as b))) if (
            name in _COMPARISONS
        ):
            return _compare(name, a, b), tree.span
        case Call(function=name, arguments=(Constant(value=str() as s), Constant(value=str() as t))) if name in _COMPARISONS:
            return _compare(name, s, t), tree.span
        case Call(function="eq", arguments=(Constant(value=bool() as p), Constant(value=bool() as q))):
            return p == q, tree.span
    return None


def _constant_comparison(tree: Expr) -> tuple[bool, Span] | None:
    """The first comparison of two literals anywhere in an expression: its value and place."""
    for part in parts(tree):
        compares = part.arguments[0] if isinstance(part, Call) and part.function == "not" else part
        if isinstance(compares, Call) and compares.function in _COMPARISONS:
            found = _constant_part(part)
            if found is not None:
                return found
    return None


def _compare(name: str, a: Any, b: Any) -> bool:
    """Texts compare by their characters' numbers, as everywhere in the language."""
    return bool({"lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b, "eq": a == b, "ne": a != b}[name])


def _found(site: Site, kind: Code, span: Span, message: Sentence, hint: Sentence | None = None) -> Diagnostic:
    return kind.at(span, message, pointer=site.around(span).pointer, hint=hint)
