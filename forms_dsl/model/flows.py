"""What happens to records: approval flows and automations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label, Value
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: `unit` second, minute, hour, day; `working` counts by the calendar."""

    amount: int
    unit: str
    working: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Who is asked: `kind` starter, owner, role, leader_of, field; `scope` as in language.md 2.8 `in`.

    `count_max` is None where no number of seats is written: everybody who fits has one, unless they claim it.
    """

    kind: str
    name: str | None = None
    scope: str | None = None
    count_min: int = 1
    count_max: int | None = None
    pick: str = "all"
    with_limit: Expression | None = None


@dataclass(frozen=True, slots=True)
class SeatRule:
    """How the answers of the seats of one visit decide: `kind` all, pass, first, any_approve, in_turn, weights, vote."""

    kind: str
    threshold: Fraction | None = None
    of: str = "seats"
    early: bool = True
    veto: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a step is late and what happens then."""

    within: Duration
    then: str = "remind"
    every: Duration | None = None
    at_most: int | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class StepFields:
    """Field rights of one step over the record."""

    write: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HumanStep:
    """A fill, approve or vote step."""

    verb: str
    name: str
    title: Label
    by: People
    span: Span
    when: Expression | None = None
    form: str | None = None
    fields: StepFields = StepFields()
    rule: SeatRule = SeatRule("first")
    on_reject: str | None = None
    may: tuple[str, ...] = ("approve", "reject", "return")
    opinion: tuple[str, ...] = ("reject", "return", "veto")
    limit: Expression | None = None
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a choose: taken when `condition` is true or, at a code choice, when `code` is the value."""

    name: str
    steps: tuple[WorkflowStep, ...]
    condition: Expression | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ChooseStep:
    """Exactly one branch; `value` is None for the list-of-conditions form."""

    name: str
    span: Span
    branches: tuple[Branch, ...]
    value: Expression | None = None
    otherwise: tuple[WorkflowStep, ...] | None = None


@dataclass(frozen=True, slots=True)
class TogetherStep:
    """Branches at the same time; goes on when all are finished."""

    name: str
    span: Span
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class CallStep:
    """A service task through the outbox; `send` values are expressions, `"$record"` or `"$request_id"`."""

    name: str
    title: Label
    span: Span
    connector: str
    send: Mapping[str, Value]
    save: Mapping[str, Expression]
    when: Expression | None = None
    retry_times: int = 5
    retry_first_wait: Duration = Duration(1, "minute")
    retry_grow: int = 2
    undo: str | None = None
    ask: str | None = None
    on_error: People | None = None
    on_error_title: Label | None = None


@dataclass(frozen=True, slots=True)
class CopyStep:
    """抄送: read access for some people."""

    name: str
    span: Span
    to: tuple[People, ...]
    when: Expression | None = None


WorkflowStep = HumanStep | ChooseStep | TogetherStep | CallStep | CopyStep


@dataclass(frozen=True, slots=True)
class FourEyes:
    """A rule over persons; step names are resolved (`decide` stands for every `decide@…`)."""

    name: str
    title: Label
    different_people: tuple[str, ...] = ()
    same_person: tuple[str, ...] = ()
    editors_of: tuple[str, ...] = ()
    may_not_act_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowExample:
    """A worked case inside the file, as data: run in CI and shown as 试算."""

    name: str
    title: Label | None
    given: Mapping[str, object]
    path: tuple[str, ...]
    span: Span
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """One approval flow: a tree of steps under controls."""

    id: str
    name: str
    title: Label
    entity: str
    span: Span
    start_by: People
    start_form: str | None
    start_set: Mapping[str, Value]
    steps: tuple[WorkflowStep, ...]
    four_eyes: tuple[FourEyes, ...] = ()
    resubmit_to: str = "replay"
    replay_if_changed: tuple[str, ...] = ()
    recall_until: str = "first_action_after_start"
    no_approver: str = "hold_for_admin"
    finish_set: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    examples: tuple[WorkflowExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an automation: `kind` set, create, work_item, start, call."""

    kind: str
    span: Span
    values: Mapping[str, Value] = field(default_factory=dict)
    entity: str | None = None
    to: People | None = None
    text: Label | None = None
    due: Duration | None = None
    workflow: str | None = None
    connector: str | None = None
    save: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Automation:
    """A rule that acts by itself: exactly one of `every`, `after`, `before`."""

    id: str
    name: str
    label: Label
    entity: str
    span: Span
    do: tuple[Action, ...]
    every: str | None = None
    after: str | None = None
    where: Expression | None = None
    cooldown: Duration | None = None
    run_as: str = "user"
