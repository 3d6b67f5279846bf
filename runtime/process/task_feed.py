"""The tasks about a record as another system's list of work shows them (统一待办): all of them as they stand, whoever has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.process.effects import TRAIL_KINDS
from runtime.process.inbox import WORK, show_tasks
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.offers import COPIED
from runtime.store.tables import org_person, wf_work, wf_work_person
from runtime.store.types import format_instant

#: Events of the trail after which the tasks of a record may be others.
TASK_EVENTS: tuple[str, ...] = (*TRAIL_KINDS, "work_item_done", "automation_taken", "record.deleted")
#: So many tasks of one record are told, the newest ones.
_MOST = 200
_EXISTS = GetRequest(select=("id",))
#: What is told of a task. Not what was decided, which a secret ballot hides, nor amounts and words, which are the record's own.
_TOLD = (
    *("id", "app", "kind", "workflow", "step", "title", "entity", "record_id", "record_title", "entity_label"),
    *("unit", "started_by", "created_at", "due_at", "state", "must_read"),
)


def tasks_of_record(
    connection: Connection, context: Context, app: str, entity: str, record_id: str
) -> list[dict[str, object]] | None:
    """Every task about a record, the newest first, with those who have it; None where this person may not read the record.

    It is the whole truth of that moment: who knows it needs nothing that was told before.
    """
    try:
        get_record(connection, context, app, entity, record_id, _EXISTS)
    except (NotFound, NotAllowed):
        return None
    found = WORK.where(wf_work.c.app == app, wf_work.c.record_id == record_id)
    rows = connection.execute(found.order_by(wf_work.c.created_at.desc(), wf_work.c.id).limit(_MOST)).all()
    holders = _holders(connection, rows)
    done_at = {row.id: format_instant(row.done_at) if row.done_at else None for row in rows}
    shown = [task for task in show_tasks(connection, context, rows) if task["kind"] != "copy" or _is_told(task)]
    return [
        {name: task[name] for name in _TOLD}
        | {"people": holders.get(str(task["id"]), []), "done_at": done_at[str(task["id"])], "path": f"/tasks/{task['id']}"}
        for task in shown
    ]


def _is_told(copy: Mapping[str, object]) -> bool:
    """Of copies those that somebody has to read, or has read: no other stands in anybody's list of work."""
    return bool(copy["must_read"]) or copy["state"] == "done"


def _holders(connection: Connection, rows: Sequence[sa.Row[Any]]) -> Mapping[str, list[dict[str, str]]]:
    """In whose lists open tasks stand; a proxy's list is his own affair."""
    open_ones = [row.id for row in rows if row.state in ("open", COPIED)]
    columns = (wf_work_person.c.work_id, org_person.c.id, org_person.c.f_username, org_person.c.f_name)
    asked = sa.select(*columns).join(org_person, org_person.c.id == wf_work_person.c.person_id)
    listed = asked.where(wf_work_person.c.work_id.in_(open_ones), wf_work_person.c.copied == sa.false())
    people: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in connection.execute(listed.order_by(org_person.c.f_username)) if open_ones else ():
        people[row.work_id].append({"id": row.id, "username": row.f_username, "name": row.f_name})
    return people
