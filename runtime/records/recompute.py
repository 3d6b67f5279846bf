"""The statements that bring a stored computed field up to its formula, for records that were written before it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.query.scope import FullScope, Statement, computed
from runtime.query.source import Source, root_place


def recompute_queries(
    compiled: CompiledApp, entity: CompiledEntity, field: Field, compute: Expression, dialect: Dialect, tail: str
) -> tuple[str, str]:
    """As text: the value of the record of the enclosing statement, and the keys of the records whose value is another.

    `tail` is written behind the conditions of the second, to take some keys at a time. A stored formula depends on the
    record alone, so that every value of both is known now.
    """
    statement = Statement("postgresql" if dialect.name == "postgresql" else "sqlite", Source(root_place(compiled, entity)))
    value = computed(FullScope(statement), field, compute)
    root, tables = statement.source.root.table, statement.source.from_clause()
    enclosing: sa.ColumnElement[str] = sa.literal_column(f"{entity.table.name}.id")
    one = sa.select(value).select_from(tables).where(root.c.id == enclosing)
    # An operator by its words: SQLAlchemy's own forgets the literals inside it on SQLite.
    differs = root.c[column_name(field)].op("IS NOT" if dialect.name == "sqlite" else "IS DISTINCT FROM", is_comparison=True)
    stale = sa.select(root.c.id).select_from(tables).where(differs(value))

    def text(query: sa.Select[tuple[object]]) -> str:
        return " ".join(str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).split("\n"))

    return text(one), f"{text(stale)}{tail}"
