"""A record as it was at an earlier moment: what the trail knows of it then, under the rights that its reader has today."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.model import Field
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.failures import Conflict, Fault, NotFound
from runtime.query.load import asking_granted
from runtime.query.masks import masked_value
from runtime.query.plans import AccessPlan
from runtime.records.access import NOT_THERE, access_plan, plan_with_cases
from runtime.records.codes import BAD_PARAMETER, NO_PAST
from runtime.records.history import as_seen, shown_best
from runtime.records.past import WRITES, Gap, Past, Write, past_of
from runtime.records.reach import LEADING, leads_to
from runtime.records.read import asking_record
from runtime.records.request import GetRequest, fault, refused
from runtime.records.titles import asking_titles_of_all
from runtime.store.asking import Asking, Question
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import audit_event
from runtime.store.types import format_instant
from runtime.store.waiting import Row

_MISSING = object()


def asking_record_as_at(
    dialect: Dialect, context: Context, app: str, entity: str, record_id: str, request: GetRequest
) -> Asking[bytes]:
    """A record as it was at the moment of a request (docs/rest.md 2), as JSON.

    Raises NotFound where this person may not read it today, or where it was not there then; Conflict where no trail tells.
    """
    access = plan_with_cases(context, app, entity) or access_plan(context, app, entity, "read")
    moment = _moment(context, access, request)
    now = yield from asking_record(dialect, context, app, entity, record_id, GetRequest(request.select))
    declared = access.entity.entity
    if declared.audit == "none":
        raise _no_past()
    granted = yield from asking_granted(dialect, context, access, [record_id])
    flags = granted.get(record_id, ())
    held = replace(access, grants=tuple(grant for grant, holds in zip(access.grants, flags, strict=False) if holds))
    rows = yield Question(_events(dialect), {"app": declared.app, "record": record_id})
    try:
        past = past_of([_write(row) for row in rows], now.version, moment)
    except Gap as gap:
        raise _no_past() from gap
    if past is None:
        raise NotFound(NOT_THERE)
    shown = dict(_shown(held, past, now.values))
    if request.titles:
        shown["_titles"] = yield from _titles(dialect, context, held, shown)
    shown["_as_at"] = format_instant(moment)
    return orjson.dumps(shown)


def _shown(access: AccessPlan, past: Past, now: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The record's values then, in the order of today; what cannot be told is left out and named."""
    written = {"version": past.write.version, "changed_at": format_instant(past.write.at), "changed_by": past.write.actor}
    unknown: list[str] = []
    for name, value in now.items():
        field = access.entity.entity.fields.get(name)
        if field is None:
            yield name, written.get(name, value)
            continue
        then = _then(access, field, past, value)
        if then is _MISSING:
            unknown.append(name)
        else:
            yield name, then
    yield "_unknown", unknown


def _then(access: AccessPlan, field: Field, past: Past, now: object) -> object:
    """What a field was, as this person sees it; `_MISSING` where it cannot be told."""
    if field.compute is not None and not is_kept(field):
        return _MISSING  # it is worked out on reading, from what stands there today
    by_writes = _seen(access, field, past.until_then.get(field.id))
    if field.id in past.since_then:
        then = _seen(access, field, past.since_then[field.id])
        return then if then == by_writes else _MISSING
    return _kept_cells(access, field, now) if _as_kept(access, field, field.name, now) == by_writes else _MISSING


def _seen(access: AccessPlan, field: Field, kept: object) -> object:
    seen = as_seen(access, field, field.name, kept)
    return seen or [] if field.type == "rows" else seen


def _kept_cells(access: AccessPlan, field: Field, value: Any) -> object:
    """A value without the cells of child rows that are worked out on reading."""
    if field.type != "rows" or not isinstance(value, list):
        return value
    inner = access.entity.entity.rows[field.options.of or ""].fields
    return [{name: cell for name, cell in row.items() if name not in inner or is_kept(inner[name])} for row in value]


