"""Calls of other systems: awaited, unclear, never sent twice."""

from __future__ import annotations

from tests.workflow_engine.flows import (
    Run,
    approve,
    call,
    fill,
    flow,
    role,
    world,
)
from tests.workflow_engine.test_flow import PEOPLE
from workflow_engine import commands as cmd
from workflow_engine import events as ev


def test_a_call_waits_for_its_outcome() -> None:
    """The flow goes on when the other system has confirmed; a second report changes nothing."""
    run = Run(flow(fill(), call("booking"), approve("check")), world(PEOPLE))
    assert ["booking"] == run.at()
    run.call_done("booking")
    run.call_done("booking")

    assert ["check"] == run.at()


def test_an_unclear_call_is_held_or_given_to_a_person() -> None:
    """Without on_error the flow is held, and is not sent again; with it somebody completes the work by hand."""
    held = Run(flow(fill(), call("booking")), world(PEOPLE))
    held.call_done("booking", "unknown")
    assert "call_unknown" == held.visit("booking").held_reason
    refusal = held.do(cmd.Retry("admin"))
    assert refusal is not None
    assert "outcome_unknown" == refusal.reason

    by_hand = Run(flow(fill(), call("booking", on_error=role("check", pick="claim"))), world(PEOPLE))
    by_hand.call_done("booking", "rejected")
    assert by_hand.visit("booking").by_hand
    by_hand.approve("ann", "booking")
    assert "approved" == by_hand.now.state


def test_a_retry_never_sends_an_unclear_call_again() -> None:
    """When nobody could take the work by hand, an administrator asks for people again, not the other system."""
    run = Run(flow(fill(), call("booking", on_error=role("check", pick="claim"))), world())
    run.call_done("booking", "unknown")
    assert "no_approver" == run.visit("booking").held_reason
    run.world = world(PEOPLE)
    run.do(cmd.Retry("admin"))

    assert (("running", True), 1) == (
        (run.now.state, run.visit("booking").by_hand),
        sum(isinstance(entry.event, ev.CallRequested) for entry in run.entries),
    )
