"""Bringing back a deleted record as it was, by whoever may delete it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import Conflict
from runtime.query.change import WritePlan, update_record_row
from runtime.records.codes import IS_MERGED
from runtime.records.draft import Draft
from runtime.records.duplicates import check_duplicates, note_duplicates
from runtime.records.merged import is_merged
from runtime.records.opening import open_record, writer_for
from runtime.records.references import follow_references
from runtime.records.trail import record_change
from runtime.records.uniques import check_unindexed, check_uniques
from runtime.records.write import Written, collided, refuse
from runtime.store.waiting import send_waiting

_MERGED: Label = {
    "zh": "这条记录已合并到另一条；如需恢复，请撤销合并。",
    "en": "This record was merged into another one; undo the merge to bring it back.",
}


def restore_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    record_id: str,
    version: int,
    *,
    unmerged_from: Collection[str] = (),
) -> Written:
    """Bring a deleted record back; its values are not judged anew. One that was merged only comes back from those it is merged with.

    Raises NotFound where there is no such deleted record for this person, NotAllowed, Changed, or Invalid where what it refers
    to is gone meanwhile, or another record has one of its unique values or is its duplicate.
    """
    access, loaded = open_record(connection, context, app, entity, "delete", record_id, version, deleted=True)
    compiled, found = access.compiled, access.entity
    if not unmerged_from and is_merged(connection, record_id):
        raise Conflict(_MERGED, code=IS_MERGED.id)
    writer = writer_for(context, access, platform=False)
    # As if it were new: every reference must lead to a record that is there.
    draft = Draft(record_id, None, loaded.version, record={**loaded.values, "id": record_id})
    follow_references(connection, context, compiled, found, [draft])
    check_uniques(connection, context, compiled, found, writer, draft)
    check_unindexed(connection, context, compiled, found, writer, draft)
    check_duplicates(connection, context, compiled, found, writer, draft, unmerged_from)
    refuse(draft)
    plan = WritePlan(access, record_id, context.principal.id, context.now, {}, {}, version=loaded.version, presence="restored")
    update_record_row(connection, plan, lambda refused: collided(found, writer, refused))
    note_duplicates(connection, context, compiled, found, draft)
    record_change(connection, context, found, "record.restored", record_id, loaded.version + 1, {}, loaded.values)
    send_waiting(connection)
    return Written(record_id, loaded.version + 1, {}, loaded.values)
