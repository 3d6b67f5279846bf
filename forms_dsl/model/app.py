"""Reports, access, bindings, parameters, and the app that holds everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model.analysis import Dashboard, Segment
from forms_dsl.model.automations import Automation
from forms_dsl.model.decisions import Decision
from forms_dsl.model.entities import Entity, FieldOptions, Label, Value
from forms_dsl.model.flows import Workflow
from forms_dsl.model.screens import Form, ListView, Page
from forms_dsl.model.steps import Duration, People
from forms_dsl.model.templates import Template
from forms_dsl.model.upkeep import Calendar, CaseFile, Translation, Upgrade
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a report, an expression over the group."""

    name: str
    label: Label
    value: Expression
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """One grouping expression of a report with its column name and label."""

    name: str
    label: Label
    value: Expression


@dataclass(frozen=True, slots=True)
class Chart:
    """How a report is drawn beside its table; `kind` names a module of `charts`."""

    kind: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class ReportParameter:
    """What the reader is asked for: `type` names a module of `fieldtypes`; the default is a literal or an expression."""

    name: str
    type: str
    label: Label
    value_type: ValueType
    options: FieldOptions
    default: Value | None = None


@dataclass(frozen=True, slots=True)
class ReportSend:
    """When a report goes to whom, as what file; each receiver gets what he may see."""

    every: str
    to: tuple[People, ...]
    format: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report, always under its reader's rows and fields."""

    id: str
    name: str
    entity: str
    label: Label
    span: Span
    rows: tuple[Grouping, ...]
    columns: tuple[Grouping, ...]
    measures: tuple[Measure, ...]
    filter: Expression | None = None
    sort: tuple[str, ...] = ()
    chart: Chart | None = None
    drill: str | None = None
    parameters: Mapping[str, ReportParameter] = field(default_factory=dict)
    send: ReportSend | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """How records leave or enter in bulk: so many at once, released each time by a role, with a watermark."""

    rows: int | None = None
    approved_by: str | None = None
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """A field right that holds only on some records: hidden, masked, read or write where the condition is true."""

    field: str
    level: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What one role grants on one entity: row rules (True = all rows, None = nothing), deny and field rights."""

    entity: str
    create: Expression | bool = False
    read: Expression | bool = False
    update: Expression | bool = False
    delete: Expression | bool = False
    deny: Expression | None = None
    #: Field → hidden, masked, read or write, where it differs from the default.
    fields: Mapping[str, str] = field(default_factory=dict)
    unmask: tuple[str, ...] = ()
    #: None = not allowed.
    export: Transfer | None = None
    print: Transfer | None = None
    import_: Transfer | None = None
    override_reason: str | None = None
    #: What some fields are beyond that, on the records for which a condition holds.
    conditions: tuple[FieldCondition, ...] = ()
    #: Whether the records of `update` may be merged into one another, and taken apart again.
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    """A role that is taken in an emergency: by people of which roles, for how many hours at most, reviewed by which role."""

    taken_by: tuple[str, ...]
    reviewed_by: str
    hours: int


@dataclass(frozen=True, slots=True)
class Role:
    """One role with its own access rules; `includes` is already closed over."""

    id: str
    name: str
    label: Label
    includes: tuple[str, ...]
    conflicts: tuple[str, ...]
    access: Mapping[str, AccessRule]
    span: Span
    emergency: Emergency | None = None

    def rule_of(self, app: str, entity: str) -> AccessRule | None:
        """What this role grants on an entity of an app, None when it does not name it."""
        return self.access.get(entity) or self.access.get(f"{app}.{entity}")


@dataclass(frozen=True, slots=True)
class BindingOperation:
    """The contract of one operation that the app uses; types are field type names or lists of codes."""

    name: str
    operation: str
    kind: str
    input: Mapping[str, str]
    output: Mapping[str, ValueType]
    mock: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BindingEvent:
    """The contract of one inbound event; a repeat with the same `once_by` value is harmless."""

    name: str
    event: str
    output: Mapping[str, ValueType]
    once_by: str | None = None
    #: How long it is kept for a wait that is not open yet.
    keep: Duration = field(default_factory=lambda: Duration(7, "day"))


@dataclass(frozen=True, slots=True)
class Binding:
    """A short name for a connector definition and the contracts used of it."""

    id: str
    name: str
    label: Label
    connector: str
    version: str
    operations: Mapping[str, BindingOperation]
    span: Span
    events: Mapping[str, BindingEvent] = field(default_factory=dict)
    #: Short name → virtual entity of the connector definition.
    entities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a bank tunes at run time."""

    name: str
    label: Label
    type: str
    value_type: ValueType
    value: str
    options: FieldOptions = field(default_factory=FieldOptions)
    changed_by: str | None = None
    #: Where the value may differ: branch, segment.
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """One whole app, checked."""

    name: str
    version: str
    label: Label
    languages: tuple[str, ...]
    timezone: str
    currency: str
    menu: tuple[tuple[str, str], ...]
    entities: Mapping[str, Entity] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    lists: Mapping[str, ListView] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    automations: Mapping[str, Automation] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    dashboards: Mapping[str, Dashboard] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    upgrades: Mapping[str, Upgrade] = field(default_factory=dict)
    #: Further languages by code; their texts stand in the labels already.
    i18n: Mapping[str, Translation] = field(default_factory=dict)
    tests: Mapping[str, CaseFile] = field(default_factory=dict)
    #: The calendar of working days and hours, bank data; None where the app names none.
    calendar: str | None = None
    #: Other apps this one refers to, by name; always holds "org" when it is required.
    requires: Mapping[str, App] = field(default_factory=dict)
    #: sha256 over the texts, the identity of this very definition.
    checksum: str = ""
