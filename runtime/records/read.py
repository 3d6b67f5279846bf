"""Reading records: the question resolved against what this person may know, planned once for its shape, run many times."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import orjson
from sqlalchemy.engine import Connection, Dialect

from runtime.compile.app import CompiledApp
from runtime.compile.tables import storage_of
from runtime.context import Context
from runtime.failures import NotFound
from runtime.query.cursor import Cursor, NotACursor, fits, read_cursor, write_cursor
from runtime.query.plans import AccessPlan, ReadPlan
from runtime.query.rights import CASE_PERSON, CASE_RECORD
from runtime.query.run import Runnable, compile_read, question, stream
from runtime.query.searching import word_values
from runtime.query.select import LIMIT, OFFSET, RECORD_ID, is_never_missing, is_unique
from runtime.records.access import NOT_THERE, CaseGrant, access_plan, is_record_id, plan_with_cases, possible_plan
from runtime.records.beside import asking_items
from runtime.records.codes import BAD_CURSOR
from runtime.records.counting import asking_count, asking_rough_count
from runtime.records.gathering import asking_gathered
from runtime.records.planning import plan_get, plan_list
from runtime.records.request import GetRequest, ListRequest, fault, refused
from runtime.store.asking import Asking, answer
from runtime.store.sealing import ring_stamp
from runtime.store.waiting import Row


@dataclass(frozen=True, slots=True)
class Page:
    """Some records as JSON objects, the cursor of the next page and, where asked, how many there are in all."""

    items: tuple[bytes, ...]
    next: str | None
    count: int | None
    #: What the count is, where an estimate was asked for.
    count_is: Literal["exact", "estimate", "at_least"] | None = None

    def body(self) -> bytes:
        """The page as REST answers it."""
        head = b'{"items":[' + b",".join(self.items) + b'],"next":' + orjson.dumps(self.next)
        told = b',"count_is":' + orjson.dumps(self.count_is) if self.count_is is not None else b""
        return head + b',"count":' + orjson.dumps(self.count) + told + b"}"


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
    return answer(connection, asking_page(connection.dialect, context, app, entity, request))


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
    return answer(connection, asking_record(connection.dialect, context, app, entity, record_id, request, case=case))


def find_record(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> Record | None:
    """One record as this person may see it, by roles or by open work; None when it is not his to see."""
    access = possible_plan(context, app, entity, "read")
    if access is None:
        return None
    return answer(connection, _found(connection.dialect, context, access, record_id, GetRequest(), None))


def record_under(
    connection: Connection, context: Context, access: AccessPlan, record_id: str, request: GetRequest
) -> Record | None:
    """One record as an access plan shows it, None where the plan does not give it."""
    return answer(connection, _one(connection.dialect, context, access, record_id, request, None))


def asking_page(dialect: Dialect, context: Context, app: str, entity: str, request: ListRequest) -> Asking[Page]:
    """One page of records, as `list_records`."""
    access = access_plan(context, app, entity, "read")
    if request.deleted:
        # What was taken away is shown to whoever may take away, and so may bring back.
        access_plan(context, app, entity, "delete")
    asked = _asked(dialect, context, access, request)
    asked = replace(asked, plan=(yield from asking_gathered(dialect, context, asked.shape, asked.plan)))
    plan = asked.plan
    bound_to = _question(app, entity, request)
    rows = yield from _rows(asked, _cursor(dialect, bound_to, plan, request.cursor), request.limit + 1)
    more = len(rows) > request.limit
    rows = rows[: request.limit]
    keys = len(plan.order)
    after = write_cursor(bound_to, rows[-1][1 : keys + 2]) if more else None
    items = yield from asking_items(dialect, context, plan, rows, keys + 2, titles=request.titles)
    if request.count == "estimate":
        count = yield from asking_rough_count(dialect, context, plan, asked.values, asked.statement)
        return Page(tuple(items), after, count.number, count.basis)
    number = (yield from asking_count(context, plan, asked.values, asked.statement)) if request.count == "exact" else None
    return Page(tuple(items), after, number)


def stream_records(
    connection: Connection, context: Context, access: AccessPlan, request: ListRequest, size: int
) -> Iterator[list[bytes]]:
    """The records of a list under an access plan as JSON objects, up to the request's limit, in pieces of so many."""
    asked = _asked(connection.dialect, context, access, request)
    plan, keys = asked.plan, len(asked.plan.order)
    for rows in stream(connection, context, asked.statement("list", plan), {**asked.values, LIMIT: request.limit}, size):
        yield answer(connection, asking_items(connection.dialect, context, plan, rows, keys + 2, titles=request.titles))


