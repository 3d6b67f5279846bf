"""The to-do list: what somebody has to do, has started, has done, page by page, with what a card shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CopyStep, HumanStep, Label
from runtime.context import Context
from runtime.failures import BadRequest, Fault
from runtime.process import codes
from runtime.process.cards import amount_field, card_amounts, card_titles, shows_amount
from runtime.process.flows import Flow, live_name, pinned_flow, release_of
from runtime.process.opened import look_at_instance
from runtime.process.persons import Person, persons_of, unit_names
from runtime.process.proxies import rules_for
from runtime.process.rows import find_seat
from runtime.process.todo import Only, count_todo, todo_page
from runtime.process.view import title_at
from runtime.records.access import is_record_id
from runtime.store.offers import COPIED
from runtime.store.tables import wf_instance, wf_seat, wf_visit, wf_work, wf_work_person
from runtime.store.types import format_instant
from workflow_engine.proxies import represented

Box = Literal["todo", "started", "done", "copies"]
Task = dict[str, object]
#: Stands where somebody is a proxy, but may not act in this case.
_NOBODY: Person = {}
_PLAIN: Label = {"zh": "提醒", "en": "Reminder"}

#: Work items as `show_tasks` takes them.
WORK = sa.select(wf_work, wf_instance.c.starter).select_from(
    wf_work.outerjoin(wf_instance, wf_instance.c.id == wf_work.c.instance_id)
)
#: Where an instance waits, or waited last: its newest visit.
_LAST_STEP = (
    sa.select(wf_visit.c.step)
    .where(wf_visit.c.instance_id == wf_instance.c.id)
    .order_by(sa.case((wf_visit.c.closed_at.is_(None), 0), else_=1), wf_visit.c.opened_at.desc(), wf_visit.c.step)
    .limit(1)
    .scalar_subquery()
)
_LAST_DUE = (
    sa.select(sa.func.min(wf_visit.c.due_at))
    .where(wf_visit.c.instance_id == wf_instance.c.id, wf_visit.c.closed_at.is_(None))
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks as docs/rest.md shows them, the cursor of the next page and, where asked, how many there are."""

    items: Sequence[Task]
    next: str | None
    count: int | None


def list_tasks(
    connection: Connection, context: Context, box: Box, limit: int, cursor: str | None, *, count: bool, only: Only = Only()
) -> TaskPage:
    """One page of a person's tasks: to do by due time, the others newest first; the cursor is the last task's id.

    `only` narrows what is to do, and nothing else.
    """
    match box:
        case "todo":
            return _todo(connection, context, limit, cursor, only, count=count)
        case "done":
            query = WORK.where(wf_work.c.done_by == context.principal.id)
            page = _page(connection, query, [wf_work.c.done_at, wf_work.c.id], wf_work, limit, cursor, descending=True)
        case "copies":
            query = WORK.join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id).where(
                wf_work_person.c.person_id == context.principal.id, wf_work_person.c.copied == sa.true()
            )
            page = _page(connection, query, [wf_work.c.created_at, wf_work.c.id], wf_work, limit, cursor, descending=True)
        case "started":
            query = _started(context)
            keys = [wf_instance.c.started_at, wf_instance.c.id]
            page = _page(connection, query, keys, wf_instance, limit, cursor, descending=True)
    total = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) if count else None
    shown = page[:limit]
    return TaskPage(show_tasks(connection, context, shown), shown[-1].id if len(page) > limit else None, total)


def count_open(connection: Connection, context: Context) -> int:
    """How much open work stands in somebody's list."""
    return count_todo(connection, context.principal.id, rules_for(connection, context))


def read_task(connection: Connection, work_id: str) -> sa.Row[Any] | None:
    """The row behind a task: a work item, or an instance as its starter's list shows it."""
    work = connection.execute(WORK.where(wf_work.c.id == work_id)).one_or_none()
    return work or connection.execute(_INSTANCE.where(wf_instance.c.id == work_id)).one_or_none()


