"""Approval flows: a tree of steps under controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression
from forms_dsl.model.cases import Case
from forms_dsl.model.entities import Label, Value
from forms_dsl.model.steps import Duration, People, WorkflowStep
from forms_dsl.source import Span


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
class Authority:
    """授权矩阵: a decision table, its inputs as expressions, and the output that says who decides."""

    table: str
    given: Mapping[str, Expression]
    gives: str


@dataclass(frozen=True, slots=True)
class RepeatApprover:
    """自动去重: `skip` never, consecutive or any_earlier, unless one of the fields changed since."""

    skip: str = "never"
    unless_changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proxies:
    """代理: whether the holder of a seat may be represented, and the steps at which he may not."""

    allowed: bool = False
    not_at: tuple[str, ...] = ()


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
    examples: tuple[Case, ...] = ()
    #: The calendar of its working time; the app's where it names none.
    calendar: str | None = None
    authority: Authority | None = None
    repeat_approver: RepeatApprover = RepeatApprover()
    proxy: Proxies = Proxies()
    starter_is_approver: str = "hold_for_admin"
    #: How long who decided last may take it back: never, until the first_action, or the first_look, of those asked next.
    take_back: str = "never"
    #: End → how long no new instance is started for the record.
    finish_cooldown: Mapping[str, Duration] = field(default_factory=dict)
    #: The workflow whose completed approvals this one takes back (撤销), and how long after their end it may be started.
    reverses: str | None = None
    reverse_within: Duration | None = None
