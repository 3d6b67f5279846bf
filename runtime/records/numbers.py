"""Business numbers: gap-free per period, drawn in the transaction that makes the record."""

from __future__ import annotations

import datetime as dt
import re
from hashlib import blake2b

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.store.tables import number_sequence

_PART = re.compile(r"\{(yyyy|mm|dd|branch|seq)(?::(\d+))?\}")
_LONGEST_PERIOD = 40


def next_number(
    connection: Connection, compiled: CompiledApp, entity: CompiledEntity, day: dt.date, branch_code: str | None
) -> str:
    """The next number of an entity by its pattern on a day.

    The counter's row stays locked until the transaction ends: that is what leaves no gap when it is rolled back.
    """
    pattern = entity.entity.number or "{seq}"
    known = {"yyyy": f"{day:%Y}", "mm": f"{day:%m}", "dd": f"{day:%d}", "branch": branch_code or ""}
    period = _PART.sub(lambda part: known.get(part[1], "#"), pattern)
    value = _draw(connection, compiled.app.name, entity.entity.id, _key(period))
    return _PART.sub(lambda part: str(value).rjust(int(part[2] or 1), "0") if part[1] == "seq" else known[part[1]], pattern)


def needs_branch(pattern: str | None) -> bool:
    """Whether a pattern names the branch."""
    return pattern is not None and "{branch}" in pattern


def _key(period: str) -> str:
    return period if len(period) <= _LONGEST_PERIOD else blake2b(period.encode(), digest_size=20).hexdigest()


def _draw(connection: Connection, app: str, entity_id: str, period: str) -> int:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(number_sequence).values(app=app, entity_id=entity_id, period=period, value=1)
    drawn = first.on_conflict_do_update(
        index_elements=[number_sequence.c.app, number_sequence.c.entity_id, number_sequence.c.period],
        set_={"value": number_sequence.c.value + 1},
    ).returning(number_sequence.c.value)
    return int(connection.execute(drawn).scalar_one())
