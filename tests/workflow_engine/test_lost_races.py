"""冲正 after a race: what the calls of branches that lost did in other systems is taken back before the flow goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_dsl.model import WorkflowStep
from tests.workflow_engine.flows import Run, any_of, approve, call, fill, flow, together, world
from tests.workflow_engine.test_undoing import undone
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.handle import Handled, handle

STEPS = "abcdefghijklmnop"
CALLS = frozenset({"reserve", "book"})
PEOPLE = world(dict.fromkeys(("a", "b", "c", "first", "last"), ("ann", "bob", "eva")))


def reserve() -> WorkflowStep:
    return call("reserve", undo="core.release")


def race() -> Run:
    """A race whose first branch has its calls under way."""
    one = (approve("a"), reserve(), call("book", undo="core.reverse"), approve("c"))
    run = Run(flow(fill(), any_of("race", one=one, two=(approve("b"),)), approve("last"), irreversible=CALLS), PEOPLE)
    run.approve("ann", "a")
    return run


def test_a_lost_branch_takes_back_its_calls_before_the_flow_goes_on() -> None:
    """The last one first, each once; behind the block nothing begins before that is known to be done."""
    run = race()
    run.call_done("reserve")
    run.call_done("book")
    run.approve("bob", "b")
    assert (["book"], [("book", 1)]) == (run.at(), undone(run))
    run.call_done("book", "rejected")
    assert "undo_rejected" == run.visit("book").held_reason
    assert run.do(cmd.Retry("admin")) is None
    run.call_done("book", "unknown")
    assert run.do(cmd.Settle("admin", "book", "confirmed", "asked them")) is None
    assert (["reserve"], [("book", 1), ("book", 1), ("reserve", 1)]) == (run.at(), undone(run))
    run.call_done("reserve")
    assert ["last"] == run.at()
    run.decide("eva", "last", "reject")
    assert ("rejected", 3) == (run.now.state, len(undone(run)))


def test_a_call_under_way_in_a_lost_branch_is_waited_for() -> None:
    """What it did is taken back when it is known; a refused one leaves nothing, and of an unknown one somebody finds out."""
    for result, rest in (("confirmed", "reserve"), ("rejected", "last"), ("unknown", "reserve")):
        run = race()
        run.approve("bob", "b")
        assert (["reserve"], []) == (run.at(), undone(run))
        run.call_done("reserve", result)
        assert [rest] == run.at()
        assert ([("reserve", 1)] if result == "confirmed" else []) == undone(run)
    assert run.do(cmd.Settle("admin", "reserve", "rejected", "they say no")) is None
    assert ["last"] == run.at()


def test_what_takes_back_is_done_once_although_the_flow_ends_meanwhile() -> None:
    """A refusal elsewhere, while a lost branch takes a call back, does not send that again."""
    lost = any_of("race", one=(reserve(), approve("a")), two=(approve("b"),))
    both = together("both", left=(lost,), right=(call("book", undo="core.reverse"), approve("c")))
    run = Run(flow(fill(), both, irreversible=CALLS), PEOPLE)
    run.call_done("reserve")
    run.call_done("book")
    run.approve("bob", "b")
    assert run.decide("ann", "c", "reject") is None
    assert ["reserve"] == run.at()
    run.call_done("reserve")
    run.call_done("book")
    assert ("rejected", [("reserve", 1), ("book", 1)]) == (run.now.state, undone(run))


def test_after_a_return_the_race_is_run_again_with_its_calls() -> None:
    """What was taken back does not stand for the next round: the other system is asked anew."""
    lost = any_of("race", one=(reserve(), approve("a")), two=(approve("b"),))
    steps = (fill(), approve("first"), lost, approve("last"))
    run = Run(flow(*steps, irreversible=CALLS, resubmit_to="returner"), PEOPLE)
    run.approve("ann", "first")
    run.call_done("reserve")
    run.approve("bob", "b")
    run.call_done("reserve")
    assert run.decide("eva", "last", "return", to="first") is None
    run.approve("ann", "first")
    # The approval that won stands, so that it wins at once; the call that it began beside is taken back again.
    assert ["reserve"] == run.at()
    run.call_done("reserve")
    run.call_done("reserve")
    assert (["last"], [("reserve", 1), ("reserve", 3)]) == (run.at(), undone(run))


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**40))
def test_a_race_takes_back_just_what_the_lost_branches_did(seed: int) -> None:
    """Invariant 18 for races: each call done in a branch that lost is taken back once, the last first; those of the winner stand."""
    random, names = Random(seed), iter(STEPS)

    def branch() -> tuple[WorkflowStep, ...]:
        kinds = [random.random() < 0.6 for _ in range(random.randint(0, 3))]
        return (approve(next(names)), *(call(next(names), undo="core.undo") if one else approve(next(names)) for one in kinds))

    inner = any_of("race", **{name: branch() for name in ("x", "y", "z")[: random.choice((2, 3))]})
    beside = (together("t", l=(inner,), r=(approve("beside"),)),) if random.random() < 0.3 else (inner,)
    definition = flow(fill(), *beside, approve("end"), irreversible=frozenset(STEPS))
    facts = world(dict.fromkeys(("end", "beside", *STEPS), ("ann", "bob")))
    started = handle(definition, None, cmd.Start("maker", "B1"), facts)
    assert isinstance(started, Handled)
    state, entries = started.state, list(started.entries)
    while state.is_running:
        visit = random.choice(list(state.open_visits()))
        act: cmd.Command = cmd.Retry("admin")
        if visit.state == "calling":
            result: cmd.CallResult = random.choice(("confirmed", "confirmed", "confirmed", "rejected", "unknown"))
            act = cmd.FinishCall(visit.step, visit.number, result)
        elif visit.held_reason in ("call_unknown", "undo_unknown"):
            act = cmd.Settle("admin", visit.step, random.choice(("confirmed", "confirmed", "rejected")), "asked them")
        elif visit.state == "open":
            act = cmd.Decide("ann", visit.step, visit.number, 1, "reject" if random.random() < 0.06 else "approve", "so")
        facts = replace(facts, now=facts.now + dt.timedelta(minutes=1))
        outcome = handle(definition, state, act, facts)
        if isinstance(outcome, Handled):
            state = outcome.state
            entries += outcome.entries
    events = [entry.event for entry in entries]
    undos = {(e.step, e.visit): (e.step, e.undoes) for e in events if isinstance(e, ev.CallRequested) and e.undoes is not None}
    sure = [(e.step, e.visit) for e in events if isinstance(e, ev.CallFinished | ae.CallSettled) and e.result == "confirmed"]
    late = {(e.step, e.visit) for e in events if isinstance(e, ev.CallFinished) and e.late}
    done = [key for key in sure if key not in undos and key not in late]
    back = [undos[key] for key in sure if key in undos]
    assert len(back) == len(set(back))
    if state.state == "rejected":
        assert set(done) == set(back)
        return
    ended = next(block.ended for block in state.blocks if block.name == "race")
    lost = [key for key in done if dict(definition.around(key[0])).get("race") not in (None, *ended)]
    assert lost[::-1] == back
