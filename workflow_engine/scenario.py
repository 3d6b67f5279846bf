"""A worked case at work: each act goes through the same engine as a real approval, calls end as the case says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from forms_dsl.model import Case, CaseAct, WaitStep
from forms_dsl.workflow_tree import UNDO
from forms_dsl.working_time import end_of
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.arrivals import arriving, may_still_wait
from workflow_engine.child_ends import completed_by
from workflow_engine.choosing import STARTER, suggest
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.simulate import pass_visit
from workflow_engine.state import Instance, Visit
from workflow_engine.trial_world import world_of
from workflow_engine.undo_list import called_at
from workflow_engine.worked_case import (
    Record,
    WorkedCase,
    draft_record,
    entered,
    given_ends,
    may_start,
    parsed_fields,
    reversed_in,
    saved,
    written,
)
from workflow_engine.world import World

#: Acts that the engine itself carries out.
PLAYED = frozenset({"submit", "resubmit", "recall", "approve", "reject", "return", "edit", "wait", "receive"})
#: What a case may expect of a run through a workflow.
_EXPECTED = ("at", "state", "reason", "held_for", "next", "superseded", "people", "fields", "work_items")
_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """The act that could not be done, and why, in the code of the engine's refusal."""

    number: int
    act: CaseAct
    reason: str


@dataclass(frozen=True, slots=True)
class Played:
    """Where the acts lead: the approval, the record, the steps that were visited, and the act that was refused."""

    state: Instance
    record: Record
    now: dt.datetime
    path: tuple[str, ...]
    refused: Refused | None = None
    #: Everything that happened on the way.
    entries: tuple[ev.Entry, ...] = ()


def unplayable(case: Case) -> str | None:
    """What of a case is not about a run through a workflow, as a word of the language; None when all of it is."""
    if case.records:
        return "records"
    if case.expect_error is not None and case.expect_error.reason is None:
        return "expect_error"
    for act in case.do:
        if act.kind not in PLAYED:
            return "do"
    expect = case.expect
    for word in () if expect is None else expect.__dataclass_fields__:
        if word not in _EXPECTED and getattr(expect, word) not in (None, (), {}):
            return "expect"
    return None


def can_be_played(case: Case) -> bool:
    """Whether the engine can do all that a case does and knows all that it expects."""
    return unplayable(case) is None


def play(worked: WorkedCase) -> Played:
    """Do the acts of a case in order; without any, everybody approves as far as it goes."""
    scene, acts = _Scene(worked, worked.now, draft_record(worked)), worked.case.do
    submits = next((number for number, act in enumerate(acts) if act.kind == "submit"), None)
    for act in acts[: submits or 0]:
        scene.do(act)  # what is entered while it is a draft
    refused = scene.start()
    if refused is not None:
        return scene.played(Refused(submits or 0, CaseAct("submit"), refused))
    for number, act in enumerate(acts):
        if submits is not None and number <= submits:
            continue
        reason = scene.do(act)
        if reason is not None:
            return scene.played(Refused(number, act, reason))
        scene.end_calls()
    if not acts:
        scene.approve_everything()
    return scene.played()


def _runs(visit: Visit) -> bool:
    """Whether another workflow is waited for."""
    return visit.state == "waiting" and bool(visit.children)


