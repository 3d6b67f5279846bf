"""Steps that are late: marked once, refused, passed, or asked of others, never past four eyes."""

from __future__ import annotations

from forms_dsl.model import Due, Duration
from tests.workflow_engine.flows import (
    Run,
    approve,
    fill,
    flow,
    four_eyes,
    hours,
    role,
    world,
)
from tests.workflow_engine.test_flow import PEOPLE
from workflow_engine import commands as cmd


def test_a_timer_marks_an_open_visit_once() -> None:
    """A due time is recorded once, and never after the visit was closed."""
    run = Run(flow(fill(), approve("check", due=hours(1)), approve("head")), world(PEOPLE))
    run.do(cmd.TimerDue("check", 1))
    marked = len(run.entries)
    run.do(cmd.TimerDue("check", 1))
    run.approve("ann", "check")
    closed = len(run.entries)
    run.do(cmd.TimerDue("check", 1))

    assert run.visit("check").overdue
    assert ["overdue"] == [type(entry.event).__name__.lower() for entry in run.entries[marked - 1 : marked]]
    assert closed == len(run.entries)


def late(then: str, **keys: object) -> Due:
    return Due(Duration(1, "hour"), then, **keys)  # type: ignore[arg-type]


def test_a_late_step_may_refuse_pass_or_ask_others() -> None:
    """超时: what happens is recorded with the clock as its actor, never with a person's name."""
    refused = Run(flow(fill(), approve("check", due=late("reject"))), world(PEOPLE))
    refused.do(cmd.TimerDue("check", 1))
    assert "rejected" == refused.now.state
    assert {"system:timeout"} == {entry.actor for entry in refused.entries[-3:]}

    passed = Run(flow(fill(), approve("check", due=late("approve")), approve("head")), world(PEOPLE))
    passed.do(cmd.TimerDue("check", 1))
    assert ["head"] == passed.at()
    assert {None} == {seat.actor for seat in passed.visit("check").seats}

    asked = Run(flow(fill(), approve("check", due=late("escalate", to=role("head")))), world(PEOPLE))
    asked.do(cmd.Claim("ann", "check", 1, 1))
    asked.do(cmd.TimerDue("check", 1))
    assert ("ann", "bob", "eva") == asked.visit("check").entitled(asked.visit("check").seats[0])
    asked.approve("eva", "check")
    assert "approved" == asked.now.state


def test_escalation_keeps_four_eyes() -> None:
    """Who may not act there is not asked by the clock either."""
    definition = flow(
        fill(), approve("head"), approve("check", due=late("escalate", to=role("head"))), four_eyes=(four_eyes("head", "check"),)
    )
    run = Run(definition, world(PEOPLE))
    run.approve("eva", "head")
    run.do(cmd.TimerDue("check", 1))

    assert ("ann", "bob") == run.visit("check").entitled(run.visit("check").seats[0])
