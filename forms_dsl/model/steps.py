"""The steps of an approval flow: who acts, how seats decide, and the blocks that hold them."""

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
    """Who is asked: `kind` starter, owner, leader_of_holder, role, post, group, leader_of, field or chosen_by.

    `scope` as in language.md 2.8 `in`. `count_max` is None where no number of seats is written: everybody who fits
    has one, unless they claim it. Of leader_of, `levels` leaders one above the other, up to the post `stop_at`. Of
    chosen_by, `name` is "starter" or a step and `among` the people to choose from.
    """

    kind: str
    name: str | None = None
    scope: str | None = None
    count_min: int = 1
    count_max: int | None = None
    pick: str = "all"
    with_limit: Expression | None = None
    levels: int = 1
    stop_at: str | None = None
    among: People | None = None


@dataclass(frozen=True, slots=True)
class SeatRule:
    """How the answers of the seats of one visit decide: `kind` all, pass, first, any_approve, in_turn, weights, vote.

    Of weights, `weights` are the votes of a role and `votes` how many must approve; of vote, `quorum` is the share
    of seats that must be present and `abstain` counts_as_present or forbidden.
    """

    kind: str
    threshold: Fraction | None = None
    of: str = "seats"
    early: bool = True
    veto: str | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    votes: int | None = None
    quorum: Fraction | None = None
    abstain: str = "counts_as_present"
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When a step is late and what happens then."""

    within: Duration
    then: str = "remind"
    every: Duration | None = None
    at_most: int | None = None
    to: People | None = None


@dataclass(frozen=True, slots=True)
class StepFields:
    """Field rights of one step over the record."""

    write: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HumanStep:
    """A fill, approve or vote step; `run` names a decision, `allow` what else the holder may do, `open_for` is of vote."""

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
    run: str | None = None
    allow: tuple[str, ...] = ()
    signature: bool = False
    always_ask: bool = False
    open_for: Duration | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a block: of a choose taken when `condition` is true or, at a code choice, when `code` is the value."""

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
class AnyOfStep:
    """Branches at the same time; the first finished one cancels the others."""

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
    """抄送: read access for some people, without the fields of `hide`; `at` start or finish, None where it stands.

    With `must_read` it stands in the list of each of them until he has confirmed it (须阅).
    """

    name: str
    span: Span
    to: tuple[People, ...]
    when: Expression | None = None
    hide: tuple[str, ...] = ()
    at: str | None = None
    must_read: bool = False


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Waits for a length of time, until a day or moment, or for an event whose `match` over `result` is true.

    Of an event, `then` says what happens after `within`: hold, go_on or reject.
    """

    name: str
    title: Label
    span: Span
    when: Expression | None = None
    length: Duration | None = None
    until: Expression | None = None
    event: str | None = None
    match: Expression | None = None
    save: Mapping[str, Expression] = field(default_factory=dict)
    within: Duration | None = None
    then: str = "hold"


@dataclass(frozen=True, slots=True)
class SubFlowStep:
    """Runs another workflow: on the same record, on the one that `record` refers to, or on each of the related `each`.

    `on_reject` is reject, go_on, or return with `return_to`; `save` is over `result.approved` and `result.rejected`.
    """

    name: str
    title: Label
    span: Span
    workflow: str
    when: Expression | None = None
    record: str | None = None
    each: str | None = None
    where: Expression | None = None
    detached: bool = False
    on_reject: str = "reject"
    return_to: str | None = None
    save: Mapping[str, Expression] = field(default_factory=dict)


WorkflowStep = HumanStep | ChooseStep | TogetherStep | AnyOfStep | CallStep | CopyStep | WaitStep | SubFlowStep
