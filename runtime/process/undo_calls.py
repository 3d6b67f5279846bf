"""冲正 by the outbox: the operation that takes a call back gets what the call had sent or was answered, by the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from forms_dsl.model import CallStep
from forms_dsl.workflow_tree import UNDO
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.outbox.rows import enqueue, find_row
from runtime.process.flows import Flow, release_of
from runtime.process.journal import read_instance
from runtime.process.rows import Frame
from runtime.process.timers import call_key
from workflow_engine import events as ev


@dataclass(frozen=True, slots=True)
class _Undo:
    """The operation that takes a call back, the release that says what it needs, and the key of that call."""

    compiled: CompiledApp
    operation: str
    key: str


def send_undo(connection: Connection, context: Context, flow: Flow, frame: Frame, requested: ev.CallRequested) -> None:
    """Hand the call that takes another one back to the outbox; its key is its own, its `request_id` that of the first one."""
    undo = _of_reversed(connection, context, frame, requested) or _of_itself(flow, frame, requested)
    binding, _, operation = undo.operation.partition(".")
    wanted = undo.compiled.app.bindings[binding].operations[operation].input
    sent = _sent(connection, undo.key)
    enqueue(
        connection,
        key=call_key(frame, requested.step, requested.visit),
        app=frame.app,
        release=undo.compiled.release,
        operation=undo.operation,
        # What an administrator settled has no answer: without it the other system refuses, and a person looks at it.
        arguments={name: sent.get(name) for name in wanted},
        due_at=context.now,
        instance_id=frame.instance_id,
        step=requested.step,
        visit=requested.visit,
    )


def _of_itself(flow: Flow, frame: Frame, requested: ev.CallRequested) -> _Undo:
    step = flow.definition.places[requested.step].step
    if not isinstance(step, CallStep) or step.undo is None or requested.undoes is None:
        raise TypeError(f"nothing takes back the call of {requested.step}")
    return _Undo(flow.compiled, step.undo, call_key(frame, requested.sent_as or requested.step, requested.undoes))


def _of_reversed(connection: Connection, context: Context, frame: Frame, requested: ev.CallRequested) -> _Undo | None:
    """A call of the approval that this one reverses, by the release on which that was; None for an own call."""
    if requested.step != UNDO or requested.undoes is None:
        return None
    journal = read_instance(connection, frame.instance_id)
    taken = journal.state.reverses if journal is not None else None
    original = read_instance(connection, taken.instance) if taken is not None else None
    if taken is None or original is None:
        raise ValueError(f"{frame.instance_id} reverses nothing")
    call = taken.calls[requested.undoes - 1]
    compiled = release_of(connection, context, frame.app, original.frame.release)
    return _Undo(compiled, call.undo, call_key(original.frame, call.sent_as, call.visit))


def _sent(connection: Connection, key: str) -> dict[str, object]:
    """What the first call sent, and what it was answered."""
    row = find_row(connection, key)
    if row is None:
        raise ValueError(f"the call {key} was never sent")
    answer = (row.result or {}).get("values")
    return {**(answer if isinstance(answer, Mapping) else {}), **row.arguments}
