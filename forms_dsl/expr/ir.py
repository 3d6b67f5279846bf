"""The tree as JSON, for the browser's interpreter; the shapes are those of docs/expressions.md 3."""

from __future__ import annotations

from typing import assert_never

from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, LiteralValue, Ref
from forms_dsl.nfa import parse_pattern
from forms_dsl.patterns import NAMED

#: The comparisons of order as they are written.
#: What functions read beside their arguments; the browser takes it from the facts.
_TABLES = frozenset({"calendar", "rates"})
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


def _automaton(pattern: Expr) -> list[object]:
    return pattern_ir(str(pattern.value) if isinstance(pattern, Constant) else "")


def pattern_ir(spelled: str) -> list[object]:
    """Whose check digits to look at, the states of start and end, and what each state reads and is left for without reading.

    The browser follows the states all at once, as Python does: a pattern means the same there and takes linear time.
    """
    named = NAMED.get(spelled)
    automaton = parse_pattern(named.regex if named else spelled)
    reads = [
        None if read is None else ["".join(low + high for low, high in read[0].ranges), read[0].negated, read[1]]
        for read in automaton.reads
    ]
    return [spelled if named else None, automaton.start, automaton.end, reads, [list(free) for free in automaton.free]]


def _json(value: LiteralValue) -> object:
    return value if value is None or isinstance(value, str | bool) else canonical(value)


def _call(call: Call) -> list[object]:
    arguments = [to_ir(a) for a in call.arguments if not isinstance(a, Ref) or a.root not in _TABLES]
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
        case "in_set":
            return ["set", *arguments]
        case "rank":
            return ["rank", arguments[0], list(first.codes)]
        case "lookup":
            return arguments[-1]
        case "matches":
            return ["match", arguments[0], *_automaton(call.arguments[1])]
        case "coalesce" | "concat" | "min" | "max":
            return ["vfn", call.function, call.type.name, arguments]
        case "text":
            return ["fn", f"text_{first.name}", arguments] if first.name in ("number", "date") else arguments[0]
    return ["fn", call.function, arguments]
