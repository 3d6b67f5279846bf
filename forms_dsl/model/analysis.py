"""Segments and dashboards: which records belong together, and which figures stand side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label
from forms_dsl.model.steps import Duration
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class SegmentWindow:
    """Related records whose `at` lies in (today - skip - last, today - skip] and in the time of day from `begin` to `end`.

    `end` before `begin` goes over midnight; without both, the whole day. Both bounds of the day are in the app's time zone.
    """

    name: str
    of: str
    at: str
    last: Duration | None = None
    skip: Duration | None = None
    begin: dt.time | None = None
    end: dt.time | None = None


@dataclass(frozen=True, slots=True)
class SegmentRank:
    """Only the first of an order: `count` records or `percent` of them, for each value of `within` by itself."""

    by: Expression
    within: str | None = None
    highest: bool = True
    count: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of records: who meets `where` and not `exclude`, then the rank, then the sample (percent, by record id)."""

    id: str
    name: str
    entity: str
    label: Label
    span: Span
    where: Expression
    exclude: Expression | None = None
    windows: Mapping[str, SegmentWindow] = field(default_factory=dict)
    rank: SegmentRank | None = None
    mode: str = "live"
    every: str | None = None
    sample: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TileBound:
    """What a tile is held against: a number, a measure of its report, or a parameter (`param.x`)."""

    number: Decimal | None = None
    measure: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: a report (all of it or one measure) or a list; `width` in twelfths."""

    name: str
    span: Span
    label: Label | None = None
    report: str | None = None
    measure: str | None = None
    list: str | None = None
    show: str = "table"
    width: int = 12
    refresh: str = "live"
    target: TileBound | None = None
    limit: TileBound | None = None
    compare: str | None = None
    definition: Label | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Tiles in order, for those for whom `visible` holds."""

    id: str
    name: str
    label: Label
    span: Span
    tiles: tuple[Tile, ...]
    visible: Expression | None = None
