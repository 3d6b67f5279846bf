"""Decisions: tables of rows and cells, and scorecards of factors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression, LiteralValue, ValueType
from forms_dsl.model.entities import FieldOptions, Label
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class DecisionValue:
    """An input or output of a decision: `type` names a module of `fieldtypes`."""

    name: str
    type: str
    value_type: ValueType
    options: FieldOptions = field(default_factory=FieldOptions)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row asks of one input: one of `values`, or `condition` over that input alone; `missing` also admits no value.

    An input without a cell is not asked about, whatever it is.
    """

    values: tuple[LiteralValue, ...] = ()
    condition: Expression | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row of a table: cells by input, what it gives by output, and the days on which it counts (both included)."""

    name: str
    cells: Mapping[str, Cell]
    then: Mapping[str, LiteralValue]
    span: Span
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table: `hit` unique (at most one row may apply), first (the upper one counts) or collect (all count)."""

    id: str
    name: str
    label: Label
    span: Span
    inputs: Mapping[str, DecisionValue]
    outputs: Mapping[str, DecisionValue]
    rows: tuple[DecisionRow, ...]
    hit: str = "unique"
    maintained_by: str | None = None
    shadow_of: str | None = None


@dataclass(frozen=True, slots=True)
class FactorRow:
    """Points of a factor; the row without a condition is the last and takes what is left."""

    condition: Expression | None
    points: int
    span: Span
    reason: Label | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a scorecard; its first true row counts."""

    name: str
    rows: tuple[FactorRow, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Band:
    """A grade for the scores that meet `condition` (over `score` alone); without one, for all that are left."""

    condition: Expression | None
    grade: LiteralValue
    span: Span


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points added up over factors, a grade for the sum, and the reasons that cost most points."""

    id: str
    name: str
    entity: str
    label: Label
    span: Span
    outputs: Mapping[str, DecisionValue]
    start: int
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...] = ()
    reasons: int = 0
    shadow_of: str | None = None


Decision = DecisionTable | Scorecard
