"""A live panel of a record page: asks another system about a record that the person may read, and never breaks the page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.engine import Connection

from connectors import words
from connectors.engine import Engine
from connectors.protocol import Answer, CallContext, Outcome
from connectors.templates import to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model import BindingOperation, Label, PagePanel
from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import NotFound
from runtime.outbox.connections import find_connection
from runtime.query.late import context_facts
from runtime.records.access import NOT_THERE, access_plan
from runtime.records.facts import facts_of
from runtime.records.reach import reach
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.database import Database
from runtime.store.types import format_instant

#: The whole page has this time (connectors.md 3.2); a panel that is later is missing or shows what it had.
DEADLINE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with the source it asks and the contract that the app has with it."""

    declared: PagePanel
    source: Label
    connector: str
    used: BindingOperation


def ask_panel(
    database: Database, engine: Engine, context: Context, app: str, entity: str, record_id: str, name: str
) -> dict[str, object]:
    """The panel's state and values, ready for JSON; raises NotFound when record or panel are not this person's to see."""
    compiled = context.releases.get(app)
    if compiled is None:
        raise NotFound(NOT_THERE)
    panel = _find(compiled, entity, name)
    with database.read() as connection:
        arguments = _arguments(connection, context, compiled, entity, record_id, panel)
        saved = find_connection(connection, panel.connector)
    if saved is None:
        answer = Answer(Outcome.UNAVAILABLE, reason=words.NOT_SET_UP, detail="not set up")
    else:
        # No transaction is open while the other system thinks.
        call = CallContext(context.request_id, context.principal.id, app, time.monotonic() + DEADLINE_SECONDS)
        answer = engine.ask(saved.settings, panel.used.operation, arguments, call)
    with database.write() as connection:
        body = {"panel": name, "operation": panel.used.operation, "outcome": answer.outcome.value, "state": answer.freshness}
        record_event(connection, context, "panel_read", app=app, entity=entity, record_id=record_id, body=body)
    return _shown(panel, answer)


def _find(compiled: CompiledApp, entity: str, name: str) -> Panel:
    page = next((page for page in compiled.app.pages.values() if page.entity == entity), None)
    declared = next((panel for panel in page.panels if panel.kind == "call" and panel.name == name), None) if page else None
    if declared is None or declared.call is None:
        raise NotFound(NOT_THERE)
    binding = compiled.app.bindings[declared.call.partition(".")[0]]
    return Panel(declared, binding.label, binding.connector, binding.operations[declared.call.partition(".")[2]])


def _arguments(
    connection: Connection, context: Context, compiled: CompiledApp, entity: str, record_id: str, panel: Panel
) -> dict[str, object]:
    """What is sent, from fields that this person may see in clear: an answer must tell nothing about a field he may not know."""
    sent = {name: value for name, value in panel.declared.send.items() if isinstance(value, Expression)}
    paths = tuple(sorted({".".join(path) for value in sent.values() for path in value.reads}))
    access = access_plan(context, compiled.app.name, entity, "read")
    for path in paths:
        reached = reach(context, access, path)
        if reached is None or reached.shows != "clear":
            raise NotFound(NOT_THERE)
    found = get_record(connection, context, compiled.app.name, entity, record_id, GetRequest(select=paths))
    declared = compiled.entities[entity].entity
    facts = context_facts(context, compiled, record=facts_of(compiled, declared, found.values, paths))
    return {name: to_json(compile_python(value.tree)(facts)) for name, value in sent.items()}


def _shown(panel: Panel, answer: Answer) -> dict[str, object]:
    wanted = [name for name in panel.declared.values if name in panel.used.output]
    return {
        # That the other side knows nothing of it is its answer, not a failure.
        "state": "none" if answer.outcome is Outcome.NOT_FOUND else answer.freshness,
        "as_of": format_instant(answer.as_of) if answer.as_of else None,
        "source": dict(panel.source),
        "reason": answer.reason,
        "values": {name: _wire(answer.values.get(name), panel.used.output[name]) for name in wanted},
    }


def _wire(value: object, type: ValueType) -> object:
    """A whole number as a JSON number, every other one as text."""
    if isinstance(value, Decimal) and type.scale == 0 and value == value.to_integral_value():
        return int(value)
    return to_json(value)
