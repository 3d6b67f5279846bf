"""Seals anew under the active key: some records at a time, each in its own transaction, harmless when repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.store.database import Database
from runtime.store.sealing import key_of, ring

_AT_ONCE = 500


def sealed_fields(apps: Mapping[str, CompiledApp]) -> Iterator[tuple[CompiledEntity, Field]]:
    """The encrypted fields of the live apps."""
    for app in apps.values():
        for entity in app.entities.values():
            yield from ((entity, field) for field in entity.entity.fields.values() if field.encrypted and is_kept(field))


def seals_by_key(connection: Connection, apps: Mapping[str, CompiledApp]) -> Counter[str]:
    """How many values are sealed with each key; those of deleted records count too."""
    found: Counter[str] = Counter()
    for entity, field in sealed_fields(apps):
        column = entity.table.c[column_name(field)]
        for seal in connection.execution_options(yield_per=1000).scalars(sa.select(column).where(column.is_not(None))):
            found[key_of(seal)] += 1
    return found


def reseal(database: Database, apps: Mapping[str, CompiledApp]) -> int:
    """Bring every value under the active key; returns how many were sealed anew. Versions and the trail stay as they are."""
    return sum(_reseal_field(database, entity, field) for entity, field in sealed_fields(apps))


def _reseal_field(database: Database, entity: CompiledEntity, field: Field) -> int:
    table, column, last, done = entity.table, entity.table.c[column_name(field)], "", 0
    while True:
        with database.write() as connection:
            held = ring()
            mine = sa.select(table.c.id, column).where(table.c.id > last, column.is_not(None)).order_by(table.c.id)
            rows = connection.execute(mine.limit(_AT_ONCE).with_for_update()).all()
            for id, seal in rows:
                if key_of(seal) != held.active:
                    fresh = held.seal(field.id, held.open(field.id, seal))
                    connection.execute(sa.update(table).where(table.c.id == id).values({column.name: fresh}))
                    done += 1
        if not rows:
            return done
        last = rows[-1][0]
