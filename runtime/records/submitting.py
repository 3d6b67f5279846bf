"""What must hold of a draft when its approval starts: it is the submitter's to change, and complete."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.records.draft import Draft
from runtime.records.opening import open_record, writer_for
from runtime.records.settle import Demands, settle
from runtime.records.write import refuse


def require_submittable(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> None:
    """Raise NotFound or NotAllowed when the person may not change the record, Invalid with every fault when it is not complete.

    Submitting is an act on the record: who may only read a draft cannot start its approval in the place of its author.
    """
    access, loaded = open_record(connection, context, app, entity, "update", record_id, None)
    draft = Draft(record_id, loaded.values, loaded.version, record={**loaded.values, "id": record_id})
    writer = writer_for(context, access, platform=False)
    settle(connection, context, access.compiled, access.entity, writer, [draft], Demands())
    refuse(draft)
