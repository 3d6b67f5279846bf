"""子流程 on the page of an approval: what it began and how far that is, and what began it; records only for whom may open them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from runtime.failures import NotAllowed, NotFound
from runtime.process.cards import case_titles
from runtime.process.flows import live_name, pinned_flow
from runtime.process.journal import read_instance
from runtime.process.opened import Opened
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.among import among
from runtime.store.tables import wf_instance
from workflow_engine.state import Child, Visit

_EXISTS = GetRequest(select=("id",))
#: Of so many runs it is told where they stand.
_MOST = 20


def shown_children(opened: Opened) -> list[dict[str, object]]:
    """The runs that an approval began, in the order in which it did."""
    runs = [(visit, child) for visit in opened.journal.state.visits for child in visit.children]
    rows = _rows(opened, [child.instance for _, child in runs])
    return [_shown(opened, visit, child, rows.get(child.instance), place < _MOST) for place, (visit, child) in enumerate(runs)]


def shown_parent(opened: Opened) -> dict[str, object] | None:
    """The approval that began this one; None for one that somebody submitted."""
    parent = opened.journal.state.parent
    row = _rows(opened, [parent]).get(parent) if parent is not None else None
    if row is None:
        return None
    flow = pinned_flow(opened.connection, opened.context, row.app, row.release, row.workflow_id)
    return {"id": row.id, "title": flow.workflow.title, "record": _record(opened, row)}


def _shown(opened: Opened, visit: Visit, child: Child, row: sa.Row[Any] | None, close: bool) -> dict[str, object]:
    record = _record(opened, row) if row is not None else None
    is_told = row is not None and record is not None and close and row.state in ("running", "held")
    return {
        "id": child.instance,
        "step": visit.step,
        "title": getattr(opened.flow.definition.places[visit.step].step, "title", None),
        "state": row.state if row is not None else "starting" if child.state == "running" else child.state,
        "record": record,
        "here": row is not None and row.record_id == opened.journal.frame.record_id,
        "at": list(_steps_of(opened, child.instance)) if is_told else [],
    }


def _steps_of(opened: Opened, instance: str) -> Iterator[object]:
    """What the steps are called at which a run waits."""
    journal = read_instance(opened.connection, instance)
    if journal is None:
        return
    frame = journal.frame
    flow = pinned_flow(opened.connection, opened.context, frame.app, frame.release, frame.workflow_id)
    for visit in journal.state.open_visits():
        yield getattr(flow.definition.places[visit.step].step, "title", None) or flow.workflow.title


def _rows(opened: Opened, instances: list[str]) -> dict[str, sa.Row[Any]]:
    if not instances:
        return {}
    found = sa.select(wf_instance).where(among(opened.connection.dialect, wf_instance.c.id, instances))
    return {row.id: row for row in opened.connection.execute(found)}


def _record(opened: Opened, row: sa.Row[Any]) -> dict[str, object] | None:
    """The record of an approval for whom may open it."""
    connection, context = opened.connection, opened.context
    entity = live_name(connection, context, row.app, row.release, row.entity)
    try:
        get_record(connection, context, row.app, entity, row.record_id, _EXISTS)
    except (NotFound, NotAllowed):
        return None
    titles = case_titles(connection, context, context.releases[row.app], entity, [row.record_id])
    return {"app": row.app, "entity": entity, "id": row.record_id, "title": titles.get(row.record_id) or row.record_id[:8]}
