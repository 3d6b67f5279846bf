"""The end of a call, taken into its approval in the transaction that closes the outbox row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import ValueType
from forms_dsl.model import CallStep
from runtime.context import Context
from runtime.failures import Failure
from runtime.outbox.rows import OutboxRow
from runtime.process.effects import write_values
from runtime.process.opened import Opened, apply_command, open_instance, with_record
from workflow_engine.commands import CallResult, FinishCall

#: What the end of an outbox row means to the flow; a parked one has an outcome that nobody knows.
_RESULTS: Mapping[str, CallResult] = {"confirmed": "confirmed", "rejected": "rejected", "parked": "unknown"}


def call_finished(connection: Connection, context: Context, row: OutboxRow) -> None:
    """Save what the other system answered and go on; a late report of a closed visit is recorded and changes nothing."""
    if row.instance_id is None or row.step is None or row.visit is None:
        raise ValueError("this call belongs to no approval")
    opened = open_instance(connection, context, row.instance_id)
    result, detail = _RESULTS[row.state], _detail(row)
    visit = opened.journal.state.visit(row.step, row.visit)
    if result == "confirmed" and visit is not None and visit.state == "calling":
        try:
            with connection.begin_nested():
                opened = _save(opened, row.step, row.result or {})
        except Failure as refused:
            # Done there, but its answer does not fit here: never sent again, a person looks at it.
            result, detail = "unknown", "; ".join(filter(None, (detail, str(refused))))
    apply_command(opened, FinishCall(row.step, row.visit, result, detail))


def _save(opened: Opened, step: str, result: Mapping[str, object]) -> Opened:
    found = opened.flow.definition.places[step].step
    if not isinstance(found, CallStep):
        raise TypeError(f"{step} is no call")
    binding, _, operation = found.connector.partition(".")
    output = opened.flow.compiled.app.bindings[binding].operations[operation].output
    values = result.get("values")
    wire = values if isinstance(values, Mapping) else {}
    answer = {name: _parsed(type, wire.get(name)) for name, type in output.items()}
    record = write_values(opened.connection, opened.context, opened.flow, opened.record, found.save, answer)
    return with_record(opened, record)


def _parsed(type: ValueType, wire: object) -> object:
    if wire is None:
        return None
    match type.name:
        case "number":
            return Decimal(str(wire))
        case "boolean":
            return wire is True or wire == "true"
        case "date":
            return dt.date.fromisoformat(str(wire))
        case "datetime":
            return dt.datetime.fromisoformat(str(wire))
        case _:
            return str(wire)


def _detail(row: OutboxRow) -> str | None:
    """The other system's own words, for the trail: its code and its sentence."""
    result = row.result or {}
    words = [str(result[name]) for name in ("code", "detail") if result.get(name)]
    return " ".join(words)[:500] or None
