"""Random workflows, organisations, facts and acts from one seed: rich on purpose, since small flows hide faults."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

from forms_dsl.model import (
    AnyOfStep,
    Branch,
    CallStep,
    ChooseStep,
    Due,
    Duration,
    FourEyes,
    HumanStep,
    People,
    Proxies,
    RepeatApprover,
    SeatRule,
    SubFlowStep,
    TogetherStep,
    WaitStep,
    WorkflowStep,
)
from tests.forms_dsl.test_working_time import CLOCK
from tests.workflow_engine.flows import (
    AUTHORITY,
    SPAN,
    TWO_OF_THREE,
    approve,
    call,
    choose,
    copy,
    expression,
    fill,
    flow,
    sub_flow,
    together,
    world,
)
from workflow_engine import commands as cmd
from workflow_engine.choosing import steps_chosen_by
from workflow_engine.definition import Definition, build_definition
from workflow_engine.earlier import return_targets
from workflow_engine.state import AddMode, Instance, Visit
from workflow_engine.world import Ran, World

NAMES = ("ann", "bob", "eva", "kai", "lin", "mo", "maker")
ROLES = ("r1", "r2", "r3")
RULES = (
    SeatRule("all"),
    SeatRule("all", early=False),
    SeatRule("first"),
    SeatRule("any_approve"),
    TWO_OF_THREE,
    SeatRule("in_turn"),
    SeatRule("weights", weights={"r1": 2, "r2": 1, "r3": 1}, votes=2),
    SeatRule("vote", Fraction(1, 2), "present", early=False, quorum=Fraction(1, 2)),
)
ALLOWED = ("add_before", "add_after", "add_together", "remove_added", "transfer", "delegate", "ask_opinion", "urge")
LIMITS = {"ann": Decimal(100), "bob": Decimal(1000), "eva": Decimal(5), "kai": Decimal(5000), "lin": Decimal(5000)}


def random_definition(random: Random, *, chosen: bool = False) -> Definition:
    """A whole workflow: a fill by the starter, then anything, under four eyes between some steps.

    With `chosen` the people of some steps are chosen by the starter or at an earlier step (自选).
    """
    bare = flow(*_number((fill("apply"), *_steps(random, 2, 1))))
    if chosen:
        bare = _with_chosen(random, bare)
    acting = [step.name for step in bare.human_steps()]
    rules: list[FourEyes] = []
    for n in range(random.choice((0, 1, 1, 2))):
        if len(acting) > 1:
            chosen = random.sample(acting, random.randint(2, min(3, len(acting))))
            rules.append(FourEyes(f"rule{n}", {"en": f"rule{n}"}, tuple(chosen)))
    if random.random() < 0.3:
        rules.append(FourEyes("editors", {"en": "editors"}, editors_of=("amount",), may_not_act_at=(acting[-1],)))
    workflow = replace(
        bare.workflow,
        four_eyes=tuple(rules),
        resubmit_to=random.choice(("replay", "returner")),
        recall_until=random.choice(("first_action_after_start", "first_decision", "never")),
        no_approver=random.choice(("hold_for_admin", "hold_for_admin", "leader", "auto_pass")),
        repeat_approver=RepeatApprover(random.choice(("never", "never", "consecutive", "any_earlier"))),
        proxy=Proxies(random.random() < 0.5, tuple(name for name in acting if random.random() < 0.2)),
        take_back=random.choice(("never", "first_action", "first_look")),
        starter_is_approver=random.choice(("hold_for_admin", "leader", "skip_if_others")),
    )
    calls = frozenset(
        name
        for name, place in bare.places.items()
        if isinstance(place.step, CallStep) or (isinstance(place.step, SubFlowStep) and random.random() < 0.3)
    )
    return build_definition(workflow, calls)


def _with_chosen(random: Random, definition: Definition) -> Definition:
    """The same with the people of some steps chosen by the starter, or by whoever decides a step before."""
    choosers: dict[str, tuple[str, ...]] = {}
    acting = [step.name for step in definition.human_steps()]
    for number, name in enumerate(acting[1:], start=1):
        if definition.human(name).verb != "fill" and random.random() < 0.35:
            choosers[name] = ("starter", "starter", *acting[1:number])

    def changed(step: WorkflowStep) -> WorkflowStep:
        if isinstance(step, HumanStep) and step.name in choosers:
            least, among = random.choice((1, 1, 2)), People("role", random.choice(ROLES), count_max=None)
            by = random.choice(choosers[step.name])
            return replace(step, by=People("chosen_by", by, count_min=least, count_max=random.choice((least, 3)), among=among))
        if isinstance(step, ChooseStep | TogetherStep | AnyOfStep):
            branches = tuple(replace(branch, steps=tuple(map(changed, branch.steps))) for branch in step.branches)
            step = replace(step, branches=branches)
        if isinstance(step, ChooseStep) and step.otherwise is not None:
            return replace(step, otherwise=tuple(map(changed, step.otherwise)))
        return step

    return flow(*map(changed, definition.workflow.steps))


def random_world(random: Random, definition: Definition) -> World:
    """An organisation in which most roles are filled, with codes for each choose, sometimes none."""
    people = {role: tuple(random.sample(NAMES, random.choice((0, 2, 3, 4, 4, 5)))) for role in ROLES}
    codes = {name: random.choice(("a", "a", "b", "b", "c", None)) for name in definition.places}
    values = {**codes, "when": random.random() < 0.7, "amount": random.choice((None, Decimal(4), Decimal(90), Decimal(900)))}
    editors = {"amount": frozenset(random.sample(NAMES, random.randint(0, 2)))}
    level = random.choice(("a", "a", "b", "b", "c", None))
    runs = (("r",), ("r",), ("r1", "r2"), ("r1", "r2", "r3"), (), "sub_flow_gone")
    made = world(
        people,
        values,
        LIMITS,
        editors,
        material=random.choice(("", "", "x")),
        level=level,
        decisions={"score": random.choice(("7", "8", None))},
        digest=random.choice(("", "", "y")),
        proxies={name: frozenset(random.sample(NAMES, 1)) for name in NAMES if random.random() < 0.3},
        records={name: random.choice(runs) for name in definition.places},
        leaders={name: random.choice(NAMES) for name in NAMES if random.random() < 0.8},
    )
    return with_clock(made)


def with_clock(facts: World) -> World:
    """The same with a calendar, also after a decision was run."""

    def run(step: HumanStep) -> Ran:
        assert facts.run is not None
        ran = facts.run(step)
        return replace(ran, world=with_clock(ran.world))

    return replace(facts, clock=CLOCK, run=run)


def random_command(random: Random, definition: Definition, state: Instance) -> cmd.Command:
    """A command that mostly fits the state and sometimes does not: any person, any open or closed visit."""
    open_visits = [visit for visit in state.visits if visit.is_open]
    visit = random.choice(open_visits if open_visits and random.random() < 0.9 else state.visits)
    seat = random.randint(1, max(1, len(visit.seats)))
    entitled = visit.entitled(visit.seats[seat - 1]) if visit.seats else ()
    actor = random.choice(entitled) if entitled and random.random() < 0.75 else random.choice(NAMES)
    pick = random.random()
    if visit.state == "calling" and pick < 0.9:
        return cmd.FinishCall(
            visit.step, visit.number, random.choice(("confirmed", "confirmed", "confirmed", "rejected", "unknown"))
        )
    if visit.children and pick < 0.8:
        ended = random.choice(("approved", "approved", "approved", "rejected", "stopped", "failed"))
        return cmd.FinishChild(random.choice(visit.children).instance, ended, fits=random.random() < 0.9)
    if visit.state == "waiting" and pick < 0.8:
        return random.choice((cmd.TimerDue(visit.step, visit.number), cmd.EventArrived(visit.step, visit.number)))
    if visit.state == "held" and pick < 0.5:
        return cmd.Retry("admin")
    if state.suspended_at is not None and random.random() < 0.4:
        return cmd.Resume("admin", "done")
    if random.random() < 0.02:
        return random.choice((cmd.Suspend("admin", "why"), cmd.Suspend("admin", "why"), cmd.Terminate("admin", "why")))
    act = random_act(random, visit, seat, actor) if random.random() < 0.25 else None
    if act is not None:
        return act
    if random.random() < 0.06:
        decided = [(each, seat) for each in state.visits for seat in each.seats if seat.actor is not None]
        if decided and random.random() < 0.7:
            done, its = decided[-1] if random.random() < 0.8 else random.choice(decided)
            return cmd.TakeBack(its.actor or "", done.step, done.number, its.number)
        return cmd.See(actor, visit.step, visit.number)
    if pick < 0.015:
        return cmd.HandOver("admin", visit.step, visit.number, seat, random.choice(NAMES), "leaves")
    if pick < 0.03:
        return cmd.Recall(random.choice(("maker", actor)))
    if pick < 0.10:
        return cmd.Claim(actor, visit.step, visit.number, seat)
    if pick < 0.14:
        return cmd.Release(actor, visit.step, visit.number, seat)
    if pick < 0.17:
        return cmd.TimerDue(visit.step, visit.number)
    if pick < 0.19:
        return cmd.FinishCall(visit.step, visit.number, "confirmed")
    if pick < 0.24:
        return cmd.Decide(actor, visit.step, visit.number, seat, "reject", "no")
    if pick < 0.38:
        targets = [step.name for step in return_targets(definition, state, visit.step)]
        return cmd.Decide(actor, visit.step, visit.number, seat, "return", "back", random.choice([None, "apply", *targets]))
    fills = not visit.seats or visit.by_hand or definition.human(visit.step).verb == "fill"
    chooser = "starter" if visit.step == "apply" else visit.step
    choices = {step.name: random_choice(random, step.by) for step in steps_chosen_by(definition, chooser)}
    return cmd.Decide(actor, visit.step, visit.number, seat, "complete" if fills else "approve", choices=choices)


def random_choice(random: Random, by: People) -> tuple[str, ...]:
    """People for a step, sometimes too few, too many or others than may be chosen."""
    return tuple(random.sample(NAMES, random.choice((by.count_min, by.count_min, by.count_min, by.count_max or 3, 4))))


def random_act(random: Random, visit: Visit, seat: int, actor: str) -> cmd.Command:
    """Something that is done with a seat beside deciding it, or with the whole approval."""
    key = (actor, visit.step, visit.number)
    people = tuple(random.sample(NAMES, random.choice((1, 1, 2))))
    number = random.randint(1, max(1, len(visit.requests)))
    asked = visit.request(number)
    mode: AddMode = random.choice(("before", "after", "together"))
    return random.choice(
        (
            cmd.Transfer(*key, seat, people[0]),
            cmd.AddSeats(*key, seat, people, mode),
            cmd.AddSeats(*key, seat, people, mode),
            cmd.RemoveSeat(*key, seat),
            cmd.Ask(*key, seat, people, "opinion", blocks=random.random() < 0.5),
            cmd.Ask(*key, seat, people[:1], "delegate", blocks=True),
            cmd.Answer(asked.person if asked is not None else actor, visit.step, visit.number, number, "well"),
            cmd.Withdraw(asked.asker if asked is not None else actor, visit.step, visit.number, number),
            cmd.Urge("maker"),
            cmd.CloseBallot(visit.step, visit.number),
            cmd.JumpTo(random.choice(("admin", "other")), visit.step, "why"),
        )
    )


def _steps(random: Random, depth: int, least: int = 0) -> tuple[WorkflowStep, ...]:
    return tuple(_step(random, depth) for _ in range(random.randint(least, 3)))


def _step(random: Random, depth: int) -> WorkflowStep:
    pick = random.random()
    if depth and pick < 0.20:
        rest = _steps(random, depth - 1) if random.random() < 0.5 else None
        return choose(random.choice(("?", "authority")), rest, a=_steps(random, depth - 1), b=_steps(random, depth - 1))
    if depth and pick < 0.45:
        names = ("x", "y", "z")[: random.choice((1, 2, 2, 3))]
        return together("?", **{name: _steps(random, depth - 1) for name in names})
    if depth and pick < 0.50:
        # A race: each branch waits for somebody first, as W017 asks.
        first = lambda: replace(_human(random), when=None)  # noqa: E731
        return AnyOfStep("?", SPAN, tuple(Branch(name, (first(), *_steps(random, depth - 1))) for name in ("x", "y")))
    if pick < 0.51:
        return WaitStep("?", {"en": "wait"}, SPAN, length=Duration(3, "hour"), when=expression("when"))
    if pick < 0.53:
        match, then = expression("match"), random.choice(("hold", "go_on", "reject"))
        return WaitStep("?", {"en": "wait"}, SPAN, event="core.done", match=match, within=Duration(3, "hour"), then=then)
    if pick < 0.54:
        policy = random.choice(("reject", "go_on", "return"))
        back = "apply" if policy == "return" else None
        return sub_flow("?", on_reject=policy, return_to=back, when=expression("when") if random.random() < 0.2 else None)
    if pick < 0.545:
        return sub_flow("?", detached=True)
    if pick < 0.58:
        by_hand = People("role", "r1", count_max=None) if random.random() < 0.5 else None
        return call("?", on_error=by_hand, undo="core.undo" if random.random() < 0.5 else None)
    if pick < 0.60:
        return copy("?", People("role", "r1", count_max=None))
    return _human(random)


def _human(random: Random) -> HumanStep:
    when = expression("when") if random.random() < 0.15 else None
    if random.random() < 0.2:
        return fill("?", _people(random), when=when)
    rule = random.choice(RULES)
    by = _people(random)
    step = approve(
        "?",
        replace(by, pick="all", count_max=None) if rule.kind in ("weights", "vote") else by,
        rule=rule,
        when=when,
        limit=expression("amount") if random.random() < 0.3 else None,
        on_reject="apply" if random.random() < 0.3 else None,
        opinion=(),
        run=random.choice((None, None, None, "score")),
        due=_due(random),
        allow=tuple(random.sample(ALLOWED, random.randint(0, len(ALLOWED)))),
    )
    if rule.kind == "vote":
        may = ("approve", "reject", "abstain")
        return replace(step, verb="vote", may=may, open_for=random.choice((None, Duration(1, "hour"))))
    return step


def _due(random: Random) -> Due | None:
    then = random.choice((None, None, "remind", "reject", "approve", "escalate"))
    to = random.choice((People("role", "r3"), People("leader_of_holder"))) if then == "escalate" else None
    within = random.choice((Duration(1, "day"), Duration(6, "hour", working=True), Duration(2, "day", working=True)))
    return Due(within, then, to=to) if then else None


def _people(random: Random) -> People:
    pick = random.choice(("all", "claim", "claim", "least_busy"))
    least = random.choice((1, 1, 2))
    most = random.choice((None, least)) if pick == "all" else least
    return People("role", random.choice(ROLES), count_min=least, count_max=most, pick=pick)


def _number(sequence: tuple[WorkflowStep, ...]) -> tuple[WorkflowStep, ...]:
    counter = iter(range(1, 10_000))

    def rename(step: WorkflowStep) -> WorkflowStep:
        name = "apply" if step.name == "apply" else f"s{next(counter)}"
        match step:
            case ChooseStep():
                otherwise = None if step.otherwise is None else tuple(map(rename, step.otherwise))
                value = AUTHORITY if step.name == "authority" else expression(name)
                return replace(step, name=name, value=value, branches=branches(step), otherwise=otherwise)
            case TogetherStep() | AnyOfStep():
                return replace(step, name=name, branches=branches(step))
            case _:
                return replace(step, name=name)

    def branches(step: ChooseStep | TogetherStep | AnyOfStep) -> tuple[Branch, ...]:
        return tuple(replace(branch, steps=tuple(map(rename, branch.steps))) for branch in step.branches)

    return tuple(map(rename, sequence))
