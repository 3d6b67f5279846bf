"""What an automation does with a record: set, create, work_item, start, call; in the caller's transaction, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.model import Action, Value
from runtime.automations.messages import Send, send_messages
from runtime.automations.taken import Taken, kept_taken, read_taken
from runtime.automations.work_items import add_item
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.jobs.automations import Run
from runtime.outbox.rows import OutboxRow, enqueue
from runtime.process.calls import answer_of
from runtime.process.record import on_release
from runtime.process.service import running_instance, start_process
from runtime.query.late import context_facts
from runtime.records.access import is_platform
from runtime.records.facts import facts_of
from runtime.records.opening import open_record
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.write import insert_record, update_record


def carry_out(
    connection: Connection,
    context: Context,
    run: Run,
    record_id: str,
    kept: Mapping[str, object] | None = None,
    *,
    send: Send | None = None,
) -> int:
    """Do all actions of an automation for one record, or raise a Failure; returns how many work items nobody fits yet.

    `kept` is what is known of a record that is gone.
    """
    # What is written from here on does not set off the automation again.
    context, waiting = under(context, run), 0
    taken = read_taken(connection, context, run, record_id) if kept is None else kept_taken(run, record_id, kept)
    for position, action in enumerate(run.automation.do):
        match action.kind:
            case "set":
                _set(connection, context, taken, action)
                taken = read_taken(connection, context, run, record_id)  # what comes after sees what was set
            case "create":
                _create(connection, context, taken, action)
            case "work_item":
                waiting += not add_item(connection, context, taken, action, position)
            case "start":
                _start(connection, context, taken, action)
            case "call":
                _call(connection, context, taken, action, position)
            case "send" if send is not None:
                send_messages(connection, context, taken, action, send)
            case other:
                raise ValueError(f"no automation does {other!r}")
    return waiting


def under(context: Context, run: Run) -> Context:
    """The context of what an automation writes: it does not set itself off."""
    me = f"{run.compiled.app.name}.{run.automation.id}"
    return context if context.caused_by[-1:] == (me,) else replace(context, caused_by=(*context.caused_by, me))


def _facts(context: Context, taken: Taken) -> Facts:
    return context_facts(context, taken.run.compiled, record=taken.values, result=taken.run.result)


def _evaluated(context: Context, taken: Taken, values: Mapping[str, Value]) -> dict[str, object]:
    facts = _facts(context, taken)
    return {
        name: to_json(compile_python(value.tree)(facts)) if isinstance(value, Expression) else value
        for name, value in values.items()
    }


def _set(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    update_record(
        connection,
        context,
        taken.run.compiled.app.name,
        taken.entity.name,
        taken.record_id,
        _evaluated(context, taken, action.values),
        taken.version,
        by_platform=True,
    )


def _create(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    values = _evaluated(context, taken, action.values)
    insert_record(connection, context, taken.run.compiled.app.name, action.entity or "", values, by_platform=True)


def _start(connection: Connection, context: Context, taken: Taken, action: Action) -> None:
    """Start an approval in the place of the record's unit; one that is running already is left alone."""
    app = taken.run.compiled.app.name
    if running_instance(connection, app, taken.record_id) is None:
        if is_platform(context.principal):
            context = replace(context, principal=replace(context.principal, unit_id=taken.unit()))
        start_process(connection, context, app, action.workflow or "", taken.record_id)


def _call(connection: Connection, context: Context, taken: Taken, action: Action, position: int) -> None:
    key = call_key(taken.run, taken.record_id, position)
    arguments: dict[str, object] = {}
    for name, value in action.values.items():
        if value == "$request_id":
            arguments[name] = key
        elif value == "$record":
            app, entity = taken.run.compiled.app.name, taken.entity.name
            arguments[name] = dict(get_record(connection, context, app, entity, taken.record_id).values)
        else:
            arguments[name] = _evaluated(context, taken, {name: value})[name]
    enqueue(
        connection,
        key=key,
        app=taken.run.compiled.app.name,
        release=taken.run.compiled.release,
        operation=action.connector or "",
        arguments=arguments,
        due_at=context.now,
        step=taken.run.automation.id,
    )


def call_key(run: Run, record_id: str, position: int) -> str:
    """The business key of a call: one for each record, run and place among the actions."""
    return f"rule/{run.automation.id}/{record_id}/{run.due:%Y%m%dT%H%M%S}/{position}"


def take_answer(connection: Connection, context: Context, compiled: CompiledApp, row: OutboxRow) -> None:
    """Save the answer of a call that an automation made, as its `save` says; one that was refused or is unknown saves nothing."""
    _, automation_id, record_id, _, position = row.key.split("/")
    automation = next(one for one in compiled.app.automations.values() if one.id == automation_id)
    action = automation.do[int(position)]
    if row.state != "confirmed" or not action.save:
        return
    entity = compiled.entities[automation.entity].entity
    context = on_release(context, compiled)
    paths = tuple(sorted({".".join(path) for value in action.save.values() for path in value.reads}))
    # Taken first: a change between the reading and the writing would make the answer of a call that was made get lost.
    open_record(connection, context, compiled.app.name, entity.name, "update", record_id, None)
    found = get_record(connection, context, compiled.app.name, entity.name, record_id, GetRequest(select=paths))
    record = facts_of(compiled, entity, found.values, paths)
    facts = context_facts(context, compiled, record=record, result=answer_of(compiled.app, row.operation, row.result or {}))
    values = {name: to_json(compile_python(value.tree)(facts)) for name, value in action.save.items()}
    update_record(connection, context, compiled.app.name, entity.name, record_id, values, found.version, by_platform=True)