@dataclass(slots=True)
class _Scene:
    """One case at work; lives only inside `play`."""

    worked: WorkedCase
    now: dt.datetime
    record: Record
    entries: list[ev.Entry] = field(default_factory=list)
    editors: dict[str, set[str]] = field(default_factory=dict)
    started: Instance | None = None
    #: Events that came before their wait, each with the moment until which it is kept.
    early: list[tuple[dt.datetime, CaseAct]] = field(default_factory=list)

    @property
    def state(self) -> Instance:
        if self.started is None:
            raise ValueError("the case has not started")
        return self.started

    def start(self) -> str | None:
        """Submit: why it may not be, or None."""
        user = self.worked.case.user
        if user is not None and user.role is not None and not may_start(self.worked, user.role):
            reason: str | None = "may_not_start"
        else:
            first = self.worked.definition.first_fill()
            if first is not None:
                self.enter(entered(self.worked, first.name), self.worked.starter)
            for name in self.worked.case.given:
                self.editors.setdefault(name, set()).add(self.worked.starter)
            self.record |= written(self.worked, self.worked.workflow.start_set, self.record, self.now)
            branch, world = user.branch if user is not None else None, self.world()
            before = Instance(self.worked.starter, branch, "running", self.now)
            choices = suggest(self.worked.definition, before, world, STARTER)
            what = reversed_in(self.worked)
            reason = self.give(cmd.Start(self.worked.starter, branch, choices=choices, reverses=what))
        if reason is None:
            self.end_calls()
        return reason

    def do(self, act: CaseAct) -> str | None:
        """Do one act; why the engine refuses it, or None."""
        match act.kind:
            case "submit":
                return "running"
            case "edit":
                self.enter(parsed_fields(self.worked, act.values), self.worked.starter)
                return None
            case "wait":
                return self.wait(act) if self.started is not None else None
            case "receive":
                self.receive(act)
                return None
            case "recall":
                return self.give(cmd.Recall(self.worked.starter))
            case "resubmit":
                fill = next((visit for visit in self.state.open_visits() if self.is_filled(visit)), None)
                return "not_open" if fill is None else self.decide(fill, CaseAct("approve", fill.step, by=self.worked.starter))
            case _:
                visit = next((visit for visit in self.state.open_visits() if visit.step == act.step), None)
                if visit is None:
                    return "not_open"
                if act.kind == "approve" and act.by is None:
                    return self.approve(visit, act)
                return self.decide(visit, act)

    def decide(self, visit: Visit, act: CaseAct) -> str | None:
        """One person decides one seat: the one who is named, else the first who may."""
        if visit.state != "open":
            return next((left.reason for left in visit.left_out if left.person == act.by), visit.held_reason or "not_open")
        wrong = self.enter_at(visit.step, act)
        if wrong is not None:
            return wrong
        reason = "not_offered"
        for seat in visit.seats:
            for person in (act.by,) if act.by is not None else visit.entitled(seat):
                words = act.opinion if act.opinion is not None else "-"
                decision = self.decision(visit, act)
                deed = cmd.Decide(person, visit.step, visit.number, seat.number, decision, words, act.to, signature="-")
                if decision in ("approve", "complete"):
                    deed = replace(
                        deed, choices=suggest(self.worked.definition, self.state, self.world(), visit.step, actor=person)
                    )
                refused = self.give(deed)
                if refused is None:
                    return None
                # A seat that is decided or another's says less than why the person himself may not.
                reason = refused if reason == "not_offered" else reason
        return next((left.reason for left in visit.left_out if left.person == act.by), reason)

    def decision(self, visit: Visit, act: CaseAct) -> cmd.Decision:
        if act.kind == "approve":
            return "complete" if self.is_filled(visit) else "approve"
        return "return" if act.kind == "return" else "reject"

    def approve(self, visit: Visit, act: CaseAct | None = None) -> str | None:
        """Everybody who is asked approves, or the call ends."""
        if visit.state == "calling" or _runs(visit):
            return self.end(visit)
        wrong = None if visit.state == "waiting" else self.enter_at(visit.step, act or CaseAct("approve", visit.step))
        if wrong is not None:
            return wrong
        step = self.worked.definition.places[visit.step].step
        if isinstance(step, WaitStep) and step.event is None and visit.due_at is not None:
            self.now = max(self.now, visit.due_at)  # it is waited until then
        went = pass_visit(self.worked.definition, self.state, self.world(), visit)
        if isinstance(went, str):
            return went
        self.take(went.state, went.entries)
        return None

    def end_calls(self) -> None:
        """Every call ends as the case says."""
        for _ in range(_MOST_STEPS):
            call = next((visit for visit in self.state.open_visits() if visit.state == "calling" or _runs(visit)), None)
            if call is None or self.end(call) is not None:
                return

    def end(self, visit: Visit) -> str | None:
        if _runs(visit):
            return self.end_runs(visit)
        result = self.worked.case.outcomes.get(called_at(self.state, visit))
        if result is None and visit.undoes is None:
            self.record |= saved(self.worked, visit.step, self.record)
        ended: cmd.CallResult = "confirmed" if result is None else "rejected" if result == "rejected" else "unknown"
        return self.give(cmd.FinishCall(visit.step, visit.number, ended))

    def end_runs(self, visit: Visit) -> str | None:
        """Every run of another workflow ends as the case says; what is saved is there when the last of them does."""
        for child, end in zip(visit.children, given_ends(self.worked.case, visit.step), strict=True):
            ended = cmd.FinishChild(child.instance, end)
            if completed_by(self.worked.definition, self.state, ended) is not None:
                self.record |= saved(self.worked, visit.step, self.record)
            refused = self.give(ended)
            if refused is not None:
                return refused
        return None

    def approve_everything(self) -> None:
        """Everybody approves, step by step in the order of the file, as far as it goes."""
        for _ in range(_MOST_STEPS):
            visits = sorted(self.state.open_visits(), key=lambda visit: self.worked.definition.position(visit.step))
            if not visits or self.approve(visits[0]) is not None:
                return

    def wait(self, act: CaseAct) -> str | None:
        """Time goes by: what is due meanwhile is done at its moment."""
        until = end_of(act.length, self.now, self.worked.clock) if act.length is not None else None
        if until is None:
            return "calendar_missing"
        for _ in range(_MOST_STEPS):
            due = min((one for one in self.timers() if one[0] <= until), key=lambda one: one[0], default=None)
            if due is None:
                break
            self.now = max(self.now, due[0])
            self.give(due[1])
            self.end_calls()
        self.now = until
        return None

    def receive(self, act: CaseAct) -> None:
        """An event ends the waits that are open for it; without one it is kept for a wait that may yet open."""
        if self.started is not None and self.arrives(act):
            return
        binding, _, name = (act.name or "").partition(".")
        until = end_of(self.worked.app.bindings[binding].events[name].keep, self.now, None)
        waits = [place.step for place in self.worked.definition.places.values() if isinstance(place.step, WaitStep)]
        steps = [step.name for step in waits if step.event == act.name]
        may_come = self.started is None or any(may_still_wait(self.worked.definition, self.state, step) for step in steps)
        if until is not None and may_come:
            self.early.append((until, act))

    def arrives(self, act: CaseAct, *, once: bool = False) -> bool:
        """Let an event end the waits that are open for it, `once` the first of them; whether there was one."""
        found = list(arriving(self.worked, self.state, self.record, self.now, act))
        for arrived, values in found[:1] if once else found:
            self.record |= values
            self.give(cmd.EventArrived(arrived.step, arrived.number))
        return bool(found)

    def take_early(self) -> None:
        """What came before its wait opened is taken by it, once, while it is kept."""
        for kept in list(self.early):
            if kept in self.early and self.now < kept[0] and any(visit.state == "waiting" for visit in self.state.open_visits()):
                self.early.remove(kept)
                if not self.arrives(kept[1], once=True):
                    self.early.append(kept)

    def timers(self) -> Iterator[tuple[dt.datetime, cmd.Command]]:
        """What time does at the open visits, and when."""
        for visit in self.state.open_visits():
            if visit.state in ("open", "waiting") and visit.due_at is not None and not visit.overdue:
                yield visit.due_at, cmd.TimerDue(visit.step, visit.number)
            if visit.state == "open" and visit.closes_at is not None:
                yield visit.closes_at, cmd.CloseBallot(visit.step, visit.number)

    def enter_at(self, step: str, act: CaseAct) -> str | None:
        """What the person at a step enters: only what the step lets him write."""
        values = entered(self.worked, step) | parsed_fields(self.worked, act.values)
        allowed = self.worked.definition.human(step).fields.write
        if any(name.partition(".")[0] not in allowed for name in values):
            return "not_writable"
        people = self.worked.case.given.get(f"{step}_by")
        self.enter(values, act.by or (people if isinstance(people, str) else f"{step}_1"))
        return None

    def enter(self, values: Record, person: str) -> None:
        for name in values:
            self.editors.setdefault(name.partition(".")[0], set()).add(person)
        self.record |= values

    def is_filled(self, visit: Visit) -> bool:
        return visit.state == "open" and self.worked.definition.human(visit.step).verb == "fill"

    def give(self, command: cmd.Command) -> str | None:
        """Give the engine a command; the reason of its refusal, or None."""
        went = handle(self.worked.definition, self.started, command, self.world())
        if isinstance(went, Refusal):
            return went.reason
        self.take(went.state, went.entries)
        return None

    def take(self, state: Instance, entries: tuple[ev.Entry, ...]) -> None:
        """Keep what came of a command, and what its events write into the record."""
        self.started = state
        self.entries.extend(entries)
        for entry in entries:
            match entry.event:
                case ev.DecisionRun(values=values):
                    self.record |= parsed_fields(self.worked, values)
                case ev.Finished(result=result):
                    values = self.worked.workflow.finish_set.get(result, {})
                    self.record |= written(self.worked, values, self.record, self.now)
                case ev.Recalled():
                    before = draft_record(self.worked)
                    self.record |= {name: before.get(name) for name in self.worked.workflow.start_set}
        if self.early:
            self.take_early()

    def world(self) -> World:
        return world_of(self.worked, self.record, self.now, self.editors_of)

    def editors_of(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(person for name in names for person in self.editors.get(name, ()))

    def played(self, refused: Refused | None = None) -> Played:
        state = self.started or Instance(self.worked.starter, None, "stopped", self.now)
        return Played(state, self.record, self.now, (*self.left(), *self.waiting()), refused, tuple(self.entries))

    def left(self) -> Iterator[str]:
        """The steps that were left with a result, in order."""
        for entry in self.entries:
            if isinstance(entry.event, ev.VisitClosed) and entry.event.result != "cancelled" and not self.is_undo(entry.event):
                yield entry.event.step

    def is_undo(self, closed: ev.VisitClosed) -> bool:
        # What a reversal takes back stands in its path.
        visit = self.state.visit(closed.step, closed.visit)
        return visit is not None and visit.undoes is not None and visit.step != UNDO

    def waiting(self) -> Iterator[str]:
        visits = self.started.open_visits() if self.started is not None else ()
        yield from sorted((visit.step for visit in visits), key=self.worked.definition.position)
