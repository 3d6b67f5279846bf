"""What others need to know of a thing of the app before it is built: its names and types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from forms_dsl.expr.scope import system_field_types
from forms_dsl.expr.tree import ValueType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.names import SYSTEM_FIELDS

NameType = TypeVar("NameType")


@dataclass(frozen=True, slots=True)
class Names(Generic[NameType]):
    """The things of one kind by name: None for a thing that is there but could not be read.

    `open` tells that there may be more, whose names could not be read.
    """

    known: Mapping[str, NameType | None] = field(default_factory=dict)
    open: bool = False
    #: Things that should not be used any more, with what to use instead.
    deprecated: Mapping[str, Label] = field(default_factory=dict)


def deprecated_of(shapes: Mapping[str, BaseModel]) -> dict[str, Label]:
    """What to use instead of those shapes of a map that are marked as deprecated."""
    marked = {name: getattr(shape, "deprecated", None) for name, shape in shapes.items()}
    return {name: instead for name, instead in marked.items() if instead}


@dataclass(frozen=True, slots=True)
class FieldSignature:
    """What others need to know of a field."""

    type: str
    value_type: ValueType
    label: Label
    options: FieldOptions
    required: bool = False
    computed: bool = False
    classification: str = "C1"


@dataclass(slots=True)
class EntitySignature:
    """What others need to know of an entity; fields that could not be read are None."""

    name: str
    full_name: str
    label: Label
    fields: dict[str, FieldSignature | None] = field(default_factory=dict)
    rows: dict[str, dict[str, FieldSignature | None]] = field(default_factory=dict)
    #: Name → the other entity and its reference field.
    related: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    number: bool = False
    has_owner: bool = False
    has_branch: bool = False
    #: What to use instead, of an entity that should not be used any more.
    deprecated: Label | None = None
    open: bool = False
    #: Row types that may have fields whose names could not be read.
    open_rows: set[str] = field(default_factory=set)

    def system(self) -> Mapping[str, ValueType]:
        """The fields that every record has."""
        return system_field_types(self.full_name, number=self.number)

    def types(self) -> dict[str, ValueType]:
        """All names of a record with their types, without related records."""
        own = {name: found.value_type for name, found in self.fields.items() if found is not None}
        return {**self.system(), **own}

    def type_of(self, name: str) -> ValueType | None:
        """The type of a name of a record; None for one that is not there or could not be read."""
        found = self.fields.get(name)
        return found.value_type if found is not None else self.system().get(name)

    def unreadable(self) -> frozenset[str]:
        """Names that are there but of unknown type."""
        rows = {name for fields in self.rows.values() for name, found in fields.items() if found is None}
        return frozenset({name for name, found in self.fields.items() if found is None} | rows)

    def label_of(self, name: str) -> Label:
        """What a field is called."""
        found = self.fields.get(name)
        return found.label if found else SYSTEM_FIELDS[name].label


@dataclass(frozen=True, slots=True)
class DecisionSignature:
    """What others need to know of a decision: `kind` scorecard or table, what goes in and what comes out by name.

    A scorecard reads the fields of `entity` (full name); a table has `inputs` of its own.
    """

    name: str
    kind: str
    outputs: Mapping[str, ValueType]
    inputs: Mapping[str, ValueType] = field(default_factory=dict)
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class EventSignature:
    """What others need to know of an inbound event of a binding: the types of what it brings."""

    name: str
    output: Mapping[str, ValueType]
