"""The first moment of an approval, once nothing forbids it: the engine is asked, and what came of it is written."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from runtime.context import Context
from runtime.process.effects import carry_out, write_values
from runtime.process.flows import Flow
from runtime.process.journal import write_start
from runtime.process.notify import notify
from runtime.process.opened import take_early
from runtime.process.persons import names_of
from runtime.process.record import CaseRecord
from runtime.process.refusals import Words, failure_of, people_in
from runtime.process.rows import Frame
from runtime.process.world import make_world
from runtime.store.identifiers import new_id
from workflow_engine import commands as cmd
from workflow_engine.choosing import Choices
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.state import Reversed


@dataclass(frozen=True, slots=True)
class Taking:
    """What a reversal takes back, and why somebody wants that."""

    reversed: Reversed
    reason: str


def begin(
    connection: Connection, context: Context, flow: Flow, record: CaseRecord, choices: Choices, taking: Taking | None = None
) -> str:
    """Start an approval over a record that is locked; returns its id. Raises the failure of a refusal."""
    person, steps = context.principal, flow.workflow
    before = {name: to_json(record.values.get(name)) for name in steps.start_set}
    record = write_values(connection, context, flow, record, steps.start_set)
    world = make_world(connection, context, flow, record, (person.id, person.unit_id), record.version)
    reverses, reason = (taking.reversed, taking.reason) if taking is not None else (None, None)
    start = cmd.Start(person.id, person.unit_id, before, record.version, choices, reverses=reverses, reason=reason)
    outcome = handle(flow.definition, None, start, world)
    if isinstance(outcome, Refusal):
        names = names_of(connection, people_in(outcome))
        raise failure_of(outcome, Words(names, ZoneInfo(flow.compiled.app.timezone), flow.definition), involved=True)
    instance_id, app = new_id(context.now), flow.compiled.app.name
    frame = Frame(instance_id, app, flow.compiled.release, steps.entity, record.id, steps.id, person.unit_id)
    write_start(connection, frame, outcome.state, outcome.entries)
    notify(connection, context, frame, outcome.state, outcome.entries, world.proxies)
    carry_out(connection, context, flow, frame, record, outcome.entries)
    take_early(connection, context, flow, instance_id, outcome.entries)
    return instance_id
