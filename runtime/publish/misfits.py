"""Counts the records that a new rule finds wrong, and names the first few by number or key, never by their values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field
from forms_dsl.storage import DateStorage, DecimalStorage, IntegerStorage, JsonStorage, TextStorage
from runtime.compile.app import CompiledApp
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept, storage_of
from runtime.context import SYSTEM, Context
from runtime.publish.conditions import new_breaches
from runtime.publish.move_links import any_value
from runtime.publish.moves import planned_moves
from runtime.publish.pairs import FieldPair, entity_pairs, field_pairs, renamed_entities
from runtime.publish.retyping import Retyped, retyped_fields
from runtime.publish.state import DatabaseState
from runtime.publish.types import Misfit, MisfitRule
from runtime.records.matching import count_matching, matching_ids

_SAMPLES = 5
Condition = sa.ColumnElement[bool]
#: The condition that a wrong record fulfils, or None when the rule is not new.
Finder = Callable[[FieldPair, sa.ColumnElement[Any]], Condition | None]


def count_misfits(
    connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState, now: dt.datetime
) -> tuple[Misfit, ...]:
    """The records of the database that do not fit `new`."""
    found = [
        *_field_misfits(connection, old, new, state),
        *_of_moved(connection, old, new, state),
        *_breaches(connection, old, new, state, now),
        *_duplicates(connection, old, new, state),
    ]
    return tuple(sorted(found, key=lambda misfit: (misfit.entity, misfit.field or "", misfit.rule)))


def _field_misfits(connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Misfit]:
    renamed = renamed_entities(old, new)
    retyped = {one.column: one for one in retyped_fields(old, new, state) if not one.is_linked}
    for pair in field_pairs(old, new):
        present = state.tables.get(pair.table.name)
        if present is None or not present.filled or not is_kept(pair.new) or pair.new.encrypted:
            continue
        column = pair.table.c[column_name(pair.new)]
        if (pair.table.name, column.name) in retyped:
            yield from _of_converted(connection, retyped[pair.table.name, column.name], column)
            continue
        if column.name not in present.columns:
            continue
        for rule, finder in _FINDERS.items():
            condition = finder(pair, column)
            if condition is not None:
                yield from _counted(connection, pair, rule, condition)
        elsewhere = _leads_elsewhere(pair, column, renamed)
        if elsewhere is not None:
            yield from _counted(connection, pair, "choice", elsewhere)
        yield from _unparsed(connection, pair, column)


def _of_converted(connection: Connection, one: Retyped, column: sa.Column[Any]) -> Iterator[Misfit]:
    """Values that the new type cannot hold, and those that it can and another rule forbids."""
    yield from _counted(connection, one.pair, "type", sa.literal_column(one.unfit, sa.Boolean()))
    before = f"{one.pair.table.name}.{one.before}"
    value: sa.ColumnElement[Any] = sa.literal_column(f"({one.conversion.there(before)})", column.type)
    bare = replace(one.pair, old=None)
    for rule, finder in _FINDERS.items():
        condition = finder(bare, value)
        if condition is not None:
            yield from _counted(connection, one.pair, rule, condition)


def _of_moved(connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Misfit]:
    """Values that go to another entity, held to the rules of the field there; told by the records where they stand now."""
    tables = {one.entity.id: one.table for one in old.entities.values()} if old is not None else {}
    for move in planned_moves(old, new, state):
        source = tables[move.group.from_entity.id]
        present = state.tables.get(source.name)
        if move.is_linked or present is None or not present.filled or not move.link.pairs:
            continue
        for one in move.group.fields:
            if not is_kept(one.before) or not is_kept(one.after):
                continue
            column = source.c[column_name(one.before)]
            pair = FieldPair(move.group.to_entity, one.after.label, source, one.before, one.after, False)
            for rule, finder in _FINDERS.items():
                condition = finder(pair, column)
                if condition is not None:
                    yield from _counted(connection, pair, rule, condition)
            yield from _unparsed(connection, pair, column)
            if one.after.required:
                goes = sa.literal_column(any_value(move.link, source.name), sa.Boolean()) if move.group.is_split else sa.true()
                yield from _counted(connection, pair, "required", sa.and_(column.is_(None), goes))


def _breaches(
    connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState, now: dt.datetime
) -> Iterator[Misfit]:
    """Records that break a condition of the definition, asked as the platform asks: without any person's rights."""
    context = Context(SYSTEM, {new.app.name: new}, now, now.astimezone(ZoneInfo(new.app.timezone)).date(), "plan")
    for pair in entity_pairs(old, new):
        present = state.tables.get(pair.table.name)
        if present is None or not present.filled:
            continue
        entity = new.entities[pair.new.name]
        for breach in new_breaches(pair, present.columns):
            count = count_matching(connection, context, new, entity, breach.condition)
            if count:
                ids = matching_ids(connection, context, new, entity, breach.condition, limit=_SAMPLES)
                samples = _numbers(connection, pair.table, ids)
                yield Misfit(pair.new.name, breach.field.name if breach.field else None, breach.rule, count, samples)


