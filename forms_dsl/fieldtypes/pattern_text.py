"""Texts of one form, with check digits where it has some: the common part of the types made of a named pattern."""

from __future__ import annotations

from collections.abc import Callable
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
    #: How letters are kept, so that two spellings of one thing are equal.
    letters: Callable[[str], str] = str.upper
    #: Characters that people write between the digits and that are not kept.
    ignored: str = ""
    option_keys: frozenset[str] = frozenset()

    def widget_for(self, options: FieldOptions) -> str:
        """Its one widget."""
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        """Text of at most its length."""
        return TextStorage(self.length)

    def value_type(self, options: FieldOptions) -> ValueType:
        """Text."""
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        """The text in its kept spelling, checked with its check digits."""
        if reading.is_missing(raw):
            return None
        text = self.letters(reading.read_text(raw))
        for character in self.ignored:
            text = text.replace(character, "")
        if not matches(text, self.pattern):
            named = NAMED[self.pattern].label
            raise refusals.wrong_pattern(named.en, named.zh)
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        """A string of the form."""
        return {"type": "string", "pattern": regex_of(self.pattern), "maxLength": self.length}
