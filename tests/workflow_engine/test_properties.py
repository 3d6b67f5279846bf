"""What holds for every workflow, whatever people do: random definitions, organisations and acts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forms_dsl.model import AnyOfStep, RepeatApprover, SubFlowStep
from tests.workflow_engine.flows import NOW, world
from tests.workflow_engine.random_flows import LIMITS, ROLES, random_command, random_definition, random_world, with_clock
from tests.workflow_engine.times_and_choices import check_chosen, check_times
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.apply import replay
from workflow_engine.choosing import STARTER, suggest
from workflow_engine.definition import Definition, build_definition
from workflow_engine.event_codec import decode, encode, kind_of
from workflow_engine.guards import Refusal, offered
from workflow_engine.handle import Handled, handle
from workflow_engine.state import PASSED_VISITS, Instance, Seat, Visit, is_system
from workflow_engine.world import World

#: A failing seed is printed and makes the whole run again; shrinking would only change the seed.
MANY = settings(max_examples=250, deadline=None)
SEEDS = st.integers(0, 2**40)


def begin(definition: Definition, facts: World) -> Handled:
    """The start; a case for which the starter finds nobody to choose is not one."""
    choices = suggest(definition, Instance("maker", "B1", "running", facts.now), facts, STARTER)
    outcome = handle(definition, None, cmd.Start("maker", "B1", choices=choices), facts)
    assume(not (isinstance(outcome, Refusal) and outcome.reason == "choice_missing"))
    assert isinstance(outcome, Handled)
    return outcome


@MANY
@given(SEEDS)
def test_invariants_hold_after_every_command(seed: int) -> None:
    """Replay, liveness, seat conservation, four eyes, limits, returns and joins hold after every command."""
    random = Random(seed)
    definition = random_definition(random, chosen=True)
    facts = random_world(random, definition)
    started = begin(definition, facts)
    state, entries = started.state, list(started.entries)
    check(definition, state, entries)
    check_times(definition, started, facts, None)
    for _ in range(40):
        if random.random() < 0.1:
            facts = replace(random_world(random, definition), now=facts.now)
        if random.random() < 0.2:
            facts = replace(facts, now=facts.now + dt.timedelta(hours=random.choice((1, 5, 30))))
        command = random_command(random, definition, state)
        outcome = handle(definition, state, command, facts)
        if isinstance(outcome, Refusal):
            continue
        check_fail_closed(state, outcome, facts, definition)
        check_times(definition, outcome, facts, (state, command))
        check_chosen(definition, state, outcome)
        check_suspended(state, outcome)
        check_closed_visits(state, outcome.state)
        check_return(definition, outcome)
        state = outcome.state
        entries.extend(outcome.entries)
        check(definition, state, entries)


@MANY
@given(SEEDS)
def test_approving_everything_reaches_an_end(seed: int) -> None:
    """From any reachable state, approving all that is offered ends or waits for a stated reason, in bounded steps."""
    random = Random(seed)
    definition = random_definition(random, chosen=True)
    facts = random_world(random, definition)
    state = begin(definition, facts).state
    for _ in range(random.randint(0, 15)):
        outcome = handle(definition, state, random_command(random, definition, state), facts)
        state = state if isinstance(outcome, Refusal) else outcome.state
    asked = sum(len(visit.requests) + len(visit.seats) for visit in state.visits)
    unchosen: set[str] = set()
    for _ in range(len(definition.places) * 7 + asked + 2):
        facts = replace(facts, now=facts.now + dt.timedelta(hours=4))
        outcome = next(forward(definition, state, facts, unchosen), None)
        if outcome is None:
            break
        state, unchosen = outcome.state, set()
    else:
        raise AssertionError("no end")
    stuck = [visit for visit in state.open_visits() if visit.step not in unchosen]
    assert not state.is_running or all(waits_for_cause(definition, visit, facts) for visit in stuck)


def forward(definition: Definition, state: Instance, facts: World, unchosen: set[str]) -> Iterator[Handled]:
    """What leads on: each command that everybody's approval would be, given; `unchosen` gets the steps that lack people to choose."""
    for command in approvals(definition, state, facts):
        outcome = handle(definition, state, command, facts)
        if isinstance(outcome, Refusal):
            # Nobody is in the range from which the people of a later step are chosen.
            assert isinstance(command, cmd.Decide)
            assert "choice_missing" == outcome.reason
            unchosen.add(command.step)
        else:
            yield outcome


