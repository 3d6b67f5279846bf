"""Worked cases as data: what is given and done, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label
from forms_dsl.model.steps import Duration
from forms_dsl.source import Pointer, Span


@dataclass(frozen=True, slots=True)
class CaseAct:
    """One act: `kind` submit, resubmit, recall, approve, reject, return, edit, run, delete, receive or wait."""

    kind: str
    step: str | None = None
    #: Of approve, reject and return: who does it; without, everybody who is asked.
    by: str | None = None
    opinion: str | None = None
    #: Of return: the step that it goes back to.
    to: str | None = None
    #: Of edit and receive, and what is entered with an approval: field → value as written.
    values: Mapping[str, object] = field(default_factory=dict)
    #: Of run: the automation or decision; of receive: the event; of edit and delete: the record.
    name: str | None = None
    #: Of wait.
    length: Duration | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One of several records of a case."""

    entity: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CaseUser:
    """Who acts in a case."""

    role: str | None = None
    branch: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a case; what is None or empty is not looked at."""

    at: tuple[str, ...] = ()
    state: str | None = None
    reason: str | None = None
    held_for: str | None = None
    next: str | None = None
    superseded: tuple[str, ...] | None = None
    #: Step → everybody who is asked there.
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    #: How a form shows an item or block: visible, hidden, required, optional, read_only, editable.
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What expressions over the record give: as written → value as written.
    values: Mapping[str, object] = field(default_factory=dict)
    #: The expressions of `values`, checked; one that has a finding is left out.
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    record_count: int | None = None
    output: Mapping[str, object] = field(default_factory=dict)
    can_read: tuple[str, ...] = ()
    cannot_read: tuple[str, ...] = ()
    shown: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    work_items: int | None = None
    messages: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """At least this error must be found."""

    rule: str | None = None
    field: str | None = None
    at: str | None = None
    #: Why the last act is refused.
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case: an example of a workflow, shown as 试算, or a case of the app's tests."""

    name: str
    span: Span
    title: Label | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    records: Mapping[str, CaseRecord] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Calls that do not go through: rejected or unknown, by step.
    outcomes: Mapping[str, str] = field(default_factory=dict)
    #: The limits of persons, as written; who is not named covers any amount.
    limits: Mapping[str, str] = field(default_factory=dict)
    user: CaseUser | None = None
    clock: str | None = None
    do: tuple[CaseAct, ...] = ()
    path: tuple[str, ...] = ()
    expect: Expected | None = None
    expect_error: ExpectedError | None = None
    #: Of a case of the app's tests: the entity that `given` speaks about, where the file says it.
    entity: str | None = None
    #: The form that is filled in with `given`.
    form: str | None = None
    #: Where its parts stand, by their place inside the case.
    places: Mapping[Pointer, Span] = field(default_factory=dict, compare=False, repr=False)

    def place(self, pointer: Pointer) -> Span:
        """Where a part of the case stands, else the nearest part around it."""
        while pointer and pointer not in self.places:
            pointer = pointer[:-1]
        return self.places.get(pointer, self.span)
