"""The checked app: frozen values with every name resolved and every expression typed.

Only `load` makes these, and only from texts without errors; everything right of the loader trusts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.source import Span

#: Language code → text, with all languages of the app.
Label = Mapping[str, str]
#: A literal as written (always text) or a checked expression: the two forms of `set` values.
Value = str | Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a choice list; outside its validity (ISO dates) it displays but cannot be chosen."""

    code: str
    label: Label
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """The options of a field, already typed; which of them a field type takes is said by the type."""

    min: str | None = None
    max: str | None = None
    scale: int | None = None
    percent: bool = False
    currency: str | None = None
    lines: int | None = None
    pattern: str | None = None
    choices: tuple[Choice, ...] = ()
    ordered: bool = False
    to: str | None = None
    of: str | None = None
    workflow: str | None = None
    accept: tuple[str, ...] = ()
    max_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity or row type; `type` names a module of `fieldtypes`."""

    id: str
    name: str
    label: Label
    type: str
    value_type: ValueType
    options: FieldOptions
    span: Span
    help: Label | None = None
    message: Label | None = None
    required: bool = False
    unique: bool = False
    stored: bool = False
    required_when: Expression | None = None
    visible: Expression | None = None
    read_only: Expression | bool = False
    default: Expression | None = None
    check: Expression | None = None
    compute: Expression | None = None
    choices_where: Expression | None = None
    where: Expression | None = None
    classification: str = "C1"
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class RowType:
    """A child row type of an entity."""

    id: str
    name: str
    label: Label
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Related:
    """Records of another entity whose reference field `by` points here."""

    name: str
    entity: str
    by: str
    where: Expression | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class EntityRule:
    """A check over several fields; passes only on true."""

    name: str
    check: Expression
    message: Label
    when: Expression | None = None
    at: str | None = None
    level: str = "error"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long records are kept after a date field, and what happens then; `sealed`: an overlay may not shorten it."""

    after: str
    years: int
    then: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity; `fields` holds the declared fields only, system fields are in `names.SYSTEM_FIELDS`."""

    id: str
    name: str
    app: str
    label: Label
    span: Span
    fields: Mapping[str, Field]
    rows: Mapping[str, RowType] = field(default_factory=dict)
    related: Mapping[str, Related] = field(default_factory=dict)
    rules: tuple[EntityRule, ...] = ()
    number: str | None = None
    title: str | None = None
    owner_branch: str | None = None
    owner_user: str | None = None
    audit: str = "full"
    unique: tuple[tuple[str, ...], ...] = ()
    index: tuple[tuple[str, ...], ...] = ()
    read_only: bool = False
    retention: Retention | None = None


@dataclass(frozen=True, slots=True)
class FormItem:
    """One item of a form block: `kind` is field, rows, text or button."""

    kind: str
    name: str
    span: Span
    label: Label | None = None
    help: Label | None = None
    columns_span: int = 1
    visible: Expression | None = None
    required_when: Expression | None = None
    read_only: Expression | bool = False
    columns: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class FormBlock:
    """A section, or a tab or page that holds sections."""

    kind: str
    name: str
    label: Label
    span: Span
    columns: int = 1
    visible: Expression | None = None
    items: tuple[FormItem, ...] = ()
    blocks: tuple[FormBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form of an entity; `name` is the part after the dot of `entity.name`."""

    id: str
    name: str
    entity: str
    label: Label
    layout: tuple[FormBlock, ...]
    actions: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ListSaved:
    """A shipped view of a list beside the list itself."""

    name: str
    label: Label
    filter: Expression | None
    sort: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """A list; columns, search and sort are field paths, sort with `-` descending."""

    id: str
    name: str
    entity: str
    label: Label
    columns: tuple[str, ...]
    span: Span
    filter: Expression | None = None
    sort: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    quick_filters: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    card_title: str | None = None
    card_lines: tuple[str, ...] = ()
    page_size: int = 50
    open_with: str | None = None
    views: tuple[ListSaved, ...] = ()


@dataclass(frozen=True, slots=True)
class PagePanel:
    """A panel of a record page: `kind` related (records) or call (a live question to a connection)."""

    kind: str
    name: str
    label: Label
    related: str | None = None
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    call: str | None = None
    send: Mapping[str, Expression] = field(default_factory=dict)
    values: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageAction:
    """A button of a record page that opens a form with fields filled from the record."""

    name: str
    label: Label
    form: str
    prefill: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """The record page (360) of an entity."""

    id: str
    entity: str
    label: Label
    span: Span
    tags: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    panels: tuple[PagePanel, ...] = ()
    actions: tuple[PageAction, ...] = ()


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
    export: bool = False


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
class Binding:
    """A short name for a connector definition and the contracts used of it."""

    id: str
    name: str
    label: Label
    connector: str
    version: str
    operations: Mapping[str, BindingOperation]
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a bank tunes at run time."""

    name: str
    label: Label
    type: str
    value_type: ValueType
    value: str
    options: FieldOptions = FieldOptions()
    changed_by: str | None = None


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
    reports: Mapping[str, Report] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    #: Other apps this one refers to, by name; always holds "org" when it is required.
    requires: Mapping[str, App] = field(default_factory=dict)
    #: sha256 over the texts, the identity of this very definition.
    checksum: str = ""
