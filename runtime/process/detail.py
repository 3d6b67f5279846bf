"""One task with everything needed to decide it: what may be done, the record under the rights of the step, what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CopyStep, StepFields
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.process.act_detail import acts_of, people_for
from runtime.process.act_words import is_secret
from runtime.process.acts import ActWord
from runtime.process.cards import case_titles
from runtime.process.choices import choices_at
from runtime.process.flows import live_name, pinned_flow
from runtime.process.inbox import Task, read_task, show_tasks
from runtime.process.opened import Opened, look_at_instance
from runtime.process.record import on_release
from runtime.process.rows import find_copy, find_request, find_seat
from runtime.process.view import show_process
from runtime.records.access import NOT_THERE, CaseGrant, possible_plan
from runtime.records.history import changed_since, held_grants
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.tables import wf_work_person
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.earlier import return_targets
from workflow_engine.guards import offered
from workflow_engine.proxies import represented
from workflow_engine.returns import calls_in_region
from workflow_engine.state import Copy, Request, Seat, Visit
from workflow_engine.take_back import may_take_back

_RECORD = GetRequest(titles=True)
#: Where a record notes on its way through this module which of its references this person may open.
_TOLD = "_told"
#: What every version of a record has in common.
_STAYS = ("id", "number", "created_at", "created_by")


def task_detail(connection: Connection, context: Context, task_id: str) -> Task:
    """The task detail of docs/rest.md; NotFound for everybody without a part in it."""
    row = read_task(connection, task_id)
    if row is None:
        raise NotFound(NOT_THERE)
    task = show_tasks(connection, context, [row])[0]
    task["opens"] = _opens(connection, context, _now(connection, context, row.app, row.release, row.entity, row.record_id))
    detail = _detail(connection, context, row)
    return task | detail | {"opens_fields": _told(detail["record"])}


def _detail(connection: Connection, context: Context, row: sa.Row[Any]) -> Task:
    """What a task has beside its card."""
    if row.instance_id is None:
        return _plain(connection, context, row)
    opened = look_at_instance(connection, context, row.instance_id)
    if row.id == row.instance_id:
        if opened.journal.state.starter != context.principal.id:
            raise NotFound(NOT_THERE)
        return _watching(opened)
    copy = find_copy(opened.journal.state, row.instance_id, row.id)
    if copy is not None:
        return _copy(_on_release_of(opened, row), copy)
    left = [visit for visit in opened.journal.state.former if row.step == visit.step]
    if left and row.release != opened.journal.frame.release:
        return _left(opened, row, left)
    asked = find_request(opened.journal.state, row.instance_id, row.step, row.id)
    if asked is not None:
        return _asked(opened, *asked)
    found = find_seat(opened.journal.state, row.instance_id, row.step, row.id)
    if found is None:
        raise NotFound(NOT_THERE)
    return _seat(opened, *found) | acts_of(opened, *found)


def _on_release_of(opened: Opened, row: sa.Row[Any]) -> Opened:
    """The same with the workflow of the release that a task comes from, where the approval went over to another one since."""
    frame = opened.journal.frame
    if row.release == frame.release:
        return opened
    return replace(opened, flow=pinned_flow(opened.connection, opened.context, frame.app, row.release, frame.workflow_id))


def _left(opened: Opened, row: sa.Row[Any], left: Sequence[Visit]) -> Task:
    """A task at a step that the approval left behind when it went over: as it was done, with the approval as it is."""
    state = replace(opened.journal.state, visits=tuple(left))
    then = replace(_on_release_of(opened, row), journal=replace(opened.journal, state=state))
    asked = find_request(state, row.instance_id, row.step, row.id)
    found = find_seat(state, row.instance_id, row.step, row.id)
    if asked is None and found is None:
        raise NotFound(NOT_THERE)
    task = _asked(then, *asked) if asked is not None else _seat(then, *found) | acts_of(then, *found) if found else {}
    return task | {"process": show_process(opened)}


def people_to_choose(connection: Connection, context: Context, task_id: str, word: ActWord, text: str) -> Sequence[object]:
    """People whom the caller may choose for an act with a task of his."""
    row = read_task(connection, task_id)
    if row is None or row.instance_id is None or row.id == row.instance_id:
        raise NotFound(NOT_THERE)
    opened = look_at_instance(connection, context, row.instance_id)
    found = find_seat(opened.journal.state, row.instance_id, row.step, row.id)
    if found is None:
        raise NotFound(NOT_THERE)
    return people_for(opened, *found, word, text)


def _copy(opened: Opened, copy: Copy) -> Task:
    """What somebody got to read: the record as it was then, without the fields that the step hides, and nothing of the case."""
    step = opened.flow.definition.places[copy.step].step
    if copy.person != opened.context.principal.id or not isinstance(step, CopyStep):
        raise NotFound(NOT_THERE)
    fields = StepFields(hide=step.hide)
    record = _record(opened.connection, opened.context, _place(opened), CaseGrant(opened.record.id, fields))
    return _nothing_to_enter() | {
        "decisions": ["read"] if copy.read_at is None else [],
        "record": _as_of(opened, copy.record_version, fields, record),
        "fields": _fields(fields),
        "process": None,
    }


def _asked(opened: Opened, visit: Visit, request: Request) -> Task:
    """The task of somebody who is asked for an opinion: he reads what the step shows, and answers."""
    person, is_open = opened.context.principal.id, request.is_open and opened.journal.state.suspended_at is None
    if person not in (request.person, request.asker):
        raise NotFound(NOT_THERE)
    fields = replace(opened.flow.definition.human(visit.step).fields, write=(), require=())
    case = CaseGrant(opened.record.id, fields)
    is_mine = is_open and person == request.person
    return _nothing_to_enter() | {
        "decisions": ["answer"] if is_mine else [],
        "opinion_required": ["answer"] if is_mine else [],
        "fields": _fields(fields),
        "form": opened.flow.definition.human(visit.step).form or opened.flow.workflow.start_form,
        "record": _record(opened.connection, opened.context, _place(opened), case if request.is_open else None),
        "process": show_process(opened),
    }


def _plain(connection: Connection, context: Context, row: sa.Row[Any]) -> Task:
    person = context.principal.id
    asked = sa.select(wf_work_person).where(wf_work_person.c.work_id == row.id, wf_work_person.c.person_id == person)
    is_offered = row.state == "open" and connection.execute(asked).first() is not None
    if not is_offered and person not in (row.done_by, row.claimed_by):
        raise NotFound(NOT_THERE)
    decisions: list[str] = []
    if is_offered and row.claimed_by in (None, person):
        decisions = ["complete", "claim" if row.claimed_by is None else "release"]
    case = CaseGrant(row.record_id, StepFields()) if is_offered else None
    return _nothing_to_enter() | {
        "decisions": decisions,
        "record": _record(connection, context, _now(connection, context, row.app, row.release, row.entity, row.record_id), case),
        "process": None,
    }


def _watching(opened: Opened) -> Task:
    record = _record(opened.connection, opened.context, _place(opened), None)
    return _nothing_to_enter() | {"decisions": [], "record": record, "process": show_process(opened)}


def _seat(opened: Opened, visit: Visit, seat: Seat) -> Task:
    person, state = opened.context.principal.id, opened.journal.state
    owner = person if person in visit.entitled(seat) else _represented(opened, visit, seat)
    entitled, acted = owner is not None, person == seat.actor
    if not entitled and not acted and person not in (state.starter, *seat.candidates):
        raise NotFound(NOT_THERE)
    definition = opened.flow.definition
    if not acted and not entitled and is_secret(definition, state, visit.step, visit.number):
        raise NotFound(NOT_THERE)
    step = definition.human(visit.step)
    decisions = _decisions(opened, visit, seat) if entitled else []
    if acted and may_take_back(definition, state, visit, seat):
        decisions.append("take_back")
    only_read = replace(step.fields, write=(), require=())
    case = CaseGrant(opened.record.id, step.fields if entitled else only_read) if entitled or acted else None
    record = _record(opened.connection, opened.context, _place(opened), case)
    targets = return_targets(definition, state, visit.step) if "return" in decisions else ()
    targets = tuple(target for target in targets if not calls_in_region(definition, state, target.name))
    return {
        "decisions": decisions,
        "choose": choices_at(opened, visit) if decisions else [],
        "opinion_required": [decision for decision in decisions if decision in step.opinion],
        "return_to": [{"step": target.name, "title": target.title} for target in targets],
        "form": step.form or opened.flow.workflow.start_form,
        "fields": _fields(step.fields if entitled else only_read),
        "record": record if entitled or not acted else _as_decided(opened, visit, seat, record),
        "process": show_process(opened),
        "changed_fields": _changed(opened, step.fields) if entitled else {},
    }


def _represented(opened: Opened, visit: Visit, seat: Seat) -> str | None:
    definition, state, world = opened.flow.definition, opened.journal.state, opened.world
    return represented(definition, state, world, visit, seat, opened.context.principal.id)


def _decisions(opened: Opened, visit: Visit, seat: Seat) -> list[str]:
    person, definition = opened.context.principal.id, opened.flow.definition
    act = cmd.Decide(person, visit.step, visit.number, seat.number, "approve")
    decisions: list[str] = list(offered(definition, opened.journal.state, opened.world, act))
    if decisions and len(seat.candidates) > 1:
        decisions.append("claim" if seat.owner is None else "release")
    return decisions


def _changed(opened: Opened, fields: StepFields) -> dict[str, object]:
    """What differs from what this person saw last; on a first arrival, from the first submission if it came back since."""
    entries, person = opened.journal.entries, opened.context.principal.id
    decided = [(entry.actor, entry.event.record_version) for entry in entries if isinstance(entry.event, ev.SeatDecided)]
    seen = next((version for actor, version in reversed(decided) if actor == person), None)
    if seen is None and any(isinstance(entry.event, ev.Returned) for entry in entries):
        seen = decided[0][1]
    if seen is None:
        return {}
    return _as_they_see_it(opened, seen, fields)


def _as_they_see_it(opened: Opened, version: int, fields: StepFields) -> dict[str, object]:
    """What changed after a version, under the rights of the step, as in the record's history."""
    flow, record = opened.flow, opened.record.id
    context, app = on_release(opened.context, flow.compiled), flow.compiled.app.name
    access = possible_plan(context, app, flow.workflow.entity, "read", case=CaseGrant(record, fields))
    if access is None:
        return {}
    access = held_grants(opened.connection, context, access, record, by_case=True)
    status = flow.status.name if flow.status else None
    changed = changed_since(opened.connection, access, record, version)
    return {name: value for name, value in changed.items() if name not in fields.hide and name != status}