def show_tasks(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> list[Task]:
    """The `Task` objects of rows, with people, units, titles and amounts read in one statement for each kind."""
    flows = {_flow_key(row): _flow(connection, context, row) for row in rows}
    people = persons_of(connection, {person for row in rows for person in (row.starter, row.claimed_by) if person})
    units = unit_names(connection, {row.unit for row in rows if row.unit})
    titles: dict[tuple[str, str], dict[str, str]] = {}
    for (app, entity), release in {(row.app, row.entity): row.release for row in rows}.items():
        ids = {row.record_id for row in rows if (row.app, row.entity) == (app, entity)}
        # By a release that the tasks themselves come from: in the live one the entity may have another name, or none.
        compiled = release_of(connection, context, app, release)
        titles[app, entity] = card_titles(connection, context, compiled, entity, ids)
    owners = _owners(connection, context, rows)
    amounts = {
        key: card_amounts(connection, flow, {row.record_id for row in rows if _flow_key(row) == key})
        for key, flow in flows.items()
        if flow is not None
    }
    return [
        _show(connection, context, row, flows[_flow_key(row)], people, units)
        | {"record_title": titles[row.app, row.entity][row.record_id], "on_behalf_of": owners.get(row.id)}
        | _amount(flows[_flow_key(row)], row, amounts.get(_flow_key(row), {}))
        for row in rows
    ]


def step_of(flow: Flow, step: str) -> HumanStep | None:
    """What a person does at a step; None where nobody acts."""
    try:
        return flow.definition.human(step)
    except (ValueError, KeyError):
        return None


def _todo(connection: Connection, context: Context, limit: int, cursor: str | None, only: Only, *, count: bool) -> TaskPage:
    person, rules = context.principal.id, rules_for(connection, context)
    page = todo_page(connection, person, rules, limit, cursor, only) if cursor is None or is_record_id(cursor) else None
    if page is None:
        raise _bad_cursor()
    shown = page[:limit]
    # What somebody could do for another, but may not in this case, is no work of his.
    tasks = [task for task in show_tasks(connection, context, shown) if task["on_behalf_of"] is not _NOBODY]
    total = count_todo(connection, person, rules, only) if count else None
    return TaskPage(tasks, shown[-1].id if len(page) > limit else None, total)


def _bad_cursor() -> BadRequest:
    message = {"zh": "cursor 不是此列表给出的位置。", "en": "This cursor was not given for this list."}
    return BadRequest(message, faults=(Fault(codes.BAD_CURSOR.id, message, parameter="cursor"),))


def _owners(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> dict[str, object]:
    """For whom this person acts, or acted, by work item: nothing for what is his own, nobody where he may not act for anybody."""
    person, found = context.principal.id, dict[str, str | None]()
    others = [row.id for row in rows if row.id != row.instance_id and getattr(row, "by_proxy", False)]
    if not others:
        return {}
    own = set(connection.scalars(_OWN, {"person": person, "works": others}))
    decided = {row.id: row.owner for row in connection.execute(_DECIDED, {"person": person, "works": others})}
    for row in rows:
        if row.id in decided:
            found[row.id] = decided[row.id]
        elif row.id in others and row.id not in own and row.state == "open":
            found[row.id] = owner_of(connection, context, row)
    people = persons_of(connection, {owner for owner in found.values() if owner is not None})
    return {work: people.get(owner or "", _NOBODY) for work, owner in found.items() if owner != person}


def owner_of(connection: Connection, context: Context, row: sa.Row[Any]) -> str | None:
    """For whom this person may act at a work item that is not offered to him; the engine is asked, with all its rules."""
    opened = look_at_instance(connection, context, row.instance_id)
    found = find_seat(opened.journal.state, row.instance_id, row.step, row.id)
    if found is None:
        return None
    return represented(opened.flow.definition, opened.journal.state, opened.world, *found, context.principal.id)


_WORKS = wf_work.c.id.in_(sa.bindparam("works", expanding=True))
_OWN = sa.select(wf_work_person.c.work_id).where(
    wf_work_person.c.person_id == sa.bindparam("person"), wf_work_person.c.work_id.in_(sa.bindparam("works", expanding=True))
)
_DECIDED = (
    sa.select(wf_work.c.id, wf_seat.c.owner)
    .join(wf_seat, wf_seat.c.id == wf_work.c.seat_id)
    .where(wf_work.c.done_by == sa.bindparam("person"), _WORKS, wf_seat.c.owner != wf_work.c.done_by)
)


_INSTANCE = sa.select(
    wf_instance.c.id,
    wf_instance.c.id.label("instance_id"),
    wf_instance.c.app,
    wf_instance.c.release,
    wf_instance.c.entity,
    wf_instance.c.record_id,
    wf_instance.c.workflow_id,
    wf_instance.c.starter,
    wf_instance.c.starter_unit.label("unit"),
    wf_instance.c.started_at.label("created_at"),
    wf_instance.c.state,
    sa.null().label("text"),
    sa.null().label("claimed_by"),
    sa.null().label("done_by"),
    _LAST_STEP.label("step"),
    _LAST_DUE.label("due_at"),
    sa.case((wf_instance.c.ended_at.is_(None), None), else_=wf_instance.c.state).label("result"),
)


def _started(context: Context) -> sa.Select[Any]:
    # What the platform began for him inside of another flow is told there.
    return _INSTANCE.where(wf_instance.c.starter == context.principal.id, wf_instance.c.parent_id.is_(None))


def _page(
    connection: Connection,
    query: sa.Select[Any],
    keys: Sequence[sa.ColumnElement[Any]],
    table: sa.Table,
    limit: int,
    cursor: str | None,
    *,
    descending: bool,
) -> Sequence[sa.Row[Any]]:
    if cursor is not None:
        # The last task of the page before keeps its row and its keys, whatever became of it since.
        known = sa.select(*keys).where(table.c.id == cursor)
        last = connection.execute(known).one_or_none() if is_record_id(cursor) else None
        if last is None:
            raise _bad_cursor()
        after = sa.tuple_(*(sa.literal(value, key.type) for key, value in zip(keys, last, strict=True)))
        query = query.where(sa.tuple_(*keys) < after if descending else sa.tuple_(*keys) > after)
    order = [key.desc() if descending else key.asc() for key in keys]
    return connection.execute(query.order_by(*order).limit(limit + 1)).all()


def _flow_key(row: sa.Row[Any]) -> tuple[str, int, str | None]:
    return row.app, row.release, row.workflow_id


def _flow(connection: Connection, context: Context, row: sa.Row[Any]) -> Flow | None:
    if row.workflow_id is None:
        return None
    return pinned_flow(connection, context, row.app, row.release, row.workflow_id)


def _show(
    connection: Connection,
    context: Context,
    row: sa.Row[Any],
    flow: Flow | None,
    people: Mapping[str, Person],
    units: Mapping[str, str],
) -> Task:
    compiled = flow.compiled if flow else release_of(connection, context, row.app, row.release)
    is_instance = row.id == row.instance_id
    return {
        "id": row.id,
        "app": row.app,
        "kind": _kind(flow, row),
        "workflow": flow.workflow.name if flow else None,
        "step": row.step or "",
        "title": _title(flow, row),
        "text": row.text,
        "entity": live_name(connection, context, row.app, row.release, row.entity),
        "record_id": row.record_id,
        "entity_label": compiled.entities[row.entity].entity.label,
        "unit": units.get(row.unit or ""),
        "started_by": people.get(row.starter or ""),
        "created_at": format_instant(row.created_at),
        "due_at": format_instant(row.due_at) if row.due_at else None,
        "four_eyes": flow is not None and _is_guarded(flow, row.step),
        "state": _instance_state(row.state) if is_instance else _copy_state(row) if row.state == COPIED else row.state,
        "result": row.result,
        "claimed_by": people.get(row.claimed_by or ""),
        "must_read": _must_read(flow, row),
    }


def _must_read(flow: Flow | None, row: sa.Row[Any]) -> bool:
    if flow is None or row.state != COPIED or row.result is not None:
        return False
    place = flow.definition.places.get(row.step)
    return place is not None and isinstance(place.step, CopyStep) and place.step.must_read


def _kind(flow: Flow | None, row: sa.Row[Any]) -> str:
    if flow is None:
        return "work_item"
    if row.state == COPIED:
        return "copy"
    return "seat" if row.id == row.instance_id or row.seat_id is not None else "request"


def _title(flow: Flow | None, row: sa.Row[Any]) -> Label:
    if flow is None:
        return _PLAIN
    if row.id == row.instance_id:
        return (title_at(flow.definition, row.step) if row.step else None) or flow.workflow.title
    step = step_of(flow, row.step)
    return step.title if step else flow.workflow.title


def _is_guarded(flow: Flow, step: str | None) -> bool:
    rules = flow.workflow.four_eyes
    return any(step in (*rule.different_people, *rule.same_person, *rule.may_not_act_at) for rule in rules)


def _copy_state(row: sa.Row[Any]) -> str:
    return "open" if row.result is None else "done"


def _instance_state(state: str) -> str:
    if state in ("running", "held"):
        return "open"
    return "cancelled" if state == "stopped" else "done"


def _amount(flow: Flow | None, row: sa.Row[Any], amounts: Mapping[str, object]) -> Task:
    if flow is None or row.record_id not in amounts:
        return {"amount": None, "currency": None}
    is_own = row.id == row.instance_id
    first = flow.definition.first_fill()
    if not shows_amount(flow, first if is_own else step_of(flow, row.step)):
        return {"amount": None, "currency": None}
    found = amount_field(flow)
    currency = found.options.currency if found and found.options.currency else flow.compiled.app.currency
    return {"amount": format(amounts[row.record_id], "f"), "currency": currency}
