"""What can differ between two versions of an app: a closed set of values, each with its words in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.model import Field, FieldOptions, Label

#: widened: somebody may do more than before. destructive: data may be lost.
Flag = Literal["widened", "destructive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyChange:
    """What every change tells: which piece, which thing, what it is called, the sentence, the file."""

    kind: str
    thing: str
    label: Label
    words: Label
    file: str
    flag: Flag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAdded(AnyChange):
    """The app is published for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppChanged(AnyChange):
    """The app's own file."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityAdded(AnyChange):
    """A new entity."""

    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRemoved(AnyChange):
    """An entity that is no longer there."""

    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRenamed(AnyChange):
    """The same entity (by id) under another name."""

    entity: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityChanged(AnyChange):
    """Parts of an entity beside its fields."""

    entity: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTypeAdded(AnyChange):
    """A new row type."""

    entity: str
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTypeRemoved(AnyChange):
    """A row type that is no longer there."""

    entity: str
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTypeChanged(AnyChange):
    """A row type with another name or label."""

    entity: str
    row: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyFieldChange(AnyChange):
    """A change of one field; `row` is the row type of a row's field."""

    entity: str
    row: str | None
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAdded(AnyFieldChange):
    """A new field."""

    added: Field = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMoved(AnyFieldChange):
    """A field that stood in another entity before, whose values come with it."""

    added: Field = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRemoved(AnyFieldChange):
    """A field that is no longer there."""

    removed: Field = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRenamed(AnyFieldChange):
    """The same field (by id) under another name."""

    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTypeChanged(AnyFieldChange):
    """A field of another type."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOptionsChanged(AnyFieldChange):
    """A field with other options: length, scale, choices, target …"""

    before: FieldOptions = field(repr=False)
    after: FieldOptions = field(repr=False)
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRequiredChanged(AnyFieldChange):
    """A field that must now be filled in, or no longer."""

    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldUniqueChanged(AnyFieldChange):
    """A field whose values must now differ, or no longer."""

    unique: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged(AnyFieldChange):
    """Other parts of a field: label, conditions, data class …"""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingAdded(AnyChange):
    """A new form, list, workflow, role or other thing; `of` is its kind of file."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRemoved(AnyChange):
    """One of these that is no longer there."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRenamed(AnyChange):
    """The same thing (by id) under another name."""

    of: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingChanged(AnyChange):
    """Parts of a thing of any kind but entities and forms; running approvals stay on their version of a workflow."""

    of: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItemAdded(AnyChange):
    """An item that a form now shows."""

    form: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItemRemoved(AnyChange):
    """An item that a form no longer shows."""

    form: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItemMoved(AnyChange):
    """An item at another place of a form."""

    form: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItemChanged(AnyChange):
    """Parts of an item: label, condition, width …"""

    form: str
    item: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChanged(AnyChange):
    """Parts of a form beside its items: blocks, label, actions."""

    form: str
    parts: tuple[str, ...]


Change = (
    AppAdded
    | AppChanged
    | EntityAdded
    | EntityRemoved
    | EntityRenamed
    | EntityChanged
    | RowTypeAdded
    | RowTypeRemoved
    | RowTypeChanged
    | FieldAdded
    | FieldRemoved
    | FieldRenamed
    | FieldTypeChanged
    | FieldMoved
    | FieldOptionsChanged
    | FieldRequiredChanged
    | FieldUniqueChanged
    | FieldChanged
    | ThingAdded
    | ThingRemoved
    | ThingRenamed
    | ThingChanged
    | FormItemAdded
    | FormItemRemoved
    | FormItemMoved
    | FormItemChanged
    | FormChanged
)
