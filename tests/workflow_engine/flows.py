"""Small workflows and worlds for the engine's tests: expressions are names whose values the world holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from forms_dsl.expr.tree import Constant, Expression, Ref, ValueType
from forms_dsl.model import (
    AnyOfStep,
    Branch,
    CallStep,
    ChooseStep,
    CopyStep,
    Due,
    Duration,
    FourEyes,
    HumanStep,
    People,
    SeatRule,
    SubFlowStep,
    TogetherStep,
    Workflow,
    WorkflowStep,
)
from forms_dsl.source import Span
from workflow_engine import commands as cmd
from workflow_engine.apply import replay
from workflow_engine.definition import Definition, build_definition
from workflow_engine.events import Entry
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.state import Child, Instance, Visit
from workflow_engine.world import Candidate, Found, Ran, Settled, World

SPAN = Span("flow.yaml", 1, 1, 1, 1)
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
TWO_OF_THREE = SeatRule("pass", Fraction(2, 3))


def expression(name: str) -> Expression:
    return Expression(name, Constant(ValueType("missing"), None, SPAN), frozenset())


def role(name: str, **keys: object) -> People:
    return People("role", name, **keys)  # type: ignore[arg-type]


def fill(name: str = "apply", by: People | None = None, **keys: object) -> HumanStep:
    return HumanStep("fill", name, {"en": name}, by or People("starter"), SPAN, **keys)  # type: ignore[arg-type]


def approve(name: str, by: People | None = None, **keys: object) -> HumanStep:
    return HumanStep("approve", name, {"en": name}, by or role(name, pick="claim"), SPAN, **keys)  # type: ignore[arg-type]


def call(name: str, **keys: object) -> CallStep:
    return CallStep(name, {"en": name}, SPAN, f"core.{name}", {}, {}, **keys)  # type: ignore[arg-type]


def sub_flow(name: str, **keys: object) -> SubFlowStep:
    return SubFlowStep(name, {"en": name}, SPAN, "inner", **keys)  # type: ignore[arg-type]


def any_of(name: str, **branches: tuple[WorkflowStep, ...]) -> AnyOfStep:
    return AnyOfStep(name, SPAN, tuple(Branch(branch, steps) for branch, steps in branches.items()))


def copy(name: str, *to: People) -> CopyStep:
    return CopyStep(name, SPAN, to)


def choose(name: str, otherwise: tuple[WorkflowStep, ...] | None = None, **branches: tuple[WorkflowStep, ...]) -> ChooseStep:
    """A choose by the code that the world holds under the block's name."""
    made = tuple(Branch(code, steps, code=code) for code, steps in branches.items())
    return ChooseStep(name, SPAN, made, expression(name), otherwise)


AUTHORITY = Expression("authority.level", Ref(ValueType("choice"), "authority", ("level",), SPAN), frozenset())


def by_authority(
    name: str, otherwise: tuple[WorkflowStep, ...] | None = None, **branches: tuple[WorkflowStep, ...]
) -> ChooseStep:
    """A choose by what the authority table of the world says."""
    made = tuple(Branch(code, steps, code=code) for code, steps in branches.items())
    return ChooseStep(name, SPAN, made, AUTHORITY, otherwise)


def together(name: str, **branches: tuple[WorkflowStep, ...]) -> TogetherStep:
    return TogetherStep(name, SPAN, tuple(Branch(branch, steps) for branch, steps in branches.items()))


def hours(amount: int) -> Due:
    return Due(Duration(amount, "hour"))


def four_eyes(*steps: str, **keys: object) -> FourEyes:
    return FourEyes("maker_checker", {"en": "Maker and checker"}, steps, **keys)  # type: ignore[arg-type]


def flow(*steps: WorkflowStep, irreversible: frozenset[str] = frozenset(), **keys: object) -> Definition:
    workflow = Workflow(
        "wf",
        "wf",
        {"en": "flow"},
        "loan",
        SPAN,
        People("role", "clerk"),
        None,
        {},
        steps,
        **keys,  # type: ignore[arg-type]
    )
    return build_definition(workflow, irreversible)


