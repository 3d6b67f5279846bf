"""Counts the approvals that are under way, by workflow and step; they stay on the release they started with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.publish.types import Running
from runtime.store.tables import wf_instance, wf_visit

_OPEN = ("open", "held", "calling")


def count_running(connection: Connection, app: str, old: CompiledApp | None) -> tuple[Running, ...]:
    """How many running approvals of an app stand at each step."""
    joined = wf_instance.join(wf_visit, wf_visit.c.instance_id == wf_instance.c.id)
    query = (
        sa.select(wf_instance.c.workflow_id, wf_visit.c.step, sa.func.count(sa.distinct(wf_instance.c.id)))
        .select_from(joined)
        .where(wf_instance.c.app == app, wf_instance.c.state.in_(["running", "held"]), wf_visit.c.state.in_(_OPEN))
        .group_by(wf_instance.c.workflow_id, wf_visit.c.step)
        .order_by(wf_instance.c.workflow_id, wf_visit.c.step)
    )
    names = {flow.id: flow.name for flow in old.app.workflows.values()} if old is not None else {}
    return tuple(Running(names.get(flow, flow), step, count) for flow, step, count in connection.execute(query))
