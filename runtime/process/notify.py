"""Whom the events of an approval are told, beside the to-do list: late, urged, escalated, held and ended cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.identity.holdings import holders_of
from runtime.process.rows import Frame, work_id
from runtime.store.direct import change_many
from runtime.store.identifiers import new_id
from runtime.store.tables import notice
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.commands import SYSTEM
from workflow_engine.state import Instance, Seat, Visit


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice to be written."""

    person: str
    kind: str
    step: str | None = None
    work_id: str | None = None
    detail: str | None = None


_ADD_NOTICE = sa.insert(notice)
#: Who may act for somebody on this case.
Proxies = Callable[[str], frozenset[str]]


def notify(
    connection: Connection,
    context: Context,
    frame: Frame,
    state: Instance,
    entries: Sequence[ev.Entry],
    proxies: Proxies,
) -> None:
    """Write the notices of what one command did, in its transaction; nobody is told of his own act, proxies are told too."""
    rows: list[dict[str, object]] = []
    told: set[tuple[str, str, str | None]] = set()
    for entry in entries:
        for each in _with_proxies(state, proxies, _of_event(connection, context, frame, state, entry.event)):
            key = (each.person, each.kind, each.work_id or each.step)
            if each.person != entry.actor and key not in told:
                told.add(key)
                rows.append(_row(frame, each, entry))
    change_many(connection, _ADD_NOTICE, rows)


def _with_proxies(state: Instance, proxies: Proxies, tellings: Iterable[Telling]) -> Iterator[Telling]:
    for each in tellings:
        yield each
        visit = state.latest(each.step) if each.step and each.work_id else None
        if visit is not None and visit.by_proxy:
            yield from (replace(each, person=proxy) for proxy in sorted(proxies(each.person)))


def administrators(connection: Connection, context: Context) -> list[str]:
    """The people who put held cases right."""
    return holders_of(connection, "administrator", context.now, demo=context.demo)


def _of_event(connection: Connection, context: Context, frame: Frame, state: Instance, event: ev.Event) -> Iterator[Telling]:
    match event:
        case ev.Overdue(step=step, visit=number, raised=raised) | ev.Reminded(step=step, visit=number, raised=raised):
            yield from _holders(frame, state, step, number, "overdue" if isinstance(event, ev.Overdue) else "reminded")
            if raised is not None:
                yield from _raise(connection, context, step, raised)
        case ae.Urged(step=step, visit=number):
            yield from _holders(frame, state, step, number, "urged")
        case ev.PeopleAdded(step=step, visit=number, seat=seat, people=people):
            yield from _holders(frame, state, step, number, "escalated", seat, people)
        case ev.VisitHeld(step=step, reason=reason):
            yield from _raise(connection, context, step, reason)
        case ev.Finished(result=result) if state.parent is None and not state.starter.startswith(SYSTEM):
            # Of a sub-flow the starter hears when all is over.
            yield Telling(state.starter, "finished", detail=result)
        case _:
            return


def _raise(connection: Connection, context: Context, step: str, reason: str) -> Iterator[Telling]:
    yield from (Telling(person, "held", step, detail=reason) for person in administrators(connection, context))


def _holders(
    frame: Frame,
    state: Instance,
    step: str,
    number: int,
    kind: str,
    only: int | None = None,
    among: Iterable[str] | None = None,
) -> Iterator[Telling]:
    """Who finds the open seats of a visit in the to-do list, as far as they are `among` these people."""
    visit = state.visit(step, number)
    if visit is None:
        return
    for seat in visit.seats:
        if only is None or seat.number == only:
            yield from (Telling(person, kind, step, _work(frame, visit, seat)) for person in _asked(visit, seat, among))


def _asked(visit: Visit, seat: Seat, among: Iterable[str] | None) -> Iterator[str]:
    wanted = None if among is None else set(among)
    yield from (person for person in visit.entitled(seat) if wanted is None or person in wanted)


def _work(frame: Frame, visit: Visit, seat: Seat) -> str:
    return work_id(frame.instance_id, visit, seat)


def _row(frame: Frame, each: Telling, entry: ev.Entry) -> dict[str, object]:
    return {
        "id": new_id(entry.at),
        "person_id": each.person,
        "kind": each.kind,
        "app": frame.app,
        "release": frame.release,
        "workflow_id": frame.workflow_id,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "step": each.step,
        "work_id": each.work_id,
        "detail": each.detail,
        "actor": None if entry.actor.startswith(SYSTEM) else entry.actor,
        "at": entry.at,
        "read_at": None,
    }