def world(
    people: Mapping[str, tuple[str, ...]] | None = None,
    values: Mapping[str, object] | None = None,
    limits: Mapping[str, Decimal] | None = None,
    editors: Mapping[str, frozenset[str]] | None = None,
    starter: str = "maker",
    material: str = "",
    now: dt.datetime = NOW,
    gone: frozenset[str] = frozenset(),
    authors: frozenset[str] = frozenset(),
    level: str | None = None,
    decisions: Mapping[str, str | None] | None = None,
    leaders: Mapping[str, str] | None = None,
    digest: str = "",
    proxies: Mapping[str, frozenset[str]] | None = None,
    records: Mapping[str, tuple[str, ...] | str] | None = None,
) -> World:
    """A world; `level` is what the authority table says, None when no row of it applies.

    `decisions` are the values of what steps run, by name; None settles nothing. One is there as a value afterwards.
    `records` are those that a sub-flow runs on, by step, or why it runs on none.
    """
    given = (people, values, limits, editors, starter, material, now, gone, authors, level, decisions, leaders, digest, proxies)
    given = (*given, records)

    def run(step: HumanStep) -> Ran:
        name = step.run or ""
        outcome = (decisions or {}).get(name)
        if outcome is None:
            return Ran(None, world(*given))
        return Ran({name: outcome}, world(people, {**(values or {}), name: outcome}, *given[2:]))

    settled = Settled((f"row_{level}",) if level else (), level)
    values = {**(values or {}), AUTHORITY.source: level}
    roles, facts, caps, changed = people or {}, values, limits or {}, editors or {}

    led = {person: (leader,) for person, leader in (leaders or {}).items()}

    def find(by: People) -> Found:
        names = (starter,) if by.kind == "starter" else roles.get(by.name or "", ())
        return Found(tuple(Candidate(name) for name in names if name not in gone), f"{by.kind}:{by.name}")

    def children(step: SubFlowStep, again: str) -> tuple[Child, ...] | str:
        ids = (records or {}).get(step.name, ("r",))
        return ids if isinstance(ids, str) else tuple(Child(f"{step.name}/{again}/{each}", each, 1) for each in ids)

    return World(
        now=now,
        children=children,
        evaluate=lambda expr: facts.get(expr.source),
        people=find,
        still_fits=lambda by, person: any(c.person == person for c in find(by).candidates),
        limit_of=caps.get,
        editors=lambda names: frozenset().union(*(changed.get(name, frozenset()) for name in names)),
        authors=lambda: authors,
        material=lambda: material,
        authority=lambda: settled,
        run=run,
        digest=lambda: digest,
        proxies=lambda owner: (proxies or {}).get(owner, frozenset()),
        leader_of=lambda person: Found(tuple(Candidate(name) for name in led.get(person, ()) if name not in gone), "leader"),
        is_known=lambda person: person not in gone,
    )


class Run:
    """One instance in a test: keeps the state and all events, and gives refusals back."""

    def __init__(self, definition: Definition, facts: World) -> None:
        self.definition, self.world = definition, facts
        self.entries: list[Entry] = []
        self.state: Instance | None = None
        assert self.do(cmd.Start("maker", "B1")) is None

    def do(self, command: cmd.Command) -> Refusal | None:
        if isinstance(command, cmd.TimerDue):
            self._wait_for(command)
        outcome = handle(self.definition, self.state, command, self.world)
        if isinstance(outcome, Refusal):
            return outcome
        self.entries.extend(outcome.entries)
        self.state = outcome.state
        assert replay(self.entries) == self.state
        return None

    def _wait_for(self, timer: cmd.TimerDue) -> None:
        """Let the time come that a timer stands for."""
        visit = self.now.visit(timer.step, timer.visit)
        if visit is not None and visit.due_at is not None and self.now.suspended_at is None:
            self.world = replace(self.world, now=max(self.world.now, visit.due_at))

    @property
    def now(self) -> Instance:
        assert self.state is not None
        return self.state

    def at(self) -> list[str]:
        """Steps where the flow waits."""
        return [visit.step for visit in self.now.open_visits()]

    def visit(self, step: str) -> Visit:
        latest = self.now.latest(step)
        assert latest is not None
        return latest

    def decide(self, actor: str, step: str, decision: str, seat: int | None = None, **keys: object) -> Refusal | None:
        """Decide the first seat of the latest visit that this person is entitled to, or the given one."""
        visit = self.visit(step)
        mine = [s.number for s in visit.seats if actor in visit.entitled(s)] or [1]
        keys = {"opinion": "because"} | keys
        return self.do(cmd.Decide(actor, step, visit.number, seat or mine[0], decision, **keys))  # type: ignore[arg-type]

    def approve(self, actor: str, step: str, **keys: object) -> None:
        verb = self.definition.human(step).verb
        assert self.decide(actor, step, "complete" if verb == "fill" or self.visit(step).by_hand else "approve", **keys) is None

    def child_done(self, step: str, result: str = "approved", number: int = 1, **keys: object) -> Refusal | None:
        """Tell the end of the n-th run of another workflow that the latest visit began."""
        child = self.visit(step).children[number - 1]
        return self.do(cmd.FinishChild(child.instance, result, **keys))  # type: ignore[arg-type]

    def call_done(self, step: str, result: str = "confirmed") -> Refusal | None:
        return self.do(cmd.FinishCall(step, self.visit(step).number, result))  # type: ignore[arg-type]
