"""From two compiled apps and the state of the database to the statements that lead from one to the other.

Nothing is ever taken away: a field or entity that the new app no longer has keeps its column or table (a tombstone),
so that it comes back with its data; only indexes that nobody wants any more go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Field, Label
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish import ddl
from runtime.publish.backfill import backfill_of, constant_default, fills_existing, recompute, rename_target
from runtime.publish.moves import planned_moves
from runtime.publish.moving import filling_steps, linking_steps
from runtime.publish.pairs import field_pairs, renamed_entities
from runtime.publish.retyping import retype_steps, retyped_fields
from runtime.publish.state import DatabaseState, TableState
from runtime.publish.types import Phase, Step
from runtime.publish.words import label_in, say
from runtime.store.kept_columns import numbered_column


@dataclass(frozen=True, slots=True)
class WantedTable:
    """One table that the new app needs: whose it is, and the fields behind its columns."""

    table: sa.Table
    label: Label
    fields: Mapping[str, Field]
    entity: CompiledEntity
    is_rows: bool


def wanted_tables(app: CompiledApp) -> tuple[WantedTable, ...]:
    """The tables of an app's entities, each followed by those of its row types."""
    return tuple(_wanted_tables(app))


def _wanted_tables(app: CompiledApp) -> Iterator[WantedTable]:
    for compiled in app.entities.values():
        entity = compiled.entity
        yield WantedTable(compiled.table, entity.label, _kept(entity.fields), compiled, False)
        for name, table in compiled.row_tables.items():
            row_type = entity.rows[name]
            yield WantedTable(table, row_type.label, _kept(row_type.fields), compiled, True)


def _kept(fields: Mapping[str, Field]) -> dict[str, Field]:
    return {column_name(field): field for field in fields.values() if is_kept(field)}


def plan_steps(old: CompiledApp | None, new: CompiledApp, state: DatabaseState, *, pilot: bool = False) -> tuple[Step, ...]:
    """The statements that make the database fit `new`, in the order in which they are to run.

    For a pilot only those that leave everything as `old` needs it, which others go on writing by.
    """
    wanted = wanted_tables(new)
    retyped = tuple(retyped_fields(old, new, state))
    moves = planned_moves(old, new, state)
    given = {**{one.column: _RETYPED for one in retyped}, **{column: _MOVED for move in moves for column in move.columns}}
    steps = [step for table in wanted for step in _table_steps(table, state, given, pilot=pilot)]
    steps += retype_steps(retyped, state)
    steps += filling_steps(moves, state)
    steps += _computed_steps(old, new, state)
    steps += _renamed_steps(old, new, state)
    steps += [step for table in wanted for step in _reference_steps(table, state)]
    held = held_back(old, new) if pilot else frozenset[str]()
    steps += [step for table in wanted for step in _index_steps(table, state, held)]
    # After the indexes of new tables: a new record of the detail is found by the one of its reference.
    steps += linking_steps(moves, state)
    steps += [step for table in wanted for step in _unwanted_indexes(table, state)]
    steps += [step for table in wanted for step in _lasting_defaults(table, state)]
    if pilot:
        steps = [step for step in steps if step.phase != "contract"]
    order = {"expand": 0, "backfill": 1, "contract": 2}
    return tuple(sorted(steps, key=lambda step: order[step.phase]))


def held_back(old: CompiledApp | None, new: CompiledApp) -> frozenset[str]:
    """The unique indexes of `new` that would refuse what people on `old` write, which knows nothing of them."""
    before = {wanted.table.name: wanted.table for wanted in wanted_tables(old)} if old is not None else {}
    return frozenset(
        str(index.name)
        for wanted in wanted_tables(new)
        if wanted.table.name in before
        for index in wanted.table.indexes
        if index.unique
        and index.name not in {one.name for one in before[wanted.table.name].indexes}
        and not any(_stays_empty(column.name, wanted, before[wanted.table.name]) for column in index.columns)
    )


def _stays_empty(column: str, wanted: WantedTable, before: sa.Table) -> bool:
    """Whether records written by the release before have nothing in a column: then no two of them agree."""
    field = wanted.fields.get(column)
    is_converted = field is not None and any(name in before.c for name in _earlier_columns(field))
    return column not in before.c and not is_converted and (field is None or not fills_existing(field))


