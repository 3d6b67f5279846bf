"""Rules that act by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label, Value
from forms_dsl.model.steps import Duration, People
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an automation: `kind` set, create, work_item, send, start, call, import or refuse."""

    kind: str
    span: Span
    values: Mapping[str, Value] = field(default_factory=dict)
    #: Of create and import.
    entity: str | None = None
    to: People | None = None
    #: Of work_item and refuse.
    text: Label | None = None
    due: Duration | None = None
    workflow: str | None = None
    connector: str | None = None
    save: Mapping[str, Expression] = field(default_factory=dict)
    #: Of send.
    channel: str | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets an automation off: `kind` create, change (of one of `fields`), delete or finish (of `workflow`)."""

    kind: str
    fields: tuple[str, ...] = ()
    workflow: str | None = None


@dataclass(frozen=True, slots=True)
class Automation:
    """A rule that acts by itself: exactly one of `every`, `after`, `before`, `receive` (a binding's event)."""

    id: str
    name: str
    label: Label
    entity: str
    span: Span
    do: tuple[Action, ...]
    every: str | None = None
    after: Trigger | None = None
    before: Trigger | None = None
    receive: str | None = None
    where: Expression | None = None
    cooldown: Duration | None = None
    run_as: str = "user"
