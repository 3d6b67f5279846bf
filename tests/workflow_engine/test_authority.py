"""The authority table (授权矩阵): it chooses the branch, and it is asked again when somebody approves inside of it."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl.model import Due, Duration
from tests.workflow_engine.flows import Run, approve, by_authority, fill, flow, world
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.routes import Route
from workflow_engine.simulate import simulate

PEOPLE = {"branch": ("ann",), "board": ("bob",)}


def test_the_row_that_applied_stands_in_the_history() -> None:
    """The branch is the one that the table names, with the rows that said so."""
    run = Run(flow(fill(), by_authority("level", a=(approve("branch"),), b=(approve("board"),))), world(PEOPLE, level="a"))

    assert ["branch"] == run.at()
    chosen = next(entry.event for entry in run.entries if isinstance(entry.event, ev.BranchChosen))
    assert ev.BranchChosen("level", "a", "a", ("row_a",)) == chosen


def test_without_a_row_the_flow_is_held() -> None:
    """Not even `otherwise` takes a case that the table says nothing about; with a row it goes on."""
    run = Run(flow(fill(), by_authority("level", (approve("board"),), a=(approve("branch"),))), world(PEOPLE, level=None))

    assert ("held", "no_authority") == (run.now.state, run.visit("level").held_reason)
    run.world = world(PEOPLE, level="a")
    assert run.do(cmd.Retry("admin")) is None
    assert ["branch"] == run.at()


def test_who_lost_the_authority_does_not_approve() -> None:
    """Between the choose and the commit the table changed its answer: no approval, but a return that routes anew."""
    run = Run(flow(fill(), by_authority("level", a=(approve("branch"),), b=(approve("board"),))), world(PEOPLE, level="a"))
    for level in ("b", None):
        run.world = world(PEOPLE, level=level)
        refusal = run.decide("ann", "branch", "approve")
        assert refusal is not None
        assert "authority_moved" == refusal.reason

    run.world = world(PEOPLE, level="b")
    assert run.decide("ann", "branch", "return") is None
    run.approve("maker", "apply")
    assert ["board"] == run.at()


def test_no_deadline_passes_it_either() -> None:
    """A step that passes by itself when it is late stays open once the table would send the case elsewhere."""
    due = Due(Duration(1, "hour"), "approve")
    steps = by_authority("level", a=(approve("branch", due=due),), b=())
    for level, state in (("a", "approved"), ("b", "running")):
        run = Run(flow(fill(), steps), world(PEOPLE, level="a"))
        run.world = replace(world(PEOPLE, level=level))
        assert run.do(cmd.TimerDue("branch", 1)) is None
        assert state == run.now.state


def test_the_trial_run_shows_the_row() -> None:
    """Who tries the flow reads which row leads to a step, and that a case without a row stops there."""
    definition = flow(fill(), by_authority("level", a=(approve("branch"),)), approve("board"))
    trial = simulate(definition, "maker", None, lambda _done: world(PEOPLE, level="a"))
    assert [None, Route("a", "a", ("row_a",)), None] == [step.authority for step in trial.steps]

    stuck = simulate(definition, "maker", None, lambda _done: world(PEOPLE, level=None))
    assert ["no_authority"] == [step.stuck for step in stuck.steps if step.stuck]
