"""Records that were merged into others: which they are, and where a reader is led who asks for one of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.context import Context
from runtime.failures import Failure, Gone, NotFound
from runtime.query.plans import AccessPlan
from runtime.query.rights import CASE_PERSON
from runtime.query.run import compile_read, dialect_name, ids_value, question
from runtime.query.select import RECORD_IDS
from runtime.records.access import NOT_THERE, is_record_id, possible_plan
from runtime.records.planning import plan_get
from runtime.records.request import GetRequest
from runtime.store.asking import Asking, Question
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import merged_record, record_merge

#: A record that stayed may be merged itself later; a longer way is not followed.
_FARTHEST = 20


def is_merged(connection: Connection, record_id: str) -> bool:
    """Whether a record is merged into another one at this moment."""
    query = sa.select(sa.literal(1)).where(merged_record.c.record_id == record_id, merged_record.c.active)
    return connection.execute(query).first() is not None


def asking_absence(dialect: Dialect, context: Context, app: str, entity: str, record_id: str) -> Asking[Failure]:
    """Why a record is not there for this person: Gone where he could read it and may read the one it was merged into.

    For everybody else it is as if it had never been.
    """
    access = possible_plan(context, app, entity, "read")
    survivor = (yield from _asking_survivor(dialect, access, record_id)) if is_record_id(record_id) else None
    if access is None or survivor is None:
        return NotFound(NOT_THERE)
    could = yield from _asking_readable(dialect, context, access, record_id, deleted=True)
    may = yield from _asking_readable(dialect, context, access, survivor, deleted=False)
    if not (could and may):
        return NotFound(NOT_THERE)
    message = {"zh": "这条记录已合并到另一条记录。", "en": "This record was merged into another one."}
    return Gone(message, extra={"survivor": survivor, "href": f"/api/{app}/{entity}/{survivor}"})


def _asking_survivor(dialect: Dialect, access: AccessPlan | None, record_id: str) -> Asking[str | None]:
    """The record at the end of the merges that a record went through; None where it went through none."""
    found: str | None = None
    for _ in range(_FARTHEST if access is not None else 0):
        rows = yield Question(_into(dialect), {"record": found or record_id})
        if not rows:
            break
        found = str(rows[0][0])
    return found


def _asking_readable(dialect: Dialect, context: Context, access: AccessPlan, id: str, *, deleted: bool) -> Asking[bool]:
    key = ("merged", access.fingerprint, deleted, dialect.name)
    wanted = GetRequest(select=())
    statement = access.compiled.cache.get_or_make(
        key, lambda: compile_read(replace(plan_get(context, access, wanted), kind="some", deleted=deleted), dialect)
    )
    values = {RECORD_IDS: ids_value(dialect_name(dialect), [id]), CASE_PERSON: context.principal.id}
    return bool((yield question(context, statement, values)))


@lru_cache(maxsize=8)
def _into(dialect: Dialect) -> Prepared:
    joined = merged_record.join(record_merge, record_merge.c.id == merged_record.c.merge_id)
    query = sa.select(record_merge.c.survivor_id).select_from(joined)
    mine = merged_record.c.record_id == sa.bindparam("record", type_=sa.String())
    return prepare(query.where(mine, merged_record.c.active), dialect)
