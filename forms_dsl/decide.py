"""What a decision gives: rows of a table that apply, points and reasons of a scorecard. Pure and total.

A table whose rows do not settle the matter has no outputs; whoever asked holds the case then, and never guesses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.numbers import round_half_up
from forms_dsl.expr.python import compile_python
from forms_dsl.model import Cell, DecisionTable, DecisionValue, Factor, FactorRow, Label, Scorecard


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """The rows that apply, in order, and the outputs; None when no row applies, or several where only one may.

    With `hit: collect` an output is the tuple of the different values that its rows give, in order.
    """

    rows: tuple[str, ...]
    outputs: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a factor cost points: `lost` is what its best row would have given more."""

    factor: str
    lost: int
    text: Label


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """The points of each factor, their sum with the start, the grade, and the reasons, largest loss first.

    `score` is None when a factor has no row that applies; `grade` also when the card has no bands.
    """

    points: Mapping[str, int]
    score: Decimal | None
    grade: object | None
    reasons: tuple[Reason, ...]

    @property
    def outputs(self) -> Mapping[str, object] | None:
        """The outputs by name; None when there is no score."""
        if self.score is None:
            return None
        return {"score": self.score} | ({"grade": self.grade} if self.grade is not None else {})


def cell_matcher(name: str, cell: Cell) -> Callable[[object], bool]:
    """Whether a value of the input `name` fits a cell; a missing one fits only a cell that says so."""
    values = frozenset(cell.values)
    condition = compile_python(cell.condition.tree) if cell.condition is not None else None

    def matches(value: object) -> bool:
        if value is None:
            return cell.missing
        return value in values or (condition is not None and condition(Facts(record={name: value})) is True)

    return matches


def compile_table(table: DecisionTable) -> Callable[[Mapping[str, object], dt.date], TableOutcome]:
    """The table as a function of its inputs and the day; numbers are first rounded to the decimals of their input."""
    rows = [(row, {name: cell_matcher(name, cell) for name, cell in row.cells.items()}) for row in table.rows]

    def decide(given: Mapping[str, object], day: dt.date) -> TableOutcome:
        inputs = {name: _rounded(given.get(name), value) for name, value in table.inputs.items()}
        hits = [
            row
            for row, matchers in rows
            if (row.valid_from is None or row.valid_from <= day)
            and (row.valid_to is None or day <= row.valid_to)
            and all(matches(inputs[name]) for name, matches in matchers.items())
        ]
        names = tuple(row.name for row in hits)
        if table.hit == "collect":
            found = {name: tuple(dict.fromkeys(row.then[name] for row in hits)) for name in table.outputs}
            return TableOutcome(names, found)
        if not hits or (table.hit == "unique" and len(hits) > 1):
            return TableOutcome(names, None)
        return TableOutcome(names, hits[0].then)

    return decide


def _rounded(value: object, input: DecisionValue) -> object:
    scale = input.value_type.scale
    if isinstance(value, Decimal) and input.value_type.name == "number" and scale is not None:
        return round_half_up(value, Decimal(scale))
    return None if value == "" else value


def decide_table(table: DecisionTable, given: Mapping[str, object], day: dt.date) -> TableOutcome:
    """One answer of a table; who asks often keeps what `compile_table` gives."""
    return compile_table(table)(given, day)


def compile_scorecard(card: Scorecard) -> Callable[[Facts], ScoreOutcome]:
    """The card as a function of the facts about one record."""
    factors = [(factor, [_condition(row) for row in factor.rows]) for factor in card.factors]
    bands = [(band, compile_python(band.condition.tree) if band.condition else None) for band in card.bands]

    def score(facts: Facts) -> ScoreOutcome:
        points: dict[str, int] = {}
        reasons: list[Reason] = []
        for factor, conditions in factors:
            row = next((row for row, holds in zip(factor.rows, conditions, strict=True) if holds(facts)), None)
            if row is not None:
                points[factor.name] = row.points
                reasons.extend(_reason(factor, row))
        # A stable sort: of two equal losses the factor that is written first comes first.
        shown = tuple(sorted(reasons, key=lambda reason: -reason.lost)[: card.reasons])
        if len(points) < len(factors):
            return ScoreOutcome(points, None, None, shown)
        total = Decimal(card.start + sum(points.values()))
        over = Facts(record={"score": total})
        grade = next((band.grade for band, holds in bands if holds is None or holds(over) is True), None)
        return ScoreOutcome(points, total, grade, shown)

    return score


def _condition(row: FactorRow) -> Callable[[Facts], bool]:
    if row.condition is None:
        return lambda _facts: True
    evaluate = compile_python(row.condition.tree)
    return lambda facts: evaluate(facts) is True


def _reason(factor: Factor, row: FactorRow) -> list[Reason]:
    lost = max(each.points for each in factor.rows) - row.points
    return [Reason(factor.name, lost, row.reason)] if row.reason is not None and lost > 0 else []


def decide_score(card: Scorecard, facts: Facts) -> ScoreOutcome:
    """One answer of a card; who asks often keeps what `compile_scorecard` gives."""
    return compile_scorecard(card)(facts)
