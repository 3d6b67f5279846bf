"""Running approvals that go on by another version of their workflow: what is kept, what is asked anew, what is refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from random import Random

from hypothesis import given

from forms_dsl.model import (
    AnyOfStep,
    Branch,
    ChooseStep,
    Due,
    Duration,
    HumanStep,
    People,
    SeatRule,
    TogetherStep,
    WorkflowStep,
)
from tests.workflow_engine.flows import Run, approve, call, choose, fill, flow, four_eyes, role, together, world
from tests.workflow_engine.random_flows import ROLES, RULES, random_command, random_definition, random_world
from tests.workflow_engine.test_properties import MANY, SEEDS, begin, check_suspended, comes_after
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.apply import apply, replay
from workflow_engine.definition import Definition, build_definition
from workflow_engine.event_codec import decode, encode, kind_of
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.state import Instance
from workflow_engine.upgrade import Fit, Misfit, Plan, fit, upgrade

PEOPLE = {"check": ("ann", "bob"), "risk": ("eva", "kai", "lin"), "decide": ("dan",), "other": ("zoe",)}
DUE = Due(Duration(4, "hour"), "remind")
ALL = SeatRule("all")


def at_check(*steps: WorkflowStep) -> Run:
    return Run(flow(fill(), *steps), world(PEOPLE))


def misfits(run: Run, new: Definition, **plan: object) -> list[tuple[str, str]]:
    found = fit(run.definition, new, run.now, Plan(**plan))  # type: ignore[arg-type]
    assert not isinstance(found, Fit), found
    return [(misfit.step, misfit.reason) for misfit in found]


def go_on(run: Run, new: Definition, **plan: object) -> Fit:
    """Take a run to another version, and keep its history."""
    found = fit(run.definition, new, run.now, Plan(**plan))  # type: ignore[arg-type]
    assert isinstance(found, Fit), found
    outcome = upgrade(new, run.world, run.now, found, (1, 2), "admin", "new rules")
    run.entries.extend(outcome.entries)
    run.state, run.definition = outcome.state, new
    assert replay(run.entries) == run.state
    return found


def test_an_open_step_keeps_its_seats_and_its_due_time() -> None:
    """A step that gets another due time keeps the one that it has; what it may do is that of the new version."""
    run = at_check(approve("check", due=DUE), approve("decide"))
    run.do(cmd.Claim("ann", "check", 1, 1))
    before = run.visit("check")
    go_on(run, flow(fill(), approve("check", due=Due(Duration(1, "hour"), "reject")), approve("decide")))

    assert before == run.visit("check")
    run.approve("ann", "check")
    assert ["decide"] == run.at()


def test_a_renamed_step_keeps_its_people_votes_and_timers() -> None:
    """Its visit goes on under the new name; a timer that was set under the old name still finds it."""
    run = at_check(approve("check", role("risk", count_min=3), rule=ALL, due=DUE), approve("decide"))
    run.approve("eva", "check")
    old = run.visit("check")
    found = go_on(
        run,
        flow(fill(), approve("review", role("risk", count_min=3), rule=ALL, due=DUE), approve("decide")),
        steps={"check": "review"},
    )

    now = run.visit("review")
    assert [(False, "check")] == [(now.step == "check", name) for name in now.former_names]
    assert (old.seats, old.due_at) == (now.seats, now.due_at)
    assert {"check": "review"} == found.steps
    assert run.do(cmd.TimerDue("check", 1)) is None
    assert run.visit("review").overdue
    run.approve("kai", "review")
    run.approve("lin", "review")
    assert ["decide"] == run.at()


def test_a_step_that_takes_the_old_name_later_counts_on() -> None:
    """A new step under a name that another one had is another visit: no key of a row or timer comes twice."""
    run = at_check(approve("check"), approve("decide"))
    go_on(
        run,
        flow(fill(), approve("review", role("check", pick="claim")), approve("check", role("other", pick="claim"))),
        steps={"check": "review"},
    )
    run.approve("ann", "review")

    assert [("check", 2)] == [(visit.step, visit.number) for visit in run.now.open_visits()]


def test_what_was_approved_and_is_no_more_stands_aside() -> None:
    """A step that the new version does not have is left behind when it is closed; open, it forbids the migration."""
    steps = (approve("check"), approve("legal", role("other")), approve("decide"))
    run = at_check(*steps)
    run.approve("ann", "check")
    new = flow(fill(), approve("check"), approve("decide"))

    assert [("legal", "step_gone")] == misfits(run, new)
    run.approve("zoe", "legal")
    assert ("legal",) == go_on(run, new).left
    assert ["legal"] == [visit.step for visit in run.now.former]
    run.approve("dan", "decide")
    assert "approved" == run.now.state


def test_an_undecided_vote_of_several_needs_the_same_rule() -> None:
    """Inside a countersign another rule is refused; with one seat that nobody decided the rules say the same."""
    run = at_check(approve("check", role("risk", count_min=3), rule=ALL))
    new = flow(fill(), approve("check", role("risk", count_min=3), rule=SeatRule("any_approve")))

    assert [("check", "rule_differs")] == misfits(run, new)
    alone = at_check(approve("check", rule=SeatRule("first")))
    go_on(alone, flow(fill(), approve("check", rule=ALL)))
    alone.approve("bob", "check")
    assert "approved" == alone.now.state


def test_people_are_asked_anew_only_where_somebody_says_so() -> None:
    """Another role at an open step is refused, or its people are asked anew; never once somebody has acted there."""
    run = at_check(approve("check", role("risk", count_min=2), rule=ALL))
    new = flow(fill(), approve("check", role("other")))

    assert [("check", "people_differ")] == misfits(run, new)
    go_on(run, new, ask_anew=frozenset({"check"}))
    assert [("check", 1, "cancelled"), ("check", 2, "open")] == [(v.step, v.number, v.state) for v in run.now.visits[1:]]
    run.approve("zoe", "check")
    assert "approved" == run.now.state

    acted = at_check(approve("check", role("risk", count_min=2), rule=ALL))
    acted.approve("eva", "check")
    assert [("check", "acted_on")] == misfits(acted, new, ask_anew=frozenset({"check"}))


def test_what_the_other_system_did_is_not_forgotten() -> None:
    """A call that changed something stays in the history of the case, and stays the same call."""
    book = flow(fill(), call("book"), approve("check"), irreversible=frozenset({"book"}))
    run = Run(book, world(PEOPLE))
    run.call_done("book")

    assert [("book", "effect_left_behind")] == misfits(run, flow(fill(), approve("check")))
    other = flow(fill(), replace(call("book"), connector="core.other"), approve("check"))
    assert [("book", "call_differs")] == misfits(run, other)


def test_branches_stay_the_branches_they_are() -> None:
    """Into or out of a branch, or into a block with a branch more, nothing is moved: its end would never come."""
    run = at_check(together("both", a=(approve("check"),), b=(approve("decide"),)))

    assert ("check", "branch_differs") in misfits(run, flow(fill(), approve("check"), approve("decide")))
    more = flow(fill(), together("both", a=(approve("check"),), b=(approve("decide"),), c=(approve("legal"),)))
    assert ("check", "branch_differs") in misfits(run, more)
    go_on(run, flow(fill(), together("two", a=(approve("check"),), b=(approve("decide"), approve("legal", role("other"))))))
    run.approve("ann", "check")
    run.approve("dan", "decide")
    assert ["legal"] == run.at()
    run.approve("zoe", "legal")
    assert "approved" == run.now.state


def test_two_steps_do_not_become_one() -> None:
    """Nor does a step take the name that another one of the history had."""
    run = at_check(approve("check"), approve("decide"))
    run.approve("ann", "check")

    assert ("decide", "two_into_one") in misfits(run, flow(fill(), approve("check")), steps={"decide": "check"})


def test_steps_that_were_passed_over_are_told() -> None:
    """A step that the new version has before the open one is not made up for, and the preview says so."""
    run = at_check(approve("check"), choose("kind", x=()))
    new = flow(fill(), approve("risk"), choose("other", x=(approve("legal"),)), approve("check"))

    assert ("risk",) == go_on(run, new).passed_over


def test_a_new_rule_of_four_eyes_counts_at_once() -> None:
    """Who may not act by the new version is not asked any more; where nobody is left, the step is held with its reason."""
    run = Run(flow(fill(), approve("check"), approve("decide", role("check", pick="claim"))), world({"check": ("ann",)}))
    run.approve("ann", "check")
    new = flow(
        fill(), approve("check"), approve("decide", role("check", pick="claim")), four_eyes=(four_eyes("check", "decide"),)
    )
    go_on(run, new)

    assert ("held", "no_approver") == (run.visit("decide").state, run.visit("decide").held_reason)


def test_a_suspended_case_goes_over_as_it_is() -> None:
    """It stays suspended, and nobody is asked anew in it."""
    run = at_check(approve("check", due=DUE))
    run.do(cmd.Suspend("admin", "why"))
    new = flow(fill(), approve("check", role("other")))

    assert ("check", "suspended") in misfits(run, new, ask_anew=frozenset({"check"}))
    go_on(run, flow(fill(), approve("check", due=DUE), approve("decide")))
    assert run.now.suspended_at is not None


def test_the_event_is_kept_as_it_is_written() -> None:
    """What is stored of a migration is read again as the same."""
    event = ae.Migrated(1, 2, "why", {"a": "b"}, ("c",), {"x": "y"})

    assert event == decode(kind_of(event), encode(event))


@MANY
@given(SEEDS)
def test_migrations_keep_what_is_open(seed: int) -> None:
    """22: the same version is no change; open seats, votes, timers and due times survive every accepted plan; and life goes on."""
    random = Random(seed)
    old = random_definition(random)
    facts = random_world(random, old)
    started = begin(old, facts)
    state, entries = started.state, list(started.entries)
    for _ in range(random.randint(0, 15)):
        facts = replace(facts, now=facts.now + dt.timedelta(hours=random.choice((0, 0, 1, 30))))
        outcome = handle(old, state, random_command(random, old, state), facts)
        if not isinstance(outcome, Refusal):
            state = outcome.state
            entries.extend(outcome.entries)
    if not state.is_running:
        return
    same = fit(old, old, state, Plan())
    assert isinstance(same, Fit)
    assert (True, {}, {}, (), ()) == (all(m.is_kept for m in same.open), same.steps, same.blocks, same.left, same.passed_over)
    assert state == apply(state, ev.Entry(facts.now, "admin", ae.Migrated(1, 2, "", same.steps, same.left, same.blocks)))

    new, names = changed(random, old)
    anew = frozenset(visit.step for visit in state.open_visits() if random.random() < 0.2)
    found = fit(old, new, state, Plan(names, anew))
    if not isinstance(found, Fit):
        assert found
        assert all(isinstance(each, Misfit) and each.step in old.places for each in found)
        return
    done = upgrade(new, facts, state, found, (1, 2), "admin", "why")
    entries.extend(done.entries)
    assert replay(entries) == done.state
    keep(state, found, apply(state, done.entries[0]))
    state = done.state
    check_alive(new, state, entries)
    for _ in range(15):
        command = random_command(random, new, state) if state.visits else cmd.Recall("maker")
        outcome = handle(new, state, command, facts)
        if isinstance(outcome, Refusal):
            continue
        check_suspended(state, outcome)
        state = outcome.state
        entries.extend(outcome.entries)
        check_alive(new, state, entries)
    keys = [(visit.first_name, visit.number) for visit in (*state.visits, *state.former)]
    assert len(keys) == len(set(keys))


def check_alive(definition: Definition, state: Instance, entries: list[ev.Entry]) -> None:
    """Replay, also through the stored form, and liveness; every visit stands at a step that there is, a join at its block."""
    stored = [(entry.at, entry.actor, kind_of(entry.event), json.dumps(encode(entry.event))) for entry in entries]
    assert state == replay(ev.Entry(at, actor, decode(kind, json.loads(body))) for at, actor, kind, body in stored)
    waiting = list(state.open_visits())
    assert bool(waiting) == state.is_running
    assert ("held" in {visit.state for visit in waiting}) == (state.state == "held")
    assert len({visit.step for visit in waiting}) == len(waiting)
    for visit in waiting:
        if visit.state == "open":
            assert all(visit.entitled(seat) for seat in visit.seats if seat.state == "open" and not comes_after(visit, seat))
        # What takes calls back before the end runs by itself, whatever block its call stood in.
        for block, _ in definition.around(visit.step) if state.ending is None else ():
            assert isinstance(definition.places[block].step, ChooseStep) or state.block(block) is not None
    assert all(visit.step in definition.places for visit in state.visits)
    running = [block.name for block in state.blocks if block.state == "running"]
    assert len(running) == len(set(running))
    assert set(running) <= set(definition.places)


def keep(before: Instance, found: Fit, after: Instance) -> None:
    """Every open visit is the same visit under its new name."""
    for moved in found.open:
        old, new = before.visit(moved.step, moved.visit), after.visit(moved.to, moved.visit)
        assert old is not None
        assert new is not None
        assert replace(old, step=new.step, former_names=new.former_names) == new
    assert before.state == after.state


def changed(random: Random, old: Definition) -> tuple[Definition, dict[str, str]]:
    """Another version of a workflow: steps renamed, dropped, added, with other rules, people and times."""
    names = {name: f"n{name}" for name in old.places if name != "apply" and random.random() < 0.15}
    if random.random() < 0.1 and len(old.places) > 2:
        one, other = random.sample(sorted(set(old.places) - {"apply"}), 2)
        names |= {one: other, other: one} if random.random() < 0.5 else {one: other}
    added = iter(range(1, 100))
    few = random.choice((0, 0, 0.1, 0.3))

    def steps(sequence: tuple[WorkflowStep, ...]) -> tuple[WorkflowStep, ...]:
        made: list[WorkflowStep] = []
        for step in sequence:
            if random.random() < few / 2:
                made.append(approve(f"new{next(added)}", role(random.choice(ROLES), pick="claim")))
            if step.name == "apply" or random.random() >= few:
                made.append(one_step(step))
        return tuple(made)

    def one_step(step: WorkflowStep) -> WorkflowStep:
        name = names.get(step.name, step.name)
        match step:
            case ChooseStep():
                rest = None if step.otherwise is None else steps(step.otherwise)
                return replace(step, name=name, branches=branches(step), otherwise=rest)
            case TogetherStep() | AnyOfStep():
                return replace(step, name=name, branches=branches(step))
            case HumanStep() if step.verb == "approve" and random.random() < few:
                return replace(step, name=name, rule=random.choice(RULES[:6]), due=random.choice((None, DUE)))
            case _:
                return replace(step, name=name)

    def branches(step: ChooseStep | TogetherStep | AnyOfStep) -> tuple[Branch, ...]:
        return tuple(replace(branch, steps=steps(branch.steps)) for branch in step.branches)

    made = steps(old.workflow.steps)
    taken: set[str] = set()

    def is_twice(sequence: tuple[WorkflowStep, ...]) -> bool:
        for step in sequence:
            inner = [branch.steps for branch in getattr(step, "branches", ())] + [getattr(step, "otherwise", None) or ()]
            if step.name in taken or (taken.add(step.name) or any(map(is_twice, inner))):  # type: ignore[func-returns-value]
                return True
        return False

    if is_twice(made):
        return old, {}
    workflow = replace(old.workflow, steps=made, four_eyes=())
    call_names = frozenset(name for name in (names.get(each, each) for each in old.irreversible))
    return build_definition(workflow, call_names), names


def test_people_who_were_chosen_stay_chosen() -> None:
    """Also for a step that is still to come and is called otherwise."""
    chosen = People("chosen_by", "starter", among=role("risk"))
    definition = flow(fill(), approve("check"), approve("decide", chosen))
    outcome = handle(definition, None, cmd.Start("maker", "B1", choices={"decide": ("eva",)}), world(PEOPLE))
    assert not isinstance(outcome, Refusal)
    later = flow(fill(), approve("check"), approve("final", chosen))
    found = fit(definition, later, outcome.state, Plan({"decide": "final"}))
    assert isinstance(found, Fit)
    state = upgrade(later, world(PEOPLE), outcome.state, found, (1, 2), "admin", "why").state

    assert {"final": ("eva",)} == state.choices