def approvals(definition: Definition, state: Instance, facts: World) -> Iterator[cmd.Command]:
    """Commands that resume, answer who asked, confirm a call or approve a seat, first seat first."""
    if state.suspended_at is not None:
        yield cmd.Resume("admin", "on")
    for visit in state.open_visits():
        if visit.state == "calling":
            yield cmd.FinishCall(visit.step, visit.number, "confirmed")
        for child in visit.children if visit.is_open else ():
            if child.state == "running":
                yield cmd.FinishChild(child.instance, "approved")
        if visit.state == "waiting" and not visit.children:
            step = definition.places[visit.step].step
            yield cmd.EventArrived(visit.step, visit.number) if step.event else cmd.TimerDue(visit.step, visit.number)  # type: ignore[union-attr]
        for request in visit.requests if visit.state == "open" else ():
            if request.is_open:
                yield cmd.Answer(request.person, visit.step, visit.number, request.number, "well")
        for seat in visit.seats:
            for person in visit.entitled(seat):
                decision = "complete" if visit.by_hand or definition.human(visit.step).verb == "fill" else "approve"
                chooser = STARTER if visit.step == "apply" and person == state.starter else visit.step
                choices = suggest(definition, state, facts, chooser, actor=person)
                act = cmd.Decide(person, visit.step, visit.number, seat.number, decision, "done", choices=choices)
                if decision in offered(definition, state, facts, act):
                    yield act


def waits_for_cause(definition: Definition, visit: Visit, facts: World) -> bool:
    """Held with a reason; or everybody asked lacks authority, or has left, since he was asked."""
    if visit.state == "held":
        return bool(visit.held_reason)
    if visit.children:
        return False
    step = definition.human(visit.step)
    people = [person for seat in visit.seats for person in visit.entitled(seat)]
    return step.limit is not None or not all(facts.still_fits(step.by, person) for person in people)


def check(definition: Definition, state: Instance, entries: list[ev.Entry]) -> None:
    """The invariants of a state together with its history."""
    # 1 replay, also through the stored form
    assert state == replay(entries)
    stored = [(entry.at, entry.actor, kind_of(entry.event), json.dumps(encode(entry.event))) for entry in entries]
    assert state == replay(ev.Entry(at, actor, decode(kind, json.loads(body))) for at, actor, kind, body in stored)
    # 2 liveness: running means that somebody or something is waited for, or that it is held with a reason
    waiting = [visit for visit in state.visits if visit.is_open]
    assert bool(waiting) == state.is_running
    for visit in waiting:
        assert visit.held_reason if visit.state == "held" else True
        if visit.children and visit.state == "waiting":
            # A suspended flow has kept the ends that it goes on from when it is resumed.
            assert any(child.state == "running" for child in visit.children) or state.suspended_at is not None
        if visit.state == "open":
            assert all(visit.entitled(seat) for seat in visit.seats if seat.state == "open" and not comes_after(visit, seat))
            assert any(seat.state == "open" for seat in visit.seats)
    assert ("held" in {visit.state for visit in waiting}) == (state.state == "held")
    # 7 seats: only the visit's opening makes them, and every vote is an event
    votes = sum(isinstance(entry.event, ev.SeatDecided | ev.SeatRepeated) for entry in entries)
    assert votes == sum(seat.actor is not None for visit in state.visits for seat in visit.seats)
    for entry in entries:
        if isinstance(entry.event, ev.VisitOpened):
            opened = state.visit(entry.event.step, entry.event.visit)
            assert opened is not None
            added = [
                e.event for e in entries if isinstance(e.event, ae.SeatAdded) and (e.event.step, e.event.visit) == key(opened)
            ]
            assert len(entry.event.seats) + len(added) == len(opened.seats)
            assert [seat.weight for seat in entry.event.seats] == [s.weight for s in opened.seats if s.added_by is None]
    # a decision runs once a visit, right before its people are asked
    runs = [(at, entry.event) for at, entry in enumerate(entries) if isinstance(entry.event, ev.DecisionRun)]
    assert len(runs) == len({(event.step, event.visit) for _, event in runs})
    for at, event in runs:
        after = entries[at + 1].event
        assert isinstance(after, ev.VisitOpened | ev.VisitHeld | ev.PassedWithout)
        assert (event.step, event.visit) == (after.step, after.visit)
    assert {e.event.step for e in entries if isinstance(e.event, ev.VisitOpened) and _runs(definition, e.event)} <= {
        event.step for _, event in runs
    }
    # one person, one seat of a visit
    for visit in state.visits:
        there = (seat for seat in visit.seats if seat.state != "cancelled" or visit.state == "cancelled")
        owners = [person for seat in there for person in {seat.owner, seat.actor} if person and not is_system(person)]
        assert len(owners) == len(set(owners))
    # 9 four eyes over the whole history
    for rule in definition.workflow.four_eyes:
        acted = [state.actors(step) for step in rule.different_people]
        assert len(frozenset().union(*acted)) == sum(map(len, acted))
    # one open visit of a step
    assert len({visit.step for visit in waiting}) == len(waiting)
    # cancelling goes down: nothing runs on for a visit that is over, but for what it did not wait for
    for visit in state.visits:
        step = definition.places[visit.step].step
        waited_for = isinstance(step, SubFlowStep) and not step.detached
        assert not (waited_for and not visit.is_open and any(child.state == "running" for child in visit.children))
    ended = [entry.event.child for entry in entries if isinstance(entry.event, ae.ChildEnded)]
    assert len(ended) == len(set(ended))
    # 13 joins
    for block in state.blocks:
        assert len(block.ended) == len(set(block.ended))
        is_race = isinstance(definition.places[block.name].step, AnyOfStep)
        through = bool(block.ended) if is_race else set(block.ended) == set(block.branches)
        if is_race and through and block.state == "running":
            # Won, and not over before what the others did is taken back: nothing else is open there.
            places = {name for name, ways in ((n, dict(definition.around(n))) for n in definition.places) if block.name in ways}
            left = [visit for visit in waiting if visit.step in places]
            assert left and all(visit.undoes is not None or visit.step in definition.irreversible for visit in left)
            continue
        assert through == (block.state == "ended") or block.state == "cancelled"
        assert not is_race or len(block.ended) <= 1
    running = [block.name for block in state.blocks if block.state == "running"]
    assert len(running) == len(set(running))