def _numbers(connection: Connection, table: sa.Table, ids: list[str]) -> tuple[str, ...]:
    """What records are called: their numbers, or their keys."""
    if "number" not in table.c:
        return tuple(ids)
    rows = connection.execute(sa.select(table.c.number).where(table.c.id.in_(ids)).order_by(table.c.number))
    return tuple(str(value) for value in rows.scalars())


def _unknown_choice(pair: FieldPair, column: sa.ColumnElement[Any]) -> Condition | None:
    codes = [choice.code for choice in pair.new.options.choices]
    before = [choice.code for choice in pair.old.options.choices] if pair.old is not None else []
    if not codes or (set(before) and set(before) <= set(codes)):
        return None
    if isinstance(storage_of(pair.new), JsonStorage):
        gone = [column.contains(f'"{code}"', autoescape=True) for code in before if code not in codes]
        return sa.or_(*gone) if gone else None
    return sa.and_(column.is_not(None), column.not_in(codes))


def _leads_elsewhere(pair: FieldPair, column: sa.Column[Any], renamed: Mapping[str, str]) -> Condition | None:
    """Values that lead to an entity that the field may no longer lead to."""
    before = pair.old.options.targets if pair.old is not None else ()
    gone = [target for target in before if renamed.get(target, target) not in pair.new.options.targets]
    if pair.new.type != "any_reference" or not gone:
        return None
    return sa.or_(*(column.startswith(f"{target}/", autoescape=True) for target in gone))


def _too_long(pair: FieldPair, column: sa.ColumnElement[Any]) -> Condition | None:
    storage = storage_of(pair.new)
    if not isinstance(storage, TextStorage) or storage.length is None or pair.new.options.choices:
        return None
    before = storage_of(pair.old) if pair.old is not None else None
    if isinstance(before, TextStorage) and before.length is not None and before.length <= storage.length:
        return None
    return sa.func.length(column) > storage.length


def _out_of_range(pair: FieldPair, column: sa.ColumnElement[Any]) -> Condition | None:
    now, before = pair.new.options, pair.old.options if pair.old is not None else None
    bounds: list[Condition] = []
    low, high = _bound(pair.new, now.min, math.ceil), _bound(pair.new, now.max, math.floor)
    if low is not None and (before is None or before.min != now.min):
        bounds.append(column < low)
    if high is not None and (before is None or before.max != now.max):
        bounds.append(column > high)
    return sa.or_(*bounds) if bounds else None


def _bound(field: Field, text: str | None, whole: Callable[[Decimal], int]) -> object:
    """A limit as the column compares it; texts are limited by length, which is another rule."""
    match storage_of(field):
        case IntegerStorage() if text is not None:
            return whole(Decimal(text))
        case DecimalStorage() if text is not None:
            return Decimal(text)
        case DateStorage() if text is not None:
            return dt.date.fromisoformat(text)
    return None


_FINDERS: dict[MisfitRule, Finder] = {
    "choice": _unknown_choice,
    "length": _too_long,
    "range": _out_of_range,
}


