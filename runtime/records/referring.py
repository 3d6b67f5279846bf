"""What keeps a record from being deleted: living records of any app that refer to it, whoever may see them, and approvals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.store.asking import Prepared, Question, ask_now, prepare
from runtime.store.tables import wf_instance

_RUNNING = ("running", "held")


def is_referred_to(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, record_id: str
) -> bool:
    """Whether a living record of a live app, or one of its rows, refers to this one."""
    target = f"{compiled.app.name}.{entity.entity.name}"
    apps = {**context.releases, compiled.app.name: compiled}.values()
    queries = (query for app in apps for query in _queries(app, target, record_id))
    return any(connection.execute(query).first() is not None for query in queries)


def is_in_approval(connection: Connection, entity: CompiledEntity, record_id: str) -> bool:
    """Whether an approval of the record is under way."""
    asked = Question(_running(connection.dialect), {"app": entity.entity.app, "record": record_id})
    return bool(ask_now(connection, asked))


@lru_cache(maxsize=8)
def _running(dialect: Dialect) -> Prepared:
    found = sa.select(wf_instance.c.id).where(
        wf_instance.c.app == sa.bindparam("app", type_=sa.String()),
        wf_instance.c.record_id == sa.bindparam("record", type_=sa.String()),
        wf_instance.c.state.in_(_RUNNING),
    )
    return prepare(found.limit(sa.literal_column("1")), dialect)


def _queries(app: CompiledApp, target: str, record_id: str) -> Iterator[sa.Select[Any]]:
    found = sa.select(sa.literal(1)).limit(1)
    for other in app.entities.values():
        table = other.table
        living = table.c.deleted_at.is_(None) if "deleted_at" in table.c else sa.true()
        for field in other.entity.fields.values():
            value = _leading(field, target, record_id)
            if value is not None and is_kept(field):
                by = table.c[column_name(field)] == value
                yield found.select_from(table).where(by, living, table.c.id != record_id)
        for name, row_type in other.entity.rows.items():
            rows = other.row_tables[name]
            for field in row_type.fields.values():
                value = _leading(field, target, record_id)
                if value is not None and is_kept(field):
                    joined = rows.join(table, table.c.id == rows.c.parent_id)
                    by = rows.c[column_name(field)] == value
                    yield found.select_from(joined).where(by, living, table.c.id != record_id)


def _leading(field: Field, target: str, record_id: str) -> str | None:
    """The value by which the field would lead to the record; None where it leads elsewhere."""
    if field.type == "reference" and field.value_type.entity == target:
        return record_id
    return f"{target}/{record_id}" if field.type == "any_reference" and target in field.options.targets else None
