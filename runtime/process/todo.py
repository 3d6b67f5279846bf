"""Which work stands in somebody's list (待办), in its order: a page of it is one range of an index, however much work there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.persons import unit_names
from runtime.process.proxies import Rule, rules_for
from runtime.store.offers import NEVER
from runtime.store.tables import wf_instance, wf_work, wf_work_person
from runtime.store.types import Instant

_OFFER = (wf_work_person.c.due_by, wf_work_person.c.created_at, wf_work_person.c.work_id)
#: The same of a work item itself, which keeps its place when nobody is offered it any more.
_PLACE = (sa.func.coalesce(wf_work.c.due_at, sa.literal(NEVER, Instant), type_=Instant), wf_work.c.created_at, wf_work.c.id)
_IS_WORK = wf_work_person.c.copied == sa.false()


@dataclass(frozen=True, slots=True)
class Only:
    """Which part of a list is wanted: what is due before a moment, and what was started in one unit."""

    due_before: dt.datetime | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """How much stands in a list, and how much of it is overdue."""

    open: int
    overdue: int


def todo_page(
    connection: Connection, person: str, rules: Sequence[Rule], limit: int, after: str | None, only: Only = Only()
) -> Sequence[sa.Row[Any]] | None:
    """The work items behind one of them, first the earliest due, one more than wanted; None where that one is not known.

    With `rules` also those of the people for whom this person may act.
    """
    ways = _ways(person, rules, only)
    if after is not None:
        last = connection.execute(sa.select(*_PLACE).where(wf_work.c.id == after)).one_or_none()
        if last is None:
            return None
        place = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(last, _OFFER, strict=True)))
        ways = [way.where(sa.tuple_(*_OFFER) > place) for way in ways]
    # Each way gives as much as the page may need: the rest of it is never read.
    firsts = [sa.select(way.order_by(*_OFFER).limit(limit + 1).subquery()) for way in ways]
    found = _together(firsts)
    query = (
        sa.select(wf_work, wf_instance.c.starter)
        .select_from(found.join(wf_work, wf_work.c.id == found.c.work_id).outerjoin(wf_instance))
        .order_by(*found.c)
        .limit(limit + 1)
    )
    return connection.execute(query).all()


def count_todo(connection: Connection, person: str, rules: Sequence[Rule], only: Only = Only()) -> int:
    """How much work stands in somebody's list."""
    found = _together(_ways(person, rules, only))
    return connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def count_by_unit(connection: Connection, person: str, rules: Sequence[Rule], now: dt.datetime) -> Mapping[str | None, Amount]:
    """How much of each unit stands in somebody's list, by the id of the unit; None is work of no unit."""
    # Read with the unit first, so that the groups come as the index has them.
    found = _together([way.add_columns(wf_work_person.c.unit) for way in _ways(person, rules)])
    late = sa.func.count(sa.case((found.c.due_by < now, 1)))
    rows = connection.execute(sa.select(found.c.unit, sa.func.count(), late).group_by(found.c.unit))
    return {unit: Amount(open, overdue) for unit, open, overdue in rows}


def show_counts(connection: Connection, context: Context) -> dict[str, object]:
    """How much stands in somebody's list, how much of it is overdue, and both by the unit in which the work was started."""
    found = count_by_unit(connection, context.principal.id, rules_for(connection, context), context.now)
    names = unit_names(connection, {unit for unit in found if unit is not None})
    units = [
        {"id": unit, "name": names.get(unit or ""), "open": amount.open, "overdue": amount.overdue}
        for unit, amount in sorted(found.items(), key=lambda each: (-each[1].open, names.get(each[0] or "", "")))
    ]
    total = {"open": sum(amount.open for amount in found.values()), "overdue": sum(each.overdue for each in found.values())}
    return {**total, "units": units}


def has_work_in(connection: Connection, person: str, app: str) -> bool:
    """Whether somebody is or was asked in an app, or got a copy there."""
    offered = sa.select(wf_work.c.id).join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
    offered = offered.where(wf_work_person.c.person_id == person, wf_work.c.app == app)
    done = sa.select(wf_work.c.id).where(wf_work.c.done_by == person, wf_work.c.app == app)
    return bool(connection.scalar(sa.select(sa.or_(sa.exists(offered), sa.exists(done)))))


def _together(ways: Sequence[sa.Select[Any]]) -> sa.Subquery:
    return (ways[0] if len(ways) == 1 else sa.union(*ways)).subquery()


def _ways(person: str, rules: Sequence[Rule], only: Only = Only()) -> list[sa.Select[Any]]:
    """Where work comes from: his own, and for each rule of the register that of its owner in cases of others."""
    own = sa.select(*_OFFER).where(wf_work_person.c.person_id == person, _IS_WORK)
    ways = [own, *(_for_another(person, rule) for rule in rules)]
    if only.due_before is not None:
        ways = [way.where(wf_work_person.c.due_by < only.due_before) for way in ways]
    if only.unit is not None:
        ways = [way.where(wf_work_person.c.unit == only.unit) for way in ways]
    return ways


def _for_another(person: str, rule: Rule) -> sa.Select[Any]:
    joined = wf_work_person.join(wf_work).join(wf_instance, wf_instance.c.id == wf_work.c.instance_id)
    return (
        sa.select(*_OFFER)
        .select_from(joined)
        .where(
            wf_work_person.c.person_id == rule.owner,
            _IS_WORK,
            wf_work.c.by_proxy,
            wf_instance.c.starter != person,
            sa.true() if rule.app is None else wf_work.c.app == rule.app,
            sa.true() if rule.workflow_id is None else wf_work.c.workflow_id == rule.workflow_id,
        )
    )