def _as_kept(access: AccessPlan, field: Field, path: str, value: object) -> object:
    """What a reader sees of a value today, in the form in which he sees it of the trail: personal values only masked."""
    if field.type == "rows" and isinstance(value, list):
        inner = access.entity.entity.rows[field.options.of or ""].fields
        kept = {name: each for name, each in inner.items() if is_kept(each)}
        return [
            {name: _as_kept(access, kept[name], f"{path}.{name}", cell) for name, cell in row.items() if name in kept}
            for row in value
        ]
    if value is None:
        return None
    if field.encrypted or field.classification == "C3":
        return "***"
    return masked_value(field, value) if field.classification == "C2" and shown_best(access, path) == "clear" else value


def _moment(context: Context, access: AccessPlan, request: GetRequest) -> dt.datetime:
    """The moment that is asked for, a day's is its last; BadRequest where it is yet to come, or beside what is only known of today."""
    faults: list[Fault] = []
    zone = ZoneInfo(access.compiled.app.timezone)
    asked = cast("dt.datetime | dt.date", request.as_at)
    if isinstance(asked, dt.datetime):
        moment, is_to_come = asked.astimezone(dt.UTC), asked > context.now
    else:
        next_day = dt.datetime.combine(asked + dt.timedelta(days=1), dt.time(), zone)
        moment, is_to_come = (
            next_day.astimezone(dt.UTC) - dt.timedelta(milliseconds=1),
            asked > context.now.astimezone(zone).date(),
        )
    if is_to_come:
        faults.append(fault(BAD_PARAMETER, "as_at", "as_at 不能晚于现在。", "as_at cannot be later than now."))
    if request.expand:
        zh, en = (
            "expand 给出的是今天的数据，不能与 as_at 同用。",
            "expand gives records as they are today; it does not go with as_at.",
        )
        faults.append(fault(BAD_PARAMETER, "expand", zh, en))
    for name in request.select or ():
        if "." in name:
            zh, en = f"as_at 只给出数据自身的字段，不含 {name}。", f"as_at gives the record's own fields, not {name}."
            faults.append(fault(BAD_PARAMETER, "select", zh, en))
    if faults:
        raise refused(faults)
    return moment


def _titles(dialect: Dialect, context: Context, access: AccessPlan, shown: Mapping[str, object]) -> Asking[dict[str, str]]:
    """What the records are called today to which the record referred then."""
    fields = access.entity.entity.fields
    leads = {
        name: leads_to(fields[name], value)
        for name, value in shown.items()
        if name in fields and fields[name].type in LEADING and value is not None and shown_best(access, name) == "clear"
    }
    titles = yield from asking_titles_of_all(dialect, context, leads.values())
    return {name: titles[lead] for name, lead in leads.items() if lead in titles}


@lru_cache(maxsize=8)
def _events(dialect: Dialect) -> Prepared:
    # Not by the entity: an event keeps the name that it had then, and a record's key is made once for all entities.
    mine = (
        audit_event.c.app == sa.bindparam("app", type_=sa.String()),
        audit_event.c.record_id == sa.bindparam("record", type_=sa.String()),
    )
    columns = (audit_event.c[name] for name in ("record_version", "kind", "at", "actor", "body"))
    return prepare(sa.select(*columns).where(*mine, audit_event.c.kind.in_(WRITES)), dialect)


def _write(row: Row) -> Write:
    version, kind, at, actor, body = row
    changes = {str(change["field"]): (change["before"], change["after"]) for change in json.loads(body)["changes"]}
    moment = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at)
    return Write(int(version), kind, moment.astimezone(dt.UTC), actor, changes)


def _no_past() -> Conflict:
    zh = "此数据没有完整的留痕，无法给出它过去的样子。"
    return Conflict({"zh": zh, "en": "No whole trail is kept of this record: what it was cannot be told."}, code=NO_PAST.id)