def _earlier_columns(field: Field) -> Iterator[str]:
    """The columns whose values a field that changed its type may have got."""
    return (numbered_column(field.id, number) for number in range(1, field.kept_as + 1))


def _table_steps(
    wanted: WantedTable, state: DatabaseState, given: Mapping[tuple[str, str], Sentence], *, pilot: bool
) -> Iterator[Step]:
    table, label = wanted.table, wanted.label
    present = state.tables.get(table.name)
    if present is None:
        because = say(label, en="{0} needs a table.", zh="“{0}”需要一张表。")
        yield Step("expand", ddl.create_table(table, state.dialect), because, f"DROP TABLE {table.name}")
        return
    for column in table.columns:
        if column.name in present.columns:
            continue
        if (table.name, column.name) in given:
            yield _given_column(wanted, column, given[table.name, column.name], state)
        else:
            yield from _column_steps(wanted, column, present, state, pilot=pilot)


_RETYPED = Sentence(
    "{0} of {1} has another type: its new values get a column beside the old ones.",
    "“{1}”的“{0}”更改类型：新值另用一列，原列保留。",
)
_MOVED = Sentence("{0} moves to {1}: its values get a column there.", "“{0}”迁至“{1}”：在该处另用一列。")


def _given_column(wanted: WantedTable, column: sa.Column[Any], said: Sentence, state: DatabaseState) -> Step:
    """A column whose values come from another one, so that no default is for it."""
    because = say(_label_of(column.name, wanted), wanted.label, en=said.en, zh=said.zh)
    reverse = ddl.drop_column(wanted.table.name, column.name)
    return Step("expand", ddl.add_column(column, state.dialect), because, reverse, _add_lock(state))


def _add_lock(state: DatabaseState) -> str:
    return "write lock" if state.is_sqlite else "ACCESS EXCLUSIVE"


def _column_steps(
    wanted: WantedTable, column: sa.Column[Any], present: TableState, state: DatabaseState, *, pilot: bool
) -> Iterator[Step]:
    table, field = wanted.table.name, wanted.fields.get(column.name)
    label = _label_of(column.name, wanted)
    fills = field is not None and (present.filled or pilot)
    default = constant_default(field, column, state.dialect) if field is not None and fills else None
    # What the release before writes during a pilot gets the default too; a column of SQLite never loses its own again.
    fast = default if not state.is_sqlite or pilot else None
    because = say(label, wanted.label, en="The new field {0} of {1} needs a column.", zh="“{1}”的新字段“{0}”需要一列。")
    reverse = ddl.drop_column(table, column.name)
    yield Step("expand", ddl.add_column(column, state.dialect, fast), because, reverse, _add_lock(state))
    if fast is not None:
        yield _drop_default(table, column.name, label)
    elif field is not None and present.filled:
        yield from backfill_of(field, column, default, state.dialect)


