"""Writing records: parsed, completed and judged in full, written with their trail in the caller's transaction.

Every fault of a body is named at once by pointer. A change needs the version it is based on; a row rule must hold on the
record before and after. What the database itself decides (unique values, the row rule afterwards, running approvals) travels
to it together; with `later` it goes with the caller's next statement and is refused there, which saves one more way: for
callers that ask at once, and catch nothing on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from forms_dsl.model import Label, StepFields
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.failures import Conflict, Invalid
from runtime.query.change import WritePlan, insert_records, update_record_row
from runtime.query.late import today_in
from runtime.query.load import Loaded
from runtime.query.plans import AccessPlan
from runtime.records.access import CaseGrant, access_plan
from runtime.records.attachments import bind_attachments, check_attachments
from runtime.records.codes import IN_APPROVAL, STILL_REFERRED
from runtime.records.difference import changed_fields
from runtime.records.draft import Draft, Writer, read_body
from runtime.records.duplicates import check_duplicates, forget_duplicates, note_duplicates
from runtime.records.numbers import draw_numbers, draw_row_numbers
from runtime.records.opening import depends_on, open_record, require_still_granted, writer_for
from runtime.records.references import follow_references
from runtime.records.referring import demand_no_approval, is_referred_to
from runtime.records.settle import Demands, facts_for, settle
from runtime.records.trail import record_change
from runtime.records.triggers import act_before, announce
from runtime.records.uniques import check_unindexed, check_uniques, collision
from runtime.store.identifiers import new_id
from runtime.store.waiting import send_waiting

_REFERRED: Label = {
    "zh": "还有其他数据引用这条记录，不能删除。",
    "en": "Other records refer to this one, so it cannot be deleted.",
}
_IN_APPROVAL: Label = {
    "zh": "这条记录正在审批中：只能由当前步骤的办理人在待办中修改，不能删除。",
    "en": "An approval of this record is running: only its open step may change it, in the task, and nobody deletes it.",
}
_FAULTY: Label = {"zh": "有内容需要改正。", "en": "Some values need to be mended."}


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: the record's key and version now, and its values before and after."""

    id: str
    version: int
    before: Mapping[str, object]
    after: Mapping[str, object]


def insert_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    values: Mapping[str, object],
    *,
    by_platform: bool = False,
    is_draft: bool = False,
    later: bool = False,
) -> Written:
    """Make a record; with `is_draft` required values may still be missing. Raises Invalid with every fault."""
    access = access_plan(context, app, entity, "create")
    compiled, found = access.compiled, access.entity
    writer = writer_for(context, access, platform=by_platform)
    draft = Draft(new_id(context.now), None, 1, record=system_values(context, compiled))
    draft.record["id"] = draft.id
    read_body(draft, found, writer, values)
    _fill(connection, context, access, writer, draft, Demands(complete=not is_draft, judged=not by_platform))
    number = draw_numbers(connection, context, compiled, found, draft)
    draw_row_numbers(connection, context, compiled, found, draft)
    kept = {name: draft.record.get(name) for name in found.entity.fields if found.entity.fields[name].type != "rows"}
    plan = WritePlan(access, draft.id, context.principal.id, context.now, kept, _rows(context, found, draft), number)
    insert_records(connection, [plan], lambda refused: collided(found, writer, refused))
    bind_attachments(connection, found, draft.id, draft.record, None)
    note_duplicates(connection, context, compiled, found, draft)
    require_still_granted(connection, context, access, draft.id, None, "create", _entered(values))
    after = {**draft.record, "number": number}
    record_change(connection, context, found, "record.created", draft.id, 1, {}, after)
    announce(connection, context, compiled, found, "create", 1, {}, after)
    if not later:
        send_waiting(connection)
    return Written(draft.id, 1, {}, after)


