"""What a field type is: one module per type in this folder, found by listing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from forms_dsl.expr.tree import ValueType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import Storage


class ValueRefused(Exception):
    """A value that a person or client sent does not fit its field; `code` for machines, `message` by language."""

    def __init__(self, code: str, message: Label) -> None:
        super().__init__(message.get("en", code))
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A type that is another one with options already chosen: the loader writes it out, so only files know its name."""

    name: str
    label: Label
    icon: str
    widget: str
    #: The type that it stands for.
    type: str
    #: Keys of the field that it sets; a file may not write them.
    chosen: Mapping[str, object]
    #: Keys that it sets where the file does not.
    usual: Mapping[str, object] = field(default_factory=dict)


class FieldType(Protocol):
    """One type of field.

    Values in Python are: str (text, choice code, reference id), Decimal (every number), bool, date,
    aware datetime in UTC, tuple[str, ...] (multi_choice, file), None (missing).
    """

    name: str
    label: Label
    icon: str
    #: Name of the browser widget, a module of ui/src/widgets.
    widget: str
    #: Option keys of `model.FieldOptions` (and `choices_from`) that this type takes.
    option_keys: frozenset[str]

    def widget_for(self, options: FieldOptions) -> str:
        """The widget of a field with these options: `widget`, or a closer one."""
        ...

    def storage(self, options: FieldOptions) -> Storage:
        """The column that holds it."""
        ...

    def value_type(self, options: FieldOptions) -> ValueType:
        """Its type in expressions."""
        ...

    def parse(self, raw: object, options: FieldOptions) -> object:
        """The value of `raw` as it comes from JSON or a file (text accepted everywhere); raises ValueRefused."""
        ...

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        """The JSON Schema of its wire form."""
        ...
