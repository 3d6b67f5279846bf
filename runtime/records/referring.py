"""Whether living records refer to a record: of any entity of its app, whoever may see them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name


def is_referred_to(connection: Connection, compiled: CompiledApp, entity: CompiledEntity, record_id: str) -> bool:
    """Whether a living record of the app, or one of its rows, refers to this one."""
    return any(connection.execute(query).first() is not None for query in _queries(compiled, entity, record_id))


def _queries(compiled: CompiledApp, entity: CompiledEntity, record_id: str) -> Iterator[sa.Select[tuple[int]]]:
    target = f"{compiled.app.name}.{entity.entity.name}"
    found = sa.select(sa.literal(1)).limit(1)
    for other in compiled.entities.values():
        for field in other.entity.fields.values():
            if field.type == "reference" and field.value_type.entity == target:
                table = other.table
                yield found.select_from(table).where(
                    table.c[column_name(field)] == record_id, table.c.deleted_at.is_(None), table.c.id != record_id
                )
        for name, row_type in other.entity.rows.items():
            rows, parent = other.row_tables[name], other.table
            for field in row_type.fields.values():
                if field.type == "reference" and field.value_type.entity == target:
                    joined = rows.join(parent, parent.c.id == rows.c.parent_id)
                    yield found.select_from(joined).where(rows.c[column_name(field)] == record_id, parent.c.deleted_at.is_(None))
