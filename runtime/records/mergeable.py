"""Records opened to be merged: by whose rights, and which of their values may go to the one that stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.model import Field, Label
from runtime.compile.access import is_entered
from runtime.context import Context
from runtime.failures import NotAllowed
from runtime.query.load import Loaded
from runtime.query.plans import AccessPlan
from runtime.records.access import access_plan, possible_plan
from runtime.records.history import held_grants
from runtime.records.merging import Standing, merged_fields
from runtime.records.opening import open_record

_NOT_YOURS: Label = {"zh": "您不能合并这条记录。", "en": "You may not merge this record."}


@dataclass(frozen=True, slots=True)
class Opened:
    """A record of a merge, locked: what its merger may change of it, and how he sees it."""

    access: AccessPlan
    reading: AccessPlan
    loaded: Loaded


def may_merge(context: Context, app: str, entity: str) -> bool:
    """Whether a person merges records of an entity at all."""
    plan = possible_plan(context, app, entity, "update")
    return plan is not None and any(grant.merge for grant in plan.grants)


def open_mergeable(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, version: int | None, *, deleted: bool = False
) -> Opened:
    """A living record, or one that a merge took away, that this person may change and merge.

    Raises NotFound, NotAllowed or Changed.
    """
    if not may_merge(context, app, entity):
        access_plan(context, app, entity, "read")
        raise NotAllowed(_NOT_YOURS)
    held, loaded = open_record(connection, context, app, entity, "update", record_id, version, deleted=deleted)
    merging = tuple(grant for grant in held.grants if grant.merge)
    reading = seen_of(connection, context, app, entity, record_id)
    if not merging or not reading.grants:
        raise NotAllowed(_NOT_YOURS)
    return Opened(replace(held, grants=merging, fingerprint=(held.fingerprint, "merge")), reading, loaded)


def seen_of(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> AccessPlan:
    """How this person sees a record as it stands in this transaction."""
    return held_grants(connection, context, access_plan(context, app, entity, "read"), record_id)


def standing_of(opened: Opened, survivor: Opened) -> Standing:
    """A record with the fields whose values the survivor may take of it.

    Nobody comes to see by a merge what he does not see: he enters the field of the survivor, knows of it here, and does not see
    it clearer there than here.
    """
    fields = merged_fields(opened.access.entity.entity)
    gives = frozenset(
        name
        for name, field in fields.items()
        if all(survivor.access.writes(path) for path in paths_of(opened.access, field))
        and clarity(opened.reading, name) > 0
        and not seen_clearer(survivor.reading, opened.reading, field)
    )
    return Standing(opened.loaded.id, opened.loaded.values, gives)


def seen_clearer(there: AccessPlan, here: AccessPlan, field: Field) -> bool:
    """Whether a field, or a cell of its rows, is seen clearer under one plan than under another."""
    return any(clarity(there, path) > clarity(here, path) for path in paths_of(here, field))


def clarity(reading: AccessPlan, path: str) -> int:
    """How clear a field is on a record: not at all, masked, masked and revealed for a reason, in clear."""
    return max((_shown(reading, grant_number, path) for grant_number in range(len(reading.grants))), default=0)


def _shown(reading: AccessPlan, number: int, path: str) -> int:
    grant = reading.grants[number]
    match reading.right(grant, path).shows:
        case "clear":
            return 3
        case "masked":
            return 2 if path in grant.unmask else 1
        case "nothing":
            return 0


def paths_of(access: AccessPlan, field: Field) -> Iterator[str]:
    """A field as rights name it, with what people enter of its rows."""
    yield field.name
    for name, inner in access.entity.entity.rows[field.options.of].fields.items() if field.options.of else ():
        if is_entered(inner):
            yield f"{field.name}.{name}"
