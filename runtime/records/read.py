"""Reading records: the question resolved against what this person may know, planned once for its shape, run many times."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import NotFound
from runtime.query.cursor import Cursor, NotACursor, read_cursor, write_cursor
from runtime.query.plans import ReadPlan
from runtime.query.rights import CASE_PERSON, CASE_RECORD
from runtime.query.run import Row, Runnable, compile_read, run
from runtime.query.select import LIMIT, RECORD_ID, SEARCH, is_never_missing
from runtime.records.access import NOT_THERE, CaseGrant, access_plan
from runtime.records.codes import BAD_CURSOR
from runtime.records.planning import plan_get, plan_list
from runtime.records.request import GetRequest, ListRequest, fault, refused
from runtime.records.titles import titles_beside


@dataclass(frozen=True, slots=True)
class Page:
    """Some records as JSON objects, the cursor of the next page and, where asked, how many there are in all."""

    items: tuple[bytes, ...]
    next: str | None
    count: int | None

    def body(self) -> bytes:
        """The page as REST answers it."""
        head = b'{"items":[' + b",".join(self.items) + b'],"next":' + orjson.dumps(self.next)
        return head + b',"count":' + orjson.dumps(self.count) + b"}"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the JSON object that this person may see."""

    id: str
    version: int
    body: bytes

    @property
    def values(self) -> Mapping[str, Any]:
        """The object's values in their wire form."""
        return cast("Mapping[str, Any]", orjson.loads(self.body))


def list_records(connection: Connection, context: Context, app: str, entity: str, request: ListRequest) -> Page:
    """One page of the records that this person may read."""
    access = access_plan(context, app, entity, "read")
    compiled = access.compiled
    shape = (access.fingerprint, request.where, request.order, request.select, request.titles, request.search is not None)
    plan = compiled.cache.get_or_make(("list", shape), lambda: plan_list(context, access, request))
    question = _question(app, entity, request)
    cursor = _cursor(question, plan, request.cursor)
    values = _values(context, request)
    rows = _rows(connection, context, shape, plan, cursor, request.limit + 1, values)
    more = len(rows) > request.limit
    rows = rows[: request.limit]
    keys = len(plan.order)
    after = write_cursor(question, rows[-1][1 : keys + 2]) if more else None
    items = [_bytes(row[0]) for row in rows]
    if request.titles and rows:
        items = titles_beside(connection, context, plan, items, [row[keys + 2 :] for row in rows])
    return Page(tuple(items), after, _count(connection, context, shape, plan, values) if request.count == "exact" else None)


def get_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    record_id: str,
    request: GetRequest = GetRequest(),
    *,
    case: CaseGrant | None = None,
) -> Record:
    """One record as this person may see it; NotFound when it is not there or not his to see."""
    access = access_plan(context, app, entity, "read", case=case)
    shape = (access.fingerprint, request.select, request.titles)
    plan = access.compiled.cache.get_or_make(("get", shape), lambda: plan_get(context, access, request))
    statement = _statement(connection, access.compiled, ("get", shape), plan)
    values = {RECORD_ID: record_id, CASE_RECORD: case.record_id if case else None, CASE_PERSON: context.principal.id}
    rows = run(connection, context, statement, values)
    if not rows:
        raise NotFound(NOT_THERE)
    item, version, found, *references = rows[0]
    body = _bytes(item)
    if request.titles:
        body = titles_beside(connection, context, plan, [body], [tuple(references)])[0]
    return Record(found, version, body)


def _rows(
    connection: Connection,
    context: Context,
    shape: Hashable,
    plan: ReadPlan,
    cursor: Cursor | None,
    limit: int,
    values: Mapping[str, object],
) -> list[Row]:
    compiled = plan.access.compiled
    if cursor is None:
        statement = _statement(connection, compiled, ("list", shape), plan)
        return run(connection, context, statement, {**values, LIMIT: limit})
    missing = cursor.missing[:-1]
    after = {f"after_{number}": value for number, value in enumerate(cursor.values[:-1])}
    bound = {**values, **after, "after_id": cursor.values[-1]}
    if not plan.order or is_never_missing(plan.order[0]):
        parts = [replace(plan, after=missing)]
    elif missing[0]:
        parts = [replace(plan, after=missing, part="missing")]
    else:
        parts = [replace(plan, after=missing, part="present"), replace(plan, part="missing")]
    rows: list[Row] = []
    for part in parts:
        if len(rows) < limit:
            statement = _statement(connection, compiled, ("list", shape, part.after, part.part), part)
            rows += run(connection, context, statement, {**bound, LIMIT: limit - len(rows)})
    return rows


def _count(
    connection: Connection, context: Context, shape: Hashable, plan: ReadPlan, values: Mapping[str, object]
) -> int:
    statement = _statement(connection, plan.access.compiled, ("count", shape), replace(plan, kind="count"))
    return int(run(connection, context, statement, values)[0][0])


def _statement(connection: Connection, compiled: CompiledApp, key: Hashable, plan: ReadPlan) -> Runnable:
    dialect = connection.dialect
    return compiled.cache.get_or_make(("statement", dialect.name, key), lambda: compile_read(plan, dialect))


def _values(context: Context, request: ListRequest) -> dict[str, object]:
    values: dict[str, object] = {CASE_PERSON: context.principal.id}
    if request.search is not None:
        escaped = request.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values[SEARCH] = f"%{escaped}%"
    return values


def _question(app: str, entity: str, request: ListRequest) -> tuple[str, ...]:
    return app, entity, request.where or "", ",".join(request.order), request.search or ""


def _cursor(question: tuple[str, ...], plan: ReadPlan, text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        cursor = read_cursor(question, text)
        if len(cursor.values) != len(plan.order) + 1:
            raise NotACursor(text)
    except NotACursor as wrong:
        zh = "cursor 不是此查询给出的位置，请从第一页重新开始。"
        en = "This cursor was not given for this question; begin at the first page."
        raise refused([fault(BAD_CURSOR, "cursor", zh, en)]) from wrong
    return cursor


def _bytes(item: str | bytes) -> bytes:
    return item.encode() if isinstance(item, str) else item
