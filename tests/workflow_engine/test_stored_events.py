"""Cases that began on an earlier version of the engine: their stored events are read and the case goes on.

`stored_events.jsonl` was written by the engine before seats had weights, proxies or companions. It is never written anew.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from forms_dsl.model import Due, Duration
from tests.workflow_engine.flows import (
    NOW,
    TWO_OF_THREE,
    approve,
    call,
    choose,
    copy,
    fill,
    flow,
    role,
    together,
    world,
)
from workflow_engine import commands as cmd
from workflow_engine.apply import replay
from workflow_engine.event_codec import decode, encode
from workflow_engine.events import Entry
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.state import Instance

STORED = Path(__file__).parent / "stored_events.jsonl"
PEOPLE = {"check": ("ann", "bob"), "risk": ("eva", "kai", "lin"), "law": ("zoe",), "decide": ("dan",)}
FLOW = flow(
    fill(),
    approve("check", due=Due(Duration(4, "hour"), "escalate", to=role("law"))),
    together("both", a=(approve("risk", role("risk", pick="all"), rule=TWO_OF_THREE),), b=(call("book"), approve("law"))),
    copy("tell", role("law")),
    choose("kind", x=(approve("decide"),)),
)


def stored() -> list[Entry]:
    rows = [json.loads(line) for line in STORED.read_text("utf-8").splitlines()]
    return [Entry(dt.datetime.fromisoformat(row["at"]), row["actor"], decode(row["kind"], row["body"])) for row in rows]


def on(state: Instance, command: cmd.Command) -> Instance:
    outcome = handle(FLOW, state, command, world(PEOPLE, {"kind": "x"}))
    assert not isinstance(outcome, Refusal), outcome
    return outcome.state


def test_stored_events_make_the_state_that_they_made() -> None:
    """Also what is new since has its plain meaning: a weight of one, nobody's proxy, one reminder of what is late."""
    state = replay(stored())

    assert ("risk", 2) == next((visit.step, visit.number) for visit in state.open_visits())
    check = state.visit("check", 1)
    assert check is not None
    assert ("superseded", True, 1, NOW + dt.timedelta(hours=4)) == (check.state, check.overdue, check.reminders, check.due_at)
    assert {1} == {seat.weight for visit in state.visits for seat in visit.seats}
    assert frozenset({"ann", "bob"}) == state.actors("check")


def test_a_stored_case_goes_on() -> None:
    """It is suspended, resumed, and decided to its end; four eyes see who acted before."""
    state = replay(stored())
    state = on(state, cmd.Suspend("admin", "inspection"))
    state = on(state, cmd.Resume("admin", "done"))
    state = on(state, cmd.Decide("kai", "risk", 2, 2, "approve"))
    assert ["zoe"] == [copied.person for copied in state.copies]
    state = on(state, cmd.Decide("dan", "decide", 1, 1, "approve"))

    assert "approved" == state.state


def test_what_is_read_is_written_with_all_that_it_said() -> None:
    """Nothing of a stored event is lost on the way through the values of today."""
    rows = [json.loads(line) for line in STORED.read_text("utf-8").splitlines()]
    for row in rows:
        assert row["body"].items() <= _as_it_was(encode(decode(row["kind"], row["body"])), row["body"]).items()


def _as_it_was(written: dict[str, object], before: dict[str, object]) -> dict[str, object]:
    """What is written now, of seats only what was said of them before."""
    seats = written.get("seats")
    if not isinstance(seats, list) or not isinstance(before.get("seats"), list):
        return written
    known = ("owner", "candidates")
    return written | {"seats": [{name: seat[name] for name in known} for seat in seats]}
