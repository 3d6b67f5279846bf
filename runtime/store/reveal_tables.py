"""How often people revealed masked fields on a day: counted where the limit is kept, since the trail is never locked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.store.metadata import table
from runtime.store.types import Day

reveal_count = table(
    "reveal_count",
    sa.Column("person_id", sa.String(36), primary_key=True),
    sa.Column("day", Day, primary_key=True),
    #: One more than the limit of the day once somebody was refused.
    sa.Column("used", sa.Integer, nullable=False),
)


def count_reveal(connection: Connection, person_id: str, day: dt.date, limit: int) -> int | None:
    """Count one more; None where the limit was exceeded before, a number above the limit where it is exceeded just now.

    The row stays locked until the transaction ends, so that two at one time never share the last place.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(reveal_count).values(person_id=person_id, day=day, used=1)
    counted = first.on_conflict_do_update(
        index_elements=[reveal_count.c.person_id, reveal_count.c.day],
        set_={"used": reveal_count.c.used + 1},
        where=reveal_count.c.used <= limit,
    )
    return connection.execute(counted.returning(reveal_count.c.used)).scalar_one_or_none()
