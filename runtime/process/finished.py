"""What the end of an approval sets off: automations with `after: {finish: …}`, after the commit."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.flows import Flow
from runtime.process.record import platform_context
from runtime.process.rows import Frame
from runtime.records.matching import matching_ids
from runtime.records.triggers import leave_event


def announce_finish(connection: Connection, context: Context, flow: Flow, frame: Frame, record_id: str) -> None:
    """Leave a job for every automation of the live release that waits for this end and whose condition the record meets."""
    live = context.releases.get(frame.app, flow.compiled)
    platform = platform_context(context, live)
    for _, automation in sorted(live.app.automations.items()):
        trigger = automation.after
        if trigger is None or trigger.kind != "finish":
            continue
        waited_for = live.app.workflows.get(trigger.workflow or "")
        if waited_for is None or waited_for.id != frame.workflow_id:
            continue
        entity = live.entities[automation.entity]
        if matching_ids(connection, platform, live, entity, automation.where, only=record_id):
            leave_event(connection, context, live, automation, record_id, f"finish/{frame.instance_id}")
