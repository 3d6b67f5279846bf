"""The meaning of expressions a second time: simple, slow, and written apart from the product's own targets.

A restricted subclass of simpleeval walks the very text, so it checks parsing and typing too; numbers are fractions. It stands
behind the checker: an expression that the checker refuses never comes here.
"""

from __future__ import annotations

import ast
import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import simpleeval

from forms_dsl.expr.facts import Facts
from tests.expr.world import CODES, FIELDS, LINE

_UNIT = 10**16
_LIMIT = 10**22
_SPACE = {9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}


class Tree(str):  # noqa: SLOT000 - a plain mark
    """The path of the user's unit: `in` asks for a prefix."""


def fin(value: Fraction | int | None) -> Fraction | None:
    """Rounded half away from zero to 16 places, missing from 1e22 on."""
    if value is None:
        return None
    units = half_up(Fraction(value) * _UNIT)
    return Fraction(units, _UNIT) if abs(units) < _LIMIT * _UNIT else None


def half_up(x: Fraction) -> int:
    """The nearest whole number, ties away from zero."""
    return int(math.copysign(1, x)) * math.floor(abs(x) + Fraction(1, 2))


def strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Missing as soon as an argument is."""
    return lambda *a: None if any(x is None for x in a) else function(*a)


def rounding(rule: Callable[[Fraction], int]) -> Callable[..., Any]:
    """A rounding function to k places."""
    return strict(lambda x, k=Fraction(0): fin(Fraction(rule(x * Fraction(10) ** int(k))) / Fraction(10) ** int(k)))


def up(x: Fraction) -> int:
    """Away from zero."""
    return math.ceil(x) if x > 0 else math.floor(x)


def plus(a: Any, b: Any) -> Any:
    """Numbers, or days after a date."""
    if a is None or b is None:
        return None
    return later(a, b) if isinstance(a, dt.date) else fin(a + b)


def minus(a: Any, b: Any) -> Any:
    """Numbers, days between dates, or days before a date."""
    if a is None or b is None:
        return None
    if isinstance(a, dt.date):
        return Fraction((a - b).days) if isinstance(b, dt.date) else later(a, -b)
    return fin(a - b)


def later(day: dt.date, days: Fraction) -> dt.date | None:
    """A number of days later."""
    if days.denominator != 1 or abs(days) >= 10**7:
        return None
    try:
        return day + dt.timedelta(int(days))
    except OverflowError:
        return None


def make_date(y: Fraction, m: Fraction, d: Fraction) -> dt.date | None:
    """A day from its parts."""
    try:
        return dt.date(int(y), int(m), int(d)) if y.denominator == m.denominator == d.denominator == 1 else None
    except (ValueError, OverflowError):
        return None


def add_months(day: dt.date, months: Fraction) -> dt.date | None:
    """The same day or the nearest before it in the month."""
    if months.denominator != 1 or abs(months) > 120_000:
        return None
    index = day.year * 12 + day.month - 1 + int(months)
    return next(
        (
            found
            for back in range(4)
            if (found := make_date(Fraction(index // 12), Fraction(index % 12 + 1), Fraction(day.day - back)))
        ),
        None,
    )


def months_between(a: dt.date, b: dt.date) -> Fraction:
    """The largest number of months that may be added to a without passing b."""
    if b < a:
        return -months_between(b, a)
    guess = (b.year - a.year) * 12 + b.month - a.month
    return Fraction(next(n for n in (guess, guess - 1) if (found := add_months(a, Fraction(n))) is not None and found <= b))


def annuity(principal: Fraction, rate: Fraction, periods: Fraction) -> Any:
    """Equal payments, in the prescribed order of steps."""
    if periods.denominator != 1 or not 1 <= periods <= 600:
        return None
    if rate == 0:
        return fin(principal / periods)
    bits = bin(int(periods))[2:][::-1]
    power, base = Fraction(1), fin(1 + rate)
    for position, bit in enumerate(bits):
        if bit == "1":
            if base is None or (power := fin(power * base)) is None:  # type: ignore[assignment]
                return None
        if position + 1 < len(bits):
            base = None if base is None else fin(base * base)
    interest = fin(principal * rate)
    above = None if interest is None else fin(interest * power)
    below = fin(power - 1)
    return None if above is None or not below else fin(above / below)


def spell(x: Any) -> str:
    """text(x)."""
    if isinstance(x, dt.date):
        return f"{x.year:04}-{x.month:02}-{x.day:02}"
    if isinstance(x, str):
        return x
    digits = f"{abs(x.numerator * _UNIT // x.denominator):017}"
    whole, rest = digits[:-16], digits[-16:].rstrip("0")
    return ("-" if x < 0 else "") + whole + ("." + rest if rest else "")


def read(text: str) -> Fraction | None:
    """number(x)."""
    body = text.removeprefix("-")
    whole, point, rest = body.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 22) or (
        point and not (rest.isascii() and rest.isdigit() and len(rest) <= 16)
    ):
        return None
    return Fraction(Decimal(text))


def trim(text: str) -> str:
    """Without white space at the ends."""
    while text and ord(text[0]) in _SPACE:
        text = text[1:]
    while text and ord(text[-1]) in _SPACE:
        text = text[:-1]
    return text


def by_character(change: Callable[[str], str]) -> Callable[..., Any]:
    """A mapping of each character by itself."""
    return strict(lambda text: "".join(change(c) for c in text))


def present(*values: Any) -> list[Any]:
    """The values that are there."""
    return [v for v in values if v is not None]


def positions(text: str, first: Fraction, count: Fraction) -> str:
    """The characters of mid()."""
    start, number = int(first), int(count)
    return "".join(c for position, c in enumerate(text, 1) if start <= position < start + number)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is_missing": lambda x: x is None, "coalesce": lambda *a: next(iter(present(*a)), None), "abs": strict(abs),
    "round": rounding(half_up), "round_even": rounding(round), "round_up": rounding(up), "round_down": rounding(int),
    "floor": strict(lambda x: fin(math.floor(x))), "ceil": strict(lambda x: fin(math.ceil(x))),
    "min": lambda *a: min(present(*a), default=None), "max": lambda *a: max(present(*a), default=None), "number": strict(read),
    "annuity": strict(annuity), "len": lambda x: Fraction(len(x or "")), "lower": by_character(str.lower), "upper": by_character(str.upper),
    "trim": strict(trim), "concat": lambda *a: "".join(present(*a)), "left": strict(lambda t, n: positions(t, Fraction(1), n)),
    "right": strict(lambda t, n: t[len(t) - min(int(n), len(t)) :] if n >= 1 else ""), "mid": strict(positions),
    "replace": lambda t, a, b: None if t is None or a is None else (b or "").join(t.split(a)),
    "contains": lambda t, a: (a or "") in (t or ""), "starts_with": lambda t, a: (t or "")[: len(a or "")] == (a or ""),
    "ends_with": lambda t, a: not a or (t or "")[-len(a) :] == a, "text": strict(spell), "date": strict(make_date),
    "year": strict(lambda d: Fraction(d.year)), "month": strict(lambda d: Fraction(d.month)), "day": strict(lambda d: Fraction(d.day)),
    "weekday": strict(lambda d: Fraction(d.weekday() + 1)), "add_months": strict(add_months),
    "month_end": strict(lambda d: next(found for n in (31, 30, 29, 28) if (found := make_date(Fraction(d.year), Fraction(d.month), Fraction(n))))),
    "months_between": strict(months_between), "years_between": strict(lambda a, b: Fraction(int(months_between(a, b) / 12))),
    "hours_between": strict(lambda a, b: fin(Fraction((b - a) // dt.timedelta(milliseconds=1), 3_600_000))),
    "rank": strict(lambda code: Fraction(CODES.index(code) + 1)),
}  # fmt: skip


class Reference(simpleeval.SimpleEval):  # type: ignore[misc]
    """One expression over one record."""

    def __init__(self, source: str, facts: Facts) -> None:
        super().__init__()
        self.source, self.facts, self.row = source, facts, None
        self.roots = {"user": facts.user, "param": facts.param, "record": facts.record, "old": facts.old}
        self.nodes = {
            ast.Constant: self._literal, ast.Name: self._name, ast.Attribute: self._path, ast.BinOp: self._binary, ast.UnaryOp: self._unary,
            ast.BoolOp: self._logic, ast.Compare: self._comparison, ast.IfExp: self._if, ast.Call: self._call,
        }  # fmt: skip

    def value(self) -> Any:
        """What the expression means."""
        return self._eval(ast.parse(f"({self.source})", mode="eval").body)

    def _literal(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str):
            return unicodedata.normalize("NFC", node.value) or None
        if isinstance(node.value, bool) or node.value is None:
            return node.value
        return Fraction(Decimal(ast.get_source_segment(f"({self.source})", node) or ""))

    def _name(self, node: ast.Name) -> Any:
        if node.id in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[node.id]
        return self._value(FIELDS[node.id].name, self.facts.record.get(node.id))

    def _path(self, node: ast.Attribute) -> Any:
        path = ast.unparse(node)
        head, _, rest = path.partition(".")
        if head == "r":
            return self._value(LINE[rest].name, self.row[rest])
        if head in self.roots:
            found = self.roots[head].get(rest)
            return Tree(found) if path == "user.branch_tree" and found else self._value("", found)
        return self._value("", self.facts.record.get(path))

    @staticmethod
    def _value(type: str, value: Any) -> Any:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Fraction(value)
        if type == "multi_choice" and value is not None:
            return frozenset(value)
        return value if value != "" else None

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
        if any(isinstance(side, ast.Name) and side.id in ("o1", "o2") for side in (left, right)):
            a, b = CODES.index(a), CODES.index(b)
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

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id  # type: ignore[attr-defined]
        if name in ("today", "now", "business_date"):
            return getattr(self.facts, name)
        if name == "has_role":
            return self._eval(node.args[0]) in self.facts.user["roles"]
        if name == "date_of":
            return self._date_of(self._eval(node.args[0]))
        aggregate = self._aggregate(name, node.args)
        if aggregate is not None:
            return aggregate[0]
        value = FUNCTIONS[name](*(self._eval(a) for a in node.args))
        return None if value == "" else value

    def _date_of(self, instant: dt.datetime | None) -> dt.date | None:
        try:
            return None if instant is None else instant.astimezone(self.facts.timezone).date()
        except OverflowError:
            return None

    def _aggregate(self, name: str, arguments: list[ast.expr]) -> tuple[Any] | None:
        match arguments:
            case [ast.GeneratorExp(elt=value, generators=[ast.comprehension(ifs=conditions)])]:
                return (self._fold(name, list(self._over_rows(value, conditions))),)
            case [ast.Attribute(value=ast.Name(id="lines"), attr=attr)]:
                return (self._fold(name, [self._value(LINE[attr].name, line[attr]) for line in self._lines()]),)
            case [ast.Name(id="lines")]:
                return (Fraction(len(self._lines())),)
        return None

    def _lines(self) -> Any:
        return self.facts.record["lines"]

    def _over_rows(self, value: ast.expr, conditions: list[ast.expr]) -> Iterator[Any]:
        outer = self.row
        for line in self._lines():
            self.row = line
            if all(self._eval(c) is True for c in conditions):
                yield self._eval(value)
        self.row = outer

    @staticmethod
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


def reference_value(source: str, facts: Facts) -> Any:
    """The value by the reference interpreter, numbers as Decimal."""
    value = Reference(source, facts).value()
    return Decimal(spell(value)) if isinstance(value, Fraction) else value