def update_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    record_id: str,
    values: Mapping[str, object],
    version: int,
    *,
    by_step: StepFields | None = None,
    by_platform: bool = False,
    later: bool = False,
) -> Written:
    """Change the given fields of a record that still has this version; `by_step` under the rights of an open work item.

    While an approval of the record runs, only its open step and the platform write. Raises NotFound, NotAllowed, Changed,
    Conflict, or Invalid with every fault.
    """
    case = CaseGrant(record_id, by_step) if by_step is not None else None
    access, loaded = open_record(connection, context, app, entity, "update", record_id, version, case)
    found = access.entity
    if by_step is None and not by_platform:
        demand_no_approval(connection, found, record_id, lambda: Conflict(_IN_APPROVAL, code=IN_APPROVAL.id))
    writer = writer_for(context, access, platform=by_platform)
    draft = _draft_of(context, access, loaded)
    demands = Demands(complete=not is_draft_record(found, loaded.values), judged=not by_platform)
    if by_step is not None:
        demands = replace(demands, required=frozenset(by_step.require))
    read_body(draft, found, writer, values)
    written = _change(connection, context, access, loaded, writer, draft, demands, values, case)
    if not later:
        send_waiting(connection)
    return written


def set_values(
    connection: Connection, context: Context, access: AccessPlan, loaded: Loaded, values: Mapping[str, object], *, judged: bool
) -> Written:
    """Give a record that was opened for a change values of the language that its writer need not be shown.

    Whether he may enter them is the caller's to ask. Raises Changed, NotAllowed, or Invalid with every fault.
    """
    draft = _draft_of(context, access, loaded)
    draft.sent |= values
    demands = Demands(complete=not is_draft_record(access.entity, loaded.values), judged=judged)
    writer = writer_for(context, access, platform=False)
    written = _change(connection, context, access, loaded, writer, draft, demands, values if judged else {}, None)
    send_waiting(connection)
    return written


def _draft_of(context: Context, access: AccessPlan, loaded: Loaded) -> Draft:
    moment = stamp(context, access.compiled)
    return Draft(loaded.id, loaded.values, loaded.version, record={**loaded.values, **moment, "id": loaded.id})


def _change(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    loaded: Loaded,
    writer: Writer,
    draft: Draft,
    demands: Demands,
    values: Mapping[str, object],
    case: CaseGrant | None,
) -> Written:
    """Write what was read into a draft; `values` are those of the body, which its writer must still be allowed to enter."""
    compiled, found, record_id = access.compiled, access.entity, loaded.id
    _fill(connection, context, access, writer, draft, demands)
    draw_row_numbers(connection, context, compiled, found, draft)
    rows = _rows(context, found, draft)
    changed = changed_fields(found, loaded.values, draft.record)
    if not changed:
        return Written(record_id, loaded.version, loaded.values, draft.record)
    plan = WritePlan(
        access,
        record_id,
        context.principal.id,
        context.now,
        {name: draft.record.get(name) for name in changed if name not in rows},
        {name: rows[name] for name in changed if name in rows},
        before=loaded.values,
        version=loaded.version,
    )
    update_record_row(connection, plan, lambda refused: collided(found, writer, refused))
    bind_attachments(connection, found, record_id, draft.record, loaded.values)
    note_duplicates(connection, context, compiled, found, draft)
    if depends_on(access, changed):
        entered = _entered({name: value for name, value in values.items() if name in changed})
        require_still_granted(connection, context, access, record_id, case, "update", entered)
    record_change(connection, context, found, "record.changed", record_id, loaded.version + 1, loaded.values, draft.record)
    announce(connection, context, compiled, found, "change", loaded.version + 1, loaded.values, draft.record)
    return Written(record_id, loaded.version + 1, loaded.values, draft.record)


def delete_record(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, version: int, *, moves: bool = False
) -> Written:
    """Take a record away, keeping its data with a mark; refused while living records refer to it.

    With `moves` the caller leads what refers to it elsewhere, in the same transaction.
    """
    access, loaded = open_record(connection, context, app, entity, "delete", record_id, version, None)
    demand_no_approval(connection, access.entity, record_id, lambda: Conflict(_IN_APPROVAL, code=IN_APPROVAL.id))
    if not moves and is_referred_to(connection, context, access.compiled, access.entity, record_id):
        raise Conflict(_REFERRED, code=STILL_REFERRED.id)
    gone = _going(connection, context, access, record_id, loaded)
    plan = WritePlan(access, record_id, context.principal.id, context.now, {}, {}, version=loaded.version, presence="deleted")
    update_record_row(connection, plan)
    forget_duplicates(connection, access.entity, record_id)
    record_change(connection, context, access.entity, "record.deleted", record_id, loaded.version + 1, loaded.values, {})
    announce(connection, context, access.compiled, access.entity, "delete", loaded.version + 1, loaded.values, gone.record)
    send_waiting(connection)
    return Written(record_id, loaded.version + 1, loaded.values, {})


