"""Writes a foreign expression in our language: missing values, booleans and codes as the types of the fields ask for it."""

from __future__ import annotations

import re

from forms_dsl.importers.expressions.parser import parse_foreign
from forms_dsl.importers.expressions.tree import Called, Constant, Dialect, Named, Node, Operation, Raw, Resolve, Untranslatable

_RANKS = {"if": 0, "or": 1, "and": 2, "not": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4,
          "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "negative": 7}  # fmt: skip
_NUMERIC = frozenset({"integer", "decimal", "money", "percent"})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_TRUE = frozenset({"true", "yes", "1", "y", "t", "on"})
_DATES = frozenset({"date", "datetime"})
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")


def translated(source: str, dialect: Dialect, resolve: Resolve, *, condition: bool = False) -> str:
    """The expression in our language; raises Untranslatable when it has no counterpart."""
    tree = parse_foreign(source, dialect, resolve)
    if condition:
        tree = as_condition(tree, dialect)
    return written_tree(tree, dialect)


def written_tree(tree: Node, dialect: Dialect) -> str:
    """A tree in our language; raises Untranslatable."""
    return _write(tree, dialect, 0)


def translated_value(source: str, dialect: Dialect, resolve: Resolve) -> tuple[str, str]:
    """The expression in our language and the field type of its value: boolean, text, date, datetime or decimal."""
    tree = parse_foreign(source, dialect, resolve)
    return _write(tree, dialect, 0), _type_of(tree)


def _type_of(node: Node) -> str:
    if is_boolean(node):
        return "boolean"
    if isinstance(node, Named):
        return node.known.type or "text"
    if isinstance(node, Operation) and node.operator == "if":
        return _type_of(node.operands[1])
    if _is_text(node) or (isinstance(node, Operation) and node.operator == "&"):
        return "text"
    if isinstance(node, Operation) and node.operator == "+" and any(map(_is_text, node.operands)):
        return "text"
    if isinstance(node, Called):
        given = {"today": "date", "date": "date", "add_months": "date", "month_end": "date", "date_of": "date", "now": "datetime"}
        return given.get(node.function) or (_type_of(node.arguments[0]) if node.function == "coalesce" else "decimal")
    return node.type or "decimal" if isinstance(node, Raw) else "decimal"


def is_boolean(node: Node) -> bool:
    """Whether a node is true or false."""
    if isinstance(node, Operation) and node.operator == "if":
        return all(map(is_boolean, node.operands[1:]))
    if isinstance(node, Operation):
        return node.operator in ("or", "and", "not", "==", "!=", "<", "<=", ">", ">=", "in")
    if isinstance(node, Named):
        return node.known.type == "boolean"
    if isinstance(node, Called):
        return node.function in ("is_missing", "contains", "starts_with", "ends_with", "matches", "any", "all", "is_business_day")
    return node.type == "boolean" if isinstance(node, Raw) else node.kind == "boolean"


def as_condition(node: Node, dialect: Dialect) -> Node:
    """The node as a condition, or Untranslatable is raised; a bare value is one only where the source language says so."""
    if is_boolean(node):
        return node
    if not dialect.is_truthy or not isinstance(node, Named):
        raise Untranslatable("a value stands where a condition is meant", "条件处使用了普通值")
    there = Operation("not", (Called("is_missing", (node,)),))
    if node.known.type in _NUMERIC:
        return Operation("and", (there, Operation("!=", (node, Constant("0", "number")))))
    return there


def _write(node: Node, dialect: Dialect, rank: int) -> str:
    match node:
        case Constant(text, kind):
            return _text(text) if kind == "text" else {"missing": "None"}.get(kind, text)
        case Named(known):
            return known.path
        case Raw(text):
            return text
        case Called(function, arguments):
            if function == "[]":
                return f"[{', '.join(_write(argument, dialect, 0) for argument in arguments)}]"
            return f"{function}({', '.join(_write(argument, dialect, 0) for argument in arguments)})"
        case Operation():
            return _operation(node, dialect, rank)


def _operation(node: Operation, dialect: Dialect, rank: int) -> str:
    operator, operands = node.operator, node.operands
    if operator == "&":
        return _write(Called("concat", tuple(_as_text(one) for one in operands)), dialect, rank)
    if operator == "in":
        return _bracketed(_membership(operands, dialect), 4, rank)
    if operator in ("==", "!="):
        special = _equality(operator, operands[0], operands[1], dialect) or _equality(operator, operands[1], operands[0], dialect)
        if special is not None:
            return _bracketed(special[0], special[1], rank)
    own = _RANKS[operator]
    if operator == "if":
        condition, first, second = operands
        test = _write(as_condition(condition, dialect), dialect, 1)
        return _bracketed(f"{_write(first, dialect, 1)} if {test} else {_write(second, dialect, 0)}", own, rank)
    if operator in ("and", "or"):
        parts = [_write(as_condition(one, dialect), dialect, own + at) for at, one in enumerate(operands)]
        return _bracketed(f" {operator} ".join(parts), own, rank)
    if operator == "not" and isinstance(operands[0], Operation) and operands[0].operator in ("==", "!="):
        flipped = "!=" if operands[0].operator == "==" else "=="
        return _operation(Operation(flipped, operands[0].operands), dialect, rank)
    if operator == "not":
        return _bracketed(f"not {_write(as_condition(operands[0], dialect), dialect, own)}", own, rank)
    if operator == "negative":
        return _bracketed(f"-{_write(operands[0], dialect, own)}", own, rank)
    left, right = (_fitted(operands[0], operands[1]), _fitted(operands[1], operands[0])) if own == 4 else operands
    if operator == "+" and (_is_text(left) or _is_text(right)):
        return _write(Called("concat", (_as_text(left), _as_text(right))), dialect, rank)
    return _bracketed(f"{_write(left, dialect, own + (own == 4))} {operator} {_write(right, dialect, own + 1)}", own, rank)


def _equality(operator: str, one: Node, other: Node, dialect: Dialect) -> tuple[str, int] | None:
    """Comparisons that are written otherwise: with nothing, of booleans, with a code of several."""
    if not isinstance(other, Constant):
        return None
    negated = operator == "!="
    if other.kind == "missing" or (other.kind == "text" and not other.text):
        if isinstance(one, Constant):
            raise Untranslatable("it compares a literal with nothing", "用常量与空值比较")
        said = f"is_missing({_write(one, dialect, 0)})"
        return (f"not {said}", 3) if negated else (said, 9)
    if (isinstance(one, Named) and one.known.type == "boolean") or (other.kind == "boolean" and is_boolean(one)):
        wanted = (other.text.lower() in _TRUE) is not negated
        said = _write(one, dialect, 3 if not wanted else 9)
        return (said, 9) if wanted else (f"not {said}", 3)
    if isinstance(one, Named) and one.known.type == "multi_choice":
        said = f"{_text(_code(one, other.text))} {'not in' if negated else 'in'} {one.known.path}"
        return said, 4
    return None


def _membership(operands: tuple[Node, ...], dialect: Dialect) -> str:
    one, *values = operands
    if not values or not all(isinstance(value, Constant) for value in values):
        raise Untranslatable("a list of other things than literals", "列表中含有非常量")
    written = ", ".join(_write(_fitted(value, one), dialect, 0) for value in values)
    return f"{_write(one, dialect, 5)} in [{written}]"


def _fitted(node: Node, other: Node) -> Node:
    """A literal as the type of the field that it is compared with asks for it."""
    if not isinstance(node, Constant) or not isinstance(other, Named):
        return node
    type, text = other.known.type, node.text
    if other.known.codes is not None:
        return Constant(_code(other, text), "text")
    if type in _NUMERIC and node.kind == "text" and _NUMBER.match(text):
        return Constant(text, "number")
    if type is not None and type not in _NUMERIC and node.kind == "number" and type not in _DATES:
        return Constant(text, "text")
    day = _DATE.match(text) if type in _DATES else None
    if day:
        return Raw(f"date({int(day[1])}, {int(day[2])}, {int(day[3])})", "date")
    return node


def _code(name: Named, text: str) -> str:
    return (name.known.codes or {}).get(text, text)


def _is_text(node: Node) -> bool:
    if isinstance(node, Constant):
        return node.kind == "text"
    if isinstance(node, Named):
        return node.known.type == "text"
    return isinstance(node, Called) and node.function in ("concat", "left", "right", "mid", "lower", "upper", "text", "trim")


def _as_text(node: Node) -> Node:
    """What is joined is text."""
    if _is_text(node):
        return node
    return Constant(node.text, "text") if isinstance(node, Constant) else Called("text", (node,))


def _bracketed(text: str, own: int, rank: int) -> str:
    return f"({text})" if own < rank else text


def _text(value: str) -> str:
    if "\n" in value or "\\" in value:
        raise Untranslatable("a text with line breaks or backslashes", "文本含换行或反斜杠")
    quote = "'" if '"' in value else '"'
    if quote in value:
        raise Untranslatable("a text with both kinds of quotes", "文本同时含两种引号")
    return f"{quote}{value}{quote}"