def comes_after(visit: Visit, seat: Seat) -> bool:
    """后加签: his turn has not come while the one who added him is still to decide."""
    return seat.mode == "after" and any(other.number == seat.beside and other.state == "open" for other in visit.seats)


def key(visit: Visit) -> tuple[str, int]:
    return visit.step, visit.number


def check_suspended(before: Instance, outcome: Handled) -> None:
    """15: while it is suspended nothing is decided and no time has an effect; what a call answers is kept."""
    if before.suspended_at is None or outcome.state.suspended_at is None:
        return
    assert all(isinstance(entry.event, ev.CallFinished | ae.EventKept | ae.ChildEnded) for entry in outcome.entries)


def _runs(definition: Definition, opened: ev.VisitOpened) -> bool:
    return not opened.by_hand and definition.human(opened.step).run is not None


def check_fail_closed(before: Instance, outcome: Handled, facts: World, definition: Definition) -> None:
    """8 and 10: only who holds an item of the seat changes it, and an approval is covered by the own limit."""
    for entry in outcome.entries:
        match entry.event:
            case (
                ae.SeatTransferred(step=step, visit=number, person=person) | ae.SeatAdded(step=step, visit=number, person=person)
            ):
                held = before.visit(step, number)
                assert held is not None
                votes = definition.human(step).verb != "fill"
                assert person not in {s.owner for s in held.seats if s.state != "cancelled"}
                assert not (votes and person == before.starter)
                # Beside those who hold a seat only an administrator moves one, and only to somebody else (离职交接).
                handed_over = isinstance(entry.event, ae.SeatTransferred) and entry.actor == "admin" != person
                assert handed_over or any(entry.actor in held.entitled(seat) for seat in held.seats)
            case ae.OpinionGiven(step=step, visit=number, request=asked):
                held = before.visit(step, number)
                assert held is not None
                assert entry.actor == held.requests[asked - 1].person
        if isinstance(entry.event, ev.SeatDecided):
            visit = before.visit(entry.event.step, entry.event.visit)
            assert visit is not None
            seat = visit.seats[entry.event.seat - 1]
            owner = entry.event.on_behalf_of
            assert (owner or entry.actor) in visit.entitled(seat)
            assert owner is None or entry.actor in facts.proxies(owner)
            for rule in definition.workflow.four_eyes:
                if visit.step in rule.may_not_act_at:
                    assert entry.actor not in facts.editors(rule.editors_of)
            limit = definition.human(visit.step).limit
            if entry.event.decision == "approve":
                assert entry.actor != before.starter
                assert {facts.authority().value} >= branches_by_authority(definition, visit.step)  # type: ignore[union-attr]
                if limit is not None:
                    amount = facts.evaluate(limit)
                    assert isinstance(amount, Decimal)
                    assert all(LIMITS[person] >= amount for person in {entry.actor, owner or entry.actor})


