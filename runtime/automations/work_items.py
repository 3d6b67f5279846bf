"""Work items that automations make: for whom, with what text, and what becomes of one that nobody fits yet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.masks import masked
from forms_dsl.model import Action, Label, People
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.working_time import end_of
from runtime.automations.taken import Taken, read_taken
from runtime.compile.names import PLACEHOLDER
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.jobs.automations import Run
from runtime.process.office_time import clock_of
from runtime.process.people import Case, Directory, find_people
from runtime.process.plain_work import NewWork, add_work
from runtime.records.display import display
from runtime.records.titles import titles_of
from runtime.store.offers import offer_row
from runtime.store.tables import wf_work, wf_work_person
from runtime.store.upsert import insert_if_absent

#: As many waiting work items are looked at in one run; the rest in the next.
_MOST = 1000


def add_item(connection: Connection, context: Context, taken: Taken, action: Action, position: int) -> bool:
    """Make a work item with everybody who fits now; false when that is nobody, and then it waits for the first who does."""
    if action.to is None:
        raise ValueError("a work item names the people it is for")
    people = people_for(connection, context, taken, action.to)
    due = _due(context, taken, action)
    new = NewWork(
        app=taken.run.compiled.app.name,
        release=taken.run.compiled.release,
        entity=taken.entity.name,
        record_id=taken.record_id,
        text=_filled(connection, context, taken, action.text or {}),
        people=people,
        unit=taken.unit(),
        due_at=due,
        step=_step(taken.run, position),
    )
    add_work(connection, context, new)
    return bool(people)


def _due(context: Context, taken: Taken, action: Action) -> dt.datetime | None:
    if action.due is None:
        return None
    due = end_of(action.due, context.now, clock_of(context.releases, taken.run.compiled))
    if due is None:
        raise Conflict(
            {
                "zh": "工作日历没有这段时间，无法计算待办的期限。",
                "en": "The calendar of working days does not reach so far: the work item has no due time.",
            }
        )
    return due


def offer_waiting(connection: Connection, context: Context, run: Run) -> int:
    """Offer open work items of the automation that nobody has to those who fit now; returns how many still wait."""
    waiting = 0
    for position, action in enumerate(run.automation.do):
        if action.kind == "work_item" and action.to is not None:
            for work in _withoutpeople_for(connection, run, position):
                try:
                    people = people_for(connection, context, read_taken(connection, context, run, work.record_id), action.to)
                except NotFound:
                    people = []  # the record is gone; its work item stands until somebody closes it
                for person in people:
                    offer = offer_row(work._asdict(), person)
                    connection.execute(insert_if_absent(connection, wf_work_person, offer))
                waiting += not people
    return waiting


def _withoutpeople_for(connection: Connection, run: Run, position: int) -> Sequence[Any]:
    offered = sa.select(sa.literal(1)).where(wf_work_person.c.work_id == wf_work.c.id).exists()
    columns = (wf_work.c.id, wf_work.c.record_id, wf_work.c.state, wf_work.c.due_at, wf_work.c.created_at, wf_work.c.unit)
    found = sa.select(*columns).where(
        wf_work.c.app == run.compiled.app.name,
        wf_work.c.instance_id.is_(None),
        wf_work.c.step == _step(run, position),
        wf_work.c.state == "open",
        sa.not_(offered),
    )
    return connection.execute(found.order_by(wf_work.c.id).limit(_MOST)).all()


def _step(run: Run, position: int) -> str:
    """Which action of which automation made a work item."""
    return f"{run.automation.id}/{position}"


def people_for(connection: Connection, context: Context, taken: Taken, to: People) -> list[str]:
    """Everybody who fits a people specification for the record in hand."""
    unit = taken.unit()
    case = Case(context.principal.id, unit, unit, taken.owner(), taken.values)
    found = find_people(Directory(connection, context, taken.run.compiled, case), to)
    return [candidate.person for candidate in found.candidates]


def _filled(connection: Connection, context: Context, taken: Taken, text: Label) -> dict[str, str]:
    """The text in each language with its placeholders; a personal value stands in its masked form, for the text is kept."""

    def fill(found: re.Match[str], language: str) -> str:
        path, format = found[1], found[2] or ""
        if path == "user.name":
            return context.principal.name
        if path == "now":
            return display(SYSTEM_FIELDS["created_at"], to_json(context.now), format, language, taken.run.compiled.app.timezone)
        return _shown(connection, context, taken, path, format, language)

    return {
        language: PLACEHOLDER.sub(lambda found, spoken=language: fill(found, spoken), words)  # type: ignore[misc]
        for language, words in text.items()
    }


def _shown(connection: Connection, context: Context, taken: Taken, path: str, format: str, language: str) -> str:
    entity, value = taken.entity, taken.wire.get(path)
    *hops, name = path.split(".")
    for hop in hops:
        entity = taken.run.compiled.entity(entity.fields[hop].value_type.entity or "").entity
    field = entity.fields.get(name) or SYSTEM_FIELDS[name]
    if value is None:
        return ""
    if field.type == "reference":
        app, _, target = (field.value_type.entity or "").partition(".")
        return titles_of(connection, context, app, target, [str(value)]).get(str(value), "")
    shown = display(field, value, format, language, taken.run.compiled.app.timezone)
    return shown if field.classification == "C1" else str(masked(shown, field.mask))
