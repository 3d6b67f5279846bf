"""The tree as JSON, for the browser's interpreter; the shapes are those of docs/expressions.md 3."""

from __future__ import annotations

from typing import assert_never

from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, LiteralValue, Ref

#: The comparisons of order as they are written.
_SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def to_ir(tree: Expr) -> list[object]:
    """The expression as nested JSON arrays."""
    match tree:
        case Constant(type=type, value=value):
            return ["lit", type.name, _json(value)]
        case Ref(root="record"):
            return ["col", tree.type.name, ".".join(tree.path)]
        case Ref(root="row"):
            return ["ccol", tree.type.name, ".".join(tree.path)]
        case Ref():
            return ["ctx", tree.type.name, tree.root, ".".join(tree.path)]
        case Call():
            return _call(tree)
        case Aggregate():
            parts = [None if part is None else to_ir(part) for part in (tree.value, tree.condition)]
            return ["agg", tree.function, ".".join(tree.rows.path), *parts, tree.type.name]
    assert_never(tree)


def runs_in_browser(tree: Expr) -> bool:
    """Whether the browser can compute it: no group of a report, no related records, only functions that it has."""
    match tree:
        case Constant() | Ref():
            return True
        case Call(function=name, arguments=arguments):
            known = name not in FUNCTIONS or "J" in FUNCTIONS[name].targets
            return known and all(runs_in_browser(a) for a in arguments)
        case Aggregate():
            own = tree.rows.root == "record" and not tree.rows.type.related
            return own and all(runs_in_browser(part) for part in (tree.value, tree.condition) if part is not None)
    assert_never(tree)


def _json(value: LiteralValue) -> object:
    return value if value is None or isinstance(value, str | bool) else canonical(value)


def _call(call: Call) -> list[object]:
    arguments = [to_ir(a) for a in call.arguments]
    first = call.arguments[0].type if call.arguments else call.type
    match call.function:
        case "is_missing":
            return ["ismiss", arguments[0]]
        case "not":
            return ["not", arguments[0]]
        case "and" | "or":
            return [call.function, arguments]
        case "if":
            return ["if", call.type.name, *arguments]
        case "eq":
            return ["eq", first.name, *arguments]
        case "changed":
            return ["not", ["eq", first.name, *arguments]]
        case "lt" | "le" | "gt" | "ge":
            ranks = [list(first.codes)] if first.name == "choice" else []
            return ["cmp", first.name, _SIGNS[call.function], *arguments, *ranks]
        case "in":
            return ["in", first.name, arguments[0], arguments[1:]]
        case "has":
            return ["has", *arguments]
        case "in_tree":
            return ["tree", *arguments]
        case "rank":
            return ["rank", arguments[0], list(first.codes)]
        case "coalesce" | "concat" | "min" | "max":
            return ["vfn", call.function, call.type.name, arguments]
        case "text":
            return ["fn", f"text_{first.name}", arguments] if first.name in ("number", "date") else arguments[0]
    return ["fn", call.function, arguments]
