"""Business numbers: gap-free per period, drawn in the transaction that makes the record."""

from __future__ import annotations

import datetime as dt
import re
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.late import today_in
from runtime.records.draft import Draft
from runtime.store.tables import number_sequence, org_branch

_PART = re.compile(r"\{(yyyy|yy|mm|dd|branch|seq)(?::(\d+))?\}")
#: Characters of the columns `entity_id` and `period`; an id of an entity always fits.
_COUNTER, _PERIOD = 48, 40


def draw_numbers(
    connection: Connection, context: Context, compiled: CompiledApp, found: CompiledEntity, draft: Draft
) -> str | None:
    """The business number of a new record, or None where its entity declares none; its fields of sequences are filled too."""
    sequences = [
        field for field in found.entity.fields.values() if field.type == "sequence" and draft.record.get(field.name) is None
    ]
    patterns = {found.entity.id: found.entity.number} | {
        f"{found.entity.id}.{each.id}": each.options.number for each in sequences
    }
    code = None
    if any(needs_branch(pattern) for pattern in patterns.values()):
        branch = draft.record.get(found.entity.owner_branch or "")
        code = connection.execute(sa.select(org_branch.c.f_code).where(org_branch.c.id == branch)).scalar_one_or_none()
    day: dt.date = today_in(context, compiled)
    unit = code or context.principal.unit_code
    drawn = {
        counter: None if pattern is None else next_number(connection, compiled.app.name, counter, pattern, day, unit)
        for counter, pattern in patterns.items()
    }
    for field in sequences:
        draft.record[field.name] = drawn[f"{found.entity.id}.{field.id}"]
    return drawn[found.entity.id]


def next_number(connection: Connection, app: str, counter: str, pattern: str, day: dt.date, branch_code: str | None) -> str:
    """The next number of a counter of an app by its pattern on a day; an entity counts under its id, a field under both ids.

    The counter's row stays locked until the transaction ends: that is what leaves no gap when it is rolled back.
    """
    known = {"yyyy": f"{day:%Y}", "yy": f"{day:%y}", "mm": f"{day:%m}", "dd": f"{day:%d}", "branch": branch_code or ""}
    period = _PART.sub(lambda part: known.get(part[1], "#"), pattern)
    value = _draw(connection, app, _key(counter, _COUNTER), _key(period, _PERIOD))
    return _PART.sub(lambda part: str(value).rjust(int(part[2] or 1), "0") if part[1] == "seq" else known[part[1]], pattern)


def needs_branch(pattern: str | None) -> bool:
    """Whether a pattern names the branch."""
    return pattern is not None and "{branch}" in pattern


def _key(text: str, longest: int) -> str:
    return text if len(text) <= longest else blake2b(text.encode(), digest_size=20).hexdigest()


def _draw(connection: Connection, app: str, counter: str, period: str) -> int:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(number_sequence).values(app=app, entity_id=counter, period=period, value=1)
    drawn = first.on_conflict_do_update(
        index_elements=[number_sequence.c.app, number_sequence.c.entity_id, number_sequence.c.period],
        set_={"value": number_sequence.c.value + 1},
    ).returning(number_sequence.c.value)
    return int(connection.execute(drawn).scalar_one())
