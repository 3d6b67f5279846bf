"""Exports that need a second person: asked for by one, released by another, and then taken by the one who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.export_records import Exported, Format, Wish, admitted, export_records, trace
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed, NotFound
from runtime.process.persons import Person, persons_of
from runtime.process.transfer_notices import tell_releasers
from runtime.query.late import held_roles
from runtime.records.access import NOT_THERE, find_entity
from runtime.records.exporting import export_rights, releasing_roles
from runtime.records.request import ListRequest
from runtime.store.database import Database
from runtime.store.export_requests import (
    ExportRequest,
    ExportState,
    add_request,
    close_request,
    count_taking,
    request_by_id,
    requests_of,
)
from runtime.store.types import format_instant

SAME_PERSON = code("Q224", "Who asked for an export cannot release it, nor somebody without the role for it.")
DECIDED = code("Q225", "An export that was decided already, is not released, or whose time is over.")

#: A released file may be taken for so long, each time as the data are then.
PATIENCE = dt.timedelta(hours=24)
_SHOWN = 100


def ask_export(database: Database, context: Context, wish: Wish, note: str | None) -> dict[str, object]:
    """Ask another person to let a list out; Conflict where it is more than anybody's release could let out."""
    compiled, _ = find_entity(context, wish.app, wish.entity)
    # Counted before the writing begins: a count over many records would keep every other writer waiting.
    with database.read() as connection:
        admission = admitted(connection, context, wish)
    if not admission.released_by:
        message = {"zh": "此导出无需批准，可直接导出。", "en": "This export needs no release; take it."}
        raise Conflict(message, code=DECIDED.id)
    with database.write() as connection:
        made = add_request(
            connection,
            (wish.app, wish.entity),
            _question(wish),
            admission.rows,
            admission.released_by,
            note,
            by=context.principal.id,
            now=context.now,
        )
        body = trace(compiled, context, wish, wish.request) | {"rows": made.rows, "release": made.id}
        record_event(connection, context, "export.asked", app=wish.app, entity=wish.entity, body=body)
        tell_releasers(
            connection, context, compiled, ("export_waits", wish.entity, made.id), made.released_by, by=context.principal.id
        )
        return _drawn(context, compiled, made, persons_of(connection, {made.asked_by}))


def exports_shown(database: Database, context: Context, app: str, entity: str) -> list[dict[str, object]]:
    """The exports that this person asked for or may release, the newest first; NotFound where there can be none."""
    compiled, found = find_entity(context, app, entity)
    roles = held_roles(context, compiled)
    if not export_rights(context, compiled, found) and not roles & releasing_roles(compiled, found):
        raise NotFound(NOT_THERE)
    with database.read() as connection:
        known = (each for each in requests_of(connection, app, entity) if _knows(context, roles, each))
        mine = list(islice(known, _SHOWN))
        people = persons_of(connection, {id for each in mine for id in (each.asked_by, each.decided_by or "")})
    return [_drawn(context, compiled, each, people) for each in mine]


def decide_export(
    database: Database, context: Context, app: str, id: str, state: ExportState, note: str | None
) -> dict[str, object]:
    """Release or return an export as the second person, or withdraw one's own."""
    with database.write() as connection:
        compiled, request = _found(connection, context, app, id)
        is_own = request.asked_by == context.principal.id
        if is_own != (state == "withdrawn") or (not is_own and not _may_release(held_roles(context, compiled), request)):
            message = {
                "zh": "申请人不能批准自己的导出。",
                "en": "Who asked for an export cannot decide on it; another person does.",
            }
            raise NotAllowed(message, code=SAME_PERSON.id)
        if not close_request(connection, id, state, note, by=context.principal.id, now=context.now):
            raise _over()
        body = {"release": id, "rows": request.rows, "asked_by": request.asked_by, "note": note}
        record_event(connection, context, f"export.{state}", app=app, entity=request.entity, body=body)
        changed = request_by_id(connection, app, id) or request
        return _drawn(context, compiled, changed, persons_of(connection, {changed.asked_by, context.principal.id}))


@contextmanager
def take_export(database: Database, context: Context, app: str, id: str, folder: Path) -> Iterator[Exported]:
    """The file of a released export, for the one who asked for it, by what his roles let out now."""
    with database.read() as connection:
        _, request = _found(connection, context, app, id)
    if request.asked_by != context.principal.id:
        raise NotFound(NOT_THERE)
    if request.state != "released" or request.decided_at is None or context.now > request.decided_at + PATIENCE:
        raise _over()
    wish = _wish(request)
    with export_records(
        database, context, wish, folder, release=id, done=lambda connection: count_taking(connection, id)
    ) as exported:
        yield exported


def _found(connection: Connection, context: Context, app: str, id: str) -> tuple[CompiledApp, ExportRequest]:
    """A request that this person may know of."""
    request = request_by_id(connection, app, id)
    if request is None:
        raise NotFound(NOT_THERE)
    compiled, _ = find_entity(context, app, request.entity)
    if not _knows(context, held_roles(context, compiled), request):
        raise NotFound(NOT_THERE)
    return compiled, request


def _knows(context: Context, roles: frozenset[str], request: ExportRequest) -> bool:
    return request.asked_by == context.principal.id or _may_release(roles, request)


def _may_release(roles: frozenset[str], request: ExportRequest) -> bool:
    return roles >= set(request.released_by)


def _question(wish: Wish) -> dict[str, object]:
    asked = wish.request
    select = None if asked.select is None else list(asked.select)
    kept = {"where": asked.where, "order": list(asked.order), "select": select, "search": asked.search, "segment": asked.segment}
    return {**kept, "format": wish.format, "labels": wish.labels}


def _wish(request: ExportRequest) -> Wish:
    kept = request.question
    asked = ListRequest(
        where=_text(kept["where"]),
        order=tuple(_texts(kept["order"])),
        select=None if kept["select"] is None else tuple(_texts(kept["select"])),
        search=_text(kept["search"]),
        segment=_text(kept["segment"]),
    )
    format: Format = "csv" if kept["format"] == "csv" else "xlsx"
    return Wish(request.app, request.entity, asked, format, labels=kept["labels"] is not False)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(value: object) -> Sequence[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _drawn(context: Context, compiled: CompiledApp, request: ExportRequest, people: Mapping[str, Person]) -> dict[str, object]:
    is_own = request.asked_by == context.principal.id
    until = request.decided_at + PATIENCE if request.state == "released" and request.decided_at else None
    can: list[str] = []
    if request.state == "open":
        can = ["withdraw"] if is_own else ["release", "return"]
    elif is_own and until is not None and context.now <= until:
        can = ["take"]
    labels: list[Label] = [compiled.app.roles[role].label for role in request.released_by if role in compiled.app.roles]
    return {
        "id": request.id,
        "entity": request.entity,
        "question": dict(request.question),
        "rows": request.rows,
        "released_by": labels,
        "note": request.note,
        "asked_by": people.get(request.asked_by),
        "asked_at": format_instant(request.asked_at),
        "state": request.state,
        "decided_by": people.get(request.decided_by) if request.decided_by else None,
        "decided_at": format_instant(request.decided_at) if request.decided_at else None,
        "decision_note": request.decision_note,
        "until": format_instant(until) if until else None,
        "taken": request.taken,
        "can": can,
    }


def _over() -> Conflict:
    return Conflict(
        {
            "zh": "此导出申请已处理、未获批准或已过期。",
            "en": "This export was decided already, is not released, or its time is over.",
        },
        code=DECIDED.id,
    )
