"""Gaps, overlaps and dead rows of a decision table, exactly: every cell is constant on each of finitely many parts.

The parts of an input are cut at the literals of its cells, so one sample of a part stands for all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from forms_dsl.decide import cell_matcher
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.bounds import EXACT
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, LiteralValue, Ref
from forms_dsl.model import DecisionTable, DecisionValue

#: So many combinations are looked at before a table counts as too large to be judged.
_STATES = 200_000


class TooManyCombinations(Exception):
    """The table is too large to be judged."""


@dataclass(frozen=True, slots=True)
class Part:
    """Values of one input on which every cell is constant: how they are called, and the rows (as bits) that they fit."""

    words: Sentence
    rows: int
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """The inputs of a table, each as its parts, ready for questions about the rows."""

    count: int
    axes: tuple[tuple[Part, ...], ...]

    def gap(self) -> tuple[Sentence, ...] | None:
        """A combination of present values that no row fits; raises TooManyCombinations."""
        axes = tuple(tuple(part for part in axis if not part.missing) for axis in self.axes)
        found = _uncovered(axes, (1 << self.count) - 1)
        return None if found is None else tuple(part.words for part in found if part.words.en)

    def overlaps(self) -> Iterator[tuple[int, int, tuple[Sentence, ...]]]:
        """Each row that fits something that an earlier row fits too: that row, itself, and what both fit."""
        for row in range(1, self.count):
            others = (1 << row) - 1
            for axis in self.axes:
                others &= _either(part.rows for part in axis if part.rows >> row & 1)
            if others:
                first = (others & -others).bit_length() - 1
                both = 1 << first | 1 << row
                shared = (next(part for part in axis if part.rows & both == both) for axis in self.axes)
                yield first, row, tuple(part.words for part in shared if part.words.en)

    def is_dead(self, row: int, *, after: bool) -> bool:
        """Whether nothing is left for a row: it fits nothing or, with `after`, only what earlier rows take."""
        own = tuple(tuple(part for part in axis if part.rows >> row & 1) for axis in self.axes)
        if not all(own):
            return True
        return after and row > 0 and _uncovered(own, (1 << row) - 1) is None


def _either(masks: Iterator[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


def _uncovered(axes: tuple[tuple[Part, ...], ...], alive: int) -> tuple[Part, ...] | None:
    """A combination that none of the rows `alive` fits; raises TooManyCombinations."""
    if not all(axes):
        return None
    unasked = [alive]
    for axis in reversed(axes):
        mask = unasked[0]
        for part in axis:
            mask &= part.rows
        unasked.insert(0, mask)
    seen: set[tuple[int, int]] = set()

    def search(depth: int, rows: int) -> tuple[Part, ...] | None:
        if rows == 0:
            return tuple(axis[0] for axis in axes[depth:])
        if rows & unasked[depth] or (depth, rows) in seen:
            return None
        if len(seen) > _STATES:
            raise TooManyCombinations
        tried: set[int] = set()
        for part in axes[depth]:
            left = rows & part.rows
            if left not in tried:
                tried.add(left)
                found = search(depth + 1, left)
                if found is not None:
                    return (part, *found)
        seen.add((depth, rows))
        return None

    return search(0, alive)


def coverage_of(table: DecisionTable) -> Coverage:
    """The parts of every input and of time."""
    axes = [tuple(_input_parts(table, name, input)) for name, input in table.inputs.items()]
    return Coverage(len(table.rows), (*axes, tuple(_days(table))))


def _input_parts(table: DecisionTable, name: str, input: DecisionValue) -> Iterator[Part]:
    cells = [row.cells.get(name) for row in table.rows]
    matchers = [cell_matcher(name, cell) if cell is not None else None for cell in cells]
    literals: set[LiteralValue | dt.date] = set()
    for cell in cells:
        if cell is not None:
            literals.update(cell.values)
            if cell.condition is not None:
                literals.update(literals_of(cell.condition.tree))
    for words, sample in _samples(name, input, literals):
        yield Part(words, _fitting(matchers, sample))
    yield Part(Sentence(f"{name} missing", f"{name} 缺失"), _fitting(matchers, None), missing=True)


def _fitting(matchers: Sequence[Callable[[object], bool] | None], sample: object) -> int:
    return sum(1 << number for number, matches in enumerate(matchers) if matches is None or matches(sample))


def literals_of(tree: Expr) -> set[LiteralValue | dt.date]:
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


def _samples(
    name: str, input: DecisionValue, literals: set[LiteralValue | dt.date]
) -> Iterator[tuple[Sentence, LiteralValue | dt.date]]:
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


def _days(table: DecisionTable) -> Iterator[Part]:
    """The stretches of time between the days on which rows begin or cease to count; time before all rows is left out."""
    day = dt.timedelta(days=1)
    begins = {row.valid_from for row in table.rows if row.valid_from is not None}
    ends = {row.valid_to + day for row in table.rows if row.valid_to is not None and row.valid_to < dt.date.max}
    starts = [dt.date.min, *sorted(begins | ends)]
    begun = False
    for number, start in enumerate(starts):
        rows = 0
        for bit, row in enumerate(table.rows):
            if (row.valid_from is None or row.valid_from <= start) and (row.valid_to is None or start <= row.valid_to):
                rows |= 1 << bit
        begun = begun or rows != 0
        if begun or len(starts) == 1:
            yield Part(_period(start, starts[number + 1] - day if number + 1 < len(starts) else None), rows)


def _period(start: dt.date, end: dt.date | None) -> Sentence:
    if start == dt.date.min:
        return Sentence(f"until {end}", f"{end} 及之前") if end else Sentence("", "")
    return Sentence(f"from {start} to {end}", f"{start} 至 {end}") if end else Sentence(f"from {start} on", f"{start} 起")


def _plain(text: str) -> Sentence:
    return Sentence(text, text)


def reachable_scores(start: int, points: Sequence[Sequence[int]], most: int = 100_000) -> Mapping[int, None] | range:
    """The sums that a card can give, exactly while they are at most `most`; beyond, all numbers between the ends."""
    sums = {start: None}
    for options in points:
        sums = {total + each: None for total in sums for each in options}
        if len(sums) > most:
            return range(start + sum(map(min, points)), start + sum(map(max, points)) + 1)
    return sums
