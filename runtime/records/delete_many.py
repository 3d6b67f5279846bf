"""Taking many records of one entity away at once: those about which nothing needs a look of its own.

What is left behind is for `delete_record`, which says why it stays, or finds that it may go by now.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.query.change import delete_record_rows
from runtime.query.load import load_records
from runtime.records.access import access_plan
from runtime.records.referring import busy_among
from runtime.records.trail import RecordWrite, record_changes


def delete_many(connection: Connection, context: Context, app: str, entity: str, versions: Mapping[str, int]) -> frozenset[str]:
    """Delete those of these records that still have their version, that nothing refers to and no approval is about; returns them.

    None where the entity has automations on its writes or rules on duplicates.
    """
    access = access_plan(context, app, entity, "delete")
    found = access.entity
    if not versions or found.triggers.before or found.triggers.after or found.entity.duplicates:
        return frozenset()
    loaded = load_records(connection, context, access, list(versions))
    ready = {id for id, record in loaded.items() if any(record.granted) and record.version == versions[id]}
    ready -= busy_among(connection, context, access.compiled, found, sorted(ready))
    gone = [id for id in versions if id in ready]
    delete_record_rows(connection, access, gone, context.principal.id, context.now)
    writes = (RecordWrite(id, loaded[id].version + 1, loaded[id].values, {}) for id in gone)
    record_changes(connection, context, found, "record.deleted", writes)
    return frozenset(gone)
