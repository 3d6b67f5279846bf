"""Counts the approvals that are under way, by workflow and step; they stay on the release they started with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep, HumanStep, Workflow
from runtime.compile.app import CompiledApp
from runtime.publish.types import Running
from runtime.records.access import steps_of
from runtime.store.tables import wf_instance, wf_visit

_OPEN = ("open", "held", "calling", "waiting")


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
    flows = {flow.id: flow for flow in old.app.workflows.values()} if old is not None else {}
    return tuple(running_at(flows.get(id), id, step, count) for id, step, count in connection.execute(query))


def running_at(flow: Workflow | None, id: str, step: str, count: int) -> Running:
    """Approvals at a step, with what the workflow and the step are called where the active release still has them."""
    if flow is None:
        return Running(id, step, count)
    title = next(
        (each.title for each in steps_of(flow.steps) if isinstance(each, HumanStep | CallStep) and each.name == step), {}
    )
    return Running(flow.name, step, count, flow.title, title)
