"""Texts of one fixed form, each with its check digits: the common part of the types made of a named pattern."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.model import FieldOptions, Label
from forms_dsl.patterns import NAMED, matches, regex_of
from forms_dsl.storage import TextStorage


@dataclass(eq=False)
class PatternText:
    """A field type whose values match the named pattern `pattern`."""

    name: str
    label: Label
    icon: str
    pattern: str
    length: int
    widget: str = "text"
    option_keys: frozenset[str] = frozenset()

    def widget_for(self, options: FieldOptions) -> str:
        """Always the plain input."""
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        """Text of the fixed length."""
        return TextStorage(self.length)

    def value_type(self, options: FieldOptions) -> ValueType:
        """Text."""
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        """The text in capitals, checked with its check digits."""
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw).upper()
        if not matches(text, self.pattern):
            named = NAMED[self.pattern].label
            raise refusals.wrong_pattern(named.en, named.zh)
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        """A string of the form."""
        return {"type": "string", "pattern": regex_of(self.pattern), "maxLength": self.length}