def count_records(connection: Connection, context: Context, access: AccessPlan, request: ListRequest) -> int:
    """How many records of a list there are under an access plan."""
    asked = _asked(connection.dialect, context, access, request)
    return answer(connection, asking_count(context, asked.plan, asked.values, asked.statement))


def asking_record(
    dialect: Dialect,
    context: Context,
    app: str,
    entity: str,
    record_id: str,
    request: GetRequest = GetRequest(),
    *,
    case: CaseGrant | None = None,
) -> Asking[Record]:
    """One record, as `get_record`."""
    access = access_plan(context, app, entity, "read", case=case)
    if not is_record_id(record_id):
        raise NotFound(NOT_THERE)
    found = yield from _found(dialect, context, access, record_id, request, case)
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def _found(
    dialect: Dialect, context: Context, access: AccessPlan, record_id: str, request: GetRequest, case: CaseGrant | None
) -> Asking[Record | None]:
    found = yield from _one(dialect, context, access, record_id, request, case)
    if found is None and case is None:
        # Nothing by roles: open work may give it.
        with_cases = plan_with_cases(context, access.compiled.app.name, access.entity.entity.name)
        found = (yield from _one(dialect, context, with_cases, record_id, request, case)) if with_cases else None
    return found


def seal_stamp(access: AccessPlan, request: ListRequest) -> Hashable:
    """What a plan with a filter depends on beside its shape: seals of what is compared stand in it."""
    return ring_stamp() if request.where and _has_sealed(access) else None


