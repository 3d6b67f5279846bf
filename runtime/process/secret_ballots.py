"""Secret ballots in the audit trail, which the history of a record shows: that somebody voted at once, how when it is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from forms_dsl.model import HumanStep
from runtime.audit.trail import NewEvent, record_events
from runtime.context import Context
from runtime.process.flows import Flow
from runtime.process.rows import Frame
from runtime.store.types import format_instant
from workflow_engine import events as ev

#: What of a ballot is not told before it is closed; of the few ways to vote, the signature would tell which it was.
HIDDEN = frozenset({"decision", "opinion", "signature"})


def is_ballot(flow: Flow, event: ev.Event) -> bool:
    """Whether an event is a ballot that is hidden until the vote is closed."""
    return isinstance(event, ev.SeatDecided) and _is_secret(flow, event.step)


def tell_ballots(
    connection: Connection, context: Context, flow: Flow, frame: Frame, before: Sequence[ev.Entry], now: Sequence[ev.Entry]
) -> None:
    """Write the ballots of each secret vote that these events closed, by name, in the transaction that closed it."""
    events = []
    for entry in now:
        closed = entry.event
        if isinstance(closed, ev.VisitClosed) and _is_secret(flow, closed.step):
            ballots = [
                {
                    "person": cast.actor,
                    "at": format_instant(cast.at),
                    "vote": cast.event.decision,
                    "opinion": cast.event.opinion,
                    "signature": cast.event.signature,
                }
                for cast in (*before, *now)
                if isinstance(cast.event, ev.SeatDecided) and (cast.event.step, cast.event.visit) == (closed.step, closed.visit)
            ]
            body = {"instance": frame.instance_id, "step": closed.step, "visit": closed.visit, "ballots": ballots}
            events.append(NewEvent("process_ballots", body, frame.app, frame.entity, frame.record_id, None))
    record_events(connection, context, events)


def _is_secret(flow: Flow, step: str) -> bool:
    found = flow.definition.places[step].step
    return isinstance(found, HumanStep) and found.rule.secret
