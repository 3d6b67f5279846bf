"""Which records meet a condition of the definition, for what the platform does by itself: no person, so all rows count."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Expression
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.run import Runnable, compile_select, dialect_of, run
from runtime.query.scope import FullScope, Statement, condition
from runtime.query.source import Source, column_at, root_place
from runtime.records.access import is_platform


def matching_ids(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    entity: CompiledEntity,
    where: Expression | None,
    *,
    after: str | None = None,
    limit: int = 500,
    only: str | None = None,
    referring: tuple[str, str] | None = None,
    result: Mapping[str, object] | None = None,
) -> list[str]:
    """Ids of living records for which the condition is true, in their order after `after`; of one record with `only`.

    `referring` are a field and the record that it must refer to; `result` is what another system reported.
    """
    if not is_platform(context.principal):
        raise PermissionError("only the platform itself looks at all rows")
    by, target = referring or (None, None)
    key = ("matching", connection.dialect.name, entity.entity.name, where, after is None, only is None, by)
    statement = compiled.cache.get_or_make(
        key, lambda: _statement(connection, compiled, entity, where, paged=after is not None, one=only is not None, by=by)
    )
    values = {"after": after, "only": only, "target": target, "most": limit}
    return [str(row[0]) for row in run(connection, context, statement, values, result)]


def _statement(
    connection: Connection,
    compiled: CompiledApp,
    entity: CompiledEntity,
    where: Expression | None,
    *,
    paged: bool,
    one: bool,
    by: str | None,
) -> Runnable:
    statement = Statement(dialect_of(connection), Source(root_place(compiled, entity)))
    table = statement.source.root.table
    conditions: list[sa.ColumnElement[bool]] = [table.c.deleted_at.is_(None)]
    if where is not None:
        conditions.append(condition(FullScope(statement), where))
    if paged:
        conditions.append(table.c.id > sa.bindparam("after", type_=sa.String()))
    if one:
        conditions.append(table.c.id == sa.bindparam("only", type_=sa.String()))
    if by is not None:
        conditions.append(column_at(statement.source.root, by) == sa.bindparam("target", type_=sa.String()))
    query = sa.select(table.c.id).select_from(statement.source.from_clause()).where(*conditions)
    query = query.order_by(table.c.id).limit(sa.bindparam("most", type_=sa.Integer()))
    return compile_select(query, statement, connection.dialect)


def count_matching(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, where: Expression
) -> int:
    """How many living records meet a condition."""
    if not is_platform(context.principal):
        raise PermissionError("only the platform itself looks at all rows")
    statement = Statement(dialect_of(connection), Source(root_place(compiled, entity)))
    met = condition(FullScope(statement), where)
    living = statement.source.root.table.c.deleted_at.is_(None)
    query = sa.select(sa.func.count()).select_from(statement.source.from_clause()).where(living, met)
    return int(run(connection, context, compile_select(query, statement, connection.dialect))[0][0])
