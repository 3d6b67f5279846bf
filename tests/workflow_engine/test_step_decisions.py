"""The decision that a step runs: once a visit, before its people are asked, never guessed."""

from __future__ import annotations

from tests.workflow_engine.flows import Run, approve, choose, fill, flow, together, world
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.simulate import simulate, with_decisions

PEOPLE = {"check": ("ann", "eva"), "sound": ("bob",), "weak": ("kai",)}


def runs(run: Run) -> list[ev.DecisionRun]:
    return [entry.event for entry in run.entries if isinstance(entry.event, ev.DecisionRun)]


def test_it_runs_when_the_visit_starts_and_once() -> None:
    """Claiming and deciding run nothing again; a return makes a new visit, which does."""
    run = Run(flow(fill(), approve("check", run="grade")), world(PEOPLE, decisions={"grade": "A"}))
    assert [ev.DecisionRun("check", 1, "grade", {"grade": "A"})] == runs(run)

    assert run.do(cmd.Claim("ann", "check", 1, 1)) is None
    assert run.decide("ann", "check", "return") is None
    assert 1 == len(runs(run))
    run.approve("maker", "apply")
    assert [1, 2] == [event.visit for event in runs(run)]


def test_what_settles_nothing_is_held() -> None:
    """Nobody is asked with a score that is missing; once it can be had, a retry runs it."""
    run = Run(flow(fill(), approve("check", run="grade")), world(PEOPLE, decisions={"grade": None}))
    assert ("held", "decision_unsettled") == (run.now.state, run.visit("check").held_reason)
    assert [] == runs(run)

    run.world = world(PEOPLE, decisions={"grade": "B"})
    assert run.do(cmd.Retry("admin")) is None
    assert (["check"], 1) == (run.at(), len(runs(run)))


def test_the_same_command_sees_the_outputs() -> None:
    """A branch that runs beside the step chooses by the new value, not by the one before it."""
    beside = choose("grade", A=(approve("sound"),), C=(approve("weak"),))
    steps = together("both", one=(approve("check", run="grade"),), two=(beside,))
    run = Run(flow(fill(), steps), world(PEOPLE, {"grade": "C"}, decisions={"grade": "A"}))

    assert ["check", "sound"] == run.at()


def test_the_trial_run_goes_by_the_outputs_too() -> None:
    """What a decision gives on the way leads the trial where it will lead the approval."""
    definition = flow(fill(), approve("check", run="grade"), choose("grade", A=(approve("sound"),), C=(approve("weak"),)))
    facts = with_decisions(definition, world(PEOPLE, {"grade": "C"}, decisions={"grade": "A"}))

    assert ("apply", "check", "sound") == simulate(definition, "maker", None, facts).path
