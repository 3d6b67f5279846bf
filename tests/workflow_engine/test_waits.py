"""Races between branches, and waits for a time or an event."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from forms_dsl.model import AnyOfStep, Branch, Duration, WaitStep, WorkflowStep
from tests.workflow_engine.flows import NOW, SPAN, Run, approve, call, expression, fill, flow, together, world
from workflow_engine import commands as cmd

PEOPLE = dict.fromkeys(("a", "b", "c", "last"), ("ann", "bob"))
DAY = Duration(1, "day")


def any_of(name: str, **branches: tuple[WorkflowStep, ...]) -> AnyOfStep:
    return AnyOfStep(name, SPAN, tuple(Branch(branch, steps) for branch, steps in branches.items()))


def wait(name: str, **keys: object) -> WaitStep:
    return WaitStep(name, {"en": name}, SPAN, **keys)  # type: ignore[arg-type]


def event(name: str, **keys: object) -> WaitStep:
    return wait(name, event="core.confirmed", match=expression("match"), **keys)


def later(run: Run, by: dt.timedelta) -> None:
    run.world = replace(run.world, now=run.world.now + by)


def test_the_first_finished_branch_ends_a_race() -> None:
    """What is open in the others is over, what was approved there does not count, and the flow goes on once."""
    race = any_of("race", x=(approve("a"), approve("b")), y=(together("both", l=(approve("c"),), r=(call("book"),)),))
    run = Run(flow(fill(), race, approve("last")), world(PEOPLE))
    run.approve("ann", "c")
    run.approve("ann", "a")
    run.approve("bob", "b")

    assert ["last"] == run.at()
    assert ["superseded", "cancelled"] == [run.visit(step).state for step in ("c", "book")]
    assert {"race": "ended", "both": "cancelled"} == {block.name: block.state for block in run.now.blocks}
    assert run.call_done("book") is None
    assert ["last"] == run.at()
    run.approve("ann", "last")
    assert "approved" == run.now.state


def test_a_refusal_in_a_race_refuses_the_flow() -> None:
    """It does not merely lose."""
    run = Run(flow(fill(), any_of("race", x=(approve("a"),), y=(approve("b"),))), world(PEOPLE))
    assert run.decide("ann", "a", "reject") is None

    assert ("rejected", []) == (run.now.state, run.at())


def test_after_a_return_behind_a_race_it_is_run_again() -> None:
    """A return cancels both branches; the race begins anew."""
    run = Run(flow(fill(), approve("last"), any_of("race", x=(approve("a"),), y=(approve("b"),))), world(PEOPLE))
    run.approve("ann", "last")
    assert run.decide("ann", "a", "return", to="last") is None
    assert ["last"] == run.at()
    run.approve("ann", "last")

    assert [2, 2] == [run.visit(step).number for step in ("a", "b")]
    run.approve("bob", "b")
    assert "approved" == run.now.state


def test_a_wait_for_a_length_ends_when_it_is_over() -> None:
    """No sooner, once, and anew with each visit."""
    run = Run(flow(fill(), wait("pause", length=DAY), approve("last")), world(PEOPLE))
    assert ["pause"] == run.at()
    assert NOW + dt.timedelta(days=1) == run.visit("pause").due_at
    assert run.do(cmd.TimerDue("pause", 1)) is None

    assert ["last"] == run.at()
    assert run.do(cmd.TimerDue("pause", 1)) is None
    assert ["last"] == run.at()


def test_a_wait_until_a_moment_goes_on_at_once_when_it_is_past() -> None:
    """A future one is waited for; a missing one holds the flow, it never passes by itself."""
    step = wait("until", until=expression("day"))
    ready = Run(flow(fill(), step, approve("last")), replace(world(PEOPLE), moment=lambda _: NOW + dt.timedelta(hours=1)))
    assert ["until"] == ready.at()

    def past(moment: dt.datetime | None) -> Run:
        return Run(flow(fill(), step, approve("last")), replace(world(PEOPLE), moment=lambda _: moment))

    assert ["last"] == past(NOW).at()
    missing = past(None)
    assert ("held", "moment_missing") == (missing.now.state, missing.visit("until").held_reason)
    missing.world = replace(missing.world, moment=lambda _: NOW)
    assert missing.do(cmd.Retry("admin")) is None
    assert ["last"] == missing.at()


@pytest.mark.parametrize(
    ("then", "state", "at"), [("hold", "held", ["answer"]), ("go_on", "running", ["last"]), ("reject", "rejected", [])]
)
def test_an_event_that_does_not_come_in_time(then: str, state: str, at: list[str]) -> None:
    """R14: after the time is over a late event changes nothing."""
    run = Run(flow(fill(), event("answer", within=DAY, then=then), approve("last")), world(PEOPLE))
    assert run.do(cmd.TimerDue("answer", 1)) is None

    assert (state, at) == (run.now.state, run.at())
    assert run.do(cmd.EventArrived("answer", 1)) is None
    assert (state, at) == (run.now.state, run.at())


def test_the_event_ends_the_wait_and_its_timer_changes_nothing() -> None:
    """R14 the other way round; in a race with people, whoever is first."""
    race = any_of("race", x=(event("answer", within=DAY, then="reject"),), y=(approve("a"),))
    run = Run(flow(fill(), race, approve("last")), world(PEOPLE))
    assert run.do(cmd.EventArrived("answer", 1)) is None

    assert (["last"], "cancelled") == (run.at(), run.visit("a").state)
    assert run.do(cmd.TimerDue("answer", 1)) is None
    assert ["last"] == run.at()


def test_a_suspended_wait_keeps_its_event_and_its_time() -> None:
    """What arrives meanwhile is taken in when it goes on; a length stands still, a moment of the calendar does not."""
    run = Run(flow(fill(), event("answer", within=DAY), wait("pause", length=DAY), approve("last")), world(PEOPLE))
    assert run.do(cmd.Suspend("admin", "why")) is None
    assert run.do(cmd.EventArrived("answer", 1)) is None
    assert ["answer"] == run.at()
    assert run.do(cmd.Resume("admin", "on")) is None
    assert ["pause"] == run.at()
    assert run.do(cmd.Suspend("admin", "why")) is None
    later(run, dt.timedelta(days=3))
    assert run.do(cmd.Resume("admin", "on")) is None

    assert NOW + dt.timedelta(days=4) == run.visit("pause").due_at
