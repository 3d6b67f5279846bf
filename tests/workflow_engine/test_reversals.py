"""撤销: an approved reversal takes back just the calls that the approval made, whatever people do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.workflow_tree import UNDO
from tests.process.bank import FILES
from tests.process.test_reversal import APPROVAL, MORE, REVERSAL
from tests.workflow_engine.flows import Run, approve, call, fill, flow, world
from tests.workflow_engine.random_flows import random_command, random_definition, random_world
from tests.workflow_engine.test_flow import PEOPLE
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.definition import build_definition
from workflow_engine.handle import Handled, handle
from workflow_engine.state import DoneCall, Instance, Reversed
from workflow_engine.undo_list import own_calls, reversed_calls
from workflow_engine.verify import load_verified

TAKEN = Reversed(
    "i1",
    "wf",
    (
        DoneCall("book", 2, "book", "core.reverse", {"en": "Book"}),
        DoneCall("reserve", 1, "reserve", "core.release", {"en": "Reserve"}),
    ),
)


def undone(entries: list[ev.Entry]) -> list[int | None]:
    """The numbers of the calls that are known to be taken back, in their order."""
    asked = {(e.event.step, e.event.visit): e.event.undoes for e in entries if isinstance(e.event, ev.CallRequested)}
    ends = [entry.event for entry in entries if isinstance(entry.event, ev.CallFinished)]
    return [asked[each.step, each.visit] for each in ends if each.step == UNDO and each.result == "confirmed" and not each.late]


def test_the_calls_are_taken_back_before_the_reversal_ends() -> None:
    """One after the other, with the numbers of the list; a refused one is sent again, and nobody acts meanwhile."""
    run = Run(flow(approve("check"), reverses="wf"), world(PEOPLE))
    run.state = started(run, TAKEN)
    assert run.decide("ann", "check", "approve") is None
    assert [UNDO] == run.at() and "running" == run.now.state
    assert run.do(cmd.Terminate("admin", "stop")) is not None and run.do(cmd.Recall("maker")) is not None
    run.call_done(UNDO, "rejected")
    assert ("held", "undo_rejected") == (run.now.state, run.visit(UNDO).held_reason)
    assert run.do(cmd.Retry("admin")) is None
    run.call_done(UNDO)
    run.call_done(UNDO)
    assert ([], "approved", [1, 2]) == (run.at(), run.now.state, undone(run.entries))


def test_a_reversal_that_is_refused_takes_back_only_what_it_did_itself() -> None:
    """Its own calls, not those of the approval, which stands."""
    run = Run(flow(call("tell", undo="core.untell"), approve("check"), reverses="wf"), world(PEOPLE))
    run.state = started(run, TAKEN)
    run.call_done("tell")
    run.decide("ann", "check", "reject")
    assert ["tell"] == run.at()
    run.call_done("tell")
    assert ("rejected", []) == (run.now.state, undone(run.entries))


def test_it_is_not_submitted() -> None:
    """A first step of the starter is a task of his: he has entered nothing before he asked for it."""
    run = Run(flow(fill("why"), approve("check"), reverses="wf"), world(PEOPLE))
    run.state = started(run, replace(TAKEN, calls=()))
    assert ["why"] == run.at()
    run.decide("maker", "why", "complete")
    run.decide("ann", "check", "approve")
    assert "approved" == run.now.state


def started(run: Run, taken: Reversed) -> Instance:
    outcome = handle(run.definition, None, cmd.Start("maker", "B1", reverses=taken, reason="because"), run.world)
    assert isinstance(outcome, Handled)
    run.entries[:] = outcome.entries
    return outcome.state


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**40))
def test_just_what_was_done_is_taken_back_in_reverse_each_once(seed: int) -> None:
    """Invariant 18 with a reversal, over random approvals, random reversals and random acts."""
    random = Random(seed)
    original, done = _approved(random)
    if done is None:
        return
    taken = Reversed("i1", "wf", own_calls(original, done))
    calls = [(each.step, each.visit) for each in taken.calls]
    closed = [done.visit(*call).closed_at for call in calls]  # type: ignore[union-attr]
    assert len(set(calls)) == len(calls) and closed == sorted(closed, reverse=True)  # type: ignore[type-var]

    plain = random_definition(random)
    definition = build_definition(replace(plain.workflow, reverses="wf"), plain.irreversible)
    facts = random_world(random, definition)
    outcome = handle(definition, None, cmd.Start("maker", "B1", reverses=taken, reason="because"), facts)
    assert isinstance(outcome, Handled)
    state, entries = outcome.state, list(outcome.entries)
    for _ in range(70):
        waits = [visit for visit in state.open_visits() if visit.state == "calling" and state.suspended_at is None]
        pick = random.random()
        if waits and (state.ending is not None or pick < 0.5):
            result: cmd.CallResult = random.choice(("confirmed", "confirmed", "confirmed", "rejected", "unknown"))
            act: cmd.Command = cmd.FinishCall(waits[0].step, waits[0].number, result)
        elif state.ending is not None and state.is_running and pick < 0.7:
            act = random.choice((cmd.Retry("admin"), cmd.Settle("admin", UNDO, "confirmed", "asked")))
        else:
            act = random_command(random, definition, state)
        handled = handle(definition, state, act, facts)
        if isinstance(handled, Handled):
            state, entries = handled.state, [*entries, *handled.entries]
    settled = [visit.undoes for visit in state.visits if visit.step == UNDO and visit.state == "completed"]
    numbers = list(range(1, len(calls) + 1))
    assert settled == numbers[: len(settled)]
    assert [number for number, _ in reversed_calls(state)] == numbers[len(settled) :]
    if state.state == "approved":
        assert settled == numbers
    elif state.state in ("rejected", "stopped"):
        assert settled == []


def _approved(random: Random):  # type: ignore[no-untyped-def]
    """A random approval led to its end; None where it does not get there."""
    definition = random_definition(random)
    facts = random_world(random, definition)
    outcome = handle(definition, None, cmd.Start("maker", "B1"), facts)
    assert isinstance(outcome, Handled)
    state = outcome.state
    for _ in range(80):
        waits = [visit for visit in state.open_visits() if visit.state == "calling"]
        act = cmd.FinishCall(waits[0].step, waits[0].number, "confirmed") if waits else random_command(random, definition, state)
        handled = handle(definition, state, act, facts)
        state = handled.state if isinstance(handled, Handled) else state
    return definition, state if state.state == "approved" else None


TEXTS = {**FILES, "workflows/approval.yaml": APPROVAL, **MORE}
OTHER = REVERSAL.replace("workflow: reversal", "workflow: other").replace("for: loan", "for: customer").partition("start:")[0]
OTHER += "start: {by: role.clerk}\nsteps:\n  - approve: agree\n    title: {zh: 同意, en: Agree}\n    by: {role: head}\n"
RULE = "automation: again\nlabel: {zh: 规则, en: Rule}\nentity: loan\nafter: {create: true}\nrun_as: system\ndo:\n  - start: reversal\n"


def found_in(**changed: str) -> list[Diagnostic]:
    return list(
        load_verified({**TEXTS, **{name.replace("__", "/") + ".yaml": text for name, text in changed.items()}}).diagnostics
    )


def codes_in(**changed: str) -> set[str]:
    """Without what is said of the rest of the app: no example of the approval, no time limits, an operation that nobody uses."""
    return {each.code for each in found_in(**changed)} - {"W005", "W014", "S011"}


def test_its_examples_are_played() -> None:
    """They say what is taken back, what holds it, and what a refusal leaves; a wrong one is found."""
    assert set() == codes_in()
    assert {"W110"} == codes_in(workflows__reversal=REVERSAL.replace("[agree, undo, undo]", "[agree, undo]"))
    assert {"W013"} == codes_in(workflows__reversal=REVERSAL.replace("answers: {booking", "answers: {bookin"))


@pytest.mark.parametrize(
    ("code", "file", "text"),
    [
        ("R001", "workflows__reversal", REVERSAL.replace("reverses: approval", "reverses: aproval")),
        ("W020", "workflows__reversal", REVERSAL.replace("reverses: approval", "reverses: reversal")),
        ("W020", "workflows__other", OTHER),
        ("W020", "workflows__again", REVERSAL.replace("workflow: reversal", "workflow: again").replace("reverses: approval", "reverses: reversal")),
        ("W020", "workflows__again", REVERSAL.replace("workflow: reversal", "workflow: again")),
        ("W020", "workflows__approval", APPROVAL.replace("for: loan\n", "for: loan\nreverses: reversal\n")),
        ("W020", "automations__again", RULE),
        ("W020", "workflows__reversal", REVERSAL.replace("approve: agree", "approve: undo").replace("agree", "undo")),
        ("W021", "workflows__approval", APPROVAL.replace("    undo: core.reverse\n", "", 1)),
        ("S002", "workflows__approval", APPROVAL.replace("in: own_branch, ", "in: own_branch, within: 3 days, ")),
        ("S001", "workflows__reversal", REVERSAL.replace("within: 3 days", "inside: 3 days")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_reversal_is_found(code: str, file: str, text: str) -> None:
    """A workflow that there is not, or for others, a reversal of a reversal, a circle, two of one, one that a rule starts."""
    found = [each for each in found_in(**{file: text}) if each.code == code]
    assert found and all(each.message and each.message_zh for each in found)


def test_a_reversal_that_takes_back_nothing_is_a_warning() -> None:
    """No call can be undone, and the record says nothing of it."""
    calls = APPROVAL.index("  - call: reserve")
    plain = APPROVAL[:calls] + APPROVAL[APPROVAL.index("on_finish:") :]
    nothing = REVERSAL.partition("on_finish:")[0]
    assert {"W021"} == codes_in(workflows__approval=plain, workflows__reversal=nothing)
    writing = f"{nothing}on_finish:\n  approved: {{set: {{status: reversed}}}}\n"
    assert set() == codes_in(workflows__approval=plain, workflows__reversal=writing)
