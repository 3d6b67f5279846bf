"""冲正: what calls did in other systems is taken back before an approval ends otherwise than approved."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_dsl.model import AnyOfStep, CallStep, WorkflowStep
from tests.workflow_engine.flows import Run, approve, call, fill, flow, together, world
from tests.workflow_engine.random_flows import random_command, random_definition, random_world
from tests.workflow_engine.test_flow import PEOPLE
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.handle import Handled, handle
from workflow_engine.state import Instance

CALLS = frozenset({"reserve", "book", "tell"})


def run_with(*steps: WorkflowStep) -> Run:
    return Run(flow(fill(), *steps, irreversible=CALLS), world(PEOPLE))


def undone(run: Run) -> list[tuple[str, int | None]]:
    """The calls that were sent to take another one back, in their order."""
    events = [entry.event for entry in run.entries]
    return [(event.step, event.undoes) for event in events if isinstance(event, ev.CallRequested) and event.undoes is not None]


def both() -> Run:
    run = run_with(call("reserve", undo="core.release"), call("book", undo="core.reverse"), call("tell"), approve("check"))
    for step in ("reserve", "book", "tell"):
        run.call_done(step)
    return run


def test_a_stopped_approval_takes_back_its_calls_the_last_one_first() -> None:
    """One after the other; it has ended when all of them are known to be done, and what has no undo is left alone."""
    run = both()
    assert run.do(cmd.Terminate("admin", "withdrawn by the customer")) is None
    assert (["book"], "running") == (run.at(), run.now.state)
    run.call_done("book")
    assert (["reserve"], "running") == (run.at(), run.now.state)
    run.call_done("reserve")
    assert ([], "stopped") == (run.at(), run.now.state)
    assert [("book", 1), ("reserve", 1)] == undone(run)
    assert run.call_done("reserve") is None and [("book", 1), ("reserve", 1)] == undone(run)


def test_a_rejected_approval_takes_them_back_too() -> None:
    """A refusal behind a booking ends as rejected when the booking is taken back."""
    run = both()
    assert run.decide("ann", "check", "reject") is None
    assert ["book"] == run.at()
    for step in ("book", "reserve"):
        run.call_done(step)
    assert ([], "rejected") == (run.at(), run.now.state)


def test_an_approval_without_anything_to_take_back_ends_at_once() -> None:
    """Nothing was done yet, or nothing of it can be taken back."""
    early = run_with(approve("check"), call("book", undo="core.reverse"))
    early.decide("ann", "check", "reject")
    assert ("rejected", []) == (early.now.state, undone(early))
    plain = run_with(call("tell"), approve("check"))
    plain.call_done("tell")
    plain.do(cmd.Terminate("admin", "because"))
    assert ("stopped", []) == (plain.now.state, undone(plain))


def test_what_is_not_taken_back_holds_the_end() -> None:
    """A refused undo is sent again on a retry; one of which nobody knows is not, and the approval has not ended."""
    run = both()
    run.do(cmd.Terminate("admin", "because"))
    run.call_done("book", "rejected")
    assert ("held", "undo_rejected") == (run.now.state, run.visit("book").held_reason)
    assert run.do(cmd.Retry("admin")) is None
    assert (["book"], "calling") == (run.at(), run.visit("book").state)
    run.call_done("book", "unknown")
    refused = run.do(cmd.Retry("admin"))
    assert refused is not None and refused.reason == "outcome_unknown"
    assert [("book", 1), ("book", 1)] == undone(run)


def test_nothing_else_is_done_while_calls_are_taken_back() -> None:
    """It is stopped once: no second end, no jump, no decision, no recall; standing still meanwhile keeps what is answered."""
    run = both()
    run.do(cmd.Terminate("admin", "because"))
    for refused in (
        run.do(cmd.Terminate("admin", "again")),
        run.do(cmd.JumpTo("admin", "check", "again")),
        run.do(cmd.Decide("ann", "check", 1, 1, "approve")),
        run.do(cmd.Recall("maker")),
    ):
        assert refused is not None
    run.do(cmd.Suspend("admin", "look"))
    run.call_done("book")
    assert ["book"] == run.at()
    run.do(cmd.Resume("admin", "go"))
    assert ["reserve"] == run.at()


def test_calls_of_branches_at_the_same_time_are_all_taken_back() -> None:
    """Each of them once, whichever was first."""
    run = run_with(
        together("both", one=(call("reserve", undo="core.release"),), two=(call("book", undo="core.reverse"),)), approve("check")
    )
    run.call_done("book")
    run.call_done("reserve")
    run.decide("ann", "check", "reject")
    while run.at():
        run.call_done(run.at()[0])
    assert {("book", 1), ("reserve", 1)} == set(undone(run)) and len(undone(run)) == 2
    assert run.now.state == "rejected"


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**40))
def test_what_was_done_is_taken_back_once_and_in_reverse_whatever_people_do(seed: int) -> None:
    """Invariant 18: an approval that ended otherwise than approved has taken back just the calls that were done, the last first."""
    random = Random(seed)
    definition = random_definition(random)
    facts = random_world(random, definition)
    started = handle(definition, None, cmd.Start("maker", "B1"), facts)
    assert isinstance(started, Handled)
    state, entries = started.state, list(started.entries)
    for number in range(60):
        ending = state.ending is not None or number > 40
        waits = [visit for visit in state.open_visits() if visit.state == "calling" and state.suspended_at is None]
        act: cmd.Command = (
            cmd.FinishCall(waits[0].step, waits[0].number, "confirmed")
            if waits and (ending or random.random() < 0.5)
            else cmd.Terminate("admin", "because")
            if number > 40
            else random_command(random, definition, state)
        )
        outcome = handle(definition, state, act, facts)
        if isinstance(outcome, Handled):
            state = outcome.state
            entries += outcome.entries
    requested = [entry.event for entry in entries if isinstance(entry.event, ev.CallRequested)]
    undos = {(event.step, event.visit): event.undoes for event in requested if event.undoes is not None}
    ends = [entry.event for entry in entries if isinstance(entry.event, ev.CallFinished)]
    confirmed = [(event.step, event.visit) for event in ends if event.result == "confirmed" and not event.late]
    done = [key for key in confirmed if key not in undos and _has_undo(definition, key[0]) and not _is_by_hand(state, key)]
    taken_back = [(step, undos[step, visit]) for step, visit in confirmed if (step, visit) in undos]
    # What lost a race was taken back when it did: the order at the end is that of the others.
    races = {step for step in definition.places if any(_is_race(definition, block) for block, _ in definition.around(step))}
    assert len(taken_back) == len(set(taken_back))
    if state.state in ("rejected", "stopped"):
        assert set(taken_back) == set(done)
    rest, back = ([key for key in keys if key[0] not in races] for keys in (done, taken_back))
    if state.state in ("rejected", "stopped"):
        assert back == rest[::-1]
    elif state.ending is None:
        assert back == []
    else:
        assert back == rest[::-1][: len(back)]


def _is_race(definition: Definition, block: str) -> bool:
    return isinstance(definition.places[block].step, AnyOfStep)


def _has_undo(definition: Definition, step: str) -> bool:
    found = definition.places[step].step
    return isinstance(found, CallStep) and found.undo is not None


def _is_by_hand(state: Instance, key: tuple[str, int]) -> bool:
    visit = state.visit(*key)
    return visit is not None and visit.by_hand


def test_an_administrator_says_how_a_call_ended_of_which_nobody_knew() -> None:
    """Done goes on, not done is as if refused; a reason is needed, and nothing else is settled by hand."""
    done = run_with(call("book", undo="core.reverse"), approve("check"))
    assert "nothing_held" == reason_of(done.do(cmd.Settle("admin", "book", "confirmed", "asked them")))
    done.call_done("book", "unknown")
    assert "reason_missing" == reason_of(done.do(cmd.Settle("admin", "book", "confirmed", " ")))
    assert done.do(cmd.Settle("admin", "book", "confirmed", "asked them")) is None
    assert (["check"], "running") == (done.at(), done.now.state)
    done.decide("ann", "check", "reject")
    assert [("book", 1)] == undone(done)
    done.call_done("book", "unknown")
    assert done.do(cmd.Settle("admin", "book", "confirmed", "asked them")) is None
    assert "rejected" == done.now.state

    refused = run_with(call("book"), approve("check"))
    refused.call_done("book", "unknown")
    assert refused.do(cmd.Settle("admin", "book", "rejected", "asked them")) is None
    assert "call_rejected" == refused.visit("book").held_reason
    assert refused.do(cmd.Retry("admin")) is None and "calling" == refused.visit("book").state


def reason_of(refusal: Refusal | None) -> str | None:
    return refusal.reason if refusal is not None else None