def _as_decided(opened: Opened, visit: Visit, seat: Seat, record: dict[str, object]) -> dict[str, object]:
    """What the person who decided had before him, as far as his step showed it; nothing where no trail tells it any more.

    Who decided answers for it: he can always read again what he decided on, but not what became of the record since.
    """
    key = (visit.number, seat.number)
    decided = (entry.event for entry in opened.journal.entries if isinstance(entry.event, ev.SeatDecided))
    mine = (event for event in decided if event.step in visit.names and (event.visit, event.seat) == key)
    version = next((event.record_version for event in mine), None)
    return _as_of(opened, version, opened.flow.definition.human(visit.step).fields, record)


def _as_of(opened: Opened, version: int | None, fields: StepFields, record: dict[str, object]) -> dict[str, object]:
    """The record as a version of it was, under the rights of a step."""
    entity, now = opened.flow.entity.entity, record.get("version")
    if version is None or (version != now and entity.audit == "none"):
        return {"id": opened.record.id}
    if version == now:
        return record
    before = _as_they_see_it(opened, version, fields)
    then: dict[str, object] = {name: record[name] for name in _STAYS if name in record} | {"version": version}
    for name, field in entity.fields.items():
        # A value that is computed on reading is kept nowhere, and rows stand in the trail under other names.
        if name not in record or field.type == "status" or not (is_kept(field) or (field.type == "rows" and name not in before)):
            continue
        then[name] = before[name] if name in before else record[name]
    known = record.get("_titles")
    then["_titles"] = {name: title for name, title in known.items() if name not in before} if isinstance(known, Mapping) else {}
    then[_TOLD] = [name for name in _told(record) if name not in before]
    return then | {"_titles": _titles(opened.connection, opened.context, _place(opened), then)}


