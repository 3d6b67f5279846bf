"""An instance taken for one transaction: locked, rebuilt, with its workflow, its record and the world around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from forms_dsl.model import WaitStep
from runtime.context import Context
from runtime.failures import Failure, NotFound
from runtime.process.act_words import is_secret
from runtime.process.effects import carry_out, put, write_values
from runtime.process.flows import Flow, pinned_flow
from runtime.process.journal import Journal, lock_instance, read_instance, write_progress
from runtime.process.notify import notify
from runtime.process.persons import names_of
from runtime.process.received import claim_kept
from runtime.process.record import CaseRecord, lock_record, read_case
from runtime.process.refusals import Words, failure_of, people_in
from runtime.process.secret_ballots import tell_ballots
from runtime.process.world import facts_of, make_world
from runtime.records.access import NOT_THERE
from runtime.records.facts import value_of
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.commands import Command, EventArrived
from workflow_engine.events import Entry
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
    #: The facts outside the instance, each asked for once.
    world: World

    @property
    def instance_id(self) -> str:
        """The key of the instance."""
        return self.journal.frame.instance_id

    def failure(self, refusal: Refusal) -> Failure:
        """A refusal in words, with the names of the people that it is about."""
        state, person = self.journal.state, self.context.principal.id
        visit, seat = refusal.visit, refusal.seat
        if visit is not None and is_secret(self.flow.definition, state, visit.step, visit.number):
            # Whoever asks for another's ballot hears that it is cast, not how, nor by whom.
            own = seat is not None and seat.actor == person
            refusal = replace(refusal, visit=None, seat=seat if own else None)
        acted = {seat.actor for visit in state.visits for seat in visit.seats}
        asked = {name for entry in self.journal.entries for name in _asked_by(entry.event)}
        words = Words(
            names_of(self.connection, people_in(refusal)), ZoneInfo(self.flow.compiled.app.timezone), self.flow.definition
        )
        return failure_of(refusal, words, involved=person == state.starter or person in acted | asked)


def _asked_by(event: ev.Event) -> Iterator[str]:
    """Whom an event asks: whoever was asked once knows of the case, also after the seat went to somebody else."""
    match event:
        case ev.VisitOpened(seats=seats):
            yield from (person for seat in seats for person in seat.candidates)
        case ae.SeatTransferred(person=person) | ae.SeatAdded(person=person):
            yield person
        case ev.PeopleAdded(people=people):
            yield from people


def open_instance(connection: Connection, context: Context, instance_id: str) -> Opened:
    """Take an instance and its record for this transaction; the instance always first, so that nobody waits in a circle."""
    journal = lock_instance(connection, instance_id)
    flow = _flow(connection, context, journal)
    if journal is None or flow is None:
        raise NotFound(NOT_THERE)
    lock_record(connection, flow, journal.frame.record_id)
    return _open(connection, context, flow, journal)


def look_at_instance(connection: Connection, context: Context, instance_id: str) -> Opened:
    """An instance as it is now, without keeping anybody from it: to be shown, not to be changed."""
    journal = read_instance(connection, instance_id)
    flow = _flow(connection, context, journal)
    if journal is None or flow is None:
        raise NotFound(NOT_THERE)
    return _open(connection, context, flow, journal)


def with_record(opened: Opened, record: CaseRecord) -> Opened:
    """The same instance after its record was written: every fact is asked for anew."""
    state = opened.journal.state
    starter = (state.starter, state.starter_unit)
    world = make_world(opened.connection, opened.context, opened.flow, record, starter, state.record_version)
    return replace(opened, record=record, world=world)


def _flow(connection: Connection, context: Context, journal: Journal | None) -> Flow | None:
    if journal is None:
        return None
    frame = journal.frame
    return pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)


def _open(connection: Connection, context: Context, flow: Flow, journal: Journal) -> Opened:
    record = read_case(connection, context, flow, journal.frame.record_id)
    state = journal.state
    world = make_world(connection, context, flow, record, (state.starter, state.starter_unit), state.record_version)
    return Opened(connection, context, flow, journal, record, world)


def apply_command(opened: Opened, command: Command) -> CaseRecord:
    """Run a command and write what it did; the record as it is afterwards. Raises the failure of a refusal."""
    outcome = handle(opened.flow.definition, opened.journal.state, command, opened.world)
    if isinstance(outcome, Refusal):
        raise opened.failure(outcome)
    if not outcome.entries:
        return opened.record
    write_progress(opened.connection, opened.journal, outcome.state, outcome.entries)
    frame = opened.journal.frame
    notify(opened.connection, opened.context, frame, outcome.state, outcome.entries, opened.world.proxies)
    record = carry_out(opened.connection, opened.context, opened.flow, frame, opened.record, outcome.entries)
    if (
        any(isinstance(entry.event, ae.Terminated) for entry in outcome.entries)
        and "stopped" not in opened.flow.workflow.finish_set
    ):
        # Nothing says what a stopped case looks like: what its start wrote is put back.
        record = put(opened.connection, opened.context, opened.flow, record, opened.journal.state.before)
    tell_ballots(opened.connection, opened.context, opened.flow, frame, opened.journal.entries, outcome.entries)
    return take_early(opened.connection, opened.context, opened.flow, opened.instance_id, outcome.entries) or record


def take_early(
    connection: Connection, context: Context, flow: Flow, instance_id: str, entries: Sequence[Entry]
) -> CaseRecord | None:
    """Let the waits that these events opened take what came before them; the record afterwards, None where nothing was taken."""
    record = None
    for event in (entry.event for entry in entries):
        if not isinstance(event, ae.WaitStarted):
            continue
        step = flow.definition.places[event.step].step
        if not isinstance(step, WaitStep) or step.event is None:
            continue
        opened = open_instance(connection, context, instance_id)
        visit = opened.journal.state.visit(event.step, event.visit)
        if visit is None or visit.state != "waiting":
            continue
        fits = partial(is_for, opened, step)
        claimed = claim_kept(connection, context.now, flow.compiled.app.name, step.event, fits)
        if claimed is not None:
            record = take_event(opened, step, event.visit, claimed.values)
    return record


def is_for(opened: Opened, step: WaitStep, wire: Mapping[str, object]) -> bool:
    """Whether an event is the one that a wait of this approval is for."""
    if step.match is None:
        return False
    facts = facts_of(opened.context, opened.flow.compiled, opened.record, _values(opened, step, wire))
    return opened.flow.value(step.match, facts) is True


def take_event(opened: Opened, step: WaitStep, visit: int, wire: Mapping[str, object]) -> CaseRecord:
    """Save what an event brought and go on from the wait; what the record does not take holds this approval alone."""
    fits = True
    try:
        with opened.connection.begin_nested():
            values = _values(opened, step, wire)
            saved = write_values(opened.connection, opened.context, opened.flow, opened.record, step.save, values)
            opened = with_record(opened, saved)
    except Failure:
        # The other approvals that wait for the event must not miss it because this record does not take it.
        fits = False
    return apply_command(opened, EventArrived(step.name, visit, fits=fits))


def _values(opened: Opened, step: WaitStep, wire: Mapping[str, object]) -> dict[str, object]:
    binding, _, event = (step.event or "").partition(".")
    declared = opened.flow.compiled.app.bindings[binding].events[event].output
    return {key: value_of(type, wire.get(key)) for key, type in declared.items()}
