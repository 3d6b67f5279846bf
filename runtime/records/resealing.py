"""Seals anew under the active key: some records at a time, each in its own transaction, harmless when repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.outbox.webhook_policy import sealed_as
from runtime.store.database import Database
from runtime.store.sealing import key_of, ring
from runtime.store.tables import webhook

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of seals: each is bound to `bound_to` of the row it stands in."""

    table: sa.Table
    column: sa.Column[str]
    bound_to: Callable[[str], str]


def sealed_columns(apps: Mapping[str, CompiledApp]) -> Iterator[Sealed]:
    """Everything that is sealed: the encrypted fields of the live apps, and the secrets of webhooks."""
    for entity, field in sealed_fields(apps):
        yield Sealed(entity.table, entity.table.c[column_name(field)], partial(_of_field, field.id))
    for column in (webhook.c.secret, webhook.c.previous_secret):
        yield Sealed(webhook, column, sealed_as)


def sealed_fields(apps: Mapping[str, CompiledApp]) -> Iterator[tuple[CompiledEntity, Field]]:
    """The encrypted fields of the live apps."""
    for app in apps.values():
        for entity in app.entities.values():
            yield from ((entity, field) for field in entity.entity.fields.values() if field.encrypted and is_kept(field))


def seals_by_key(connection: Connection, apps: Mapping[str, CompiledApp]) -> Counter[str]:
    """How many values are sealed with each key; those of deleted records count too."""
    found: Counter[str] = Counter()
    for sealed in sealed_columns(apps):
        kept = sa.select(sealed.column).where(sealed.column.is_not(None))
        for seal in connection.execution_options(yield_per=1000).scalars(kept):
            found[key_of(seal)] += 1
    return found


def reseal(database: Database, apps: Mapping[str, CompiledApp]) -> int:
    """Bring every value under the active key; returns how many were sealed anew. Versions and the trail stay as they are."""
    return sum(_reseal_column(database, sealed) for sealed in sealed_columns(apps))


def _of_field(field_id: str, _record_id: str) -> str:
    return field_id


def _reseal_column(database: Database, sealed: Sealed) -> int:
    table, column, last, done = sealed.table, sealed.column, "", 0
    while True:
        with database.write() as connection:
            held = ring()
            mine = sa.select(table.c.id, column).where(table.c.id > last, column.is_not(None)).order_by(table.c.id)
            rows = connection.execute(mine.limit(_AT_ONCE).with_for_update()).all()
            for id, seal in rows:
                if key_of(seal) != held.active:
                    bound = sealed.bound_to(id)
                    fresh = held.seal(bound, held.open(bound, seal))
                    connection.execute(sa.update(table).where(table.c.id == id).values({column.name: fresh}))
                    done += 1
        if not rows:
            return done
        last = rows[-1][0]
