"""Which records belong to a segment, as conditions of a statement: its own, its rank, its sample.

The definition sees all records and fields, as a list's or a role's condition does; whose rows are shown is the access plan's matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from forms_dsl.expr.tree import Call, Ref, ValueType
from forms_dsl.model import Duration, Segment, SegmentWindow
from runtime.compile.expr_scope import RowSource
from runtime.compile.expr_sql import lower, lower_value
from runtime.query.scope import FullScope, Statement, rows_at
from runtime.query.source import Place, Source
from runtime.store.types import Day, Instant

Condition = sa.ColumnElement[bool]
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class SegmentScope(FullScope):
    """The columns of a segment: those of its entity, and its windows beside the related records."""

    windows: Mapping[str, SegmentWindow] = field(kw_only=True)

    def rows(self, rows: Ref) -> RowSource:
        """Child rows, related records, or those of them that lie in a window."""
        window = self.windows.get(rows.path[-1])
        if window is None:
            return FullScope.rows(self, rows)
        of = replace(rows, path=(*rows.path[:-1], window.of))
        found = rows_at(self.statement, self.base, of)
        at = found.column((window.at,))
        kind = (rows.type.rows or {})[window.at].name
        return replace(found, condition=sa.and_(found.condition, *self._within(window, at, kind, rows)))

    def _within(self, window: SegmentWindow, at: sa.ColumnElement[object], kind: str, rows: Ref) -> Iterator[Condition]:
        skipped = _days(window.skip)
        today = Call(ValueType("date", optional=False), "today", (), rows.span)
        last = self._bound(today, window, kind, "last", lambda day: day - dt.timedelta(skipped))
        yield at <= last if kind == "date" else at < last
        if window.last is not None:
            first = self._bound(today, window, kind, "first", lambda day: day - dt.timedelta(skipped + _days(window.last)))
            yield at > first if kind == "date" else at >= first

    def _bound(
        self, today: Call, window: SegmentWindow, kind: str, edge: str, move: Callable[[dt.date], dt.date]
    ) -> sa.ColumnElement[object]:
        zone = ZoneInfo(self.timezone)

        def encode(day: dt.date | None) -> object:
            if day is None:
                return None
            moved = move(day)
            if kind == "date":
                return moved
            # The day itself belongs to the window, the one before its first does not.
            return dt.datetime.combine(moved + dt.timedelta(1), dt.time(), zone).astimezone(dt.UTC)

        type = Day() if kind == "date" else Instant()
        purpose = f"window {kind} {edge} {_days(window.skip)} {_days(window.last)} {self.timezone}"
        value = self.late.bind(today, encode, purpose, type)
        return value if self.dialect == "sqlite" else sa.cast(value, sa.Date() if kind == "date" else sa.TIMESTAMP(timezone=True))


def segment_conditions(statement: Statement, segment: Segment) -> Iterator[Condition]:
    """What a record of the statement must meet to be a member."""
    yield from _own(statement, segment)
    if segment.rank is not None:
        yield _ranked(statement, segment)
    if segment.sample is not None and segment.sample < 100:
        yield _sampled(statement, segment.sample)


def _own(statement: Statement, segment: Segment) -> Iterator[Condition]:
    scope = SegmentScope(statement, windows=segment.windows)
    yield lower(segment.where.tree, scope, positive=True)
    if segment.exclude is not None:
        yield sa.not_(lower(segment.exclude.tree, scope, positive=False))


def _ranked(statement: Statement, segment: Segment) -> Condition:
    """Among the first of all who meet the conditions, whoever reads: membership is the record's, not the reader's."""
    rank, root = segment.rank, statement.source.root
    if rank is None:
        raise ValueError(segment.name)
    place = Place(root.compiled, root.entity, root.entity.table.alias("ranked"))
    inner = Statement(statement.dialect, Source(place), statement.lates)
    scope = SegmentScope(inner, windows=segment.windows)
    value = lower_value(rank.by.tree, scope)
    order = (value.desc() if rank.highest else value.asc()).nulls_last()
    group = [scope.column(tuple(rank.within.split(".")))] if rank.within is not None else []
    number = sa.func.row_number().over(partition_by=group or None, order_by=(order, place.table.c.id))
    size = sa.func.count().over(partition_by=group or None)
    conditions = list(_own(inner, segment))
    if "deleted_at" in place.table.c:
        conditions.append(place.table.c.deleted_at.is_(None))
    found = (
        sa.select(place.table.c.id.label("id"), number.label("number"), size.label("size"))
        .select_from(inner.source.from_clause())
        .where(value.is_not(None), *conditions)
        .subquery("ranks")
    )
    if rank.count is not None:
        among = found.c.number <= rank.count
    else:
        # A started hundredth counts: 10 % of 15 are the first two.
        share = int((rank.percent or Decimal(0)) * 10_000)
        among = (found.c.number - 1) * 1_000_000 < found.c.size * share
    return root.table.c.id.in_(sa.select(found.c.id).where(among))


def _sampled(statement: Statement, percent: Decimal) -> Condition:
    """A part that stays the same: the last digits of a record's id are random."""
    limit = int(percent * 16**_DIGITS / 100)
    digits = sa.func.substr(statement.source.root.table.c.id, 37 - _DIGITS, _DIGITS)
    text = digits if statement.dialect == "sqlite" else sa.collate(digits, "C")
    return text < sa.literal(f"{limit:0{_DIGITS}x}", sa.Text())


def _days(length: Duration | None) -> int:
    return 0 if length is None else length.amount
