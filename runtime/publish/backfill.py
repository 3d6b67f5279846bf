"""What existing records get when a field is added: its default where that is a constant, its value where it is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.expr_scope import is_constant
from runtime.compile.names import column_name
from runtime.publish import ddl
from runtime.publish.types import AFTER, Step
from runtime.publish.words import say
from runtime.records.recompute import recompute_queries
from runtime.store.types import format_instant

#: Rows of one batch: locked together, for a few milliseconds.
BATCH = 1000


def fills_existing(field: Field) -> bool:
    """Whether the field's default says what the records that exist already get."""
    return _constant(field) is not None


def constant_default(field: Field, column: sa.Column[Any], dialect: Dialect) -> str | None:
    """The default as it stands in a statement, or None when it depends on who creates the record and when."""
    value = _constant(field)
    return None if value is None else ddl.literal(value, column, dialect)


def _constant(field: Field) -> object:
    if field.type == "status" and field.options.choices:
        return field.options.choices[0].code
    if field.encrypted or field.default is None or field.visible is not None or not is_constant(field.default.tree):
        return None
    value: object = compile_python(field.default.tree)(Facts())
    return FIELD_TYPES[field.type].parse(value if isinstance(value, bool) else _as_text(value), field.options)


def recompute(
    compiled: CompiledApp, entity: CompiledEntity, field: Field, compute: Expression, dialect: Dialect
) -> Iterator[Step]:
    """The statements that bring a stored computed field up to its formula.

    They run once beside the old release and once behind the new one: what was written in between counts too.
    """
    table, name = entity.table.name, column_name(field)
    because = say(field.label, en="{0} is computed for the records that were there before.", zh="为原有记录计算“{0}”。")
    if dialect.name == "sqlite":
        value, stale = recompute_queries(compiled, entity, field, compute, dialect, "")
        yield Step("backfill", f"UPDATE {table} SET {name} = ({value}) WHERE id IN ({stale})", because, None, "write lock")
        return
    tail = f" AND t.id > {AFTER} ORDER BY t.id LIMIT {BATCH}"
    value, stale = recompute_queries(compiled, entity, field, compute, dialect, tail)
    update = f"UPDATE {table} SET {name} = ({value}) WHERE id IN ({stale}) RETURNING id"
    for phase in ("backfill", "contract"):
        yield Step(phase, update, because, None, "ROW")


def _as_text(value: object) -> str | None:
    match value:
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return format_instant(value)
        case None:
            return None
        case _:
            return str(value)


def backfill_of(field: Field, column: sa.Column[Any], default: str | None, dialect: Dialect) -> Iterator[Step]:
    """The statements that fill a new column for the records that exist."""
    if default is None:
        return
    table, name = column.table.name, column.name
    because = say(field.label, en="Records that were there before get the default of {0}.", zh="原有记录取“{0}”的默认值。")
    if dialect.name == "sqlite":
        yield Step("backfill", f"UPDATE {table} SET {name} = {default} WHERE {name} IS NULL", because, None, "write lock")
        return
    batch = f"SELECT id FROM {table} WHERE {name} IS NULL AND id > {AFTER} ORDER BY id LIMIT {BATCH}"
    yield Step("backfill", f"UPDATE {table} SET {name} = {default} WHERE id IN ({batch}) RETURNING id", because, None, "ROW")


def rename_target(field: Field, column: sa.Column[Any], old: str, new: str, dialect: Dialect) -> Step:
    """The statement by which a reference of several kinds follows the new name of an entity."""
    table, name = column.table.name, column.name
    because = say(field.label, en="{0} leads to an entity that has a new name.", zh="“{0}”指向的实体改了名称。")
    begins = f"substr({name}, 1, {len(old) + 1}) = '{old}/'"
    update = f"UPDATE {table} SET {name} = '{new}/' || substr({name}, {len(old) + 2})"
    if dialect.name == "sqlite":
        return Step("contract", f"{update} WHERE {begins}", because, None, "write lock")
    batch = f"SELECT id FROM {table} WHERE {begins} AND id > {AFTER} ORDER BY id LIMIT {BATCH}"
    return Step("contract", f"{update} WHERE id IN ({batch}) RETURNING id", because, None, "ROW")