def branches_by_authority(definition: Definition, step: str) -> set[str | None]:
    """The branches of chooses by the authority table that a step stands in; an `otherwise` stands for the code c."""
    found: set[str | None] = set()
    sequence = definition.sequences[definition.places[step].sequence]
    while sequence.block is not None:
        if sequence.block in definition.by_authority:
            found.add("c" if sequence.branch == "otherwise" else sequence.branch)
        sequence = definition.sequences[definition.places[sequence.block].sequence]
    return found


def check_closed_visits(before: Instance, after: Instance) -> None:
    """4: a visit gets its result once; afterwards it can only be superseded."""
    for visit in before.visits:
        now = after.visit(visit.step, visit.number)
        assert now is not None
        if not visit.is_open:
            assert now.state in (visit.state, "superseded")


def check_return(definition: Definition, outcome: Handled) -> None:
    """12: after a return to X there is one open visit in the cancel region, at X, and no result there counts."""
    back = next((entry.event for entry in outcome.entries if isinstance(entry.event, ev.Returned)), None)
    if back is None:
        return
    region = definition.region(back.to)
    inside = [visit for visit in outcome.state.visits if definition.position(visit.step) in region]
    assert [back.to] == [visit.step for visit in inside if visit.is_open]
    material = {"replay": "", "returner": "changed"}[definition.workflow.resubmit_to]
    target = outcome.state.latest(back.to)
    assert target is not None
    resumed = handle(definition, outcome.state, _complete(definition, target), generous(material))
    if isinstance(resumed, Handled) and resumed.state.visit(target.step, target.number).state in PASSED_VISITS:  # type: ignore[union-attr]
        before = {(visit.step, visit.number) for visit in inside if visit.step != back.to}
        assert not [v for v in resumed.state.visits if v.state in PASSED_VISITS and (v.step, v.number) in before]


def _complete(definition: Definition, visit: Visit) -> cmd.Decide:
    fills = visit.by_hand or definition.human(visit.step).verb == "fill"
    actor = next((person for seat in visit.seats for person in visit.entitled(seat)), "nobody")
    return cmd.Decide(actor, visit.step, visit.number, 1, "complete" if fills else "approve", "done")


def generous(material: str) -> World:
    """A world in which every role is filled."""
    roles: Mapping[str, tuple[str, ...]] = dict.fromkeys(ROLES, ("ann", "bob", "eva", "kai", "lin"))
    return with_clock(world(roles, {"amount": Decimal(1)}, LIMITS, now=NOW, material=material, decisions={"score": "7"}))


@MANY
@given(SEEDS)
def test_an_earlier_approval_only_saves_a_click(seed: int) -> None:
    """21: with deduplication off, the same people approving the same seats lead to the same state of every visit."""
    random = Random(seed)
    definition = random_definition(random)
    # A branch that is passed at once wins its race before the others have begun: nobody is asked there to begin with.
    assume(not any(isinstance(place.step, AnyOfStep) for place in definition.places.values()))
    on = build_definition(replace(definition.workflow, repeat_approver=RepeatApprover("any_earlier")), definition.irreversible)
    off = build_definition(replace(definition.workflow, repeat_approver=RepeatApprover()), definition.irreversible)
    facts = random_world(random, definition)
    saved, clicked = begin(on, facts), begin(off, facts).state
    state, news = saved.state, saved.entries
    for _ in range(30):
        for entry in news:
            if isinstance(event := entry.event, ev.SeatRepeated):
                owner = state.visit(event.step, event.visit).seat(event.seat).owner  # type: ignore[union-attr]
                act = cmd.Decide(owner or "", event.step, event.visit, event.seat, "approve")
                outcome = handle(off, clicked, act, facts)
                assert isinstance(outcome, Handled), outcome
                clicked = outcome.state
        # In branches at the same time, what is passed at once is passed before the next branch begins.
        assert {(v.step, v.number, v.state) for v in state.visits} == {(v.step, v.number, v.state) for v in clicked.visits}
        assert (state.state, [state.actors(step) for step in on.places]) == (
            clicked.state,
            [clicked.actors(step) for step in on.places],
        )
        command = random_command(random, on, state)
        first, second = handle(on, state, command, facts), handle(off, clicked, command, facts)
        if isinstance(command, cmd.TakeBack):
            # Beside a seat that the system passed one decided alone and may take it back; beside a person's click one did not.
            news = ()
            continue
        assert isinstance(first, Refusal) == isinstance(second, Refusal)
        if isinstance(first, Refusal) or isinstance(second, Refusal):
            news = ()
            continue
        state, news, clicked = first.state, first.entries, second.state
