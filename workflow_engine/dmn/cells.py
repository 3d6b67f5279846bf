"""Cells of our tables from the tests of FEEL, and tests from cells: what fits the one fits the other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby

from forms_dsl.decide import cell_matcher
from forms_dsl.model import Cell, DecisionValue
from forms_dsl.stretches import literals_of
from workflow_engine.dmn.feel import Bounds, NotFeel, Tests, Value, written_value
from workflow_engine.dmn.literals import literal_text

#: What a cell says of a value that is missing.
MISSING = "missing"
Written = str | list[str]


def cell_of(tests: Tests, name: str, type: str, codes: tuple[str, ...]) -> tuple[Written | None, bool]:
    """The cell as our file writes it, None where anything fits, and whether it is the same for a missing value, too.

    Raises NotFeel for values of another type, and for what no cell can ask.
    """
    if tests.bounds is None:
        return None, True
    for value in (each for bounds in tests.bounds for each in (bounds.low, bounds.high)):
        _judge(value, type, codes)
    if tests.negated and type in ("choice", "boolean"):
        every: tuple[Value, ...] = codes if type == "choice" else (True, False)
        rest = tuple(Bounds(each, each, True, True) for each in every if not any(bounds.low == each for bounds in tests.bounds))
        return cell_of(Tests(rest, not tests.missing), name, type, codes)
    if not tests.negated and (tests.bounds or tests.missing) and all(bounds.point for bounds in tests.bounds):
        texts = [literal_text(bounds.low) for bounds in tests.bounds]
        if all(_is_plain(text, name, type) for text in texts):
            texts = [*texts, *([MISSING] if tests.missing else [])]
            return (texts[0] if len(texts) == 1 else texts), True
    if tests.missing and not tests.negated:
        raise NotFeel("null stands beside a comparison", "null 与比较式并用")
    if not tests.bounds:
        raise NotFeel("it asks only whether there is a value", "仅要求有值或无值")
    said = [_comparison(bounds, name) for bounds in tests.bounds]
    joined = said[0] if len(said) == 1 else " or ".join(said)
    # Every comparison of ours fails where the value is missing; not() of FEEL holds then, unless it names null.
    return (f"not ({joined})" if tests.negated else joined), not tests.negated or tests.missing


def _judge(value: Value, type: str, codes: tuple[str, ...]) -> None:
    wanted = {"choice": str, "text": str, "boolean": bool, "date": dt.date}.get(type, Decimal)
    if value is not None and not isinstance(value, wanted):
        raise NotFeel(f"{written_value(value)} is not of the type {type}", f"{written_value(value)} 不是 {type} 类型")
    if type == "choice" and value is not None and value not in codes:
        raise NotFeel(f"{written_value(value)} is none of the values of its column", f"{written_value(value)} 不在该列的取值中")


def _is_plain(text: str, name: str, type: str) -> bool:
    """Whether a text is read as the value that it is, not as a comparison or as nothing."""
    if type != "text":
        return True
    mentions = re.search(rf"\b{re.escape(name)}\b", text) is not None
    return bool(text) and text == text.strip() and text != MISSING and not mentions and not any(sign in text for sign in "<>=")


def _comparison(bounds: Bounds, name: str) -> str:
    if bounds.point:
        return f"{name} == {_literal(bounds.low)}"
    low = f"{_literal(bounds.low)} {'<=' if bounds.with_low else '<'} " if bounds.low is not None else ""
    high = f" {'<=' if bounds.with_high else '<'} {_literal(bounds.high)}" if bounds.high is not None else ""
    if low and not high:
        return f"{name} {'>=' if bounds.with_low else '>'} {_literal(bounds.low)}"
    return f"{low}{name}{high}"


def _literal(value: Value) -> str:
    if isinstance(value, dt.date):
        return f"date({value.year}, {value.month}, {value.day})"
    if isinstance(value, str):
        if "\\" in value or "\n" in value or ('"' in value and "'" in value):
            raise NotFeel("a text with backslashes, line ends or both kinds of quotes", "文本含反斜杠、换行或两种引号")
        return f"'{value}'" if '"' in value else f'"{value}"'
    return literal_text(value)


def asked_by(cell: Cell | None, input: DecisionValue) -> Tests:
    """The tests that hold for exactly the values that fit a cell; None, an input that is not asked about, is anything."""
    if cell is None:
        return Tests(None)
    bounds, negated = _bounds(cell, input)
    if not bounds and not negated and not cell.missing:
        return Tests((_NO_DAY if input.value_type.name == "date" else _NEVER,))
    return Tests(bounds, missing=cell.missing or negated, negated=negated)


def _bounds(cell: Cell, input: DecisionValue) -> tuple[tuple[Bounds, ...], bool]:
    """The values that fit, or those that do not with True; a missing one is not asked about here."""
    fits = cell_matcher(input.name, cell)
    literals = {*cell.values, *(literals_of(cell.condition.tree) if cell.condition is not None else ())} - {None}
    match input.value_type.name:
        case "choice":
            return _points(code for code in input.value_type.codes if fits(code)), False
        case "boolean":
            return _points(each for each in (True, False) if fits(each)), False
        case "number":
            found = _line(
                sorted(each for each in literals if isinstance(each, Decimal)), fits, lambda low, high: (low + high) / 2
            )
        case "date":
            days = sorted(Decimal(each.toordinal()) for each in literals if isinstance(each, dt.date))
            of_days = _line(days, lambda day: fits(dt.date.fromordinal(int(day))), lambda low, high: min(low + 1, high))
            found = tuple(Bounds(_day(each.low), _day(each.high), each.with_low, each.with_high) for each in of_days)
        case _:
            texts = sorted(str(each) for each in literals)
            others_fit = fits("".join(texts) + "?")
            return _points(text for text in texts if fits(text) is not others_fit), others_fit
    return ((), True) if found == (Bounds(),) else (found, False)


def _points(values: Iterable[Value]) -> tuple[Bounds, ...]:
    return tuple(Bounds(each, each, True, True) for each in values)


def _day(number: Value) -> Value:
    return dt.date.fromordinal(int(number)) if isinstance(number, Decimal) else None


def _line(
    cuts: list[Decimal], fits: Callable[[Decimal], bool], middle: Callable[[Decimal, Decimal], Decimal]
) -> tuple[Bounds, ...]:
    """The stretches of a line at whose values a cell fits, each as large as it can be."""
    if not cuts:
        return ()
    # Stretch 0 lies before the first cut, 1 is that cut, 2 lies behind it, and so on.
    samples = [cuts[0] - 1]
    for number, cut in enumerate(cuts):
        samples += [cut, middle(cut, cuts[number + 1]) if number + 1 < len(cuts) else cut + 1]
    found: list[Bounds] = []
    at = 0
    for holds, stretch in groupby(map(fits, samples)):
        first, last = at, at + len(list(stretch)) - 1
        at = last + 1
        if holds:
            low = cuts[(first - 1) // 2] if first else None
            high = cuts[last // 2] if last + 1 < len(samples) else None
            found.append(Bounds(low, high, first % 2 == 1, last % 2 == 1))
    return tuple(found)


#: An interval without a value: a cell that nothing fits.
_NEVER = Bounds(Decimal(1), Decimal(1))
_NO_DAY = Bounds(dt.date(2000, 1, 1), dt.date(2000, 1, 1))
