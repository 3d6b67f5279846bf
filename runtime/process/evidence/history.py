"""The events of approvals in the order in which they happened, and the words for what they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.cards import card_titles
from runtime.process.evidence.report import Wanted, cases_wanted
from runtime.process.flows import Flow, pinned_flow, release_of
from runtime.process.persons import unit_names
from runtime.process.view import title_at
from runtime.process.words import in_language
from runtime.spreadsheets.cells import Cell
from runtime.store.tables import org_person, wf_event, wf_instance
from workflow_engine.event_codec import decode
from workflow_engine.events import Entry

_CASE = (
    wf_instance.c.app,
    wf_instance.c.release,
    wf_instance.c.workflow_id,
    wf_instance.c.entity,
    wf_instance.c.record_id,
    wf_instance.c.starter,
    wf_instance.c.starter_unit,
)
#: Events of some kinds over a period, by the index over both.
_EVENTS = sa.select(wf_event, *_CASE).join(wf_instance, wf_instance.c.id == wf_event.c.instance_id)
_SYSTEM = {"zh": "系统", "en": "the system"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of a page are about, each kind read in one statement."""

    context: Context
    flows: Mapping[tuple[str, int, str], Flow]
    records: Mapping[tuple[str, str], str]
    units: Mapping[str, str]
    people: Mapping[str, str]

    def common(self, row: sa.Row[Any]) -> dict[str, Cell]:
        """Workflow, unit and record of a row."""
        locale, flow = self.context.locale, self.flow(row)
        app = in_language(flow.compiled.app.label, locale)
        return {
            "workflow": f"{app} · {in_language(flow.workflow.title, locale)}",
            "unit": self.units.get(row.starter_unit or ""),
            "record": self.records[row.app, row.record_id],
            "record_id": row.record_id,
            "app": row.app,
            "entity": row.entity,
        }

    def flow(self, row: sa.Row[Any]) -> Flow:
        """The workflow of a row on the release that its approval stands on."""
        return self.flows[row.app, row.release, row.workflow_id]

    def step(self, row: sa.Row[Any], step: str) -> str:
        """What a step is called."""
        return in_language(title_at(self.flow(row).definition, step) or {}, self.context.locale) or step

    def person(self, person: str | None) -> str | None:
        """Somebody by name and user name; the platform by its own name."""
        if person is None:
            return None
        return self.people.get(person) or in_language(_SYSTEM, self.context.locale)


def events_of(
    connection: Connection, context: Context, wanted: Wanted, about: sa.ColumnElement[bool], place: int, limit: int
) -> Sequence[sa.Row[Any]]:
    """Events of the period, oldest first, with what is common to their approvals: one more than `limit` when there are others."""
    within = (wf_event.c.at >= wanted.since, wf_event.c.at < wanted.until)
    found = _EVENTS.where(about, *within, *cases_wanted(context, wanted))
    order = (wf_event.c.at, wf_event.c.instance_id, wf_event.c.position)
    return connection.execute(found.order_by(*order).offset(place).limit(limit + 1)).all()


def entries_of(connection: Connection, instances: Collection[str]) -> dict[str, list[Entry]]:
    """The whole history of some approvals, read in one statement."""
    found: dict[str, list[Entry]] = {instance: [] for instance in instances}
    query = sa.select(wf_event).where(wf_event.c.instance_id.in_(sorted(found)))
    for row in connection.execute(query.order_by(wf_event.c.instance_id, wf_event.c.position)):
        found[row.instance_id].append(Entry(row.at, row.actor, decode(row.kind, row.body)))
    return found


def names_for(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]], people: Iterable[str | None]) -> Names:
    """The words for the rows of a page and for these people."""
    keys = {(row.app, row.release, row.workflow_id) for row in rows}
    flows = {key: pinned_flow(connection, context, *key) for key in keys}
    records: dict[tuple[str, str], str] = {}
    for app, release, entity in {(row.app, row.release, row.entity) for row in rows}:
        compiled = release_of(connection, context, app, release)
        ids = {row.record_id for row in rows if (row.app, row.release, row.entity) == (app, release, entity)}
        records |= {(app, id): title for id, title in card_titles(connection, context, compiled, entity, ids).items()}
    units = unit_names(connection, {row.starter_unit for row in rows if row.starter_unit})
    return Names(context, flows, records, units, people_called(connection, {each for each in people if each is not None}))


def people_called(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """People by name and user name: two of the same name must be told apart."""
    known = sa.select(org_person.c.id, org_person.c.f_name, org_person.c.f_username).where(org_person.c.id.in_(sorted(ids)))
    return {row.id: f"{row.f_name} ({row.f_username})" for row in connection.execute(known)}
