"""The end of a call, taken into its approval in the transaction that closes the outbox row."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from forms_dsl.model import App, CallStep
from runtime.context import Context
from runtime.failures import Failure
from runtime.outbox.rows import OutboxRow
from runtime.process.effects import write_values
from runtime.process.opened import Opened, apply_command, open_instance, with_record
from runtime.records.facts import value_of
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
    # What the step is called now, where the approval went over to another release while the call was under way.
    step = visit.step if visit is not None else row.step
    if result == "confirmed" and visit is not None and visit.state == "calling" and visit.undoes is None:
        try:
            with connection.begin_nested():
                opened = _save(opened, step, row.result or {})
        except Failure as refused:
            # Done there, but its answer does not fit here: never sent again, a person looks at it.
            result, detail = "unknown", "; ".join(filter(None, (detail, str(refused))))
    apply_command(opened, FinishCall(step, row.visit, result, detail))


def _save(opened: Opened, step: str, result: Mapping[str, object]) -> Opened:
    found = opened.flow.definition.places[step].step
    if not isinstance(found, CallStep):
        raise TypeError(f"{step} is no call")
    answer = answer_of(opened.flow.compiled.app, found.connector, result)
    record = write_values(opened.connection, opened.context, opened.flow, opened.record, found.save, answer)
    return with_record(opened, record)


def answer_of(app: App, connector: str, result: Mapping[str, object]) -> dict[str, object]:
    """What an operation (`binding.operation`) answered, in the values of expressions."""
    binding, _, operation = connector.partition(".")
    values = result.get("values")
    wire = values if isinstance(values, Mapping) else {}
    return {name: value_of(type, wire.get(name)) for name, type in app.bindings[binding].operations[operation].output.items()}


def _detail(row: OutboxRow) -> str | None:
    """The other system's own words, for the trail: its code and its sentence."""
    result = row.result or {}
    words = [str(result[name]) for name in ("code", "detail") if result.get(name)]
    return " ".join(words)[:500] or None
