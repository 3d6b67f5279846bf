"""What every shipped connector must show: its examples fit its mapping, and a repeated command has one effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.classify import classify
from connectors.definition import ConnectorDefinition
from connectors.engine import Engine, argument_fault
from connectors.protocol import Answer, CallContext, CallValue, Connection, Outcome, RawResult
from connectors.templates import render_text
from connectors.values import Unfit, at_path, map_result


def example_faults(definition: ConnectorDefinition) -> Iterator[str]:
    """Everything in which the example answers contradict the mapping and the error table."""
    for mock in definition.mocks:
        operation = definition.operations[mock.operation]
        place = f"{definition.id}.{operation.name}"
        fault = argument_fault(operation, mock.arguments)
        if fault:
            yield f"{place}: {fault}"
        verdict = classify(definition, operation, RawResult(True, 0.0, mock.status, {}, mock.body))
        if verdict.outcome is not Outcome.OK:
            continue
        try:
            map_result(mock.body, operation.result)
        except Unfit as unfit:
            yield f"{place}: {unfit}"
        if operation.correlate:
            wanted = render_text(operation.correlate.equals, {"args": mock.arguments})
            if at_path(mock.body, operation.correlate.path) != wanted:
                yield f"{place}: the example answers another request"


def repeated(
    engine: Engine,
    connection: Connection,
    operation: str,
    arguments: Mapping[str, CallValue],
    context: CallContext,
    times: int = 2,
) -> list[Answer]:
    """The answers of a command that is sent several times with the same key; an honest counterpart says the same each time."""
    return [engine.command(connection, operation, arguments, context) for _ in range(times)]