def _going(connection: Connection, context: Context, access: AccessPlan, record_id: str, loaded: Loaded) -> Draft:
    """A record that is to be deleted, with what automations read of it; raises Invalid when one of them refuses."""
    draft = Draft(record_id, loaded.values, loaded.version, record={**loaded.values, "id": record_id})
    triggers = access.entity.triggers
    if triggers.before or triggers.after:
        follow_references(connection, context, access.compiled, access.entity, [draft])
        act_before(access.entity, draft, facts_for(context, access.compiled, draft), "delete")
        refuse(draft)
    return draft


def is_draft_record(entity: CompiledEntity, values: Mapping[str, object]) -> bool:
    """Whether a record stands in the first state of a workflow: it may still be incomplete."""
    status = next((field for field in entity.entity.fields.values() if field.type == "status"), None)
    return status is not None and bool(status.options.choices) and values.get(status.name) == status.options.choices[0].code


def _fill(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    writer: Writer,
    draft: Draft,
    demands: Demands,
) -> None:
    compiled, found = access.compiled, access.entity
    draft.record |= draft.sent
    settle(connection, context, compiled, found, writer, [draft], demands)
    check_attachments(connection, context, compiled.app.name, found, draft)
    check_duplicates(connection, context, compiled, found, writer, draft)
    if draft.faults:
        # What was demanded before comes first: whoever may not change the record is told so, and not what else is wrong.
        send_waiting(connection)
        # Looked up so that all faults are named at once; without another fault the index itself decides.
        check_uniques(connection, context, compiled, found, writer, draft)
    else:
        check_unindexed(connection, context, compiled, found, writer, draft)
    refuse(draft)


def refuse(draft: Draft) -> None:
    """Raise Invalid with the faults of a draft, if it has any."""
    if draft.faults:
        raise Invalid(_FAULTY, faults=tuple(draft.faults))


def _entered(values: Mapping[str, object]) -> set[str]:
    """The fields that a body names, those of child rows as "rows field.row field"."""
    rows = ((name, row) for name, sent in values.items() if isinstance(sent, list) for row in sent if isinstance(row, dict))
    return {*values, *(f"{name}.{inner}" for name, row in rows for inner in row)}


def collided(found: CompiledEntity, writer: Writer, refused: DBAPIError) -> Invalid | None:
    """What a refusal by the table means: Invalid where a unique index found a collision, None for any other."""
    faults = collision(found, writer, refused) if isinstance(refused, IntegrityError) else ()
    return Invalid(_FAULTY, faults=faults) if faults else None


def system_values(context: Context, compiled: CompiledApp) -> dict[str, object]:
    """What the platform knows of a new record: who makes it and when."""
    changed = stamp(context, compiled)
    return {**changed, **{name.replace("changed", "created"): value for name, value in changed.items()}}


def stamp(context: Context, compiled: CompiledApp) -> dict[str, object]:
    """Who changes a record, and when."""
    return {"changed_at": context.now, "changed_on": today_in(context, compiled), "changed_by": context.principal.id}


def _rows(context: Context, found: CompiledEntity, draft: Draft) -> dict[str, list[dict[str, object]]]:
    """The child rows by field, each with a key of its own."""
    made: dict[str, list[dict[str, object]]] = {}
    for field in found.entity.fields.values():
        rows = draft.record.get(field.name)
        if field.type == "rows" and isinstance(rows, list):
            for row in rows:
                row.setdefault("id", new_id(context.now))
            made[field.name] = rows
    return made
