"""冲正 by the outbox: the operation that takes a call back gets what the call had sent or was answered, by the same names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep
from runtime.context import Context
from runtime.outbox.rows import enqueue, find_row
from runtime.process.flows import Flow
from runtime.process.rows import Frame
from runtime.process.timers import call_key
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
        # What an administrator settled has no answer: without it the other system refuses, and a person looks at it.
        arguments={name: sent.get(name) for name in wanted},
        due_at=context.now,
        instance_id=frame.instance_id,
        step=requested.step,
        visit=requested.visit,
    )


def _sent(connection: Connection, key: str) -> dict[str, object]:
    """What the first call sent, and what it was answered."""
    row = find_row(connection, key)
    if row is None:
        raise ValueError(f"the call {key} was never sent")
    answer = (row.result or {}).get("values")
    return {**(answer if isinstance(answer, Mapping) else {}), **row.arguments}