def _drop_default(table: str, column: str, label: Label) -> Step:
    because = say(label, en="Only records that were there before get the default of {0}.", zh="“{0}”的默认值只补给原有记录。")
    return Step("contract", f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT", because, None, "ACCESS EXCLUSIVE")


def _lasting_defaults(wanted: WantedTable, state: DatabaseState) -> Iterator[Step]:
    """Defaults that a pilot left, for it is over: everybody writes by one release again."""
    present = state.tables.get(wanted.table.name)
    for column in sorted(present.defaults) if present is not None else ():
        yield _drop_default(wanted.table.name, column, _label_of(column, wanted))


def _computed_steps(old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Step]:
    """Stored computed fields that are new or have another formula; those of child rows wait for their record's next save."""
    for pair in field_pairs(old, new):
        table, compute = state.tables.get(pair.table.name), pair.new.compute
        if pair.is_rows or compute is None or not pair.new.stored or table is None or not table.filled:
            continue
        before = pair.old.compute.source if pair.old is not None and pair.old.stored and pair.old.compute else None
        is_moved = pair.old is not None and column_name(pair.old) != column_name(pair.new)
        if before != compute.source or is_moved:
            yield from recompute(new, new.entities[pair.entity.name], pair.new, compute, state.dialect)


def _renamed_steps(old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Step]:
    """References of several kinds name the entity that they lead to, so its new name goes into them."""
    renamed = renamed_entities(old, new)
    for pair in field_pairs(old, new):
        table = state.tables.get(pair.table.name)
        before = pair.old.options.targets if pair.old is not None else ()
        if pair.new.type != "any_reference" or table is None or not table.filled or not is_kept(pair.new):
            continue
        for name in before:
            if name in renamed:
                yield rename_target(pair.new, pair.table.c[column_name(pair.new)], name, renamed[name], state.dialect)


def _reference_steps(wanted: WantedTable, state: DatabaseState) -> Iterator[Step]:
    """References between tables, made apart on PostgreSQL so that cycles and running writers are no trouble."""
    if state.is_sqlite:
        return
    present = state.tables.get(wanted.table.name)
    for key in sorted(wanted.table.foreign_key_constraints, key=lambda key: str(key.name)):
        name = str(key.name)
        if present is not None and name in present.constraints:
            continue
        field = wanted.fields.get(key.column_keys[0])
        label = field.label if field is not None else wanted.label
        because = say(label, en="{0} may only name records that exist.", zh="“{0}”只能指向存在的记录。")
        filled = present is not None and present.filled
        reverse = f"ALTER TABLE {wanted.table.name} DROP CONSTRAINT IF EXISTS {name}"
        yield Step("expand", ddl.add_foreign_key(key, check_rows=not filled), because, reverse, "SHARE ROW EXCLUSIVE")
        if filled:
            yield Step("expand", ddl.validate_constraint(wanted.table.name, name), because, None, "SHARE UPDATE EXCLUSIVE")


def _index_steps(wanted: WantedTable, state: DatabaseState, held: frozenset[str]) -> Iterator[Step]:
    present = state.tables.get(wanted.table.name)
    online = present is not None and present.filled
    for index in sorted(wanted.table.indexes, key=lambda index: str(index.name)):
        if index.name in held or (present is not None and index.name in present.indexes):
            continue
        named = _named(index, wanted)
        if index.unique:
            because = say(wanted.label, named, en="No two records of {0} may agree in: {1}.", zh="“{0}”的下列字段不得重复：{1}。")
        else:
            because = say(
                wanted.label,
                named,
                en="{0} is found and sorted without a scan by: {1}.",
                zh="“{0}”按下列字段查找和排序不必全表扫描：{1}。",
            )
        lock = "write lock" if state.is_sqlite else "SHARE UPDATE EXCLUSIVE" if online else "SHARE"
        reverse = ddl.drop_index(str(index.name), state.dialect, online=online)
        # On live data after the backfill, so that it is built once and over the filled column.
        phase: Phase = "backfill" if online else "expand"
        yield Step(phase, ddl.create_index(index, state.dialect, online=online), because, reverse, lock)


def _named(index: sa.Index, wanted: WantedTable) -> Label:
    """The fields of an index by their labels; the key that only breaks ties is left out."""
    labels = [_label_of(column.name, wanted) for column in index.columns if column.name != "id"]
    return {
        "en": ", ".join(label_in(label, "en") for label in labels),
        "zh": "、".join(label_in(label, "zh") for label in labels),
    }


def _label_of(column: str, wanted: WantedTable) -> Label:
    field = wanted.fields.get(column) or SYSTEM_FIELDS.get(column)
    return field.label if field is not None else {"en": column, "zh": column}


def _unwanted_indexes(wanted: WantedTable, state: DatabaseState) -> Iterator[Step]:
    present = state.tables.get(wanted.table.name)
    if present is None:
        return
    names = {str(index.name) for index in wanted.table.indexes}
    for name in sorted(present.indexes - names):
        if name.startswith(("ix_", "ux_")):
            because = say(wanted.label, en="No list or rule of {0} needs this index any more.", zh="“{0}”不再需要这个索引。")
            lock = "write lock" if state.is_sqlite else "SHARE UPDATE EXCLUSIVE"
            yield Step("contract", ddl.drop_index(name, state.dialect, online=True), because, None, lock)
