"""Conditions that can never hold: ranges of one value that do not meet, and bands of an `if` that an earlier one takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from forms_dsl.expr.available import parts_of
from forms_dsl.expr.tree import Call, Constant, Expr, Ref

_FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}
_LOWEST, _HIGHEST = Decimal("-Infinity"), Decimal("Infinity")

#: Which value of the record a range is about.
Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers between two bounds, or the texts of `only`; a bound belongs to it unless it is open."""

    low: Decimal = _LOWEST
    high: Decimal = _HIGHEST
    low_open: bool = False
    high_open: bool = False
    only: frozenset[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        if self.only is not None:
            return not self.only
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meet(self, other: Range) -> Range:
        """What lies in both."""
        if self.only is not None and other.only is not None:
            return Range(only=self.only & other.only)
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Range(low, high, low_open, not closed)

    def holds(self, other: Range) -> bool:
        """Whether all of another lies in it."""
        return self.meet(other) == other


def never_true(tree: Expr) -> Iterator[Expr]:
    """The innermost `and` whose parts exclude each other."""
    if isinstance(tree, Call) and tree.function == "and":
        found: dict[Key, Range] = {}
        for part in _joined(tree):
            ranged = range_of(part)
            if ranged is not None:
                key, among = ranged
                found[key] = found[key].meet(among) if key in found else among
        if any(each.is_empty for each in found.values()):
            yield tree
            return
    for part in parts_of(tree):
        yield from never_true(part)


def never_reached(tree: Expr) -> Iterator[Expr]:
    """The conditions of an `if` in the `else` of others that have taken all of its values."""
    taken: list[tuple[Key, Range]] = []
    rest = tree
    while isinstance(rest, Call) and rest.function == "if":
        condition, then, otherwise = rest.arguments
        ranged = range_of(condition)
        if ranged is not None:
            if any(key == ranged[0] and among.holds(ranged[1]) for key, among in taken):
                yield condition
            taken.append(ranged)
        yield from never_reached(then)
        rest = otherwise
    for part in parts_of(rest):
        yield from never_reached(part)


def range_of(tree: Expr) -> tuple[Key, Range] | None:
    """The value that a condition is about, and where it lies when the condition holds."""
    match tree:
        case Call(function="and"):
            ranged = [range_of(part) for part in _joined(tree)]
            known = [each for each in ranged if each is not None]
            if known and len(known) == len(ranged) and len({key for key, _ in known}) == 1:
                return known[0][0], reduce(Range.meet, (among for _, among in known))
        case Call(function=name, arguments=(Ref() as ref, Constant(value=value))) if name in _FLIPPED:
            return _compared(ref, name, value)
        case Call(function=name, arguments=(Constant(value=value), Ref() as ref)) if name in _FLIPPED:
            return _compared(ref, _FLIPPED[name], value)
        case Call(function="in", arguments=(Ref() as ref, *items)) if items:
            texts = [each.value for each in items if isinstance(each, Constant) and isinstance(each.value, str)]
            if len(texts) == len(items):
                return (ref.root, ref.path), Range(only=frozenset(texts))
    return None


def _compared(ref: Ref, name: str, value: object) -> tuple[Key, Range] | None:
    key = (ref.root, ref.path)
    if isinstance(value, str) and name == "eq":
        return key, Range(only=frozenset({value}))
    if not isinstance(value, Decimal):
        return None
    match name:
        case "lt" | "le":
            return key, Range(high=value, high_open=name == "lt")
        case "gt" | "ge":
            return key, Range(low=value, low_open=name == "gt")
    return key, Range(low=value, high=value)


def _joined(tree: Call) -> Iterator[Expr]:
    """The parts of an `and`, those of an inner `and` (a chain) too."""
    for part in tree.arguments:
        if isinstance(part, Call) and part.function == "and":
            yield from _joined(part)
        else:
            yield part
