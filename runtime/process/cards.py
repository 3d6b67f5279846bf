"""What a card of the to-do list tells about its record: title and amount, many records in few statements."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Ref
from forms_dsl.model import Field, HumanStep
from runtime.compile.access import step_rights
from runtime.compile.app import CompiledApp
from runtime.compile.names import column_name
from runtime.context import Context
from runtime.process.flows import Flow
from runtime.records.titles import titles_of


def card_titles(
    connection: Connection, context: Context, compiled: CompiledApp, entity: str, ids: Collection[str]
) -> dict[str, str]:
    """The titles of records as this person may read them; the number, else the id, of those that he may not read (any more)."""
    titles = titles_of(connection, context, compiled.app.name, entity, sorted(ids))
    unknown = set(ids) - titles.keys()
    table = compiled.entities[entity].table
    if unknown and "number" in table.c:
        rows = connection.execute(sa.select(table.c.id, table.c.number).where(table.c.id.in_(unknown)))
        titles |= {row.id: row.number for row in rows if row.number}
    return {id: titles.get(id) or id[:8] for id in ids}


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
