"""The meaning of expressions a second time: simple, slow, and written apart from the product's own targets.

A restricted subclass of simpleeval walks the very text, so it checks parsing and typing too; numbers are fractions. It stands
behind the checker (an expression that the checker refuses never comes here) and computes nothing for the product: only
`qiqiao expr` and the tests compare with it (docs/decisions, the reference interpreter).
"""

from __future__ import annotations

import ast
import math
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import simpleeval

from builder.expression_lab.reference_functions import (
    FUNCTIONS,
    business,
    fin,
    fits,
    in_base,
    in_time_zone,
    minus,
    plus,
    present,
    spell,
)
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.tree import ValueType

_ROOTS = frozenset({"user", "param", "record", "old", "result", "authority", "output"})
_SPELLINGS = {"true": True, "false": False, "null": None}


class Tree(str):  # noqa: SLOT000 - a plain mark
    """The path of the user's unit: `in` asks for a prefix."""


class Reference(simpleeval.SimpleEval):  # type: ignore[misc]
    """One expression; `fields` gives the types of the record's names, with the fields of its rows.

    `entities` gives those of what references lead to, `roots` those under `param`, `result`, `authority` and `output`.
    """

    def __init__(
        self,
        source: str,
        fields: Mapping[str, ValueType],
        entities: Mapping[str, Mapping[str, ValueType]] | None = None,
        roots: Mapping[str, Mapping[str, ValueType]] | None = None,
    ) -> None:
        super().__init__()
        self._source, self._fields, self._entities, self._roots = source, fields, entities or {}, roots or {}
        self._tree = ast.parse(f"({source})".replace("\n", " ").replace("\r", " "), mode="eval").body
        self._facts = Facts()
        self._row: Mapping[str, Any] = {}
        self._loop: tuple[str, Mapping[str, ValueType]] = ("", {})
        self.nodes = {
            ast.Constant: self._literal, ast.Name: self._name, ast.Attribute: self._path, ast.BinOp: self._binary, ast.UnaryOp: self._unary,
            ast.BoolOp: self._logic, ast.Compare: self._comparison, ast.IfExp: self._if, ast.Call: self._call,
        }  # fmt: skip

    def value(self, facts: Facts) -> Any:
        """What the expression means over these facts, numbers as Decimal."""
        self._facts = facts
        found = self._eval(self._tree)
        return Decimal(spell(found)) if isinstance(found, Fraction) else found

    # Names and literals --------------------------------------------------------------------------------------------

    def _literal(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str):
            return unicodedata.normalize("NFC", node.value) or None
        if isinstance(node.value, bool) or node.value is None:
            return node.value
        return Fraction(Decimal(ast.get_source_segment(f"({self._source})".replace("\n", " ").replace("\r", " "), node) or ""))

    def _name(self, node: ast.Name) -> Any:
        if node.id in _SPELLINGS:
            return _SPELLINGS[node.id]
        if node.id not in self._fields:
            return self._facts.code if node.id == "code" else _plain("", self._facts.output.get(node.id))
        return _plain(self._fields[node.id].name, self._facts.record.get(node.id))

    def _path(self, node: ast.Attribute) -> Any:
        head, _, rest = ast.unparse(node).partition(".")
        type = self._type(node)
        if head == self._loop[0]:
            found = self._row.get(rest)
        elif head not in _ROOTS:
            found = self._facts.record.get(f"{head}.{rest}")
        else:
            found = getattr(self._facts, head).get(rest)
        if f"{head}.{rest}" == "user.branch_tree":
            return Tree(found) if found else None
        return _plain(type.name if type else "", found)

    def _type(self, node: ast.expr) -> ValueType | None:
        """The type of a name or path, for the order of its codes."""
        match node:
            case ast.Name(id=name):
                return self._fields.get(name)
            case ast.Attribute():
                return self._path_type(ast.unparse(node).split("."))
            case ast.IfExp(body=body, orelse=orelse):
                return self._type(body) or self._type(orelse)
            case ast.Call(func=ast.Name(id="coalesce"), args=arguments):
                return next((type for each in arguments if (type := self._type(each))), None)
        return None

    def _path_type(self, names: list[str]) -> ValueType | None:
        head, *rest = names
        known = self._fields
        if head == self._loop[0]:
            known = self._loop[1]
        elif head in _ROOTS:
            known = self._fields if head in ("record", "old") else self._roots.get(head, {})
        else:
            rest = names
        type = None
        for name in rest:
            type = known.get(name)
            known = self._entities.get(type.entity or "", {}) if type else {}
        return type

    # Operators -----------------------------------------------------------------------------------------------------

    def _binary(self, node: ast.BinOp) -> Any:
        a, b = self._eval(node.left), self._eval(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            return plus(a, b) if isinstance(node.op, ast.Add) else minus(a, b)
        if a is None or b is None:
            return None
        match node.op:
            case ast.Mult():
                return fin(a * b)
            case _ if b == 0:
                return None
            case ast.Div():
                return fin(a / b)
            case ast.FloorDiv():
                return fin(math.floor(a / b))
            case ast.Mod():
                return fin(a - b * math.floor(a / b))
        raise AssertionError(ast.dump(node))

    def _unary(self, node: ast.UnaryOp) -> Any:
        value = self._eval(node.operand)
        if isinstance(node.op, ast.Not):
            return value is not True
        return None if value is None else -value

    def _logic(self, node: ast.BoolOp) -> bool:
        found = [self._eval(value) is True for value in node.values]
        return all(found) if isinstance(node.op, ast.And) else any(found)

    def _if(self, node: ast.IfExp) -> Any:
        return self._eval(node.body if self._eval(node.test) is True else node.orelse)

    def _comparison(self, node: ast.Compare) -> bool:
        sides = [node.left, *node.comparators]
        return all(self._pair(op, a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False))

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> bool:
        a = self._eval(left)
        if isinstance(op, ast.In | ast.NotIn):
            return self._inside(a, right) is isinstance(op, ast.In)
        b = self._eval(right)
        if isinstance(op, ast.Eq | ast.NotEq):
            return (a == b) is isinstance(op, ast.Eq)
        if a is None or b is None:
            return False
        type = self._type(left) or self._type(right)
        if type is not None and type.name == "choice":
            if a not in type.codes or b not in type.codes:
                return False
            a, b = type.codes.index(a), type.codes.index(b)
        match op:
            case ast.Lt():
                return bool(a < b)
            case ast.LtE():
                return bool(a <= b)
            case ast.Gt():
                return bool(a > b)
        return bool(a >= b)

    def _inside(self, a: Any, right: ast.expr) -> bool:
        if isinstance(right, ast.List):
            return any(a == self._eval(item) for item in right.elts)
        b = self._eval(right)
        if a is None or b is None:
            return False
        return a.startswith(b) if isinstance(b, Tree) else a in b

    # Calls ---------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id  # type: ignore[attr-defined]
        match name:
            case "today" | "now" | "business_date":
                return getattr(self._facts, name)
            case "has_role":
                roles: Any = self._facts.user.get("roles")
                return self._eval(node.args[0]) in (roles or ())
            case "date_of":
                return in_time_zone(self._eval(node.args[0]), self._facts.timezone)
            case "changed":
                return self._eval(node.args[0]) != self._before(node.args[0])
            case "rank":
                code, type = self._eval(node.args[0]), self._type(node.args[0])
                return Fraction(type.codes.index(code) + 1) if type and code in type.codes else None
            case "matches":
                return fits(self._eval(node.args[0]) or "", ast.literal_eval(node.args[1]))
            case "add_business_days" | "business_days_between" | "is_business_day":
                return business(name, self._facts.calendar, [self._eval(a) for a in node.args])
            case "in_base":
                return in_base(self._facts.rates, *(self._eval(a) for a in node.args))
        folded = self._aggregate(name, node.args)
        if folded is not None:
            return folded[0]
        value = FUNCTIONS[name](*(self._eval(a) for a in node.args))
        return None if value == "" else value

    def _before(self, field: ast.expr) -> Any:
        name = ast.unparse(field)
        return _plain(self._fields[name].name, self._facts.old.get(name))

    def _aggregate(self, name: str, arguments: list[ast.expr]) -> tuple[Any] | None:
        match arguments:
            case [
                ast.GeneratorExp(elt=value, generators=[ast.comprehension(target=ast.Name(id=loop), iter=rows, ifs=conditions)])
            ]:
                return (_fold(name, list(self._over_rows(loop, rows, value, conditions))),)
            case [ast.Attribute(value=rows, attr=attr)] if self._is_rows(rows):
                types = self._rows_type(rows)
                return (_fold(name, [_plain(types[attr].name, row.get(attr)) for row in self._rows(rows)]),)
            case [rows] if self._is_rows(rows):
                return (Fraction(len(self._rows(rows))),)
        return None

    def _is_rows(self, node: ast.expr) -> bool:
        name = ast.unparse(node).removeprefix("record.") if isinstance(node, ast.Name | ast.Attribute) else ""
        return name in self._fields and self._fields[name].name == "rows"

    def _rows_type(self, node: ast.expr) -> Mapping[str, ValueType]:
        return self._fields[ast.unparse(node).removeprefix("record.")].rows or {}

    def _rows(self, node: ast.expr) -> list[Mapping[str, Any]]:
        return self._facts.record.get(ast.unparse(node).removeprefix("record.")) or []  # type: ignore[return-value]

    def _over_rows(self, loop: str, rows: ast.expr, value: ast.expr, conditions: list[ast.expr]) -> Iterator[Any]:
        outer = self._row, self._loop
        for row in self._rows(rows):
            self._row, self._loop = row, (loop, self._rows_type(rows))
            if all(self._eval(c) is True for c in conditions):
                yield self._eval(value)
        self._row, self._loop = outer


def _plain(type: str, value: Any) -> Any:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    if type == "multi_choice" and value is not None:
        return frozenset(value) or None
    return value if value != "" else None


def _fold(name: str, values: list[Any]) -> Any:
    there = present(*values)
    match name:
        case "count":
            return Fraction(len(values))
        case "any":
            return any(v is True for v in values)
        case "all":
            return all(v is True for v in values)
        case "sum":
            return fin(sum(there, Fraction(0)))
        case "avg":
            total = fin(sum(there, Fraction(0)))
            return None if not there or total is None else fin(total / len(there))
    return (min if name == "min" else max)(there, default=None)
