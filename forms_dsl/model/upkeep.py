"""What stands beside the app's things: calendars, data steps between versions, further languages, cases of tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression
from forms_dsl.model.cases import Case
from forms_dsl.model.entities import Label, Value
from forms_dsl.source import Pointer, Span


@dataclass(frozen=True, slots=True)
class Holiday:
    """Free days in a row, both ends included."""

    name: str
    label: Label
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Minutes of the day, the end not included: 08:30 to 12:00 is 510 to 720."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days from `first` to `last`: `weekdays` (1 = Monday), without the holidays, with the make-up days (调休).

    No office hours means that the whole day counts.
    """

    id: str
    name: str
    label: Label
    span: Span
    first: dt.date
    last: dt.date
    weekdays: frozenset[int]
    holidays: tuple[Holiday, ...] = ()
    make_up_days: frozenset[dt.date] = frozenset()
    hours: tuple[OfficeHours, ...] = ()


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """One data step: `kind` set (values of records), map_codes (field → old → new code) or convert (a field by expression)."""

    kind: str
    entity: str
    span: Span
    values: Mapping[str, Value] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The data steps before `version` opens on an app of a version in the range `come_from`."""

    version: str
    come_from: str
    span: Span
    do: tuple[UpgradeStep, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """Texts of one further language by the file and place of the label that they translate."""

    language: str
    texts: Mapping[tuple[str, Pointer], str]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases of the whole app."""

    name: str
    span: Span
    cases: tuple[Case, ...]
