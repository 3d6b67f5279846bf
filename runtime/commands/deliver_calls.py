"""Calls of approvals and automations on their way out and back: which operation of which connector, and what their end starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy.engine import Connection

from connectors.definition import ConnectorDefinition, Operation
from connectors.engine import Engine
from connectors.protocol import Outcome
from connectors.templates import render_text
from forms_dsl.model import App, BindingOperation, CallStep, Workflow, WorkflowStep
from forms_dsl.working_time import WorkClock
from runtime.audit.trail import record_event
from runtime.automations.actions import take_answer
from runtime.commands.platform import platform_context
from runtime.failures import NotFound
from runtime.outbox.deliver import Delivery
from runtime.outbox.policy import Asking, Repeat, Route
from runtime.outbox.rows import OutboxRow
from runtime.process.calls import call_finished
from runtime.process.office_time import clock_of
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database

#: When to ask about a command of a definition that has no `on_unknown` of its own.
_USUAL_WAITS = tuple(dt.timedelta(seconds=wait) for wait in (5, 30, 300, 1800))


def make_delivery(
    database: Database, engine: Engine, releases: Releases, settings: Settings, clock: Callable[[], dt.datetime]
) -> Delivery:
    """Delivery of the calls of all live and running releases."""

    def finished(connection: Connection, row: OutboxRow, now: dt.datetime) -> None:
        finish_call(connection, releases, settings, row, now)

    return Delivery(database, engine, lambda row: route_of(releases, engine, row), finished, clock)


def finish_call(connection: Connection, releases: Releases, settings: Settings, row: OutboxRow, now: dt.datetime) -> None:
    """Take the end of a call into its approval and into the trail, in the transaction that closes its row."""
    context = platform_context(connection, releases, settings, now, row.id)
    if row.instance_id is not None:
        call_finished(connection, context, row)
    else:
        take_answer(connection, context, releases.at(row.app, row.release), row)
    body = {
        "operation": row.operation,
        "key": row.key,
        "state": row.state,
        "attempts": row.attempts,
        "outcome": (row.result or {}).get("outcome"),
        "code": (row.result or {}).get("code"),
    }
    record_event(connection, context, "call_finished", app=row.app, body=body)


def route_of(releases: Releases, engine: Engine, row: OutboxRow) -> Route | None:
    """How a row leaves, after the release that wrote it; None when release or connector do not have its operation."""
    try:
        compiled = releases.at(row.app, row.release)
    except NotFound:
        return None
    app = compiled.app
    found = _bound(app, row.operation)
    if found is None:
        return None
    connector, used = found
    definition = engine.definitions.get(connector)
    operation = definition.operations.get(used.operation) if definition else None
    if definition is None or operation is None:
        return None
    workflow, step = _step(app, row) or (None, None)
    clock = clock_of(releases.current(), compiled, workflow.calendar) if workflow else None
    asking = _asking(definition, operation, row) or (_asking_by_step(app, step, row) if step else None)
    is_query = operation.kind == "query"
    repeatable = is_query or operation.idempotency is not None
    return Route(connector, operation.name, _repeat(step, clock), None if is_query else asking, repeatable, is_query)


def _bound(app: App, operation: str) -> tuple[str, BindingOperation] | None:
    """The connector and the contract behind `binding.operation`."""
    name, _, used = operation.partition(".")
    binding = app.bindings.get(name)
    found = binding.operations.get(used) if binding else None
    return (binding.connector, found) if binding and found else None


def _asking(definition: ConnectorDefinition, operation: Operation, row: OutboxRow) -> Asking | None:
    inquiry = operation.inquiry
    if inquiry is None or inquiry.operation not in definition.operations:
        return None
    scope = {"args": row.arguments}
    arguments = {name: render_text(text, scope) for name, text in inquiry.arguments.items()}
    waits = tuple(dt.timedelta(seconds=wait) for wait in inquiry.attempts)
    return Asking(inquiry.operation, arguments, inquiry.absent, waits)


def _asking_by_step(app: App, step: CallStep, row: OutboxRow) -> Asking | None:
    """The inquiry that the flow names (`unknown_result: {ask}`): it takes what it needs from what was sent."""
    found = _bound(app, step.ask) if step.ask else None
    if found is None:
        return None
    _, asked = found
    arguments = {name: row.arguments.get(name) for name in asked.input}
    return Asking(asked.operation, arguments, frozenset({Outcome.NOT_FOUND}), _USUAL_WAITS)


def _repeat(step: CallStep | None, clock: WorkClock | None) -> Repeat:
    if step is None:
        return Repeat()
    return Repeat(step.retry_times, step.retry_first_wait, step.retry_grow, clock)


def _step(app: App, row: OutboxRow) -> tuple[Workflow, CallStep] | None:
    for workflow in app.workflows.values():
        for step in _calls(workflow.steps):
            if step.name == row.step and step.connector == row.operation:
                return workflow, step
    return None


def _calls(steps: tuple[WorkflowStep, ...]) -> Iterator[CallStep]:
    for step in steps:
        if isinstance(step, CallStep):
            yield step
        for branch in getattr(step, "branches", ()):
            yield from _calls(branch.steps)
        yield from _calls(getattr(step, "otherwise", None) or ())
