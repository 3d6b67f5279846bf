"""冲正 by the outbox: the operation that takes a call back gets what the call itself had sent, under the same names."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep
from runtime.context import Context
from runtime.outbox.rows import enqueue
from runtime.process.flows import Flow
from runtime.process.rows import Frame
from runtime.process.timers import call_key
from runtime.store.tables import outbox
from workflow_engine import events as ev


def send_undo(connection: Connection, context: Context, flow: Flow, frame: Frame, requested: ev.CallRequested) -> None:
    """Hand the call that takes another one back to the outbox; its key is its own, its `request_id` that of the first one."""
    step = flow.definition.places[requested.step].step
    if not isinstance(step, CallStep) or step.undo is None or requested.undoes is None:
        raise TypeError(f"nothing takes back the call of {requested.step}")
    binding, _, operation = step.undo.partition(".")
    wanted = flow.compiled.app.bindings[binding].operations[operation].input
    sent = _sent(connection, call_key(frame, requested.sent_as or requested.step, requested.undoes))
    enqueue(
        connection,
        key=call_key(frame, requested.step, requested.visit),
        app=frame.app,
        release=frame.release,
        operation=step.undo,
        arguments={name: sent[name] for name in wanted},
        due_at=context.now,
        instance_id=frame.instance_id,
        step=requested.step,
        visit=requested.visit,
    )


def _sent(connection: Connection, key: str) -> dict[str, object]:
    """What the first call sent."""
    found = sa.select(outbox.c.arguments).where(outbox.c.key == key)
    return cast("dict[str, object]", connection.execute(found).scalar_one())
