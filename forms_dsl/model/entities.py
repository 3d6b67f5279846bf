"""Entities: fields, row types, related records, rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    #: What to use instead, of a code that should not be used any more.
    deprecated: Label | None = None


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
    #: The pattern of a sequence, with its counter; written under `pattern` too.
    number: str | None = None
    choices: tuple[Choice, ...] = ()
    ordered: bool = False
    to: str | None = None
    of: str | None = None
    workflow: str | None = None
    accept: tuple[str, ...] = ()
    max_mb: int | None = None
    count_min: int | None = None
    count_max: int | None = None
    #: The entities that a reference of several kinds may lead to.
    targets: tuple[str, ...] = ()


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
    encrypted: bool = False
    #: What to use instead, of a field that should not be used any more.
    deprecated: Label | None = None
    #: What becomes of stored values that do not fit a new type: refuse, empty or round.
    unfit: str = "refuse"
    #: The ids of the entity and the field where its values stood before.
    moved_from: tuple[str, str] | None = None
    #: Which of its columns keeps it, said by the compiler: a field that changed its type has several.
    kept_as: int = 1


@dataclass(frozen=True, slots=True)
class RowType:
    """A child row type of an entity."""

    id: str
    name: str
    label: Label
    fields: Mapping[str, Field]
    #: About how many rows a record has at most, where the author says it.
    expected: int | None = None


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
class Duplicate:
    """What counts as the same thing twice: these fields agree, among the records of `where`; `then` warn or block."""

    fields: tuple[str, ...]
    then: str = "warn"
    where: Expression | None = None


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
    duplicates: tuple[Duplicate, ...] = ()
    #: (binding, name under its `entities`) of a virtual entity.
    external: tuple[str, str] | None = None
    #: About how many records it will have, where the author says it.
    expected: int | None = None
    #: What to use instead, of an entity that should not be used any more.
    deprecated: Label | None = None
