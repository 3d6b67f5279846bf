"""Suspending, resuming, ending and moving a whole approval, by administrators."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from forms_dsl.durations import parse_duration
from forms_dsl.model import AnyOfStep, Branch, Due, Duration, WorkflowStep
from tests.forms_dsl.test_working_time import CLOCK
from tests.workflow_engine.flows import NOW, SPAN, Run, approve, call, fill, flow, hours, together, world
from tests.workflow_engine.test_waits import wait
from workflow_engine import commands as cmd
from workflow_engine.act_events import Resumed
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle

PEOPLE = {"check": ("ann",), "risk": ("bob",), "law": ("eva",), "last": ("kai",)}


def later(run: Run, by: dt.timedelta) -> None:
    run.world = replace(run.world, now=run.world.now + by)


def refused(run: Run, command: cmd.Command) -> str | None:
    refusal = run.do(command)
    return refusal.reason if refusal is not None else None


def test_a_suspended_approval_takes_no_command_and_its_time_stands_still() -> None:
    """挂起: decisions are refused, a timer that fires changes nothing, and every due time moves by the pause."""
    run = Run(flow(fill(), approve("check", due=hours(4))), world(PEOPLE))
    later(run, dt.timedelta(hours=3))
    assert run.do(cmd.Suspend("admin", "inspection")) is None

    assert "suspended" == refused(run, cmd.Decide("ann", "check", 1, 1, "approve"))
    assert "suspended" == refused(run, cmd.Recall("maker"))
    assert "suspended" == refused(run, cmd.Suspend("admin", "again"))
    later(run, dt.timedelta(hours=10))
    assert run.do(cmd.TimerDue("check", 1)) is None
    assert not run.visit("check").overdue
    assert "reason_missing" == refused(run, cmd.Resume("admin", " "))
    assert run.do(cmd.Resume("admin", "done")) is None
    assert NOW + dt.timedelta(hours=14) == run.visit("check").due_at
    early = handle(run.definition, run.now, cmd.TimerDue("check", 1), run.world)
    assert not isinstance(early, Refusal)
    assert () == early.entries
    assert run.do(cmd.TimerDue("check", 1)) is None
    assert run.visit("check").overdue
    assert "not_suspended" == refused(run, cmd.Resume("admin", "again"))


def test_what_a_call_answers_meanwhile_is_kept() -> None:
    """The outcome of a call that was under way is taken in when the approval goes on, not before and not lost."""
    run = Run(flow(fill(), call("book"), approve("last"), irreversible=frozenset({"book"})), world(PEOPLE))
    assert run.do(cmd.Suspend("admin", "inspection")) is None
    assert run.call_done("book") is None
    assert ["book"] == run.at()
    assert run.do(cmd.Resume("admin", "done")) is None

    assert ["last"] == run.at()


def test_an_ended_approval_has_nothing_open() -> None:
    """终止: every seat is cancelled, the instance is stopped, also out of a suspension; nothing more happens to it."""
    run = Run(flow(fill(), together("both", a=(approve("risk"),), b=(approve("law"),))), world(PEOPLE))
    assert "reason_missing" == refused(run, cmd.Terminate("admin", ""))
    assert run.do(cmd.Suspend("admin", "inspection")) is None
    assert run.do(cmd.Terminate("admin", "withdrawn by the customer")) is None

    assert ("stopped", []) == (run.now.state, run.at())
    assert {"cancelled"} == {run.visit(step).state for step in ("risk", "law")}
    assert "not_running" == refused(run, cmd.Suspend("admin", "late"))


def test_a_jump_takes_two_administrators() -> None:
    """跳转: asked by one, carried out when another asks for the same; what stood at or after the target counts no more."""
    run = Run(flow(fill(), approve("check"), approve("last"), approve("risk")), world(PEOPLE))
    run.approve("ann", "check")
    run.approve("kai", "last")
    assert run.do(cmd.JumpTo("admin", "check", "wrong branch")) is None
    assert ["risk"] == run.at()
    assert "second_person" == refused(run, cmd.JumpTo("admin", "check", "please"))
    assert run.do(cmd.JumpTo("other", "check", "yes")) is None

    assert ["check"] == run.at()
    assert ["superseded", "superseded"] == [run.now.visits[1].state, run.now.visits[2].state]


def test_a_jump_repeats_nothing_in_another_system_and_enters_no_branch() -> None:
    """Behind a call that was done nobody jumps back, nor into one of branches that run at the same time."""
    steps = (fill(), approve("check"), call("book"), together("both", a=(approve("risk"),), b=(approve("law"),)))
    run = Run(flow(*steps, irreversible=frozenset({"book"})), world(PEOPLE))
    run.approve("ann", "check")
    assert "call_under_way" == refused(run, cmd.JumpTo("admin", "check", "back"))
    assert run.call_done("book") is None

    assert "call_done" == refused(run, cmd.JumpTo("admin", "check", "back"))
    assert "no_such_target" == refused(run, cmd.JumpTo("admin", "risk", "in"))


def test_of_two_calls_kept_in_a_race_one_wins() -> None:
    """What the first lets go on ends the branch of the second: its visit stays cancelled."""
    race = AnyOfStep("race", SPAN, (Branch("x", (call("a"),)), Branch("y", (call("b"),))))
    run = Run(flow(fill(), race, approve("last")), world(PEOPLE))
    assert run.do(cmd.Suspend("admin", "inspection")) is None
    assert run.call_done("a") is None
    assert run.call_done("b") is None
    assert run.do(cmd.Resume("admin", "done")) is None

    assert ["last"] == run.at()
    assert ["completed", "cancelled"] == [run.visit(step).state for step in ("a", "b")]


@pytest.mark.parametrize(
    ("every", "at_most", "reminders"), [(None, None, 1), (Duration(1, "hour"), 1, 1), (Duration(1, "hour"), 2, 2)]
)
def test_a_pause_adds_no_reminder(every: Duration | None, at_most: int | None, reminders: int) -> None:
    """A late step that goes on is reminded of no more often than it says."""
    due = Due(Duration(4, "hour"), every=every, at_most=at_most)
    run = Run(flow(fill(), approve("check", due=due)), world(PEOPLE))
    assert run.do(cmd.TimerDue("check", 1)) is None
    for _ in range(2):
        assert run.do(cmd.Suspend("admin", "inspection")) is None
        later(run, dt.timedelta(hours=10))
        assert run.do(cmd.Resume("admin", "done")) is None
        terms = [term for entry in run.entries if isinstance(entry.event, Resumed) for term in entry.event.terms]
        assert run.do(cmd.TimerDue("check", 1, reminder=terms[-1].reminder)) is None

    assert reminders == run.visit("check").reminders


@pytest.mark.parametrize("suspended", [False, True])
def test_nothing_is_ended_while_another_system_may_still_do_it(suspended: bool) -> None:
    """终止 waits for the outcome of a command; a question may go unanswered, and an outcome that nobody knows ends it too."""
    steps = (fill(), together("both", a=(call("book"),), b=(call("ask"),)))
    run = Run(flow(*steps, irreversible=frozenset({"book"})), world(PEOPLE))
    if suspended:
        assert run.do(cmd.Suspend("admin", "inspection")) is None
    assert "call_under_way" == refused(run, cmd.Terminate("admin", "over"))
    assert run.call_done("book", "unknown") is None
    assert run.do(cmd.Terminate("admin", "over")) is None

    assert "stopped" == run.now.state


@pytest.mark.parametrize(
    "step", [approve("check", due=Due(parse_duration("2 working days"))), wait("check", length=parse_duration("2 working days"))]
)
def test_nothing_goes_on_without_the_time_that_it_has_left(step: WorkflowStep) -> None:
    """Where the calendar ends before that time, a step would never be late and a wait never over: it stays suspended."""
    run = Run(flow(fill(), step), replace(world(PEOPLE, now=dt.datetime(2026, 12, 28, 2, tzinfo=dt.UTC)), clock=CLOCK))
    assert run.do(cmd.Suspend("admin", "inspection")) is None
    later(run, dt.timedelta(days=7))
    assert "calendar_missing" == refused(run, cmd.Resume("admin", "done"))
    assert run.now.suspended_at is not None
    longer = replace(CLOCK, calendar=replace(CLOCK.calendar, last=dt.date(2027, 12, 31)))
    run.world = replace(run.world, clock=longer)
    assert run.do(cmd.Resume("admin", "the calendar is there")) is None

    assert dt.datetime(2027, 1, 6, 2, tzinfo=dt.UTC) == run.visit("check").due_at
