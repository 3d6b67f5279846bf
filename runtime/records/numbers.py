"""Business numbers: gap-free per period, drawn in the transaction that makes the record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.late import today_in
from runtime.records.draft import Draft
from runtime.store.identifiers import short_key
from runtime.store.tables import number_sequence, org_branch

_PART = re.compile(r"\{(yyyy|yy|mm|dd|branch|seq)(?::(\d+))?\}")
#: Characters of the columns `entity_id` and `period`; an id of an entity always fits.
_COUNTER, _PERIOD = 48, 40


def draw_numbers(
    connection: Connection, context: Context, compiled: CompiledApp, found: CompiledEntity, draft: Draft
) -> str | None:
    """The business number of a new record, or None where its entity declares none; its fields of sequences are filled too."""
    entity = found.entity
    drawing = _Drawing(connection, context, compiled, draft.record.get(entity.owner_branch or ""))
    for field in entity.fields.values():
        if field.type == "sequence" and field.options.number is not None and draft.record.get(field.name) is None:
            [draft.record[field.name]] = drawing.numbers(f"{entity.id}.{field.id}", field.options.number)
    return None if entity.number is None else drawing.numbers(entity.id, entity.number)[0]


def draw_numbers_of_all(
    connection: Connection, context: Context, compiled: CompiledApp, found: CompiledEntity, drafts: Sequence[Draft]
) -> list[tuple[Draft, str]]:
    """Fill in the numbers of many new records as `draw_numbers` would one after the other; a counter is asked once a branch.

    Returns what was filled in: with the transaction undone it is to be drawn anew.
    """
    entity, filled = found.entity, list[tuple[Draft, str]]()
    for field in entity.fields.values():
        if field.type == "sequence" and field.options.number is not None:
            open_ones = [draft for draft in drafts if draft.record.get(field.name) is None]
            counter = f"{entity.id}.{field.id}"
            for draft, number in _drawn(connection, context, compiled, found, counter, field.options.number, open_ones):
                draft.record[field.name] = number
                filled.append((draft, field.name))
    if entity.number is not None:
        for draft, number in _drawn(connection, context, compiled, found, entity.id, entity.number, drafts):
            draft.record["number"] = number
            filled.append((draft, "number"))
    return filled


def _drawn(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    found: CompiledEntity,
    counter: str,
    pattern: str,
    drafts: Sequence[Draft],
) -> Iterator[tuple[Draft, str]]:
    groups: dict[object, list[Draft]] = {}
    for draft in drafts:
        branch = draft.record.get(found.entity.owner_branch or "") if needs_branch(pattern) else None
        groups.setdefault(branch, []).append(draft)
    for branch, some in groups.items():
        drawing = _Drawing(connection, context, compiled, branch)
        yield from zip(some, drawing.numbers(counter, pattern, len(some)), strict=True)


def draw_row_numbers(
    connection: Connection, context: Context, compiled: CompiledApp, found: CompiledEntity, draft: Draft
) -> None:
    """Fill the sequences of child rows that are new; rows have their numbers in their order, over all records of the entity."""
    entity = found.entity
    drawing = _Drawing(connection, context, compiled, draft.record.get(entity.owner_branch or ""))
    for holder in entity.fields.values():
        rows = draft.record.get(holder.name)
        new = [row for row in rows if row.get("id") is None] if holder.type == "rows" and isinstance(rows, list) else []
        for field in entity.rows[holder.options.of or ""].fields.values() if new else ():
            if field.type == "sequence" and field.options.number is not None:
                counter = f"{entity.id}.{holder.id}.{field.id}"
                for row, number in zip(new, drawing.numbers(counter, field.options.number, len(new)), strict=True):
                    row[field.name] = number


@dataclass(slots=True)
class _Drawing:
    """The numbers of one record: its day, and the branch that patterns may name, looked up when one does."""

    connection: Connection
    context: Context
    compiled: CompiledApp
    branch: object

    def numbers(self, counter: str, pattern: str, count: int = 1) -> list[str]:
        """The next numbers of a counter; those of the record's own branch where it has one."""
        unit = self.context.principal.unit_code
        if needs_branch(pattern):
            code = sa.select(org_branch.c.f_code).where(org_branch.c.id == self.branch)
            unit = self.connection.execute(code).scalar_one_or_none() or unit
        day = today_in(self.context, self.compiled)
        return next_numbers(self.connection, self.compiled.app.name, counter, pattern, day, unit, count)


def next_numbers(
    connection: Connection, app: str, counter: str, pattern: str, day: dt.date, branch_code: str | None, count: int
) -> list[str]:
    """The next numbers of a counter of an app by its pattern on a day; an entity counts under its id, a field under all of its ids.

    The counter's row stays locked until the transaction ends: that is what leaves no gap when it is rolled back.
    """
    known = {"yyyy": f"{day:%Y}", "yy": f"{day:%y}", "mm": f"{day:%m}", "dd": f"{day:%d}", "branch": branch_code or ""}
    period = _PART.sub(lambda part: known.get(part[1], "#"), pattern)
    first = _draw(connection, app, short_key(counter, _COUNTER), short_key(period, _PERIOD), count)

    def written(value: int) -> str:
        return _PART.sub(lambda part: str(value).rjust(int(part[2] or 1), "0") if part[1] == "seq" else known[part[1]], pattern)

    return [written(value) for value in range(first, first + count)]


def needs_branch(pattern: str | None) -> bool:
    """Whether a pattern names the branch."""
    return pattern is not None and "{branch}" in pattern


def _draw(connection: Connection, app: str, counter: str, period: str, count: int) -> int:
    """The first of `count` numbers in a row."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(number_sequence).values(app=app, entity_id=counter, period=period, value=count)
    drawn = first.on_conflict_do_update(
        index_elements=[number_sequence.c.app, number_sequence.c.entity_id, number_sequence.c.period],
        set_={"value": number_sequence.c.value + count},
    ).returning(number_sequence.c.value)
    return int(connection.execute(drawn).scalar_one()) - count + 1
