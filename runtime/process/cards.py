"""What a card of the to-do list tells about its record: title and amount, many records in few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Ref
from forms_dsl.model import Entity, Field, HumanStep
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.access import step_rights
from runtime.compile.app import CompiledApp
from runtime.compile.names import PLACEHOLDER, column_name
from runtime.context import Context
from runtime.process.flows import Flow
from runtime.process.record import platform_context
from runtime.records.titles import title_template, titles_of

#: Titles that name titles that name titles are not followed further.
_DEEPEST = 2


def case_titles(
    connection: Connection, context: Context, compiled: CompiledApp, entity: str, ids: Collection[str]
) -> dict[str, str]:
    """What records of somebody's cases are called; `entity` as the app names it ("customer", "org.branch").

    Whoever has a part in a case must know whom it is about, also without any right on customers: a title without
    personal data (all its fields C1) is told. Any other is told as far as the person may read it.
    """
    found = compiled.entity(entity).entity
    as_platform = is_plain_title(compiled, found)
    reader = platform_context(context, compiled) if as_platform else context
    return titles_of(connection, reader, found.app, found.name, sorted(ids))


def card_titles(
    connection: Connection, context: Context, compiled: CompiledApp, entity: str, ids: Collection[str]
) -> dict[str, str]:
    """The titles of records for cards; the number, else the id, of those whose title this person may not read."""
    titles = case_titles(connection, context, compiled, entity, ids)
    unknown = set(ids) - titles.keys()
    table = compiled.entities[entity].table
    if unknown and "number" in table.c:
        rows = connection.execute(sa.select(table.c.id, table.c.number).where(table.c.id.in_(unknown)))
        titles |= {row.id: row.number for row in rows if row.number}
    return {id: titles.get(id) or id[:8] for id in ids}


def is_plain_title(compiled: CompiledApp, entity: Entity, depth: int = 0) -> bool:
    """Whether the title of an entity holds no personal data, also by way of the records that it names."""
    paths = (found[1].split(".") for found in PLACEHOLDER.finditer(title_template(entity)))
    return all(_is_plain(compiled, entity, path, depth) for path in paths)


def _is_plain(compiled: CompiledApp, entity: Entity, path: Sequence[str], depth: int) -> bool:
    field = entity.fields.get(path[0]) or SYSTEM_FIELDS[path[0]]
    if field.classification != "C1":
        return False
    if field.value_type.entity is None:
        return True
    target = compiled.entity(field.value_type.entity).entity
    if len(path) > 1:
        return _is_plain(compiled, target, path[1:], depth)
    return depth < _DEEPEST and is_plain_title(compiled, target, depth + 1)


def card_amounts(connection: Connection, flow: Flow, ids: Collection[str]) -> dict[str, Decimal]:
    """The amounts that cases of a workflow are about, by record."""
    found = amount_field(flow)
    if found is None or not ids:
        return {}
    table = flow.entity.table
    column = table.c[column_name(found)]
    rows = connection.execute(sa.select(table.c.id, column).where(table.c.id.in_(set(ids)), column.is_not(None)))
    return {row[0]: row[1] for row in rows}


def amount_field(flow: Flow) -> Field | None:
    """The amount that a case is about: the field of a step's limit, else the first money field that people enter."""
    fields = flow.entity.entity.fields
    for step in flow.definition.human_steps():
        if step.limit is not None and isinstance(step.limit.tree, Ref) and len(step.limit.tree.path) == 1:
            return fields.get(step.limit.tree.path[0])
    return next((field for field in fields.values() if field.type == "money" and field.compute is None), None)


def shows_amount(flow: Flow, step: HumanStep | None) -> bool:
    """Whether people at this step see the amount in clear."""
    found = amount_field(flow)
    if found is None or step is None:
        return False
    return step_rights(flow.compiled.app, flow.entity.entity, step.fields)[found.name].shows == "clear"
