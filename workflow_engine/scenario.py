"""An example that says what is done: each act goes through the same engine, calls are answered at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from forms_dsl.model import Case, CaseAct, Expected, HumanStep
from workflow_engine import commands as cmd
from workflow_engine.controls import VOTING
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.simulate import pass_visit
from workflow_engine.state import PASSED_VISITS, Instance, Visit
from workflow_engine.world import World

#: Acts that the engine itself carries out.
PLAYED = frozenset({"submit", "resubmit", "approve", "reject", "return", "edit"})

#: The facts when these steps are through and these values were entered since.
SceneFacts = Callable[[tuple[str, ...], Mapping[str, object]], World]


@dataclass(frozen=True, slots=True)
class Played:
    """Where the acts lead, and the first one that could not be done."""

    state: Instance
    refused: CaseAct | None = None


def can_be_played(example: Case) -> bool:
    """Whether the engine can do all that an example does and knows all that it expects."""
    expect = example.expect
    known = expect is None or not (expect.fields or expect.records or expect.record_count is not None or expect.output)
    more = expect is not None and (expect.can_read or expect.cannot_read or expect.shown or expect.hidden)
    effects = expect is not None and (expect.work_items is not None or expect.messages is not None)
    plain = not (example.records or example.expect_error or example.user)
    return known and not more and not effects and plain and all(act.kind in PLAYED for act in example.do)


def play(definition: Definition, starter: str, example: Case, facts: SceneFacts) -> Played:
    """Do the acts of an example in order; without any, everybody approves as far as it goes."""
    acts = example.do or (CaseAct("submit"),)
    scene = _Scene(definition, starter, facts, _started(definition, starter, facts))
    for act in acts if acts[0].kind == "submit" else (CaseAct("submit"), *acts):
        if not scene.do(act):
            return Played(scene.state, act)
        scene.answer_calls()
    if not example.do:
        scene.approve_everything()
    return Played(scene.state)


def mismatches(definition: Definition, expected: Expected, played: Played) -> Iterator[str]:
    """The keys of what is expected that came out otherwise."""
    state = played.state
    waiting = sorted(state.open_visits(), key=lambda visit: definition.position(visit.step))
    at = next((visit for visit in waiting if visit.step in expected.at), waiting[0] if waiting else None)
    if not set(expected.at) <= {visit.step for visit in waiting}:
        yield "at"
    if expected.next is not None and (not waiting or waiting[0].step != expected.next):
        yield "next"
    if expected.state is not None and expected.state not in (state.state, "waiting" if waiting else ""):
        yield "state"
    if expected.reason is not None and expected.reason not in _reasons(at):
        yield "reason"
    if expected.held_for is not None and (at is None or at.state != "held" or expected.held_for != "admin"):
        yield "held_for"
    if expected.superseded is not None and set(expected.superseded) != _superseded(definition, state):
        yield "superseded"


def _reasons(visit: Visit | None) -> set[str | None]:
    return {visit.held_reason, *(left.reason for left in visit.left_out)} if visit is not None else set()


def _superseded(definition: Definition, state: Instance) -> set[str]:
    """The steps whose approvals no longer count."""
    gone = {visit.step for visit in state.visits if visit.state == "superseded"}
    steps = (definition.places[name].step for name in gone)
    return {step.name for step in steps if isinstance(step, HumanStep) and step.verb in VOTING}


def _started(definition: Definition, starter: str, facts: SceneFacts) -> Instance:
    started = handle(definition, None, cmd.Start(starter, None), facts((), {}))
    if isinstance(started, Refusal):
        raise TypeError("a start is never refused")
    return started.state


@dataclass(slots=True)
class _Scene:
    """One example at work; lives only inside `play`."""

    definition: Definition
    starter: str
    facts: SceneFacts
    state: Instance
    edits: Mapping[str, object] | None = None

    def do(self, act: CaseAct) -> bool:
        """Do one act; false when the engine refuses it."""
        match act.kind:
            case "submit":
                return True
            case "edit":
                self.edits = {**(self.edits or {}), **act.values}
                return True
            case "resubmit":
                fill = next((visit for visit in self.state.open_visits() if self._fills(visit)), None)
                return fill is not None and self._decide(fill, "complete", (self.starter,))
            case "approve":
                visit = self._open(act.step)
                return visit is not None and self._pass(visit)
            case _:
                visit = self._open(act.step)
                decision: cmd.Decision = "return" if act.kind == "return" else "reject"
                return visit is not None and self._decide(visit, decision, None, act.to)

    def answer_calls(self) -> None:
        """Every call is confirmed, as its answer in the example says."""
        while (call := next((visit for visit in self.state.open_visits() if visit.state == "calling"), None)) is not None:
            if not self._pass(call):
                return

    def approve_everything(self) -> None:
        """Everybody approves, step by step in the order of the file, as far as it goes."""
        while visits := sorted(self.state.open_visits(), key=lambda visit: self.definition.position(visit.step)):
            if not self._pass(visits[0]):
                return

    def _open(self, step: str | None) -> Visit | None:
        return next((visit for visit in self.state.open_visits() if visit.step == step), None)

    def _fills(self, visit: Visit) -> bool:
        return self.definition.human(visit.step).verb == "fill" if visit.state == "open" else False

    def _world(self, visit: Visit) -> World:
        through = tuple(each.step for each in self.state.visits if each.state in PASSED_VISITS)
        return self.facts((*through, visit.step), self.edits or {})

    def _pass(self, visit: Visit) -> bool:
        went = pass_visit(self.definition, self.state, self._world(visit), visit)
        if isinstance(went, str):
            return False
        self.state = went
        return True

    def _decide(self, visit: Visit, decision: cmd.Decision, people: tuple[str, ...] | None, to: str | None = None) -> bool:
        for seat in visit.seats:
            for person in people or visit.entitled(seat):
                act = cmd.Decide(person, visit.step, visit.number, seat.number, decision, opinion="-", to=to)
                went = handle(self.definition, self.state, act, self._world(visit))
                if not isinstance(went, Refusal):
                    self.state = went.state
                    return True
        return False