def _has_sealed(access: AccessPlan) -> bool:
    """Whether the entity, or one that it refers to, has encrypted fields: asked of all that are live with it."""
    compiled = (access.compiled, *access.compiled.required.values())
    return any(f.encrypted for app in compiled for entity in app.entities.values() for f in entity.entity.fields.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list as it is asked: the plan of its shape and the values of this request."""

    dialect: Dialect
    context: Context
    shape: Hashable
    plan: ReadPlan
    values: Mapping[str, object]

    def statement(self, kind: Hashable, plan: ReadPlan) -> Runnable:
        """The statement of a plan of this shape."""
        return _statement(self.dialect, plan.access.compiled, (kind, self.shape), plan)


def _asked(dialect: Dialect, context: Context, access: AccessPlan, request: ListRequest) -> _Asked:
    """The list that a request asks for, planned once for its shape."""
    passes = request.offset > 0 and request.cursor is None
    asked_for = (
        request.where,
        request.order,
        request.select,
        request.titles,
        request.words,
        request.deleted,
        passes,
        request.segment,
        request.expand,
    )
    shape = (access.fingerprint, *asked_for, seal_stamp(access, request))
    plan = access.compiled.cache.get_or_make(("list", shape), lambda: replace(plan_list(context, access, request), skips=passes))
    return _Asked(dialect, context, shape, plan, bound_values(context, request))


def _one(
    dialect: Dialect, context: Context, access: AccessPlan, record_id: str, request: GetRequest, case: CaseGrant | None
) -> Asking[Record | None]:
    shape = (access.fingerprint, request.select, request.titles, request.expand)
    plan = access.compiled.cache.get_or_make(("get", shape), lambda: plan_get(context, access, request))
    statement = _statement(dialect, access.compiled, ("get", shape), plan)
    values = {RECORD_ID: record_id, CASE_RECORD: case.record_id if case else None, CASE_PERSON: context.principal.id}
    rows = yield question(context, statement, values)
    if not rows:
        return None
    _, version, found, *_ = rows[0]
    [body] = yield from asking_items(dialect, context, plan, rows, 3, titles=request.titles)
    return Record(found, version, body)


#: As many rows as statements are made for: what is asked for is rounded up to one of them, so that they stay few.
_SIZES = (2, 11, 21, 51, 101, 201)


def _rows(asked: _Asked, cursor: Cursor | None, limit: int) -> Asking[list[Row]]:
    rows: list[Row] = []
    bound: Mapping[str, object] = asked.values
    if cursor is not None:
        after = {f"after_{number}": value for number, value in enumerate(cursor.values[:-1])}
        bound = {**asked.values, **after, "after_id": cursor.values[-1]}
    parts = _parts(asked.plan, cursor)
    while parts and len(rows) < limit:
        part = parts.pop(0)
        left = limit - len(rows)
        sized = replace(part, limit=next((size for size in _SIZES if size >= left), left))
        statement = asked.statement(("list", sized.limit, sized.by_unit, sized.by_order, sized.after, sized.part), sized)
        rows += yield question(asked.context, statement, bound)
        if part.skips and part.part == "present" and not rows:
            # How many have the key is not known, so neither is how many of those without it are skipped.
            parts = [asked.plan]
    return rows[:limit]


def _parts(plan: ReadPlan, cursor: Cursor | None) -> list[ReadPlan]:
    """What is to be asked for one after the other for a page."""
    if cursor is None and plan.skips and is_unique(plan):
        # Rows with a first key that is unique need no second one to be in order; those without it come behind all of them.
        return [replace(plan, part="present"), replace(plan, part="missing", skips=False)]
    if cursor is None:
        return [plan]
    missing = cursor.missing[:-1]
    if not plan.order or is_never_missing(plan.order[0]):
        return [replace(plan, after=missing)]
    if missing[0]:
        return [replace(plan, after=missing, part="missing")]
    return [replace(plan, after=missing, part="present"), replace(plan, part="missing")]


def _statement(dialect: Dialect, compiled: CompiledApp, key: Hashable, plan: ReadPlan) -> Runnable:
    return compiled.cache.get_or_make(("statement", dialect.name, key), lambda: compile_read(plan, dialect))


def bound_values(context: Context, request: ListRequest) -> dict[str, object]:
    """The values of a list request that its statement is bound to."""
    values: dict[str, object] = {CASE_PERSON: context.principal.id, OFFSET: request.offset}
    if request.search is not None:
        values.update(word_values(request.search))
    return values


def _question(app: str, entity: str, request: ListRequest) -> tuple[str, ...]:
    deleted = ("deleted",) if request.deleted else ()
    segment = ("segment", request.segment) if request.segment else ()
    return app, entity, request.where or "", ",".join(request.order), request.search or "", *deleted, *segment


def _cursor(dialect: Dialect, question: tuple[str, ...], plan: ReadPlan, text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        cursor = read_cursor(question, text)
        *keys, last = cursor.values
        if len(keys) != len(plan.order) or not (isinstance(last, str) and is_record_id(last)):
            raise NotACursor(text)
        for value, key in zip(keys, plan.order, strict=True):
            if not fits(value, storage_of(key.field), ordered=key.field.value_type.ordered, dialect=dialect.name):
                raise NotACursor(text)
    except NotACursor as wrong:
        zh = "cursor 不是此查询给出的位置，请从第一页重新开始。"
        en = "This cursor was not given for this question; begin at the first page."
        raise refused([fault(BAD_CURSOR, "cursor", zh, en)]) from wrong
    return cursor
