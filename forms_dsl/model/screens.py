"""What people see of records: forms, lists, record pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label, Value
from forms_dsl.source import Span


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
    #: Of a button: the operation, what is sent, and which fields are filled from `result`.
    call: str | None = None
    send: Mapping[str, Value] = field(default_factory=dict)
    save: Mapping[str, Expression] = field(default_factory=dict)


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
    #: table, board (a column for each value of `group_by`), calendar or timeline (by `dates`).
    view: str = "table"
    group_by: str | None = None
    dates: tuple[str, ...] = ()
    #: `export`, `assign`, `delete` or names of automations.
    bulk: tuple[str, ...] = ()


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
