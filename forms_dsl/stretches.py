"""The values of an input of a decision table, cut into stretches at the literals of its cells; one sample stands for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.bounds import EXACT
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, LiteralValue, Ref
from forms_dsl.model import DecisionValue

#: What a cell compares its input with.
Literal = LiteralValue | dt.date


def literals_of(tree: Expr) -> set[Literal]:
    """The literals with which a cell compares its input."""
    if is_literal(tree):
        return {compile_python(tree)(Facts())}
    return {value for each in tree.arguments for value in literals_of(each)} if isinstance(tree, Call) else set()


def is_literal(tree: Expr) -> bool:
    """Whether an expression is a value written out: a constant, a negative number, `date(y, m, d)`."""
    match tree:
        case Constant():
            return True
        case Call(function="neg" | "date", arguments=arguments):
            return all(is_literal(each) for each in arguments)
        case Call() | Ref() | Aggregate():
            return False


def samples_of(name: str, input: DecisionValue, literals: set[Literal]) -> Iterator[tuple[Sentence, Literal]]:
    """Each part of the values of an input, as words and one value of it."""
    match input.value_type.name:
        case "choice":
            yield from ((_plain(f"{name} = {code}"), code) for code in input.value_type.codes)
        case "boolean":
            yield from ((_plain(f"{name} = {str(value).lower()}"), value) for value in (True, False))
        case "number":
            scale = input.value_type.scale
            bound = input.value_type.limit or Decimal(10) ** 22
            step = Decimal(1).scaleb(-(16 if scale is None else scale))
            yield from _line(name, sorted(each for each in literals if isinstance(each, Decimal)), _Grid(step, bound))
        case "date":
            days = sorted(Decimal(each.toordinal()) for each in literals if isinstance(each, dt.date))
            for words, sample in _line(name, days, _DAYS):
                yield words, dt.date.fromordinal(int(sample))
        case _:
            texts = sorted(str(each) for each in literals if each is not None)
            yield from ((_plain(f"{name} = {text}"), text) for text in texts)
            yield Sentence(f"{name} = any other text", f"{name} = 其他文本"), "".join(texts) + "?"


@dataclass(frozen=True, slots=True)
class _Grid:
    """The values that a number or day can have: multiples of `step` up to `most` either way."""

    step: Decimal
    most: Decimal
    least: Decimal | None = None
    days: bool = False

    def below(self, value: Decimal) -> Decimal:
        """The largest value under another."""
        return EXACT.multiply(EXACT.divide(value, self.step).to_integral_value(ROUND_CEILING) - 1, self.step)

    def above(self, value: Decimal) -> Decimal:
        """The smallest value over another."""
        return EXACT.multiply(EXACT.divide(value, self.step).to_integral_value(ROUND_FLOOR) + 1, self.step)

    def has(self, value: Decimal) -> bool:
        """Whether a number is such a value."""
        least = -self.most if self.least is None else self.least
        return least <= value <= self.most and EXACT.remainder(value, self.step) == 0

    def words(self, value: Decimal) -> str:
        """How a value is written."""
        return dt.date.fromordinal(int(value)).isoformat() if self.days else f"{value:f}"


_DAYS = _Grid(Decimal(1), Decimal(dt.date.max.toordinal()), Decimal(dt.date.min.toordinal()), days=True)


def _line(name: str, cuts: list[Decimal], grid: _Grid) -> Iterator[tuple[Sentence, Decimal]]:
    """The parts of a line that is cut at some of its points."""
    if not cuts:
        yield Sentence(f"any {name}", f"任意 {name}"), grid.most if grid.days else Decimal(0)
        return
    first, last = cuts[0], cuts[-1]
    if grid.has(grid.below(first)):
        yield _plain(f"{name} < {grid.words(first)}"), grid.below(first)
    for number, cut in enumerate(cuts):
        if grid.has(cut):
            yield _plain(f"{name} = {grid.words(cut)}"), cut
        following = cuts[number + 1] if number + 1 < len(cuts) else None
        between = grid.above(cut)
        if following is not None and between < following and grid.has(between):
            yield _plain(f"{grid.words(cut)} < {name} < {grid.words(following)}"), between
    if grid.has(grid.above(last)):
        yield _plain(f"{name} > {grid.words(last)}"), grid.above(last)


def _plain(text: str) -> Sentence:
    return Sentence(text, text)
