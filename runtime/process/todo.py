"""Which work stands in somebody's list (待办), in its order: a page of it is one range of an index, however much work there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.process.proxies import Rule
from runtime.store.offers import NEVER
from runtime.store.tables import wf_instance, wf_work, wf_work_person
from runtime.store.types import Instant

_OFFER = (wf_work_person.c.due_by, wf_work_person.c.created_at, wf_work_person.c.work_id)
#: The same of a work item itself, which keeps its place when nobody is offered it any more.
_PLACE = (sa.func.coalesce(wf_work.c.due_at, sa.literal(NEVER, Instant), type_=Instant), wf_work.c.created_at, wf_work.c.id)
_IS_WORK = wf_work_person.c.copied == sa.false()


def todo_page(
    connection: Connection, person: str, rules: Sequence[Rule], limit: int, after: str | None
) -> Sequence[sa.Row[Any]] | None:
    """The work items behind one of them, first the earliest due, one more than wanted; None where that one is not known.

    With `rules` also those of the people for whom this person may act.
    """
    ways = _ways(person, rules)
    if after is not None:
        last = connection.execute(sa.select(*_PLACE).where(wf_work.c.id == after)).one_or_none()
        if last is None:
            return None
        place = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(last, _OFFER, strict=True)))
        ways = [way.where(sa.tuple_(*_OFFER) > place) for way in ways]
    # Each way gives as much as the page may need: the rest of it is never read.
    firsts = [sa.select(way.order_by(*_OFFER).limit(limit + 1).subquery()) for way in ways]
    found = (firsts[0] if len(firsts) == 1 else sa.union(*firsts)).subquery()
    query = (
        sa.select(wf_work, wf_instance.c.starter)
        .select_from(found.join(wf_work, wf_work.c.id == found.c.work_id).outerjoin(wf_instance))
        .order_by(*found.c)
        .limit(limit + 1)
    )
    return connection.execute(query).all()


def count_todo(connection: Connection, person: str, rules: Sequence[Rule]) -> int:
    """How much work stands in somebody's list."""
    ways = _ways(person, rules)
    found = ways[0] if len(ways) == 1 else sa.union(*ways)
    return connection.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def has_work_in(connection: Connection, person: str, app: str) -> bool:
    """Whether somebody is or was asked in an app, or got a copy there."""
    offered = sa.select(wf_work.c.id).join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
    offered = offered.where(wf_work_person.c.person_id == person, wf_work.c.app == app)
    done = sa.select(wf_work.c.id).where(wf_work.c.done_by == person, wf_work.c.app == app)
    return bool(connection.scalar(sa.select(sa.or_(sa.exists(offered), sa.exists(done)))))


def _ways(person: str, rules: Sequence[Rule]) -> list[sa.Select[Any]]:
    """Where work comes from: his own, and for each rule of the register that of its owner in cases of others."""
    own = sa.select(*_OFFER).where(wf_work_person.c.person_id == person, _IS_WORK)
    return [own, *(_for_another(person, rule) for rule in rules)]


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
