"""What the computed fields of a form come to while it is filled in, where the browser cannot tell: nothing is checked or stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.engine import Connection

from forms_dsl.storage import DecimalStorage, IntegerStorage
from runtime.compile.access import Action
from runtime.compile.tables import storage_of
from runtime.compile.validators import FieldValidator
from runtime.context import Context
from runtime.failures import NotFound
from runtime.query.plans import AccessPlan
from runtime.records.access import NOT_THERE, possible_plan
from runtime.records.draft import Draft, read_body
from runtime.records.opening import writer_for
from runtime.records.references import follow_references
from runtime.records.settle import compute, facts_for
from runtime.store.types import format_instant


def computed_values(
    connection: Connection, context: Context, app: str, entity: str, values: Mapping[str, object]
) -> dict[str, object]:
    """The computed fields over these values, as far as the person may read them in clear; what cannot be read counts as missing.

    Nothing of a stored record goes in but what the references that the person may follow lead to.
    """
    actions: tuple[Action, ...] = ("create", "update", "read")
    plans = [plan for action in actions if (plan := possible_plan(context, app, entity, action)) is not None]
    if not plans:
        raise NotFound(NOT_THERE)
    compiled, found = plans[0].compiled, plans[0].entity
    draft = Draft("", None)
    # As the platform reads it: what the person may not write still stands on the form, and is computed with.
    known = {name: value for name, value in values.items() if name in found.entity.fields and _is_clear(plans, name)}
    read_body(draft, found, writer_for(context, plans[0], platform=True), known)
    draft.record |= draft.sent
    follow_references(connection, context, compiled, found, [draft])
    compute(found, draft, facts_for(context, compiled, draft))
    return {
        name: _wire(each, draft.record.get(name))
        for name, each in found.validator.fields.items()
        if each.compute is not None and _is_clear(plans, name)
    }


def _is_clear(plans: list[AccessPlan], name: str) -> bool:
    return any(plan.right(grant, name).shows == "clear" for plan in plans for grant in plan.grants)


def _wire(found: FieldValidator, value: object) -> object:
    match value:
        case None | bool() | str():
            return value
        case dt.datetime():
            return format_instant(value)
        case dt.date():
            return value.isoformat()
        case tuple() | list():
            return list(value)
        case Decimal() | int():
            storage = storage_of(found.field)
            if isinstance(storage, IntegerStorage):
                return int(value)
            return f"{value:.{storage.scale}f}" if isinstance(storage, DecimalStorage) else str(value)
    raise TypeError(f"{value!r} is no value of a computed field")
