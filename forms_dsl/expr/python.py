"""The tree as Python: one closure a node, exact, total and fast.

Nothing here can raise for facts whose values have the types of docs/expressions.md 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, assert_never

from forms_dsl.expr import bounds, days, numbers, texts
from forms_dsl.expr.bounds import EXACT
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.functions import FUNCTIONS, Function
from forms_dsl.expr.python_names import read_name
from forms_dsl.expr.python_rows import Evaluate, Row, Value, aggregate_over_rows
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Ref, ValueType

_ZERO = Decimal(0)

__all__ = ["Facts", "Value", "compile_python"]


def compile_python(tree: Expr) -> Callable[[Facts], Value]:
    """The expression as a function of the facts; it never raises.

    A condition gives True or False; only a boolean field (or a choice between such) may be None. What must hold is `is True`.
    """
    evaluate = _node(tree)
    match tree.type.name:
        case "boolean":
            return lambda facts: evaluate(facts, facts.row)
        case "number":
            return lambda facts: _plain_number(evaluate(facts, facts.row))
        case "multi_choice":
            return lambda facts: _plain_set(evaluate(facts, facts.row))
    return lambda facts: evaluate(facts, facts.row)


def _plain_number(value: Decimal | int | None) -> Decimal | None:
    if value is None:
        return None
    return Decimal(value) if value else _ZERO  # no -0


def _plain_set(value: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(sorted(value))


def _node(expr: Expr) -> Evaluate:
    match expr:
        case Constant(value=value):
            return lambda _facts, _row: value
        case Ref():
            return read_name(expr)
        case Call(function=name) if name in _OPERATORS:
            return _OPERATORS[name](expr)
        case Call():
            return _function(expr, FUNCTIONS[expr.function])
        case Aggregate():
            return aggregate_over_rows(expr, _node)
    assert_never(expr)


# Numbers -----------------------------------------------------------------------------------------------------------

_EXACT: dict[str, Callable[[Any, Any], Decimal]] = {"add": EXACT.add, "sub": EXACT.subtract, "mul": EXACT.multiply}
_PAIR: dict[str, Callable[[Any, Any], Value]] = {"div": numbers.divide, "fdiv": numbers.floor_divide, "mod": numbers.modulo}


def _arithmetic(call: Call) -> Evaluate:
    left, right = call.arguments
    operation: Callable[[Any, Any], Value] = _PAIR.get(call.function) or _EXACT[call.function]
    if call.function in _EXACT and bounds.needs_limiting(
        bounds.exact(call.function, (bounds.of_type(left.type), bounds.of_type(right.type)))
    ):
        operation = {"add": numbers.add, "sub": numbers.subtract, "mul": numbers.multiply}[call.function]
    return _strict_pair(operation, left, right)


def _strict_pair(operation: Callable[[Any, Any], Value], left: Expr, right: Expr) -> Evaluate:
    """An operation on two values that are both there; written out, as it is the most frequent node."""
    first, second = _node(left), _node(right)
    if isinstance(right, Constant):
        fixed = right.value
        if fixed is None:
            return lambda _facts, _row: None
        return lambda facts, row: None if (a := first(facts, row)) is None else operation(a, fixed)

    def evaluate(facts: Facts, row: Row) -> Value:
        a = first(facts, row)
        if a is None:
            return None
        b = second(facts, row)
        return None if b is None else operation(a, b)

    return evaluate


def _negate(call: Call) -> Evaluate:
    inner = _node(call.arguments[0])
    return lambda facts, row: None if (a := inner(facts, row)) is None else EXACT.minus(a)


# Conditions --------------------------------------------------------------------------------------------------------


def _and(call: Call) -> Evaluate:
    parts = tuple(_node(a) for a in call.arguments)
    if len(parts) == 2:
        first, second = parts
        return lambda facts, row: bool(first(facts, row) and second(facts, row))

    def evaluate(facts: Facts, row: Row) -> Value:
        return all(part(facts, row) for part in parts)

    return evaluate


def _or(call: Call) -> Evaluate:
    parts = tuple(_node(a) for a in call.arguments)
    if len(parts) == 2:
        first, second = parts
        return lambda facts, row: bool(first(facts, row) or second(facts, row))

    def evaluate(facts: Facts, row: Row) -> Value:
        return any(part(facts, row) for part in parts)

    return evaluate


def _not(call: Call) -> Evaluate:
    inner = _node(call.arguments[0])
    return lambda facts, row: not inner(facts, row)


def _if(call: Call) -> Evaluate:
    condition, then, otherwise = (_node(a) for a in call.arguments)
    return lambda facts, row: then(facts, row) if condition(facts, row) else otherwise(facts, row)


def _equal(call: Call) -> Evaluate:
    left, right = call.arguments
    first, second = _node(left), _node(right)
    if isinstance(right, Constant):
        fixed = right.value
        return lambda facts, row: first(facts, row) == fixed
    return lambda facts, row: first(facts, row) == second(facts, row)


def _not_equal(call: Call) -> Evaluate:
    equal = _equal(call)
    return lambda facts, row: not equal(facts, row)


def _in(call: Call) -> Evaluate:
    first, items = _node(call.arguments[0]), call.arguments[1:]
    if all(isinstance(item, Constant) for item in items):
        fixed = frozenset(item.value for item in items if isinstance(item, Constant))
        return lambda facts, row: first(facts, row) in fixed
    parts = tuple(_node(item) for item in items)

    def evaluate(facts: Facts, row: Row) -> Value:
        value = first(facts, row)
        return any(value == part(facts, row) for part in parts)

    return evaluate


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def _ordered(call: Call) -> Evaluate:
    left, right = call.arguments
    compare = _ORDER[call.function]
    if left.type.name == "choice":
        rank = _ranks(left.type)
        first, second = _node(left), _node(right)
        return lambda facts, row: (
            (a := rank(first(facts, row))) is not None and (b := rank(second(facts, row))) is not None and compare(a, b)
        )
    pair = _strict_pair(compare, left, right)
    return lambda facts, row: pair(facts, row) is True


def _ranks(type: ValueType) -> Callable[[str | None], Decimal | None]:
    positions: Mapping[str | None, Decimal] = {code: Decimal(position) for position, code in enumerate(type.codes, 1)}

    def rank(code: str | None) -> Decimal | None:
        return positions.get(code)

    return rank


# Sets and choices --------------------------------------------------------------------------------------------------


def _has(call: Call) -> Evaluate:
    first, second = (_node(a) for a in call.arguments)
    return lambda facts, row: (value := first(facts, row)) is not None and value in (second(facts, row) or ())


def _in_tree(call: Call) -> Evaluate:
    first, second = (_node(a) for a in call.arguments)
    return lambda facts, row: texts.in_tree(first(facts, row), second(facts, row))


def _rank(call: Call) -> Evaluate:
    inner, rank = _node(call.arguments[0]), _ranks(call.arguments[0].type)
    return lambda facts, row: rank(inner(facts, row))


def _length(call: Call) -> Evaluate:
    inner = _node(call.arguments[0])
    return lambda facts, row: Decimal(len(inner(facts, row) or ""))


def _is_missing(call: Call) -> Evaluate:
    inner = _node(call.arguments[0])
    return lambda facts, row: inner(facts, row) is None


def _coalesce(call: Call) -> Evaluate:
    parts = tuple(_node(a) for a in call.arguments)

    def evaluate(facts: Facts, row: Row) -> Value:
        return next((value for part in parts if (value := part(facts, row)) is not None), None)

    return evaluate


def _smallest(call: Call) -> Evaluate:
    parts = tuple(_node(a) for a in call.arguments)
    pick: Callable[..., Value] = min if call.function == "min" else max

    def evaluate(facts: Facts, row: Row) -> Value:
        return pick((value for part in parts if (value := part(facts, row)) is not None), default=None)

    return evaluate


def _text(call: Call) -> Evaluate:
    inner = _node(call.arguments[0])
    say: Callable[[Any], Value] = {"number": numbers.canonical, "date": lambda day: day.isoformat()}.get(
        call.arguments[0].type.name, lambda code: code
    )
    return lambda facts, row: None if (a := inner(facts, row)) is None else say(a)


# Functions ------------------------------------------------------------------------------------------


def _function(call: Call, function: Function) -> Evaluate:
    implementation = function.python
    if implementation is None:
        raise ValueError(f"{call.function} has no value in Python")
    parts = tuple(_node(a) for a in call.arguments)
    if function.needs_facts:
        if not parts:
            return lambda facts, _row: implementation(facts)
        inner = parts[0]
        return lambda facts, row: None if (a := inner(facts, row)) is None else implementation(facts, a)
    if not function.strict:
        return lambda facts, row: implementation(*[part(facts, row) for part in parts])
    if len(parts) == 1:
        single = parts[0]
        return lambda facts, row: None if (a := single(facts, row)) is None else implementation(a)
    if len(parts) == 2:
        return _strict_pair(implementation, *call.arguments)

    def evaluate(facts: Facts, row: Row) -> Value:
        values = [part(facts, row) for part in parts]
        return None if None in values else implementation(*values)

    return evaluate


_OPERATORS: dict[str, Callable[[Call], Evaluate]] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "fdiv", "mod"), _arithmetic),
    **dict.fromkeys(_ORDER, _ordered),
    "dadd": lambda call: _strict_pair(days.add_days, *call.arguments),
    "dsub": lambda call: _strict_pair(days.days_apart, *call.arguments),
    "changed": _not_equal,
    "lookup": lambda call: _node(call.arguments[-1]),
    "neg": _negate, "and": _and, "or": _or, "not": _not, "if": _if, "eq": _equal, "in": _in, "has": _has, "in_tree": _in_tree,
    "rank": _rank, "len": _length, "len_set": _length, "is_missing": _is_missing, "coalesce": _coalesce, "min": _smallest,
    "max": _smallest, "text": _text,
}  # fmt: skip
