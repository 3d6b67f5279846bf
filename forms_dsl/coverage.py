"""Gaps, overlaps and dead rows of a decision table, exactly: every cell is constant on each of finitely many parts.

The parts of an input are cut at the literals of its cells, so one sample of a part stands for all of it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from operator import xor

from forms_dsl.decide import cell_matcher
from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Cell, DecisionTable, DecisionValue
from forms_dsl.stretches import Literal, literals_of, samples_of

#: So many combinations are looked at before a table counts as too large to be judged.
_STATES = 200_000
#: So many times is a row held against a part of an input before a table counts as too large: ten million take a second.
_TESTS = 10_000_000


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
    """The inputs of a table, each as its parts, ready for questions about the rows.

    `bounds` are for each axis the rows (as bits) that fit all of its parts, and those that fit any.
    """

    count: int
    axes: tuple[tuple[Part, ...], ...]
    bounds: tuple[tuple[int, int], ...]

    def gap(self) -> tuple[Sentence, ...] | None:
        """A combination of present values that no row fits; raises TooManyCombinations."""
        axes = tuple(tuple(part for part in axis if not part.missing) for axis in self.axes)
        found = _uncovered(axes, (1 << self.count) - 1)
        return None if found is None else tuple(part.words for part in found if part.words.en)

    def overlaps(self) -> Iterator[tuple[int, int, tuple[Sentence, ...]]]:
        """Each row that fits something that an earlier row fits too: that row, itself, and what both fit."""
        for row in range(1, self.count):
            others = (1 << row) - 1
            for axis, (every, any_part) in zip(self.axes, self.bounds, strict=True):
                # A row without a cell for this input meets all that fit anything; most rows of a wide table are such.
                others &= any_part if every >> row & 1 else _either(part.rows for part in axis if part.rows >> row & 1)
                if not others:
                    break
            if others:
                first = (others & -others).bit_length() - 1
                both = 1 << first | 1 << row
                shared = (next(part for part in axis if part.rows & both == both) for axis in self.axes)
                yield first, row, tuple(part.words for part in shared if part.words.en)

    def is_dead(self, row: int, *, after: bool) -> bool:
        """Whether nothing is left for a row: it fits nothing or, with `after`, only what earlier rows take."""
        if not all(any_part >> row & 1 for _, any_part in self.bounds):
            return True
        if not after or row == 0:
            return False
        own = tuple(tuple(part for part in axis if part.rows >> row & 1) for axis in self.axes)
        return _uncovered(own, (1 << row) - 1) is None


def _every(masks: Iterator[int]) -> int:
    result = -1
    for mask in masks:
        result &= mask
    return result


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
    """The parts of every input and of time; raises TooManyCombinations."""
    axes = (*(tuple(_input_parts(table, name, input)) for name, input in table.inputs.items()), tuple(_days(table)))
    if len(table.rows) * sum(map(len, axes)) > _TESTS:
        raise TooManyCombinations
    bounds = tuple((_every(part.rows for part in axis), _either(part.rows for part in axis)) for axis in axes)
    return Coverage(len(table.rows), axes, bounds)


def _input_parts(table: DecisionTable, name: str, input: DecisionValue) -> Iterator[Part]:
    """The parts of an input; a cell is asked once for each stretch between its own literals, not for every part."""
    cells = [row.cells.get(name) for row in table.rows]
    own = [_literals(cell) if cell is not None else set() for cell in cells]
    samples = list(samples_of(name, input, set().union(*own)))
    line = [_position(sample) for _, sample in samples] if input.value_type.name in ("number", "date") else []
    masks, everywhere, missing = [0] * len(samples), 0, 0
    for number, cell in enumerate(cells):
        bit = 1 << number
        if cell is None:
            everywhere |= bit
            missing |= bit
            continue
        matches = cell_matcher(name, cell)
        missing |= bit if matches(None) else 0
        if line:
            _mark_line(masks, bit, matches, samples, line, own[number])
            continue
        # A text that the cell does not name is like any other; of codes there are few, and they may be ordered.
        is_text = input.value_type.name == "text"
        rest = is_text and matches(samples[-1][1])
        for place, (_, sample) in enumerate(samples):
            if matches(sample) if not is_text or sample in own[number] else rest:
                masks[place] |= bit
    if line:
        masks = list(accumulate(masks, xor))
    for (words, _), rows in zip(samples, masks, strict=True):
        yield Part(words, rows | everywhere)
    yield Part(Sentence(f"{name} missing", f"{name} 缺失"), missing, missing=True)


def _literals(cell: Cell) -> set[Literal]:
    return {*cell.values, *(literals_of(cell.condition.tree) if cell.condition is not None else ())}


def _position(value: Literal) -> Decimal:
    """Where a number or day stands on its line."""
    return Decimal(value.toordinal()) if isinstance(value, dt.date) else Decimal(str(value))


def _mark_line(
    changes: list[int],
    bit: int,
    matches: Callable[[object], bool],
    samples: Sequence[tuple[Sentence, Literal]],
    line: Sequence[Decimal],
    cuts: set[Literal],
) -> None:
    """Note (by exclusive or) at which parts of a line a cell begins and ceases to hold: it can do so at its own literals only."""
    edges = {0}
    for cut in cuts:
        edges |= {bisect_left(line, _position(cut)), bisect_right(line, _position(cut))}
    held = False
    for edge in sorted(edge for edge in edges if edge < len(samples)):
        holds = matches(samples[edge][1])
        if holds != held:
            changes[edge] ^= bit
            held = holds


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


def reachable_scores(start: int, points: Sequence[Sequence[int]], most: int = 100_000) -> Mapping[int, None] | range:
    """The sums that a card can give, exactly while they are at most `most`; beyond, all numbers between the ends."""
    sums = {start: None}
    for options in points:
        sums = {total + each: None for total in sums for each in options}
        if len(sums) > most:
            return range(start + sum(map(min, points)), start + sum(map(max, points)) + 1)
    return sums
