"""An instance taken for one transaction: locked, rebuilt, with its workflow, its record and the world around it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.process.effects import carry_out
from runtime.process.flows import Flow, pinned_flow
from runtime.process.journal import Journal, lock_instance, read_instance, write_progress
from runtime.process.persons import names_of
from runtime.process.record import CaseRecord, lock_record, read_case
from runtime.process.refusals import Words, failure_of, people_in
from runtime.process.world import make_world
from runtime.records.access import NOT_THERE
from workflow_engine.commands import Command
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.world import World


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything that one command on an instance needs."""

    connection: Connection
    context: Context
    flow: Flow
    journal: Journal
    record: CaseRecord

    @property
    def instance_id(self) -> str:
        """The key of the instance."""
        return self.journal.frame.instance_id

    def world(self) -> World:
        """The facts outside the instance."""
        state = self.journal.state
        return make_world(self.connection, self.context, self.flow, self.record, (state.starter, state.starter_unit))

    def failure(self, refusal: Refusal) -> Failure:
        """A refusal in words, with the names of the people that it is about."""
        state, person = self.journal.state, self.context.principal.id
        acted = {seat.actor for visit in state.visits for seat in visit.seats}
        asked = {name for visit in state.visits for seat in visit.seats for name in seat.candidates}
        words = Words(
            names_of(self.connection, people_in(refusal)), ZoneInfo(self.flow.compiled.app.timezone), self.flow.definition
        )
        return failure_of(refusal, words, involved=person == state.starter or person in acted | asked)


def open_instance(connection: Connection, context: Context, instance_id: str) -> Opened:
    """Take an instance and its record for this transaction; the instance always first, so that nobody waits in a circle."""
    journal = lock_instance(connection, instance_id)
    if journal is None:
        raise NotFound(NOT_THERE)
    frame = journal.frame
    flow = pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)
    lock_record(connection, flow.entity, frame.record_id)
    return Opened(connection, context, flow, journal, read_case(connection, context, flow, frame.record_id))


def look_at_instance(connection: Connection, context: Context, instance_id: str) -> Opened:
    """An instance as it is now, without keeping anybody from it: to be shown, not to be changed."""
    journal = read_instance(connection, instance_id)
    if journal is None:
        raise NotFound(NOT_THERE)
    frame = journal.frame
    flow = pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)
    return Opened(connection, context, flow, journal, read_case(connection, context, flow, frame.record_id))


def apply_command(opened: Opened, command: Command) -> CaseRecord:
    """Run a command and write what it did; the record as it is afterwards. Raises the failure of a refusal."""
    outcome = handle(opened.flow.definition, opened.journal.state, command, opened.world())
    if isinstance(outcome, Refusal):
        raise opened.failure(outcome)
    if not outcome.entries:
        return opened.record
    write_progress(opened.connection, opened.journal, outcome.state, outcome.entries)
    frame = opened.journal.frame
    return carry_out(opened.connection, opened.context, opened.flow, frame, opened.record, outcome.entries)