def _opens(connection: Connection, context: Context, place: tuple[str, str, str]) -> bool:
    """Whether the record has a page that this person may open."""
    try:
        get_record(connection, context, *place, GetRequest(select=("id",)))
    except (NotFound, NotAllowed):
        return False
    return True


def _record(connection: Connection, context: Context, place: tuple[str, str, str], case: CaseGrant | None) -> dict[str, object]:
    """The record under the rights of the step, or the person's own; nothing of it when there are none (any more)."""
    try:
        found = get_record(connection, context, *place, _RECORD, case=case)
    except (NotFound, NotAllowed):
        return {"id": place[2]}
    hidden = case.fields.hide if case else ()
    shown = {name: value for name, value in found.values.items() if name.split(".")[0] not in hidden}
    shown[_TOLD] = sorted(shown.get("_titles") or {})
    if case is not None:
        shown["_titles"] = _titles(connection, context, place, shown)
    return shown


def _told(record: object) -> Sequence[str]:
    """The references whose titles this person's own rights tell, taken out of the record: those that he may open."""
    return record.pop(_TOLD, []) if isinstance(record, dict) else []


def _titles(
    connection: Connection, context: Context, place: tuple[str, str, str], shown: Mapping[str, object]
) -> dict[str, object]:
    """What the records are called that a case refers to, beside those that the person may read anyway."""
    known = shown.get("_titles")
    titles = dict(known) if isinstance(known, Mapping) else {}
    compiled = context.releases[place[0]]
    for field in compiled.entities[place[1]].entity.fields.values():
        target, value = field.value_type.entity, shown.get(field.name)
        if target is not None and isinstance(value, str) and field.name not in titles:
            found = case_titles(connection, context, compiled, target, [value])
            if value in found:
                titles[field.name] = found[value]
    return titles


def _place(opened: Opened) -> tuple[str, str, str]:
    frame = opened.journal.frame
    return _now(opened.connection, opened.context, frame.app, frame.release, frame.entity, frame.record_id)


def _now(connection: Connection, context: Context, app: str, release: int, entity: str, record_id: str) -> tuple[str, str, str]:
    """Where a record stands in the live release, whatever its entity was called in the release of the task."""
    return app, live_name(connection, context, app, release, entity), record_id


def _fields(fields: StepFields) -> dict[str, list[str]]:
    return {
        "write": list(dict.fromkeys((*fields.write, *fields.require))),
        "hide": list(fields.hide),
        "require": list(fields.require),
    }


def _nothing_to_enter() -> Task:
    return {"opinion_required": [], "return_to": [], "form": None, "fields": _fields(StepFields()), "changed_fields": {}}