def _counted(connection: Connection, pair: FieldPair, rule: MisfitRule, condition: Condition) -> Iterator[Misfit]:
    source, living = _living(pair)
    count = connection.execute(sa.select(sa.func.count()).select_from(source).where(living, condition)).scalar_one()
    if count:
        name = _naming(pair, source)
        rows = connection.execute(sa.select(name).select_from(source).where(living, condition).order_by(name).limit(_SAMPLES))
        yield Misfit(pair.entity.name, _path(pair), rule, count, tuple(str(value) for value in rows.scalars()))


def _unparsed(connection: Connection, pair: FieldPair, column: sa.Column[Any]) -> Iterator[Misfit]:
    """A changed pattern is no business of SQL: each value is read as the field type reads it."""
    pattern = pair.new.options.pattern
    if pattern is None or (pair.old is not None and pair.old.options.pattern == pattern):
        return
    source, living = _living(pair)
    name, count = _naming(pair, source), 0
    samples: list[str] = []
    rows = connection.execution_options(yield_per=1000).execute(
        sa.select(name, column).select_from(source).where(living, column.is_not(None)).order_by(name)
    )
    for shown, value in rows:
        if not _fits(pair.new, value):
            count += 1
            samples += [str(shown)] if len(samples) < _SAMPLES else []
    if count:
        yield Misfit(pair.entity.name, _path(pair), "pattern", count, tuple(samples))


def _fits(field: Field, value: object) -> bool:
    try:
        FIELD_TYPES[field.type].parse(value, field.options)
    except ValueRefused:
        return False
    return True


def _duplicates(connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Misfit]:
    """Records that a unique index, not there yet, would refuse."""
    for pair in entity_pairs(old, new):
        present = state.tables.get(pair.table.name)
        if present is None or not present.filled:
            continue
        names = {column_name(field): field.name for field in pair.new.fields.values()}
        for index in sorted(pair.table.indexes, key=lambda one: str(one.name)):
            columns = list(index.columns)
            if not index.unique or index.name in present.indexes or any(c.name not in present.columns for c in columns):
                continue
            living = sa.and_(pair.table.c.deleted_at.is_(None), *(column.is_not(None) for column in columns))
            groups = sa.select(*columns).where(living).group_by(*columns).having(sa.func.count() > 1).subquery()
            same = sa.and_(*(column == groups.c[column.name] for column in columns))
            source = pair.table.join(groups, same)
            count = connection.execute(sa.select(sa.func.count()).select_from(source).where(living)).scalar_one()
            if count:
                shown = pair.table.c.number if "number" in pair.table.c else pair.table.c.id
                rows = connection.execute(
                    sa.select(shown).select_from(source).where(living).order_by(*columns, shown).limit(_SAMPLES)
                )
                field = ", ".join(names.get(column.name, column.name) for column in columns)
                yield Misfit(pair.new.name, field, "unique", count, tuple(str(value) for value in rows.scalars()))


def _living(pair: FieldPair) -> tuple[sa.FromClause, Condition]:
    """The records of the pair's table that are not deleted; child rows count through their parent."""
    if not pair.is_rows:
        return pair.table, pair.table.c.deleted_at.is_(None)
    [key] = pair.table.c.parent_id.foreign_keys
    parent = key.column.table
    return pair.table.join(parent, parent.c.id == pair.table.c.parent_id), parent.c.deleted_at.is_(None)


def _naming(pair: FieldPair, source: sa.FromClause) -> sa.Column[Any]:
    """What a person may see of a record that is wrong: its number, or its key."""
    [key] = pair.table.c.parent_id.foreign_keys if pair.is_rows else [None]
    table = key.column.table if key is not None else pair.table
    shown: sa.Column[Any] = table.c.number if "number" in table.c else table.c.id
    return shown


def _path(pair: FieldPair) -> str:
    rows = next((row.name for row in pair.entity.rows.values() if pair.new in row.fields.values()), None)
    return pair.new.name if rows is None else f"{rows}.{pair.new.name}"
